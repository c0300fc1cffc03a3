"""A support desk whose service runs as a process: its customers, its agents, its database, and both sides compared."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.manifest import manifest
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp import WhatsAppSandbox
from tests.crashes.books import Books, new_books
from tests.crashes.process import PATIENCE_S, Process, until
from tests.database import Kind
from tests.silence import leaked
from tests.world import words

CONFIG = """
[replies]
mode = "everyone"
hold_seconds = 0
[limits]
slack_posts_per_second = 0
pace_customers = false
"""
RETRIES_S = (0.2, 1.0, 2.0)  #: before Slack's retries; a process that is away for longer finds the rest in the threads

UNSETTLED = """
SELECT (SELECT COUNT(*) FROM inbox WHERE state = 'new') + (SELECT COUNT(*) FROM delivery
    WHERE (state IN ('held', 'queued', 'sending', 'later') AND kind != 'post_reminder')
    OR (state = 'uncertain' AND announced_at IS NULL)) AS count
"""  # a reminder waits for a quarter of an hour


@dataclass(slots=True)
class Desk:
    """Everybody, and the process between them."""

    slack: SlackSandbox
    telegram: TelegramSandbox
    folder: Path
    books: Books
    channel: str
    agents: Sequence[str]
    whatsapp: WhatsAppSandbox | None = None  #: None: the desk has no WhatsApp
    lives: list[Process] = field(default_factory=list)

    # --- the process

    @property
    def environment(self) -> dict[str, str]:
        """The settings, as an operator gives them."""
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_CHANNEL": self.channel,
            "SLACK_API_URL": self.slack.api_url,
            "TELEGRAM_BOT_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.api_url,
            "DATABASE_URL": self.books.url,
            "LOKET_PORT": "0",
            "LOKET_LOG_LEVEL": "DEBUG",
            "LOKET_LOG_FORMAT": "json",
            **({} if self.whatsapp is None else environment_of(self.whatsapp)),
        }

    @property
    def path(self) -> Path:
        """The database's file."""
        return self.folder / "loket.db"

    @property
    def process(self) -> Process:
        """The present life of the service."""
        return self.lives[-1]

    async def launch(self) -> None:
        """Start the service, and wait for nothing."""
        self.lives.append(await Process.start("run", environment=self.environment, folder=self.folder))

    async def start(self, *, within_s: float = PATIENCE_S) -> None:
        """Start the service and wait until Slack and Telegram are connected."""
        await self.launch()
        await self.process.listens(within_s=within_s)
        if self.whatsapp is not None:
            self.whatsapp.webhook_url = f"http://127.0.0.1:{self.process.port}/webhooks/whatsapp"
        await self.slack.connected()
        await self.telegram.polled()

    async def kill(self) -> None:
        """End the service as a power cut would; nobody may take its place at WhatsApp."""
        if self.whatsapp is not None:
            self.whatsapp.webhook_url = ""
        await self.process.kill()

    async def rests(self, *, within_s: float = 20) -> None:
        """Return when all that was written has reached its end."""
        await until(self.is_at_rest, "everything is settled", within_s=within_s)

    def is_at_rest(self) -> bool:
        """Whether all that was written has reached its end."""
        return not (self.is_something_untaken() or self.count(UNSETTLED))

    def is_something_untaken(self) -> bool:
        """Whether a platform has something for the service that it has not taken."""
        return bool(self.slack.unacked or self.telegram.pending or (self.whatsapp and self.whatsapp.pending))

    @property
    def log(self) -> str:
        """What all lives wrote to standard error."""
        return "\n".join(life.errors for life in self.lives)

    # --- the database, from outside

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds in the database."""
        return self.books.rows(sql, *values)

    def count(self, sql: str, *values: object) -> int:
        """The one number that a query finds."""
        return int(self.rows(sql, *values)[0][0])

    def database_locked(self) -> AbstractContextManager[None]:
        """Keep everybody else from writing."""
        return self.books.locked()

    # --- customers and agents

    def customer(self, name: str) -> int:
        """A new customer."""
        return self.telegram.add_person(name, language_code="en")

    def writes(self, customer: int, text: str) -> None:
        """A customer writes."""
        self.telegram.writes(customer, text)

    def answers(self, agent: str, card: str, text: str) -> str:
        """An agent writes under a card."""
        return self.slack.post(agent, self.channel, text, thread_ts=card)

    async def ticket(self, name: str, text: str) -> tuple[int, str]:
        """A new customer with a ticket that belongs to the first agent: the customer and the card."""
        customer = self.customer(name)
        self.writes(customer, text)
        await self.rests()
        card = self.card_with(text)
        await self.slack.press(self.agents[0], self.channel, card, "ticket.claim")
        owned = "SELECT COUNT(*) FROM ticket WHERE thread_ts = ? AND owner IS NOT NULL"
        await until(lambda: self.count(owned, card), "the ticket is claimed")  # it is acknowledged before
        await self.rests()
        return customer, card

    # --- both sides

    def cards(self) -> list[dict[str, Any]]:
        """The cards in the desk's channel, oldest first."""
        return [message for message in self.slack.messages(self.channel) if message.get("bot_id")]

    def card_with(self, text: str) -> str:
        """The only card that shows this text."""
        (card,) = [card for card in self.cards() if text in words(card)]
        return str(card["ts"])

    def thread(self, card: str) -> list[str]:
        """The texts under a card, oldest first."""
        return [words(message) for message in self.slack.thread(self.channel, card)[1:]]

    def shown(self, card: str, texts: Sequence[str]) -> list[str]:
        """Which of these customer's texts Slack shows on the card and below it, in Slack's order."""
        whole = [words(message) for message in self.slack.thread(self.channel, card)]
        return [line for message in whole for line in message.splitlines() if line in texts]

    def received(self, customer: int, texts: Sequence[str]) -> list[str]:
        """Which of these agents' texts the customer has, in the customer's order."""
        return [text for text in self.telegram.received(customer) if text in texts]

    def acknowledged(self, customer: int) -> int:
        """How often the customer was told that their message arrived."""
        return sum("Your ticket number is" in text for text in self.telegram.received(customer))

    def numbers(self) -> list[int]:
        """The numbers of all tickets, in their order."""
        return [number for (number,) in self.rows("SELECT number FROM ticket ORDER BY id")]

    def doubts(self, card: str) -> list[str]:
        """What the thread says of texts of which nobody can tell whether they arrived."""
        return [line for line in self.thread(card) if "Nobody can tell" in line and "Send again" in line]

    def reaction(self, ts: str) -> list[str]:
        """The reactions to a message."""
        return list(self.slack.reactions(self.channel, ts))


