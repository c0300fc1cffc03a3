"""One question finds all that time makes due, and nothing else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.models.rows import CustomerRow, DeliveryRow, IdentityRow, InboxRow, TicketRow
from bot.scheduler.due import Due, due_by_time
from tests.clock import MONDAY
from tests.database import Kind, fresh_database
from tests.outgoing import SECOND, Desk, part

NOTHING = Due(timers=False, arrived=False, leaving=False)
AT = MONDAY + SECOND
MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
async def database(tmp_path: Path, kind: Kind) -> AsyncIterator[None]:
    async with fresh_database(tmp_path / "loket.db", kind):
        yield


async def becomes(at: datetime) -> Due:
    """What is due at that time; a moment earlier nothing was."""
    assert await due_by_time(now=at - MOMENT) == NOTHING
    return await due_by_time(now=at)


async def ticket(*, next_due_at: datetime | None) -> None:
    customer = await CustomerRow.create(name="Ada", created_at=MONDAY)
    identity = await IdentityRow.create(
        customer_id=customer.id, channel="chat", account="1", key="ada", created_at=MONDAY
    )
    await TicketRow.create(
        number=1, desk="Support", customer=customer, identity=identity, subject="s", status="solved",
        opened_at=MONDAY, last_customer_at=MONDAY, next_due_at=next_due_at,
    )  # fmt: skip


async def arrived(*, state: str) -> None:
    await InboxRow.create(
        source="chat", key="a", lane="chat:ada", position=1, body="{}", received_at=MONDAY, state=state, next_at=AT
    )


async def test_a_ticket_is_due_by_its_timer() -> None:
    await ticket(next_due_at=AT)

    assert await becomes(AT) == replace(NOTHING, timers=True)


async def test_a_ticket_without_a_timer_is_never_due() -> None:
    await ticket(next_due_at=None)

    assert await becomes(MONDAY + timedelta(days=999)) == NOTHING


async def test_what_arrived_is_due_when_it_may_be_tried_again() -> None:
    await arrived(state="new")

    assert await becomes(AT) == replace(NOTHING, arrived=True)


@pytest.mark.parametrize("state", ["done", "parked"])
async def test_what_arrived_and_was_decided_is_not(state: str) -> None:
    await arrived(state=state)

    assert await becomes(AT) == NOTHING


@pytest.mark.parametrize("state", ["held", "queued", "later", "sending", "uncertain", "done", "failed", "discarded"])
async def test_a_part_is_due_exactly_when_the_outbox_would_take_it(state: str) -> None:
    desk = Desk()
    await desk.put(part("hello", due_at=AT))
    await DeliveryRow.filter().update(state=state)
    desk.clock.passes(SECOND)

    due = await becomes(AT)

    assert due.leaving is bool(await desk.take())
    assert due == replace(NOTHING, leaving=due.leaving)


async def test_a_part_whose_unknown_end_a_person_decides_is_not() -> None:
    await Desk().put(part("hello", due_at=AT))
    await DeliveryRow.filter().update(state="uncertain", announced_at=MONDAY)

    assert await becomes(AT) == NOTHING
