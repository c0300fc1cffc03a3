"""What a platform says later of a reply: late, twice and in any order, and yet the receipt only goes up."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from itertools import count, permutations, product
from pathlib import Path

import pytest

from bot.channels.base import Report, Word
from bot.config import Config, Desk
from bot.domain.ids import Cause
from bot.domain.text import RichText
from bot.models.rows import CustomerRow, DeliveryRow, IdentityRow, JournalRow, MessageRow, TicketRow
from bot.services.context import Context
from bot.services.settlement import Settlement
from bot.texts import Texts
from tests.clock import MONDAY
from tests.database import Kind, fresh_database

SEQUENCES = [
    *(words for length in (1, 2) for words in product(Word, repeat=length)),
    *((*words, *words[:2]) for words in permutations(Word)),  # all orders, and then the first two once more
]
TEXT = RichText.of("On its way!").to_json()
NUMBERS = count(1)


@pytest.fixture
async def ticket(tmp_path: Path, kind: Kind) -> AsyncIterator[TicketRow]:
    async with fresh_database(tmp_path / "loket.db", kind):
        customer = await CustomerRow.create(name="Ada", created_at=MONDAY)
        identity = await IdentityRow.create(
            customer_id=customer.id, channel="chat", account="desk", key="ada", created_at=MONDAY
        )
        yield await TicketRow.create(
            number=1, desk="Support", customer_id=customer.id, identity_id=identity.id, subject="?", status="open",
            opened_at=MONDAY, last_customer_at=MONDAY,
        )  # fmt: skip


async def sent(ticket: TicketRow, state: str) -> tuple[MessageRow, DeliveryRow]:
    """A reply whose only part is in this state."""
    number = next(NUMBERS)
    message = await MessageRow.create(
        ticket_id=ticket.id, seq=number, direction="out", author="agent:U1", body=TEXT, kind="text",
        sent_at=MONDAY, arrived_at=MONDAY, receipt="accepted" if state == "done" else "waiting",
    )  # fmt: skip
    part = await DeliveryRow.create(
        lane="customer:1", seq=number, kind="send", ticket_id=ticket.id, message_id=message.id, state=state,
        payload={"text": TEXT, "released_at": MONDAY.isoformat()}, due_at=MONDAY, tried_at=MONDAY, attempts=1,
        cause=f"reply-{number}", created_at=MONDAY, external_key=f"wamid-{number}" if state == "done" else None,
    )  # fmt: skip
    return message, part


async def said(words: Sequence[Word], part: DeliveryRow) -> None:
    settlement = Settlement(
        Context(config=Config(desk=(Desk(name="Support", channel="#support"),)), texts=Texts(), channels={})
    )
    for at, word in enumerate(words):
        report = Report(word=word, mark=f"part-{part.id}.1", key=f"wamid-{part.seq}", reason="They are away.")
        cause = Cause(f"report-{part.id}-{at}")
        await settlement.reported(report, cause=cause, now=MONDAY + timedelta(seconds=at))


def expected(words: Sequence[Word]) -> tuple[str, str]:
    """How the part and the receipt must stand, whatever the order."""
    if Word.READ in words:
        return "done", "read"
    if Word.DELIVERED in words:
        return "done", "accepted"
    return ("failed", "trouble") if Word.FAILED in words else ("done", "accepted")


@pytest.mark.parametrize("state", ["done", "sending", "uncertain"])
async def test_the_receipt_is_the_same_in_every_order_and_however_often_it_is_said(
    ticket: TicketRow, state: str
) -> None:
    wrong = []
    for words in SEQUENCES:
        message, part = await sent(ticket, state)
        await said(words, part)
        stands = ((await DeliveryRow.by_id(part.id)).state, (await MessageRow.by_id(message.id)).receipt)
        if stands != expected(words):
            wrong.append((words, stands))

    assert wrong == []


async def test_a_failure_after_acceptance_is_told_once(ticket: TicketRow) -> None:
    _, part = await sent(ticket, "done")

    await said([Word.ACCEPTED, Word.FAILED, Word.ACCEPTED, Word.FAILED], part)

    assert await JournalRow.filter(event="ReplyFailed").count() == 1
    assert await DeliveryRow.filter(kind="post_trouble").count() == 1


async def test_a_failure_that_comes_after_the_delivery_is_none(ticket: TicketRow) -> None:
    _, part = await sent(ticket, "done")

    await said([Word.DELIVERED, Word.FAILED], part)

    assert await JournalRow.filter(event="ReplyFailed").count() == 0
