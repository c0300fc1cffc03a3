"""When a further version of a customer's message is news."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import InboundFile, InboundMessage, Sender
from bot.domain.ids import Address
from bot.domain.text import RichText
from bot.models.rows import AttachmentRow, CustomerRow, IdentityRow, MessageRow, TicketRow
from bot.services.versions import is_news
from tests.clock import MONDAY
from tests.database import Kind, fresh_database

CAPTION = RichText.of("The lid")
FILE = InboundFile(kind="photo", name="", size_bytes=1000, source={"unique": "A"})
AGAIN = InboundMessage(
    key="1:2:edit-1", sender=Sender(address=Address(channel="chat", account="desk", key="1"), name="Ada"),
    sent_at=MONDAY, text=CAPTION, kind="photo", edit=True, revises="1:2", files=(FILE,),
)  # fmt: skip


@pytest.fixture
async def photo(tmp_path: Path, kind: Kind) -> AsyncIterator[MessageRow]:
    async with fresh_database(tmp_path / "loket.db", kind):
        customer = await CustomerRow.create(name="Ada", created_at=MONDAY)
        identity = await IdentityRow.create(
            customer_id=customer.id, channel="chat", account="desk", key="1", created_at=MONDAY
        )
        ticket = await TicketRow.create(
            number=1, desk="Support", customer_id=customer.id, identity_id=identity.id, subject="?", status="open",
            opened_at=MONDAY, last_customer_at=MONDAY,
        )  # fmt: skip
        message = await MessageRow.create(
            ticket_id=ticket.id, seq=1, direction="in", author="customer", body=CAPTION.to_json(), kind="photo",
            sent_at=MONDAY, arrived_at=MONDAY,
        )  # fmt: skip
        await AttachmentRow.create(
            message_id=message.id, position=1, kind="photo", name="", mime="", size_bytes=1000, source={"unique": "A"},
            state="done", created_at=MONDAY,
        )  # fmt: skip
        yield message


async def test_the_same_once_more_is_no_news(photo: MessageRow) -> None:
    assert not await is_news(AGAIN, photo)


@pytest.mark.parametrize(
    "version",
    [
        replace(AGAIN, text=RichText.of("The cracked lid")),
        replace(AGAIN, kind="video"),
        replace(AGAIN, files=(replace(FILE, source={"unique": "B"}),)),
        replace(AGAIN, link="https://maps.example.org"),
    ],
    ids=["words", "kind", "file", "place"],
)
async def test_whatever_looks_different_is_news(photo: MessageRow, version: InboundMessage) -> None:
    assert await is_news(version, photo)


async def test_a_version_that_comes_after_a_later_one_is_no_news(photo: MessageRow) -> None:
    await MessageRow.create(
        ticket_id=photo.ticket_id, seq=2, direction="in", author="customer", body=RichText.of("Newest").to_json(),
        kind="edit.photo", sent_at=MONDAY + timedelta(minutes=1), arrived_at=MONDAY, about=photo.id,
    )  # fmt: skip

    assert not await is_news(replace(AGAIN, text=RichText.of("Older")), photo)
    assert await is_news(replace(AGAIN, sent_at=MONDAY + timedelta(minutes=2)), photo)
