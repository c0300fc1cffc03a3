"""What people decide about parts, and how a part finds its customer."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from bot.channels.base import Capabilities, Channel, OutboundPart, Sent, Sink
from bot.delivery import decide, outbox
from bot.delivery.customers import CustomerSender
from bot.delivery.enclosures import Enclosures
from bot.delivery.files import FileStore
from bot.delivery.ports import Delivered, Part
from bot.domain.ids import Address
from bot.domain.receipts import Receipt, of_parts
from bot.domain.text import RichText
from bot.errors import Down, Later, Rejected, Unconfirmed
from bot.models.rows import AttachmentRow, CustomerRow, DeliveryRow, IdentityRow, MessageRow, TicketRow
from tests.clock import MONDAY, ManualClock
from tests.database import Kind, fresh_database

LATER = MONDAY + timedelta(minutes=1)
TEXT = RichText.of("On its way!")


PLAIN = Capabilities(label="Chat")


class Chat:
    """The end of a channel that sends, and remembers what it was given."""

    def __init__(self, capabilities: Capabilities = PLAIN) -> None:
        self.capabilities = capabilities
        self.sent: list[OutboundPart] = []
        self.channels: Mapping[str, Channel] = {"chat": cast("Channel", self)}  # only this is asked of it

    async def send(self, part: OutboundPart) -> Sent:
        self.sent.append(part)
        return Sent("chat-1")


@pytest.fixture(autouse=True)
async def message(tmp_path: Path, kind: Kind) -> AsyncIterator[MessageRow]:
    """An agent's message in a ticket, with the database open around it."""
    async with fresh_database(tmp_path / "loket.db", kind):
        customer = await CustomerRow.create(name="Ada", created_at=MONDAY)
        identity = await IdentityRow.create(
            customer_id=customer.id, channel="chat", account="desk", key="ada", created_at=MONDAY
        )
        ticket = await TicketRow.create(
            number=1, desk="Support", customer_id=customer.id, identity_id=identity.id, subject="?", status="open",
            opened_at=MONDAY, last_customer_at=MONDAY,
        )  # fmt: skip
        yield await MessageRow.create(
            ticket_id=ticket.id, seq=1, direction="out", author="agent:U1", body=TEXT.to_json(), kind="text",
            sent_at=MONDAY, arrived_at=MONDAY,
        )  # fmt: skip


async def parts(message: MessageRow, states: Sequence[str], *, tried_at: datetime | None = None) -> list[DeliveryRow]:
    return [
        await DeliveryRow.create(
            lane="customer:1", seq=4, kind="send", ticket_id=message.ticket_id, message_id=message.id, payload={},
            state=state, due_at=MONDAY, tried_at=tried_at, cause="reply", part=number, created_at=MONDAY,
        )
        for number, state in enumerate(states)
    ]  # fmt: skip


async def receipt_part(message: MessageRow) -> DeliveryRow:
    return await DeliveryRow.create(
        lane="receipt:1", seq=1, kind="show_receipt", message_id=message.id, payload={}, state="queued",
        due_at=MONDAY, cause="receipt", created_at=MONDAY,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["held", "held"], True),
        (["discarded", "held"], True),
        (["held", "sending"], False),
        (["done", "held"], False),
        (["discarded"], False),
        ([], False),
    ],
)
async def test_a_message_is_held_while_nothing_of_it_has_left(
    message: MessageRow, states: list[str], *, expected: bool
) -> None:
    await receipt_part(message)
    await parts(message, states)

    assert await decide.all_held(message.id) is expected


async def test_taking_back_discards_what_is_held_and_tells_its_place(message: MessageRow) -> None:
    receipt = await receipt_part(message)
    await parts(message, ["held", "held"])

    assert await decide.withdraw(message.id, why="undone", now=LATER) == 4

    rows = await DeliveryRow.filter(kind="send")
    assert {(row.state, row.error, row.settled_at) for row in rows} == {("discarded", "undone", LATER)}
    assert await decide.states(message.id) == []
    assert (await DeliveryRow.get(id=receipt.id)).state == "queued"


async def test_what_has_left_its_hold_is_not_taken_back(message: MessageRow) -> None:
    await parts(message, ["sending", "queued"])

    assert await decide.withdraw(message.id, why="undone", now=LATER) is None
    assert await decide.states(message.id) == ["sending", "queued"]


@pytest.mark.parametrize("state", ["failed", "uncertain"])
async def test_what_failed_or_is_uncertain_can_be_sent_again(message: MessageRow, state: str) -> None:
    (row,) = await parts(message, [state], tried_at=MONDAY)
    await DeliveryRow.all().update(announced_at=MONDAY, settled_at=MONDAY, error="cut off")

    assert await decide.again(row.id, now=LATER)
    assert not await decide.again(row.id, now=LATER)

    row = await DeliveryRow.get()
    assert (row.state, row.due_at) == ("queued", LATER)
    assert (row.announced_at, row.settled_at, row.error) == (None, None, None)


