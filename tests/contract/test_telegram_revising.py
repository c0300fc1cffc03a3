"""What was sent by Telegram is changed and taken back, through its real library against its local server."""

from collections.abc import AsyncIterator

import pytest

from bot.channels.base import OutboundPart, Revising
from bot.domain.text import Mark, RichText, Span
from bot.errors import DeliveryError, Later, Rejected, Unconfirmed, Unreachable
from bot.sandbox.faults import Fault, PlatformError, Reset, ServerError, Throttled
from tests.far import TelegramFar

NEW = RichText((Span("Tomorrow", frozenset({Mark.BOLD})), Span(" at nine")))
METHODS = {"edit": "editMessageText", "delete": "deleteMessage"}


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramFar]:
    side = TelegramFar()
    await side.start()
    await side.channel.open()
    yield side
    await side.channel.close()
    await side.away()


async def sent(telegram: TelegramFar) -> str:
    part = OutboundPart(to=telegram.ada, text=RichText.of("Tomorow"))
    return (await telegram.channel.send(part)).key


async def change(telegram: TelegramFar, how: str, key: str) -> None:
    assert isinstance(telegram.channel, Revising)
    if how == "edit":
        await telegram.channel.edit(telegram.ada, key, NEW)
    else:
        await telegram.channel.delete(telegram.ada, key)


async def test_an_edit_takes_the_place_of_what_was_sent_with_its_formatting(telegram: TelegramFar) -> None:
    await change(telegram, "edit", await sent(telegram))

    last = telegram.sandbox.chat(int(telegram.ada.key))[-1]
    assert telegram.received() == ["Tomorrow at nine"]
    assert [entity["type"] for entity in last["entities"]] == ["bold"]


async def test_a_deleted_message_is_gone(telegram: TelegramFar) -> None:
    await change(telegram, "delete", await sent(telegram))

    assert telegram.received() == []


@pytest.mark.parametrize("how", METHODS)
async def test_a_change_may_be_made_again(telegram: TelegramFar, how: str) -> None:
    key = await sent(telegram)

    await change(telegram, how, key)
    await change(telegram, how, key)

    assert telegram.received() == (["Tomorrow at nine"] if how == "edit" else [])


@pytest.mark.parametrize("how", METHODS)
@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (Throttled(7), Later),
        (ServerError(502), Unconfirmed),
        (Reset(performed=True), Unconfirmed),
        (PlatformError("400 Bad Request: message can't be deleted for everyone"), Rejected),
        (PlatformError("400 Bad Request: message can't be edited"), Rejected),
    ],
    ids=str,
)
async def test_a_failing_change_says_what_that_means(
    telegram: TelegramFar, how: str, fault: Fault, meaning: type[DeliveryError]
) -> None:
    key = await sent(telegram)
    telegram.faults.plan(METHODS[how], fault)

    with pytest.raises(meaning) as caught:
        await change(telegram, how, key)

    assert type(caught.value) is meaning
    assert "Bad Request" not in str(caught.value)


@pytest.mark.parametrize("how", METHODS)
async def test_an_answer_that_never_comes_leaves_doubt_and_the_change_is_made_again(
    telegram: TelegramFar, how: str
) -> None:
    key = await sent(telegram)
    gate = telegram.faults.hold(METHODS[how], performed=True)

    with pytest.raises(Unconfirmed):
        await change(telegram, how, key)
    gate.release()
    await change(telegram, how, key)

    assert telegram.received() == (["Tomorrow at nine"] if how == "edit" else [])


async def test_what_is_gone_can_not_be_edited(telegram: TelegramFar) -> None:
    key = await sent(telegram)
    await change(telegram, "delete", key)

    with pytest.raises(Rejected, match="no longer in the customer's chat"):
        await change(telegram, "edit", key)


async def test_nothing_is_edited_at_a_customer_who_has_blocked_us(telegram: TelegramFar) -> None:
    key = await sent(telegram)
    telegram.blocks()

    with pytest.raises(Unreachable):
        await change(telegram, "edit", key)
