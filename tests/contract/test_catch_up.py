"""What was written while we were away is found, and how much of Slack's budget that takes."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.inbox import Inbox
from bot.models.rows import CounterRow, CustomerRow, IdentityRow, InboxRow, MessageRow, TicketRow
from bot.sandbox.faults import PlatformError
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.slack.state import Message
from bot.slack.catchup import CAUGHT_UP, CHANGED_WITHIN, PAGE, SKEW, CatchUp
from bot.slack.holds import Holds
from bot.slack.people import People
from tests.clock import MONDAY, ManualClock
from tests.database import fresh_database

SOURCE = "slack"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Alarm = Callable[..., Awaitable[None]]


class _Unheld(Holds):
    """Holds of which only what is unread counts."""

    def __init__(self, *unread: int) -> None:
        self.unread = set(unread)
        self.woken = lambda: None


@dataclass
class Desk:
    """A Slack channel with cards, and what the database knows of them."""

    slack: SlackSandbox
    client: AsyncWebClient
    clock: ManualClock
    inbox: Inbox
    customer: CustomerRow
    identity: IdentityRow
    channel: str = ""
    mika: str = ""
    holds: _Unheld = field(default_factory=_Unheld)

    def __post_init__(self) -> None:
        self.mika = self.slack.add_user("mika", real_name="Mika")
        self.channel = self.slack.add_channel("support", [self.mika, self.slack.workspace.bot_user])
        self.born()

    def born(self) -> None:
        """Another process begins with what the database knows."""
        people = People(self.client, now=self.clock.now)
        self.catch_up = CatchUp(
            self.client, self.inbox, people=people, holds=self.holds, source=SOURCE, clock=self.clock
        )

    async def cards(self, number: int) -> list[TicketRow]:
        """So many tickets, a minute apart, the last of them now."""
        rows, first = [], await TicketRow.all().count() + 1
        for one in range(number):
            self.clock.passes(timedelta(minutes=1))
            ts = self._stands(None, self.slack.workspace.bot_user)
            rows.append(
                TicketRow(
                    number=first + one, desk="Support", customer=self.customer, identity=self.identity, subject="s",
                    status="open", slack_channel=self.channel, thread_ts=ts, opened_at=self.clock.now(),
                    last_customer_at=self.clock.now(),
                )
            )  # fmt: skip
        await TicketRow.bulk_create(rows)
        return await TicketRow.filter(number__gte=first).order_by("number")

    def says(self, row: TicketRow, text: str = "On its way") -> str:
        """Mika writes into a thread, and nobody tells us."""
        return self._stands(str(row.thread_ts), self.mika, text)

    def _stands(self, root: str | None, user: str, text: str = "A card") -> str:
        ts = self.slack.workspace.next_ts()
        body = {"type": "message", "user": user, "text": text}
        self.slack.workspace.channels[self.channel].keep(Message(ts=ts, channel=self.channel, body=body, root=root))
        return ts

    async def knows(self, row: TicketRow, ts: str, *, at: datetime) -> None:
        """The message is in the database."""
        await MessageRow.create(
            ticket_id=row.id, seq=1, direction="out", author=f"agent:{self.mika}", body=[], kind="text", sent_at=at,
            arrived_at=at, slack_ts=ts,
        )  # fmt: skip

    async def is_caught_up(self) -> None:
        """All of it is known up to now."""
        now_ms = int(self.clock.now().timestamp() * 1000)
        await CounterRow.update_or_create(name=CAUGHT_UP, defaults={"value": now_ms})

    def asked(self) -> Counter[str]:
        """What Slack was asked, beside who we are."""
        return Counter(call.method for call in self.slack.calls if call.method != "auth.test")

    async def found(self) -> list[str]:
        """What was put into the inbox, oldest first: the words, or what was deleted."""
        events = [json.loads(row.body)["event"] for row in await InboxRow.all().order_by("id")]
        return [event.get("text") or event.get("deleted_ts") or event["message"]["text"] for event in events]


async def _alarm(*_: object, **__: object) -> None:
    raise AssertionError("nothing is processed here")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = ManualClock()
    async with (
        fresh_database(tmp_path / "loket.db"),
        SlackSandbox(clock=clock.now) as slack,
        ClientSession() as session,
    ):
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        inbox = Inbox(processors={}, alarm=_alarm, clock=clock, jitter=lambda: 1.0)
        customer = await CustomerRow.create(name="Ada", created_at=MONDAY)
        identity = await IdentityRow.create(customer=customer, channel="chat", account="1", key="7", created_at=MONDAY)
        yield Desk(slack, client, clock, inbox, customer, identity)


async def test_with_1400_threads_only_those_are_read_in_which_something_may_be_missing(desk: Desk) -> None:
    rows = await desk.cards(1400)
    for row in rows[::10]:
        desk.says(row)
    desk.clock.passes(5 * DAY)
    talked, changeable = rows[700:710], rows[100:120]
    for row in changeable:
        await desk.knows(row, desk.says(row, "Tomorow"), at=desk.clock.now())
    await desk.is_caught_up()
    desk.clock.passes(SKEW + HOUR)

    for row in talked:
        desk.says(row, f"News of {row.number}")
    await desk.catch_up.run()

    assert desk.asked() == {"conversations.history": 1400 // PAGE, "conversations.replies": 30}
    assert {f"News of {row.number}" for row in talked} <= set(await desk.found())


async def test_a_reply_below_which_we_have_posted_since_is_found(desk: Desk) -> None:
    quiet, row, _ = await desk.cards(3)
    desk.says(quiet, "Long ago")
    desk.clock.passes(2 * DAY)
    await desk.is_caught_up()
    desk.clock.passes(2 * DAY)

    desk.says(row, "While you were away")
    desk._stands(str(row.thread_ts), desk.slack.workspace.bot_user, "What the customer wrote meanwhile")
    await desk.catch_up.run()

    assert await desk.found() == ["While you were away"]


async def test_a_message_that_was_deleted_is_missed_in_a_thread_without_any_news(desk: Desk) -> None:
    _, row, _ = await desk.cards(3)
    ts = desk.says(row)
    await desk.knows(row, ts, at=desk.clock.now())
    desk.clock.passes(CHANGED_WITHIN - HOUR)
    await desk.is_caught_up()
    desk.clock.passes(10 * DAY)

    channel = desk.slack.workspace.channels[desk.channel]
    channel.forget(channel.messages[ts])
    await desk.catch_up.run()

    assert await desk.found() == [ts]


async def test_at_the_first_start_every_thread_is_read(desk: Desk) -> None:
    rows = await desk.cards(3)
    desk.says(rows[0], "From before")
    desk.clock.passes(10 * DAY)

    await desk.catch_up.run()

    assert desk.asked() == {"conversations.replies": 3}
    assert await desk.found() == ["From before"]


async def test_one_that_was_interrupted_begins_with_the_same(desk: Desk) -> None:
    rows = await desk.cards(3)
    await desk.is_caught_up()
    desk.clock.passes(2 * DAY)
    for row in rows:
        desk.says(row, f"News of {row.number}")
    desk.clock.passes(2 * DAY)

    gate = desk.slack.faults.hold("conversations.replies", performed=False)
    run = asyncio.create_task(desk.catch_up.run())
    await gate.reached()
    desk.catch_up.heard()
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    gate.release()
    assert not await desk.catch_up.keep()
    desk.born()
    assert not await desk.catch_up.keep()
    await desk.catch_up.run()

    assert sorted(await desk.found()) == ["News of 1", "News of 2", "News of 3"]
    assert await desk.catch_up.keep()


async def test_what_has_been_heard_need_not_be_sought(desk: Desk) -> None:
    rows = await desk.cards(3)
    await desk.is_caught_up()
    desk.clock.passes(2 * DAY)
    desk.says(rows[0])
    desk.clock.passes(2 * DAY)
    await desk.catch_up.run()
    desk.catch_up.heard()
    await InboxRow.all().delete()
    desk.clock.passes(2 * DAY)

    assert await desk.catch_up.keep()
    desk.says(rows[1], "News")
    desk.clock.passes(2 * DAY)
    desk.born()
    await desk.catch_up.run()

    assert await desk.found() == ["News"]


async def test_after_an_event_that_could_not_be_stored_there_is_something_to_seek(desk: Desk) -> None:
    await desk.cards(3)
    await desk.catch_up.run()

    desk.catch_up.missed()
    desk.catch_up.heard()
    before = await desk.catch_up.keep()
    await desk.catch_up.run()

    assert [before, await desk.catch_up.keep()] == [False, True]


async def test_threads_whose_cards_the_list_does_not_show_are_read(desk: Desk) -> None:
    rows = await desk.cards(3)
    await desk.is_caught_up()
    channel = desk.slack.workspace.channels[desk.channel]
    channel.forget(channel.messages[str(rows[0].thread_ts)])
    desk.slack.faults.plan("conversations.history", PlatformError("channel_not_found"))
    desk.says(rows[1], "News")

    desk.clock.passes(4 * DAY)
    await desk.catch_up.run()

    assert desk.asked() == {"conversations.history": 1, "conversations.replies": 3}
    assert await desk.found() == ["News"]


async def test_what_a_hold_waits_for_is_read_first_and_a_thread_that_we_cannot_read_hides_no_other(desk: Desk) -> None:
    rows = await desk.cards(3)
    desk.says(rows[0], "Held")
    desk.says(rows[2], "News")
    broken = desk.slack.workspace.channels[desk.channel].messages[desk.says(rows[1])]
    broken.body["edited"] = "no object"
    desk.holds.unread.add(rows[0].id)

    await desk.catch_up.run()

    assert await desk.found() == ["Held", "News"]
    assert not desk.holds.unread
