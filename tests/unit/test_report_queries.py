"""What reports read from the database: nothing that counts is left out, whatever the period."""

import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.config import Targets
from bot.models.database import Database
from bot.models.rows import CustomerRow, IdentityRow, MessageRow, TicketRow
from bot.reports import queries
from bot.reports.period import By, parse
from bot.reports.sla import summarise
from tests.database import Kind, fresh_database

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LONG_AGO, ZONE = "2026-01-01..2026-12-31", ZoneInfo("Asia/Jakarta")
REACH_S = 20 * 86_400


@pytest.fixture
async def database(tmp_path: Path, kind: Kind) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path / "loket.db", kind) as it:
        yield it


async def ticket(
    number: int, *, opened_at: datetime, written_at: datetime | None = None, channel: str = "telegram", **more: Any
) -> TicketRow:
    """A ticket with its first message."""
    customer = await CustomerRow.create(name="Ada", created_at=NOW)
    identity = await IdentityRow.create(
        customer=customer, channel=channel, account="1", key=str(number), created_at=NOW
    )
    values = {"status": "new", **more}
    row = await TicketRow.create(
        number=number, desk="Support", customer=customer, identity=identity, subject="s", opened_at=opened_at,
        last_customer_at=opened_at, **values,
    )  # fmt: skip
    await message(row, 1, author="customer", direction="in", at=written_at or opened_at)
    return row


async def message(row: TicketRow, seq: int, *, author: str, at: datetime, **more: Any) -> None:
    await MessageRow.create(
        ticket_id=row.id, seq=seq, author=author, body=[], kind="text", sent_at=at, arrived_at=at,
        **{"direction": "out", **more},
    )  # fmt: skip


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("words", ["today", "yesterday", "7d", "last week", "2026-11-11", "2026-11-10..2026-11-20"])
async def test_what_is_not_read_would_not_have_counted(words: str) -> None:
    chance = random.Random(words)  # noqa: S311 - made-up tickets
    for number in range(1, 31):
        moment = _moments(chance)
        opened_at = moment()
        await ticket(
            number, opened_at=opened_at, written_at=opened_at - timedelta(seconds=chance.choice([0, 7, 40_000])),
            first_reply_at=chance.choice([None, moment()]), solved_at=chance.choice([None, moment()]),
            owner=chance.choice([None, "U1", "U2"]), channel=chance.choice(["telegram", "whatsapp"]),
        )  # fmt: skip

    period = parse(words, now=NOW, zone=ZONE)
    everything = await queries.tickets(parse(LONG_AGO, now=NOW, zone=ZONE))
    read = await queries.tickets(period)

    assert len(everything) == 30
    for by in By:
        of_read, of_everything = (
            summarise(rows, period=period, targets=Targets(), now=NOW, by=by) for rows in (read, everything)
        )
        assert of_read == of_everything


def _moments(chance: random.Random) -> Callable[[], datetime]:
    """Instants that rise from call to call, up to now; some of them on a midnight of the desk."""
    at = NOW - timedelta(seconds=chance.randrange(REACH_S))

    def later() -> datetime:
        nonlocal at
        at += (NOW - at) * chance.random()
        midnight = at.replace(hour=17, minute=0, second=0, microsecond=0)
        at = chance.choice([at, max(at, midnight)])
        return min(at, NOW)

    return later


@pytest.mark.usefixtures("database")
async def test_a_ticket_begins_when_the_customer_wrote_even_if_we_were_away() -> None:
    await ticket(1, opened_at=NOW, written_at=NOW - timedelta(hours=5))
    await ticket(2, opened_at=NOW, written_at=NOW + timedelta(seconds=2))  # by a clock that is ahead of ours

    asked = [it.asked_at for it in await queries.tickets(parse("today", now=NOW, zone=ZONE))]

    assert asked == [NOW - timedelta(hours=5), NOW]


@pytest.mark.usefixtures("database")
async def test_nobodys_ticket_is_his_whose_first_reply_the_channel_accepted() -> None:
    row = await ticket(1, opened_at=NOW, first_reply_at=NOW, closed_at=NOW, status="closed")
    await message(row, 2, author="agent:U1", at=NOW, receipt="trouble")
    await message(row, 3, author="desk", at=NOW, receipt="accepted")
    await message(row, 4, author="agent:U2", at=NOW, receipt="read")
    await message(row, 5, author="agent:U3", at=NOW, receipt="accepted")

    (found,) = await queries.tickets(parse("today", now=NOW, zone=ZONE))

    assert (found.agent, found.solved_at) == ("U2", NOW)
