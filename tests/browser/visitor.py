"""
Somebody who tries the demo in a browser: plays its customers and its agents, and looks.

Things are found by what a person reads or hears of them, never by how the page is built.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import FilePayload, Locator, Page, expect

PICTURES = Path(__file__).parent / "pictures"  #: kept from the last run, and ignored by git
PATIENCE_MS = 15_000  #: the hold, and the ten seconds in which a closing can be undone

expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser's window; ``size`` names it in the pictures."""

    page: Page
    size: str

    async def arrives(self, address: str) -> None:
        """Open the page, and do without the guide."""
        await self.page.goto(address)
        await self.page.get_by_role("button", name="Skip").click()

    async def picture(self, name: str) -> None:
        """Keep what the window shows."""
        await self.page.screenshot(path=PICTURES / f"{self.size}-{name}.png", animations="disabled")

    async def wide_picture(self, name: str) -> None:
        """Keep what a window shows that has room for two phones; the README's picture is one of these."""
        size = self.page.viewport_size
        await self.page.set_viewport_size({"width": 1680, "height": 1000})
        await self.page.mouse.move(0, 0)  # it would bring out what only whoever points there sees
        await self.picture(name)
        if size is not None:
            await self.page.set_viewport_size(size)

    async def meets(self, name: str, messenger: str) -> "Customer":
        """Add a customer with a phone."""
        await self.turns_to("Customer")
        await self.page.get_by_role("button", name="New customer").click()
        form = self.page.get_by_role("dialog")
        await form.get_by_label("First name").fill(name)
        await form.get_by_label("Messenger").select_option(messenger)
        await form.get_by_role("button", name="Add").click()
        return Customer(self, name, messenger)

    async def turns_to(self, side: str) -> None:
        """Go to this half of the page where the window has not room for both."""
        if await self.is_narrow():
            await self._sides.get_by_role("button", name=re.compile(side)).click()

    async def is_narrow(self) -> bool:
        """Whether the window shows one half of the page only."""
        return await self._sides.count() > 0

    @property
    def _sides(self) -> Locator:
        return self.page.get_by_role("navigation", name="Side")

    # --- the drawer

    async def opens_the_drawer(self) -> None:
        """See all switches."""
        button = self.page.get_by_role("button", name=re.compile("^Make it fail"))
        if await button.get_attribute("aria-expanded") == "false":
            await button.click()

    async def closes_the_drawer(self) -> None:
        """Leave only its line, if something is wrong."""
        await self.drawer.get_by_role("button", name="Close").click()

    @property
    def drawer(self) -> Locator:
        """The drawer of faults."""
        return self.page.get_by_role("complementary", name="Make it fail")

    def switch(self, name: str) -> Locator:
        """One of its switches."""
        return self.drawer.get_by_role("switch", name=re.compile(f"^{name}"))

    async def reads_of_the_count(self, *words: str) -> None:
        """Wait until the line that counts says so."""
        for word in words:
            await expect(self.drawer).to_contain_text(word)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer whose phone is on the page."""

    visitor: Visitor
    name: str
    messenger: str

    async def phone(self) -> Locator:
        """Their phone, to be seen."""
        await self.visitor.turns_to("Customer")
        await self.visitor.page.get_by_role("button", name=re.compile(f"^{self.name}, {self.messenger}")).click()
        return self.visitor.page.get_by_role("region", name=f"{self.name}, {self.messenger}")

    async def writes(self, text: str) -> None:
        """Send a text."""
        field = (await self.phone()).get_by_label(re.compile("^Message to"))
        await field.fill(text)
        await field.press("Enter")
        await self.sees(text)

    async def sends(self, file: FilePayload, *, caption: str) -> None:
        """Send a file of theirs, with a text."""
        await (await self.phone()).get_by_role("button", name="Attach").click()
        async with self.visitor.page.expect_file_chooser() as chooser:
            await self.visitor.page.get_by_role("menuitem", name="Your photo or file").click()
        await (await chooser.value).set_files(file)
        await self.writes(caption)

    async def sees(self, text: str, *, times: int = 1) -> None:
        """Wait until the text stands in the chat, so often."""
        await expect(await self.bubbles(text)).to_have_count(times)

    async def bubbles(self, text: str) -> Locator:
        """The messages with this text."""
        return (await self.phone()).get_by_role("article").filter(has_text=text)

    async def presses(self, label: str) -> None:
        """Press a button under a message, or choose it in the list that a button opens."""
        phone = await self.phone()
        button, menu = phone.get_by_role("button", name=label), phone.get_by_role("button", name="Menu")
        await expect(button.or_(menu).last).to_be_visible()
        if not await button.count():
            await menu.last.click()
        await button.last.click()


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket, known by the customer's first text."""

    visitor: Visitor
    text: str

    @property
    def card(self) -> Locator:
        """The card in the channel."""
        log = self.visitor.page.get_by_role("log", name="Channel")
        return log.get_by_role("article").filter(has_text=self.text)

    @property
    def thread(self) -> Locator:
        """The open thread."""
        return self.visitor.page.get_by_role("complementary", name="Thread")

    def messages(self, text: str) -> Locator:
        """The messages of the thread with this text."""
        return self.thread.get_by_role("article").filter(has_text=text)

    async def appears(self) -> None:
        """Wait for the card, once."""
        await self.visitor.turns_to("Slack")
        await self._back_to_the_channel()
        await expect(self.card).to_have_count(1)

    async def is_claimed(self) -> None:
        """Claim it on its card, and open its thread."""
        await self.appears()
        await self.card.get_by_role("button", name="Claim").click()
        await expect(self.card).to_contain_text("In progress")
        await self.is_opened()

    async def is_opened(self) -> None:
        """Open the thread."""
        await self.appears()
        await self.card.get_by_role("button", name=re.compile("View thread")).click()
        await expect(self.messages(self.text).first).to_be_visible()

    async def _back_to_the_channel(self) -> None:
        """Where the thread hides it."""
        close = self.thread.get_by_role("button", name="Close the thread")
        if await self.visitor.is_narrow() and await close.count():
            await close.click()

    async def is_answered(self, text: str) -> None:
        """Write in the thread."""
        field = self.thread.get_by_label("Reply in the thread")
        await field.fill(text)
        await field.press("Enter")
        await expect(self.messages(text)).to_have_count(1)

    async def has_attached(self, files: list[FilePayload]) -> None:
        """Choose files for the next answer."""
        async with self.visitor.page.expect_file_chooser() as chooser:
            await self.thread.get_by_role("button", name="Attach files").click()
        await (await chooser.value).set_files(files)

    async def shows(self, text: str) -> None:
        """Wait for a text in the thread, once."""
        await expect(self.messages(text)).to_have_count(1)

    async def has_receipt(self, text: str, receipts: str) -> None:
        """Wait until one of these reactions says what became of the answer."""
        await expect(self.messages(text).get_by_role("button", name=re.compile(receipts))).to_be_visible()

    async def is_handled(self, verb: str, *, saying: str) -> None:
        """Press a button of the card in the thread, and send its form."""
        await self.messages(self.text).first.get_by_role("button", name=verb, exact=True).click()
        form = self.visitor.page.get_by_role("dialog")
        await form.get_by_role("textbox").last.fill(saying)
        await form.get_by_role("button", name=verb, exact=True).last.click()
        await expect(form).to_have_count(0)
