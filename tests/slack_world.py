"""A desk in the local Slack workspace, with one ticket, as the outbox's parts meet it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.base import Capabilities
from bot.config import Config, Desk, Replies
from bot.delivery.files import FileStore
from bot.delivery.ports import Part
from bot.domain.text import RichText
from bot.models.rows import CustomerRow, DeliveryRow, IdentityRow, MessageRow, TicketRow
from bot.sandbox.slack.server import SlackSandbox
from bot.slack.people import People
from bot.slack.surface import SlackSurface
from bot.slack.uploads import Uploads
from bot.texts import Texts
from tests.database import Kind, fresh_database

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class World:
    """A desk with Mika and Budi in it, a visitor outside, and one ticket of Anna's."""

    slack: SlackSandbox
    client: AsyncWebClient
    now: datetime = NOON
    parts: int = 0
    config: Config = field(init=False)
    people: People = field(init=False)
    surface: SlackSurface = field(init=False)
    ticket: TicketRow = field(init=False)

    def __post_init__(self) -> None:
        self.mika = self.slack.add_user("Mika", real_name="Mika Hall")
        self.budi = self.slack.add_user("Budi", real_name="Budi S.")
        self.outside = self.slack.add_user("Otto", real_name="Otto")
        self.desk = self.slack.add_channel("support", [self.mika, self.budi, self.slack.workspace.bot_user])
        self.leads = self.slack.add_group("leads", [self.budi])
        self.people = People(self.client, now=lambda: self.now)
        self.configured()

    def configured(self, *, language: Literal["en", "id"] = "en", **replies: Any) -> None:
        desk = Desk(name="Support", channel="#support", language=language)
        self.config = Config(desk=(desk,), replies=Replies(**replies))
        self.surface = SlackSurface(
            self.client,
            people=self.people,
            config=self.config,
            texts=Texts(),
            capabilities={"telegram": Capabilities(label="Telegram")},
            uploads=Uploads(self.client, FileStore(Path("nowhere"))),
            now=lambda: self.now,
        )

    async def opened(self, text: str = "Where is my order?", *, name: str = "Anna") -> None:
        customer = await CustomerRow.create(name=name, language="id", created_at=NOON)
        identity = await IdentityRow.create(
            customer=customer, channel="telegram", account="1", key="7", created_at=NOON
        )
        self.ticket = await TicketRow.create(
            number=42, desk="Support", customer=customer, identity=identity, subject="s", status="new",
            opened_at=NOON, last_customer_at=NOON, version=3,
        )  # fmt: skip
        await self.message(text, name=name)

    async def stands(self) -> None:
        """The card is posted and its place is known."""
        delivered = await self.surface.send(self.part("open_thread"))
        self.ticket.slack_channel, self.ticket.thread_ts = delivered.facts["channel"], delivered.facts["ts"]
        await self.ticket.save()

    async def message(self, text: str, *, name: str = "Anna", author: str = "customer", **more: Any) -> MessageRow:
        seq = 1 + await MessageRow.filter(ticket_id=self.ticket.id).count()
        values: dict[str, Any] = {"direction": "in", "kind": "text", "sent_at": NOON, "arrived_at": NOON} | more
        body = RichText.of(text).to_json()
        return await MessageRow.create(
            ticket_id=self.ticket.id, seq=seq, author=author, author_name=name, body=body, **values
        )

    async def by_mika(self, text: str, **more: Any) -> MessageRow:
        return await self.message(text, name="Mika", author=f"agent:{self.mika}", **({"direction": "out"} | more))

    async def sent(self, *, state: str) -> DeliveryRow:
        """A part to the customer that went as it went."""
        return await DeliveryRow.create(
            lane="customer:1", seq=1, kind="send", ticket_id=self.ticket.id, state=state, due_at=NOON,
            payload={"text": RichText.of("Half an answer").to_json()}, cause="c", created_at=NOON,
            error="The customer has blocked the bot.", announced_at=NOON,
        )  # fmt: skip

    def part(self, kind: str, message: MessageRow | None = None, **payload: Any) -> Part:
        self.parts += 1
        return Part(
            id=self.parts, lane="slack:1", kind=kind, ticket=self.ticket.id,
            message=None if message is None else message.id, payload=payload, attempts=0, budget="", due_at=NOON,
            tried_at=None,
        )  # fmt: skip

    def notice(self, name: str, *people: str, **words: str) -> Part:
        return self.part("post_notice", name=name, people=list(people), words=words)

    def offer(self, message: MessageRow, name: str = "claim") -> Part:
        return self.part("post_offer", message, offer=name)

    def whisper(self, message: MessageRow, *, to: str) -> Part:
        return self.part("whisper", message, to=f"agent:{to}", name="not_sent")

    def roots(self) -> list[dict[str, Any]]:
        return self.slack.messages(self.desk)

    def thread(self) -> list[dict[str, Any]]:
        assert self.ticket.thread_ts is not None
        return self.slack.thread(self.desk, self.ticket.thread_ts)[1:]

    def reactions(self, message: MessageRow) -> set[str]:
        assert message.slack_ts is not None
        return set(self.slack.reactions(self.desk, message.slack_ts))


@asynccontextmanager
async def in_slack(path: Path, kind: Kind) -> AsyncIterator[World]:
    """A world with an empty database under *path*."""
    ticks = iter(range(1_000_000))
    clock = lambda: NOON + timedelta(milliseconds=next(ticks))  # noqa: E731 - every post has a time of its own
    async with fresh_database(path / "loket.db", kind), SlackSandbox(clock=clock) as slack, ClientSession() as session:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        yield World(slack, client)


@asynccontextmanager
async def with_a_card(path: Path, kind: Kind) -> AsyncIterator[World]:
    """A world with a ticket whose card is in Slack."""
    async with in_slack(path, kind) as world:
        await world.opened()
        await world.stands()
        yield world
