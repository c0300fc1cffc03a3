"""What only Telegram does, asked through its real library against its local server."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.base import OutboundPart
from bot.domain.text import RichText
from bot.errors import DeliveryError, Down, Later, Rejected, Unconfirmed, Unreachable
from bot.sandbox.faults import Fault, PlatformError, Reset, ServerError, Throttled
from tests.far import Kept, TelegramFar, texts


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramFar]:
    side = TelegramFar()
    await side.start()
    yield side
    await side.channel.close()
    await side.away()


FAILURES = [Throttled(7), ServerError(502), PlatformError("Internal Server Error"), Reset(performed=False)]


@pytest.mark.parametrize("fault", FAILURES, ids=lambda fault: type(fault).__name__)
async def test_polling_outlives_every_failure(telegram: TelegramFar, fault: Fault) -> None:
    telegram.receiving_fails(fault, times=3)
    kept = Kept()

    async with telegram.running(kept):
        await telegram.quiet()

    assert texts(telegram.channel, kept.raws) == ["hello"]
    throttled = [timedelta(seconds=7)] * 3
    assert telegram.pauses == (throttled if isinstance(fault, Throttled) else [timedelta(seconds=n) for n in (1, 2, 4)])


async def test_a_poll_that_is_never_answered_is_given_up(telegram: TelegramFar) -> None:
    gate = telegram.faults.hold("getUpdates", performed=False)
    kept = Kept()

    async with telegram.running(kept):
        await gate.reached()
        await telegram.quiet()
        gate.release()

    assert texts(telegram.channel, kept.raws) == ["hello"]
    assert telegram.pauses == [timedelta(seconds=1)]


async def test_polling_backs_off_while_nothing_can_be_stored(telegram: TelegramFar) -> None:
    kept = Kept()
    kept.refusals = 3

    async with telegram.running(kept):
        await telegram.quiet()

    assert telegram.pauses == [timedelta(seconds=seconds) for seconds in (1, 2, 4)]


async def test_a_wrong_token_is_down_for_sending_and_seen_while_receiving(telegram: TelegramFar) -> None:
    wrong = telegram.channel = telegram.another(token="1:x")
    with pytest.raises(Down, match="token"):
        await wrong.send(OutboundPart(to=telegram.ada, text=RichText.of("hello")))

    async with telegram.running(Kept()):
        await telegram.paused.wait()

    assert wrong.health.problem is not None
    assert "token" in wrong.health.problem
    assert wrong.health.seen_at is None


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        ("409 Conflict: terminated by other getUpdates request", "Another program"),
        ("409 Conflict: can't use getUpdates method while webhook is active", "deleteWebhook"),
    ],
)
async def test_who_else_takes_the_messages_is_said_until_it_is_mended(
    telegram: TelegramFar, words: str, mend: str
) -> None:
    telegram.receiving_fails(PlatformError(words), times=2)

    async with telegram.running(Kept()):
        await telegram.quiet()

    assert [problem is not None and mend in problem for problem in telegram.problems] == [True, True]
    assert telegram.channel.health.problem is None


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (
            PlatformError("403 Forbidden: user is deactivated"),
            Unreachable("The customer's Telegram account no longer exists."),
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
    telegram: TelegramFar, fault: PlatformError | ServerError, verdict: DeliveryError
) -> None:
    telegram.fails(fault)

    with pytest.raises(DeliveryError) as caught:
        await telegram.channel.send(OutboundPart(to=telegram.ada, text=RichText.of("hello")))

    assert type(caught.value) is type(verdict)
    assert str(verdict) in str(caught.value)
    assert caught.value.__cause__ is not None


async def test_an_answer_without_what_it_should_hold_is_uncertain(telegram: TelegramFar) -> None:
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
