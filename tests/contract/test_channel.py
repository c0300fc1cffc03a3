"""What every channel keeps to, asked through its real library against its local server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.base import Channel, InboundMessage, OutboundPart, Raw
from bot.channels.telegram.adapter import TelegramChannel
from bot.domain.ids import Address
from bot.domain.text import Mark, RichText, Span
from bot.errors import DeliveryError, Down, Later, Rejected, Unconfirmed
from bot.sandbox.faults import Fault, Hold, PlatformError, Reset, ServerError, Throttled
from bot.sandbox.telegram import TelegramSandbox

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Far:
    """The other side (Telegram is the only one so far): a customer, Ada, and the platform between."""

    def __init__(self) -> None:
        self.sandbox = TelegramSandbox(clock=lambda: NOON)
        self.pauses: list[timedelta] = []
        self.paused = asyncio.Event()
        self.problems: list[str | None] = []  #: what the channel's health said at each pause

    async def start(self) -> None:
        await self.sandbox.start()
        self.channel = self.another(token=self.sandbox.token)
        self._ada = self.sandbox.add_person("Ada", language_code="id")
        self.writes("hello")
        self.ada = Address(channel="telegram", account=self.sandbox.token.partition(":")[0], key=str(self._ada))

    def another(self, *, token: str) -> TelegramChannel:
        return TelegramChannel(
            token=token,
            now=lambda: NOON,
            pause=self._pause,
            api_url=self.sandbox.api_url,
            answer=timedelta(seconds=0.3),
        )

    async def _pause(self, time: timedelta) -> None:
        self.pauses.append(time)
        self.paused.set()
        self.problems.append(self.channel.health.problem)
        await asyncio.sleep(0)

    def writes(self, text: str) -> None:
        self.sandbox.writes(self._ada, text)

    def received(self) -> list[str]:
        return self.sandbox.received(self._ada)

    def blocks(self) -> None:
        self.sandbox.blocks(self._ada)

    def fails(self, fault: Fault) -> Fault:
        return self.sandbox.faults.plan("sendMessage", fault)

    def receiving_fails(self, fault: Fault, *, times: int = 1) -> None:
        self.sandbox.faults.plan("getUpdates", fault, times=times)

    async def away(self) -> None:
        await self.sandbox.stop()

    async def back(self) -> None:
        await self.sandbox.start(port=int(self.sandbox.address.rpartition(":")[2]))

    async def quiet(self) -> None:
        await self.sandbox.quiet()


@pytest.fixture(params=[Far])
async def far(request: pytest.FixtureRequest) -> AsyncIterator[Far]:
    side = request.param()
    await side.start()
    await side.channel.open()
    yield side
    await side.channel.close()
    side.sandbox.faults.clear()
    await side.away()


class Kept:
    """An inbox that a test can look into."""

    def __init__(self) -> None:
        self.raws: list[Raw] = []
        self.refusals = 0  #: how many batches are still refused
        self.came = asyncio.Event()

    async def put(self, raws: Sequence[Raw]) -> None:
        if raws and self.refusals:
            self.refusals -= 1
            raise OSError("database is locked")
        self.raws += raws
        if raws:
            self.came.set()


@asynccontextmanager
async def running(channel: Channel, kept: Kept) -> AsyncIterator[None]:
    task = asyncio.create_task(channel.run(kept.put))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def part(far: Far, text: str) -> OutboundPart:
    return OutboundPart(to=far.ada, text=RichText.of(text))


def texts(channel: Channel, raws: Sequence[Raw]) -> list[str]:
    inbounds = [channel.read(raw) for raw in raws]
    return [inbound.text.plain for inbound in inbounds if isinstance(inbound, InboundMessage)]


# Receiving


async def test_what_customers_write_is_handed_over_in_order(far: Far) -> None:
    kept = Kept()
    async with running(far.channel, kept):
        far.writes("one")
        far.writes("two")
        await far.quiet()

    assert texts(far.channel, kept.raws) == ["hello", "one", "two"]
    message = far.channel.read(kept.raws[0])
    assert isinstance(message, InboundMessage)
    assert message.sender.address == far.ada
    assert (message.sender.name, message.sender.language, message.sent_at) == ("Ada", "id", NOON)
    assert len({raw.key for raw in kept.raws}) == 3
    assert len({raw.lane for raw in kept.raws}) == 1
    assert [raw.position for raw in kept.raws] == sorted(raw.position for raw in kept.raws)
    assert far.channel.health.seen_at == NOON
    assert far.channel.health.problem is None


async def test_what_was_not_stored_comes_again(far: Far) -> None:
    kept = Kept()
    kept.refusals = 3

    async with running(far.channel, kept):
        await far.quiet()

    assert texts(far.channel, kept.raws) == ["hello"]
    assert far.pauses == [timedelta(seconds=seconds) for seconds in (1, 2, 4)]


async def test_what_is_being_stored_while_we_stop_comes_again(far: Far) -> None:
    stuck, kept = asyncio.Event(), Kept()

    async def never(_: Sequence[Raw]) -> None:
        stuck.set()
        await asyncio.Event().wait()

    first = asyncio.create_task(far.channel.run(never))
    await stuck.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    async with running(far.channel, kept):
        await far.quiet()

    assert texts(far.channel, kept.raws) == ["hello"]


FAILURES = [Throttled(7), ServerError(502), PlatformError("Internal Server Error"), Reset(performed=False)]


@pytest.mark.parametrize("fault", FAILURES, ids=lambda fault: type(fault).__name__)
async def test_receiving_outlives_every_failure(far: Far, fault: Fault) -> None:
    far.receiving_fails(fault, times=3)
    kept = Kept()

    async with running(far.channel, kept):
        await far.quiet()

    assert texts(far.channel, kept.raws) == ["hello"]
    throttled = [timedelta(seconds=7)] * 3
    assert far.pauses == (throttled if isinstance(fault, Throttled) else [timedelta(seconds=n) for n in (1, 2, 4)])


async def test_receiving_goes_on_after_an_outage(far: Far) -> None:
    kept = Kept()

    async with running(far.channel, kept):
        await far.quiet()
        await far.away()
        far.writes("are you there?")
        await far.back()
        await far.quiet()

    assert texts(far.channel, kept.raws) == ["hello", "are you there?"]


# Sending


async def test_a_text_arrives_once_and_its_key_is_its_own(far: Far) -> None:
    first = await far.channel.send(part(far, "On its way!"))
    second = await far.channel.send(part(far, "On its way!"))

    assert far.received() == ["On its way!"] * 2
    assert first != second


async def test_formatting_is_taken(far: Far) -> None:
    bold = Span("now 😀", frozenset({Mark.BOLD}))

    await far.channel.send(OutboundPart(to=far.ada, text=RichText((Span("😀 right "), bold, Span(" <b>&")))))

    assert far.received() == ["😀 right now 😀 <b>&"]


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
    Hold(performed=True),  # until we lose patience
    Hold(performed=False),
]


@pytest.mark.parametrize("fault", UNCERTAIN, ids=lambda fault: f"{type(fault).__name__}-{fault.performed}")
async def test_a_lost_answer_is_uncertain_and_nothing_is_tried_again(far: Far, fault: Fault) -> None:
    planned = far.fails(fault)

    with pytest.raises(Unconfirmed):
        await far.channel.send(part(far, "hello"))

    assert far.received() == (["hello"] if fault.performed else [])
    if isinstance(planned, Hold):
        planned.release()


async def test_the_platforms_own_trouble_has_certainly_sent_nothing(far: Far) -> None:
    far.fails(PlatformError("Internal Server Error"))

    with pytest.raises(Later):
        await far.channel.send(part(far, "hello"))


@pytest.mark.parametrize("fault", [*FAILURES, *UNCERTAIN[:4]], ids=lambda fault: type(fault).__name__)
async def test_no_reason_shows_the_customers_words_or_the_token(far: Far, fault: Fault) -> None:
    far.fails(fault)

    with pytest.raises(DeliveryError) as caught:
        await far.channel.send(part(far, "my secret"))

    assert "secret" not in str(caught.value)
    assert "sandbox-of" not in str(caught.value)


# Telegram alone


@pytest.fixture
async def telegram() -> AsyncIterator[Far]:
    side = Far()
    await side.start()
    yield side
    await side.channel.close()
    await side.away()


async def test_a_wrong_token_is_down_for_sending_and_seen_while_receiving(telegram: Far) -> None:
    wrong, kept = telegram.another(token="1:x"), Kept()
    with pytest.raises(Down, match="token"):
        await wrong.send(OutboundPart(to=telegram.ada, text=RichText.of("hello")))

    async with running(wrong, kept):
        await telegram.paused.wait()

    assert wrong.health.problem is not None
    assert "token" in wrong.health.problem
    assert wrong.health.seen_at is None
    await wrong.close()


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        ("409 Conflict: terminated by other getUpdates request", "Another program"),
        ("409 Conflict: can't use getUpdates method while webhook is active", "deleteWebhook"),
    ],
)
async def test_who_else_takes_the_messages_is_said_until_it_is_mended(telegram: Far, words: str, mend: str) -> None:
    telegram.receiving_fails(PlatformError(words), times=2)

    async with running(telegram.channel, Kept()):
        await telegram.quiet()

    assert [problem is not None and mend in problem for problem in telegram.problems] == [True, True]
    assert telegram.channel.health.problem is None


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (
            PlatformError("403 Forbidden: user is deactivated"),
            Rejected("The customer's Telegram account no longer exists."),
        ),
        (PlatformError("400 Bad Request: chat not found"), Rejected("Telegram does not know this customer.")),
        (PlatformError("400 Bad Request: something new"), Rejected("Telegram refuses it: Something new")),
        (PlatformError("401 Unauthorized"), Down("")),
        (PlatformError("404 Not Found"), Down("")),
        (PlatformError("409 Conflict: terminated by other getUpdates request"), Down("")),
        (PlatformError("500 Internal Server Error: restart"), Later("")),
        (ServerError(400), Later("")),  # a page, thus not of Telegram: a gateway let nothing through
        (ServerError(403), Later("")),
        (ServerError(429), Later("")),
        (ServerError(404), Down("")),  # another server than a Bot API, most likely
        (ServerError(500), Unconfirmed("")),
        (ServerError(200), Unconfirmed("")),
    ],
    ids=str,
)
async def test_each_answer_of_telegram_has_its_meaning(
    telegram: Far, fault: PlatformError | ServerError, verdict: DeliveryError
) -> None:
    telegram.fails(fault)

    with pytest.raises(DeliveryError) as caught:
        await telegram.channel.send(OutboundPart(to=telegram.ada, text=RichText.of("hello")))

    assert type(caught.value) is type(verdict)
    assert str(verdict) in str(caught.value)
    assert caught.value.__cause__ is not None


async def test_an_answer_without_what_it_should_hold_is_uncertain(telegram: Far) -> None:
    async def hollow(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    app = web.Application()
    app.router.add_post("/{path:.*}", hollow)
    async with TestServer(app) as server:
        telegram.sandbox.address = str(server.make_url("")).rstrip("/")
        channel = telegram.another(token=telegram.sandbox.token)

        with pytest.raises(Unconfirmed):
            await channel.send(OutboundPart(to=telegram.ada, text=RichText.of("hello")))

        await channel.close()
