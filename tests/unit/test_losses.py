"""Which rows count as not come through, and whose desk is told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.config import Config, Desk
from bot.delivery.losses import Stage, by_stage, losses
from bot.delivery.standing import Ask
from bot.models.database import query, reading
from bot.models.rows import CustomerRow, DeliveryRow, IdentityRow, InboxRow, TicketRow
from bot.services.context import Context
from bot.services.losses import Losses
from bot.texts import Texts
from tests.clock import MONDAY
from tests.database import Kind, fresh_database

NOW = MONDAY + timedelta(hours=1)
NAMES = count()


@pytest.fixture
async def tickets(tmp_path: Path, kind: Kind) -> AsyncIterator[dict[str, TicketRow]]:
    """One ticket at each of two desks, and one of a desk that is gone."""
    async with fresh_database(tmp_path / "loket.db", kind):
        customer = await CustomerRow.create(name="Ada", created_at=MONDAY)
        identity = await IdentityRow.create(customer=customer, channel="t", account="1", key="7", created_at=MONDAY)
        yield {
            desk: await TicketRow.create(
                number=number, desk=desk, customer=customer, identity=identity, subject="s", status="open",
                opened_at=MONDAY, last_customer_at=MONDAY,
            )
            for number, desk in enumerate(("Support", "Billing", "Gone"), 1)
        }  # fmt: skip


async def part(
    ticket: TicketRow | None, kind: str, state: str, *, due_in: timedelta = timedelta(0), announced: bool = False
) -> None:
    """A part of the outbox; to a customer, it was released a quarter of an hour after it was made."""
    released_at = MONDAY + timedelta(minutes=15)
    await DeliveryRow.create(
        lane="l", seq=1, kind=kind, ticket_id=ticket and ticket.id, state=state, due_at=NOW + due_in,
        payload={"released_at": released_at.isoformat()}, cause=f"c:{next(NAMES)}", created_at=MONDAY,
        announced_at=MONDAY if announced else None,
    )  # fmt: skip


async def row(state: str) -> None:
    """A row of the inbox."""
    await InboxRow.create(
        source="t", key=str(next(NAMES)), lane="l", position=1, body="{}", received_at=MONDAY, state=state, next_at=NOW
    )


@pytest.mark.parametrize("ask", [query, reading])
async def test_what_is_on_its_way_is_counted_by_stage_and_desk(tickets: dict[str, TicketRow], ask: Ask) -> None:
    support, billing = tickets["Support"], tickets["Billing"]
    for state in ("new", "parked", "done", "discarded"):
        await row(state)
    for state in ("queued", "later", "sending", "uncertain", "failed", "done", "discarded"):
        await part(support, "post_message", state)
    await part(support, "open_thread", "queued")
    await part(billing, "post_trouble", "uncertain", announced=True)
    for state in ("queued", "later", "sending", "uncertain", "failed", "done", "discarded"):
        await part(billing, "send", state)
    await part(None, "send", "queued")

    found = await losses(ask, now=NOW)

    assert {(one.stage, one.desk): (one.number, one.age(NOW)) for one in found} == {
        (Stage.UNPROCESSED, None): (2, timedelta(hours=1)),
        (Stage.UNPOSTED, "Support"): (6, timedelta(hours=1)),
        (Stage.UNPOSTED, "Billing"): (1, timedelta(hours=1)),
        (Stage.UNDELIVERED, "Billing"): (4, timedelta(minutes=45)),
        (Stage.UNDELIVERED, None): (1, timedelta(minutes=45)),
    }
    together = by_stage(found)[Stage.UNDELIVERED]
    assert together is not None
    assert together.number == 5


async def test_what_a_person_knows_of_and_what_is_only_shown_does_not_count(tickets: dict[str, TicketRow]) -> None:
    support = tickets["Support"]
    await part(support, "send", "held", due_in=timedelta(seconds=1))
    await part(support, "send", "uncertain", announced=True)
    await part(support, "send", "failed")
    for kind in ("update_card", "show_receipt", "whisper", "post_alarm"):
        await part(support, kind, "later")
    await part(support, "post_reminder", "held", due_in=timedelta(minutes=1))

    assert await losses(query, now=NOW) == []


async def test_a_hold_that_is_over_counts(tickets: dict[str, TicketRow]) -> None:
    await part(tickets["Support"], "send", "held")

    (found,) = await losses(query, now=NOW)

    assert (found.stage, found.number) == (Stage.UNDELIVERED, 1)


async def test_each_desk_is_told_of_its_own_and_the_first_of_what_has_none(tickets: dict[str, TicketRow]) -> None:
    desks = (Desk(name="Support", channel="#support"), Desk(name="Billing", channel="#billing"))
    watch = Losses(Context(config=Config(desk=desks), texts=Texts(), channels={}))
    await row("new")
    await part(tickets["Billing"], "send", "later")
    await part(tickets["Gone"], "post_message", "later")

    await watch.watch(now=NOW)
    await watch.watch(now=NOW + timedelta(seconds=5))

    told = await DeliveryRow.filter(kind="post_alarm").order_by("id")
    assert [(alarm.lane, alarm.payload["name"], alarm.payload["words"]["number"]) for alarm in told] == [
        ("desk:Support", "loss.unprocessed", "1"),
        ("desk:Support", "loss.unposted", "1"),
        ("desk:Billing", "loss.undelivered", "1"),
    ]
