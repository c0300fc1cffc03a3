"""After the clock was set back, nothing waits for the time that it showed before, and nothing ends early."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tortoise.transactions import in_transaction

from bot.delivery.outbox import LEASE
from bot.delivery.waits import begun_anew, brought_back
from bot.models.rows import DeliveryRow, InboxRow
from tests.clock import MONDAY as NOW
from tests.database import Kind, fresh_database

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
BEFORE = NOW + HOUR  #: what the clock showed before it was set back


@pytest.fixture(autouse=True)
async def database(tmp_path: Path, kind: Kind) -> AsyncIterator[None]:
    async with fresh_database(tmp_path / "loket.db", kind):
        yield


async def leaving(state: str, *, due_at: datetime, made_at: datetime = NOW - MINUTE) -> int:
    row = await DeliveryRow.create(
        lane="ada", seq=1, kind="send", payload={}, state=state, due_at=due_at, created_at=made_at,
        cause=f"{state}:{due_at}:{made_at}",
    )  # fmt: skip
    return int(row.id)


async def arrived(*, next_at: datetime, received_at: datetime, state: str = "new") -> int:
    row = await InboxRow.create(
        source="chat", key=f"{next_at}:{state}", lane="chat:ada", position=1, body="{}", state=state, next_at=next_at,
        received_at=received_at,
    )  # fmt: skip
    return int(row.id)


async def due(row: int) -> timedelta:
    return (await DeliveryRow.by_id(row)).due_at - NOW


async def looked_at(row: int) -> timedelta:
    return (await InboxRow.get(id=row)).next_at - NOW


async def set_back() -> None:
    async with in_transaction():
        await brought_back(by=HOUR, now=NOW)


async def test_a_hold_begins_anew() -> None:
    just_held = await leaving("held", made_at=BEFORE, due_at=BEFORE + 5 * SECOND)
    held_since = await leaving("held", made_at=NOW, due_at=NOW + 5 * SECOND)

    await set_back()
    assert (await due(just_held), await due(held_since)) == (5 * SECOND, 5 * SECOND)

    async with in_transaction():
        await begun_anew(now=NOW + 3 * SECOND)
    assert await due(just_held) == 5 * SECOND


async def test_a_pause_ends_as_it_would_have() -> None:
    put_off = await leaving("later", due_at=BEFORE + 30 * SECOND)
    was_due = await leaving("queued", due_at=BEFORE - SECOND)
    new = await leaving("queued", made_at=BEFORE, due_at=BEFORE)
    over = await leaving("later", due_at=NOW - SECOND)

    await set_back()

    assert [await due(row) for row in (put_off, was_due, new, over)] == [30 * SECOND, 0 * SECOND, 0 * SECOND, -SECOND]


async def test_a_lease_lasts_as_long_as_a_request_may_take() -> None:
    sending = await leaving("sending", due_at=BEFORE + LEASE)
    asked = await leaving("uncertain", due_at=NOW + 3 * SECOND)
    settled = await leaving("done", due_at=BEFORE)

    await set_back()

    assert [await due(row) for row in (sending, asked, settled)] == [LEASE, 3 * SECOND, HOUR]


async def test_what_arrived_is_looked_at_as_soon_as_it_would_have_been() -> None:
    new = await arrived(received_at=BEFORE, next_at=BEFORE)
    put_off = await arrived(received_at=NOW - HOUR, next_at=BEFORE + 2 * SECOND)
    done = await arrived(received_at=BEFORE, next_at=BEFORE, state="done")

    await set_back()

    assert [await looked_at(row) for row in (new, put_off, done)] == [0 * SECOND, 2 * SECOND, HOUR]


async def test_what_was_decided_before_and_is_committed_after_begins_to_wait_then() -> None:
    await set_back()
    held = await leaving("held", made_at=BEFORE, due_at=BEFORE + 5 * SECOND)
    new = await arrived(received_at=BEFORE, next_at=BEFORE)

    async with in_transaction():
        await begun_anew(now=NOW + SECOND)

    assert (await due(held), await looked_at(new)) == (6 * SECOND, SECOND)