def environment_of(whatsapp: WhatsAppSandbox) -> dict[str, str]:
    """The settings for WhatsApp."""
    return {
        "WHATSAPP_ACCESS_TOKEN": whatsapp.token,
        "WHATSAPP_PHONE_NUMBER_ID": whatsapp.phone_number_id,
        "WHATSAPP_APP_SECRET": whatsapp.app_secret,
        "WHATSAPP_VERIFY_TOKEN": whatsapp.verify_token,
        "WHATSAPP_API_URL": whatsapp.api_url,
    }


@asynccontextmanager
async def new_desk(
    config: str = CONFIG,
    *,
    retries_s: Sequence[float] = RETRIES_S,
    kind: Kind = Kind.SQLITE,
    whatsapp: WhatsAppSandbox | None = None,
) -> AsyncIterator[Desk]:
    """
    A desk whose service is not started yet; at its end no life of it has written a customer's word or a token.

    ``whatsapp`` is served already.
    """
    slack, telegram = SlackSandbox(redeliver_after_s=retries_s), TelegramSandbox()
    agents = [slack.add_user(name, real_name=name.title()) for name in ("mika", "budi")]
    channel = slack.add_channel("support", [*agents, slack.workspace.bot_user])
    slack.install(manifest())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "loket.toml").write_text(config)
        async with slack, telegram, new_books(folder, kind) as books:
            desk = Desk(slack, telegram, folder, books, channel, agents, whatsapp)
            try:
                yield desk
            finally:
                for life in desk.lives:
                    await life.kill()
            assert_silent(desk)


def name_of(scenario: object) -> str:
    """What a scenario is called."""
    return str(getattr(scenario, "__name__", scenario))


Scenario = Callable[[Desk], Awaitable[None]]
SIDE_BY_SIDE = 3  #: desks at once; most of their time is waiting


@asynccontextmanager
async def side_by_side(scenarios: Sequence[Scenario]) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    """Play scenarios at the same time, each at a desk of its own; how each ended is known to its task."""
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def play(scenario: Scenario) -> None:
        async with places, new_desk() as desk:
            await scenario(desk)

    tasks = {name_of(scenario): asyncio.create_task(play(scenario)) for scenario in scenarios}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


def assert_silent(desk: Desk) -> None:
    """No line of any log holds what people wrote, how they are called, or a secret."""
    found = leaked(desk.log, [desk.slack, desk.telegram, *([] if desk.whatsapp is None else [desk.whatsapp])])
    assert not found, f"{found} in the log:\n{desk.log}"