@pytest.mark.parametrize("state", ["failed", "uncertain"])
async def test_what_is_left_undelivered_still_counts_as_not_delivered(message: MessageRow, state: str) -> None:
    _, wrong = await parts(message, ["done", state], tried_at=MONDAY)
    await DeliveryRow.filter(id=wrong.id).update(announced_at=MONDAY)

    assert await decide.leave(wrong.id, why="left by U1", now=LATER)
    assert not await decide.leave(wrong.id, why="left by U2", now=LATER)

    left = await DeliveryRow.get(id=wrong.id)
    assert (left.state, left.error, left.settled_at) == ("discarded", "left by U1", LATER)
    assert of_parts(await decide.states(message.id)) is Receipt.TROUBLE


@pytest.mark.parametrize("state", ["held", "queued", "sending", "later", "done", "discarded"])
async def test_there_is_nothing_to_decide_about_any_other_part(message: MessageRow, state: str) -> None:
    (row,) = await parts(message, [state])

    assert not await decide.again(row.id, now=LATER)
    assert not await decide.leave(row.id, why="left by U1", now=LATER)
    assert (await DeliveryRow.get()).state == state


async def test_what_is_still_being_asked_for_is_nobodys_decision_yet(message: MessageRow) -> None:
    (row,) = await parts(message, ["uncertain"], tried_at=MONDAY)

    assert not await decide.again(row.id, now=LATER)
    assert not await decide.leave(row.id, why="left by U1", now=LATER)


async def test_an_agents_button_decides_only_about_what_goes_to_the_customer(message: MessageRow) -> None:
    receipt = await receipt_part(message)
    await DeliveryRow.all().update(state="failed")
    (row,) = await parts(message, ["failed"])

    assert await decide.message_of(row.id) == message.id
    assert await decide.message_of(receipt.id) is None
    assert await decide.message_of(999) is None


async def test_a_message_is_read_to_its_end_only_with_its_last_part(message: MessageRow) -> None:
    first, second, _ = await parts(message, ["done", "done", "discarded"])

    assert not await decide.is_last(outbox.part_of(first))
    assert await decide.is_last(outbox.part_of(second))


# --- the customer's end of it


class Nowhere:
    """Where no agent's file lies."""

    async def fetch(self, row: AttachmentRow, sink: Sink) -> None:  # noqa: ARG002 - it is asked for nothing
        raise Rejected("It is not there.")


def sender(channels: Mapping[str, Channel], *, clock: ManualClock) -> CustomerSender:
    return CustomerSender(channels, Enclosures(FileStore(Path("nowhere")), Nowhere()), clock=clock)


def part_of(ticket: int | None) -> Part:
    return Part(
        id=3, lane="customer:1", kind="send", ticket=ticket, message=None, payload={"text": TEXT.to_json()},
        attempts=0, budget="", due_at=MONDAY, tried_at=None,
    )  # fmt: skip


async def test_a_part_goes_to_the_address_of_its_tickets_customer(message: MessageRow) -> None:
    chat = Chat()

    delivered = await sender(chat.channels, clock=ManualClock()).send(part_of(message.ticket_id))

    assert delivered == Delivered(key="chat-1")
    (sent,) = chat.sent
    assert (sent.to, sent.text) == (Address(channel="chat", account="desk", key="ada"), TEXT)


async def test_a_part_without_a_ticket_names_its_address_itself() -> None:
    chat, part = Chat(), part_of(None)
    identity = await IdentityRow.get()

    await sender(chat.channels, clock=ManualClock()).send(
        replace(part, payload={**part.payload, "identity": identity.id})
    )

    assert [sent.to.key for sent in chat.sent] == ["ada"]


async def test_a_channel_that_is_switched_off_has_certainly_not_been_reached(message: MessageRow) -> None:
    with pytest.raises(Down, match="chat is switched off"):
        await sender({}, clock=ManualClock()).send(part_of(message.ticket_id))


async def test_a_customers_channel_cannot_be_asked_what_arrived(message: MessageRow) -> None:
    with pytest.raises(Unconfirmed):
        await sender(Chat().channels, clock=ManualClock()).find(part_of(message.ticket_id))


async def test_a_channel_that_reports_by_itself_is_waited_for(message: MessageRow) -> None:
    chat = Chat(Capabilities(label="Chat", echo=timedelta(seconds=30)))
    part = replace(part_of(message.ticket_id), tried_at=MONDAY - timedelta(seconds=10))

    with pytest.raises(Later) as waiting:
        await sender(chat.channels, clock=ManualClock()).find(part)
    with pytest.raises(Unconfirmed):
        await sender(chat.channels, clock=ManualClock(MONDAY + timedelta(seconds=20))).find(part)

    assert waiting.value.after == timedelta(seconds=20)


async def test_nothing_is_sent_outside_the_window(message: MessageRow) -> None:
    chat = Chat(Capabilities(label="Chat", window=timedelta(hours=24)))
    await IdentityRow.all().update(last_inbound_at=MONDAY - timedelta(hours=24))

    with pytest.raises(Rejected, match="only for a time"):
        await sender(chat.channels, clock=ManualClock()).send(part_of(message.ticket_id))
    await sender(chat.channels, clock=ManualClock(MONDAY - timedelta(seconds=1))).send(part_of(message.ticket_id))

    assert len(chat.sent) == 1
