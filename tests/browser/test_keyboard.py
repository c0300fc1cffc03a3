"""The page without a mouse: everything can be reached, what has the focus is seen, and the focus is never lost."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.test_guide import DESKTOP, opened
from tests.demo import Demo

FAR = 40  #: presses of a key after which something counts as out of reach


async def reach(page: Page, name: str, *, by: str = "Tab") -> None:
    """Press a key until what is called so has the focus."""
    for _ in range(FAR):
        await page.keyboard.press(by)
        focused = page.locator("*:focus")
        if await focused.count() and re.search(name, await focused.evaluate(NAME)):
            return
    raise AssertionError(f"{name} is out of reach")


NAME = "(node) => node.getAttribute('aria-label') || node.textContent"


async def test_the_life_of_a_ticket_without_a_mouse(browser: Browser, running: Demo) -> None:
    async with opened(browser, running, size=DESKTOP) as page:
        await reach(page, "^Skip$")
        await page.keyboard.press("Enter")

        await reach(page, "^Message to the bot$", by="F6")
        await page.keyboard.type("Where is my order?")
        await page.keyboard.press("Enter")
        card = page.get_by_role("log", name="Channel").get_by_role("article").first
        await expect(card).to_contain_text("Where is my order?")

        await reach(page, "^Channel$", by="F6")
        await page.keyboard.press("End")
        await reach(page, "^Claim$")
        await page.keyboard.press("Enter")
        await expect(card).to_contain_text("In progress")

        await page.keyboard.press("Escape")
        await reach(page, "^Channel$", by="F6")
        await page.keyboard.press("Home")
        await reach(page, "View thread")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("textbox", name="Reply in the thread")).to_be_focused()
        await page.keyboard.type("On its way.")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("region", name="Ada, Telegram")).to_contain_text("On its way.")

        await page.keyboard.press("Escape")
        await expect(card.get_by_role("button", name="View thread")).to_be_focused()


async def test_a_form_gives_the_focus_back(browser: Browser, running: Demo) -> None:
    async with opened(browser, running, size=DESKTOP) as page:
        await page.get_by_role("button", name="Where is my order?").click()
        close = page.get_by_role("log", name="Channel").get_by_role("button", name="Close", exact=True)
        await close.focus()

        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog").get_by_role("textbox").first).to_be_focused()
        await page.keyboard.press("Escape")

        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(close).to_be_focused()


async def test_commands_are_completed_and_what_is_dismissed_leaves_the_focus_in_the_channel(
    browser: Browser, running: Demo
) -> None:
    async with opened(browser, running, size=DESKTOP) as page:
        field = page.get_by_role("textbox", name="Message the channel")
        await expect(page.get_by_role("navigation", name="Channels")).to_be_visible()
        await field.focus()
        await page.keyboard.type("/sl")
        await expect(page.get_by_role("option", selected=True)).to_contain_text("/sla")
        await page.keyboard.press("Tab")
        await expect(field).to_have_value("/sla ")
        await page.keyboard.press("Enter")

        dismiss = page.get_by_role("log", name="Channel").get_by_role("button", name="Dismiss")
        await dismiss.focus()
        await page.keyboard.press("Enter")

        await expect(dismiss).to_have_count(0)
        await expect(page.get_by_role("log", name="Channel")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_what_has_the_focus_is_seen(browser: Browser, running: Demo, scheme: str) -> None:
    async with opened(browser, running, size=DESKTOP) as page:
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await expect(page.get_by_role("button", name="Ada, Telegram")).to_be_visible()
        unseen = []
        for _ in range(FAR):
            await page.keyboard.press("Tab")
            if name := await page.evaluate(UNSEEN):
                unseen.append(name)

        assert unseen == []


UNSEEN = """() => {
  const node = document.activeElement;
  if (node === document.body) return null;
  const rings = [node, node.closest(".composer") ?? node].map((one) => getComputedStyle(one));
  const seen = rings.some((style) => style.outlineStyle !== "none" || style.boxShadow !== "none");
  return seen ? null : node.getAttribute("aria-label") || node.textContent || node.tagName;
}"""
