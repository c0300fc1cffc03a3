"""What every channel keeps to, asked through its real library against its local server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from typing_extensions import override

from bot.channels.base import Choice, InboundMessage, OutboundPart, Raw
from bot.domain.text import Mark, RichText, Span
from bot.errors import DeliveryError, Later, Rejected, Unconfirmed
from bot.sandbox.faults import Fault, Hold, PlatformError, Reset, ServerError, Throttled, TooDeep
from tests.far import NOON, Far, Kept, TelegramFar, WhatsAppFar, messages, texts


@pytest.fixture(params=[TelegramFar, WhatsAppFar], ids=["telegram", "whatsapp"])
async def far(request: pytest.FixtureRequest) -> AsyncIterator[Far]:
    side: Far = request.param()
    await side.start()
    await side.channel.open()
    yield side
    await side.channel.close()
    side.faults.clear()
    await side.away()


def part(far: Far, text: str) -> OutboundPart:
    return OutboundPart(to=far.ada, text=RichText.of(text))


# Receiving


async def test_what_customers_write_is_handed_over_in_order(far: Far) -> None:
    kept = Kept()
    async with far.running(kept):
        far.writes("one")
        far.writes("two")
        await far.quiet()

    assert texts(far.channel, kept.raws) == ["hello", "one", "two"]
    message = far.channel.read(kept.raws[0])
    assert isinstance(message, InboundMessage)
    assert message.sender.address == far.ada
    assert (message.sender.name, message.sender.language, message.sent_at) == ("Ada", far.language, NOON)
    assert len({raw.key for raw in kept.raws}) == 3
    assert len({raw.lane for raw in kept.raws}) == 1
    assert [raw.position for raw in kept.raws] == sorted(raw.position for raw in kept.raws)
    assert far.channel.health.seen_at == NOON
    assert far.channel.health.problem is None


async def test_what_was_not_stored_comes_again(far: Far) -> None:
    kept = Kept()
    kept.refusals = 3

    async with far.running(kept):
        await far.quiet()

    assert texts(far.channel, kept.raws) == ["hello"]


async def test_what_is_being_stored_while_we_stop_comes_again(far: Far) -> None:
    class Stuck(Kept):
        @override
        async def put(self, raws: Sequence[Raw]) -> None:
            self.came.set()
            await asyncio.Event().wait()

    stuck, kept = Stuck(), Kept()

    async with far.running(stuck):
        await stuck.came.wait()
    async with far.running(kept):
        await far.quiet()

    assert texts(far.channel, kept.raws) == ["hello"]


async def test_receiving_goes_on_after_an_outage(far: Far) -> None:
    kept = Kept()

    async with far.running(kept):
        await far.quiet()
        await far.away()
        far.writes("are you there?")
        await far.back()
        await far.quiet()

    assert texts(far.channel, kept.raws) == ["hello", "are you there?"]


async def test_an_answer_names_what_it_answers_be_it_theirs_or_ours(far: Far) -> None:
    kept = Kept()

    async with far.running(kept):
        theirs = far.writes("first")
        far.writes("to that", answering=theirs)
        ours = await far.channel.send(part(far, "Which one?"))
        far.writes("this one", answering=ours.key)
        await far.quiet()

    assert [message.quotes for message in messages(far.channel, kept.raws)] == [None, None, theirs, ours.key]
    assert messages(far.channel, kept.raws)[1].key == theirs


@pytest.mark.parametrize("number", [2, 5])
async def test_what_the_customer_presses_comes_as_its_label_with_its_id(far: Far, number: int) -> None:
    choices = tuple(Choice(f"rate:{n}", "★" * n) for n in range(1, number + 1))
    kept = Kept()

    async with far.running(kept):
        await far.channel.send(OutboundPart(to=far.ada, text=RichText.of("How was it?"), choices=choices))
        far.presses("rate:2")
        await far.quiet()

    assert far.received() == ["How was it?"]
    *_, message = messages(far.channel, kept.raws)
    assert (message.choice, message.text.plain) == ("rate:2", "★★")


# Sending


async def test_a_text_arrives_once_and_its_key_is_its_own(far: Far) -> None:
    first = await far.channel.send(part(far, "On its way!"))
    second = await far.channel.send(part(far, "On its way!"))

    assert far.received() == ["On its way!"] * 2
    assert first != second


async def test_formatting_is_taken(far: Far) -> None:
    bold = Span("now 😀", frozenset({Mark.BOLD}))

    await far.channel.send(OutboundPart(to=far.ada, text=RichText((Span("😀 right "), bold, Span(" <b>&")))))

    assert far.received() == [f"😀 right {far.bold('now 😀')} <b>&"]


async def test_a_long_text_leaves_in_pieces_that_fit(far: Far) -> None:
    words = "😀 words " * 2_000

    for piece in far.channel.pieces(RichText.of(words)):
        await far.channel.send(OutboundPart(to=far.ada, text=piece))

    assert len(far.received()) > 1
    assert " ".join(far.received()).split() == words.split()


async def test_many_texts_at_once_all_arrive(far: Far) -> None:
    await asyncio.gather(*(far.channel.send(part(far, f"{number}")) for number in range(30)))

    assert sorted(far.received(), key=int) == [f"{number}" for number in range(30)]


async def test_a_customer_who_blocked_us_is_a_final_refusal(far: Far) -> None:
    far.blocks()

    with pytest.raises(Rejected, match="blocked"):
        await far.channel.send(part(far, "hello"))


async def test_throttling_says_how_long_to_wait(far: Far) -> None:
    far.fails(Throttled(7))

    with pytest.raises(Later) as caught:
        await far.channel.send(part(far, "hello"))

    assert caught.value.after == timedelta(seconds=7)


async def test_a_platform_that_is_away_has_certainly_sent_nothing(far: Far) -> None:
    await far.away()

    with pytest.raises(Later):
        await far.channel.send(part(far, "hello"))

    await far.back()
    assert far.received() == []


UNCERTAIN = [
    ServerError(502, performed=True),
    ServerError(504, performed=False),
    Reset(performed=True),
    Reset(performed=False),
    TooDeep(),
    Hold(performed=True),  # until we lose patience
    Hold(performed=False),
]


@pytest.mark.parametrize("fault", UNCERTAIN, ids=lambda fault: f"{type(fault).__name__}-{fault.performed}")
async def test_a_lost_answer_is_uncertain_and_nothing_is_tried_again(far: Far, fault: Fault) -> None:
    planned = far.fails(Hold(performed=fault.performed) if isinstance(fault, Hold) else fault)  # a gate of its own

    with pytest.raises(Unconfirmed):
        await far.channel.send(part(far, "hello"))

    assert far.received() == (["hello"] if fault.performed else [])
    if isinstance(planned, Hold):
        planned.release()


async def test_the_platforms_own_trouble_has_certainly_sent_nothing(far: Far) -> None:
    far.fails(PlatformError("Internal Server Error"))

    with pytest.raises(Later):
        await far.channel.send(part(far, "hello"))


FAILURES = [Throttled(7), ServerError(502), PlatformError("Internal Server Error"), Reset(performed=False)]


@pytest.mark.parametrize("fault", [*FAILURES, *UNCERTAIN[:4]], ids=lambda fault: type(fault).__name__)
async def test_no_reason_shows_the_customers_words_or_the_token(far: Far, fault: Fault) -> None:
    far.fails(fault)

    with pytest.raises(DeliveryError) as caught:
        await far.channel.send(part(far, "my secret"))

    assert "secret" not in str(caught.value)
    assert far.token not in str(caught.value)
