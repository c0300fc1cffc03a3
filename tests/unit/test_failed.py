"""What did not get through, put back or discarded by an operator."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import Config, Desk
from bot.delivery.ports import FILE
from bot.domain.events import OPERATOR
from bot.domain.text import RichText
from bot.errors import NotStuck
from bot.models.rows import CustomerRow, DeliveryRow, IdentityRow, JournalRow, MessageRow, TicketRow
from bot.services.context import Context
from bot.services.failed import Failed
from bot.texts import Texts
from tests.clock import MONDAY
from tests.database import Kind, fresh_database

LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
async def failed(tmp_path: Path, kind: Kind) -> AsyncIterator[Failed]:
    """The operator's view of an empty database with one ticket, #7."""
    config = Config(desk=(Desk(name="Support", channel="#support"),))
    async with fresh_database(tmp_path / "loket.db", kind):
        customer = await CustomerRow.create(name="Ada", created_at=MONDAY)
        identity = await IdentityRow.create(customer=customer, channel="t", account="1", key="7", created_at=MONDAY)
        await TicketRow.create(
            number=7, desk="Support", customer=customer, identity=identity, subject="s", status="open",
            opened_at=MONDAY, last_customer_at=MONDAY,
        )  # fmt: skip
        yield Failed(Context(config=config, texts=Texts(), channels={}))


async def message(receipt: str) -> MessageRow:
    """An agent's words to the customer of #7."""
    ticket = await TicketRow.get(number=7)
    seq = 1 + await MessageRow.filter(ticket_id=ticket.id).count()
    return await MessageRow.create(
        ticket_id=ticket.id, seq=seq, direction="out", author="agent:U1", body=RichText.of("Hi").to_json(),
        kind="text", sent_at=MONDAY, arrived_at=MONDAY, receipt=receipt,
    )  # fmt: skip


async def part(state: str, *, kind: str = "send", receipt: str = "trouble", said: bool = True) -> DeliveryRow:
    """A part of the outbox in this state, and the message that it carries."""
    carried = await message(receipt)
    return await DeliveryRow.create(
        lane=f"lane:{carried.id}", seq=1, kind=kind, ticket_id=carried.ticket_id, message_id=carried.id,
        payload={"text": [], "released_at": MONDAY.isoformat()}, state=state, attempts=1, due_at=MONDAY,
        tried_at=MONDAY, announced_at=MONDAY if said else None, error="The customer has blocked the bot.",
        cause=f"cause:{carried.id}", created_at=MONDAY,
    )  # fmt: skip


async def test_the_list_holds_what_somebody_must_look_at_and_nothing_else(failed: Failed) -> None:
    stuck = [await part("failed"), await part("uncertain"), await part("done", kind="post_offer", receipt="held")]
    for state in ("queued", "done", "discarded"):
        await part(state)
    await part("uncertain", said=False)  # still being asked for
    await part("done", kind="post_offer", receipt="internal")

    listed = await failed.listed()

    assert [one.id for one in listed] == [f"out-{row.id}" for row in stuck]
    assert [one.state for one in listed] == ["failed", "uncertain", "held"]
    assert {one.ticket for one in listed} == {7}


async def test_the_list_says_in_words_what_a_part_carries(failed: Failed) -> None:
    for kind in ("send", "fetch_file", "post_files", "post_notice"):
        await part("failed", kind=kind)
    file = await part("failed")
    await DeliveryRow.filter(id=file.id).update(payload={**file.payload, FILE: 1})

    assert [one.what for one in await failed.listed()] == [
        "text to customer", "file from customer", "file for thread", "post notice", "file to customer",
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["failed", "uncertain"])
async def test_a_part_that_is_put_back_is_queued_and_the_journal_says_by_whom(failed: Failed, state: str) -> None:
    row = await part(state)

    await failed.retry(f"out-{row.id}", now=LATER)

    await row.refresh_from_db()
    entry = await JournalRow.get(event="PartDecided")
    assert (row.state, row.due_at, row.error) == ("queued", LATER, None)
    assert (entry.actor, entry.at) == (OPERATOR, LATER)
    assert (await MessageRow.get(id=row.message_id)).receipt == "waiting"
    assert await failed.listed() == []


async def test_a_part_that_is_discarded_keeps_the_reason(failed: Failed) -> None:
    row = await part("failed")

    await failed.discard(f"out-{row.id}", why="told by phone", now=LATER)

    await row.refresh_from_db()
    assert (row.state, row.error) == ("discarded", "told by phone")
    assert (await MessageRow.get(id=row.message_id)).receipt == "trouble"
    assert await failed.listed() == []


async def test_what_slack_refused_can_be_put_back_too(failed: Failed) -> None:
    row = await part("failed", kind="post_notice")

    await failed.retry(f"out-{row.id}", now=LATER)

    await row.refresh_from_db()
    assert row.state == "queued"
    assert await JournalRow.exists(event="PartDecided", actor=OPERATOR)


@pytest.mark.parametrize(("state", "kind", "why"), [("done", "send", "nothing"), ("done", "post_offer", "#7")])
async def test_what_is_not_stuck_or_waits_for_its_writer_is_refused(
    failed: Failed, state: str, kind: str, why: str
) -> None:
    row = await part(state, kind=kind, receipt="held")

    with pytest.raises(NotStuck, match=why):
        await failed.retry(f"out-{row.id}", now=LATER)
    with pytest.raises(NotStuck, match=why):
        await failed.discard(f"out-{row.id}", why="so", now=LATER)
