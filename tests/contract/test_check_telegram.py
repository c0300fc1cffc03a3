"""What `loket check` finds at Telegram: the bot really is set up so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.telegram import check
from bot.channels.telegram.convert import UPDATES
from bot.findings import BUSY, ILL, NO_ANSWER, NO_NAME, NOT_THEM
from bot.models.database import exclusive
from bot.sandbox.faults import PlatformError, ServerError, Throttled
from bot.sandbox.telegram.arguments import ApiError
from tests.checking import SetUp, set_up

URL = "https://desk.example.org/webhooks/telegram"
HOOKED = {"TELEGRAM_WEBHOOK_URL": URL, "TELEGRAM_WEBHOOK_SECRET": "a-secret"}
WHERE = {"platform": "Telegram", "host": "127.0.0.1", "setting": "TELEGRAM_API_URL"}


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[SetUp]:
    async with set_up(tmp_path) as it:
        yield it


async def test_a_bot_that_is_ours_alone(it: SetUp) -> None:
    it.telegram.writes(it.telegram.add_person("Ada"), "Hello?")

    found = await it.finds()

    assert check.TOKEN.found(name="sandbox_desk_bot") in found
    assert check.RECEIVER.found() in found
    assert it.telegram.pending == 1  # what waits there still waits
    assert it.telegram.menus == {}


async def test_a_token_that_telegram_does_not_know(it: SetUp) -> None:
    other = f"{it.telegram.token.partition(':')[0]}:AAE-of-somebody-else"

    assert await it.troubles(TELEGRAM_BOT_TOKEN=other) == [check.TOKEN_UNKNOWN.found()]


async def test_an_address_that_is_no_bot_api(it: SetUp) -> None:
    assert await it.troubles(TELEGRAM_API_URL=f"{it.telegram.api_url}/elsewhere") == [
        check.NO_BOT_API.found(host="127.0.0.1")
    ]


@asynccontextmanager
async def another_poller(it: SetUp) -> AsyncIterator[None]:
    """Another program that fetches, and comes back when it is sent away."""

    async def fetch() -> None:
        while True:
            with suppress(ApiError):
                await it.telegram.calls("getUpdates", timeout=50)

    task = asyncio.create_task(fetch())
    await it.telegram.polled()
    try:
        yield
    finally:
        task.cancel()


async def test_another_program_that_receives_the_messages(it: SetUp) -> None:
    it.patience = timedelta(seconds=30)  # Telegram sends us away at once

    async with another_poller(it):
        found = await it.troubles()

    assert found == [check.POLLER.found()]


async def test_a_loket_that_runs_is_no_other_program(it: SetUp) -> None:
    it.patience = timedelta(seconds=30)

    async with exclusive(it.environment["DATABASE_URL"]), another_poller(it):
        found = await it.troubles()

    assert found == []


async def test_a_webhook_that_somebody_has_set(it: SetUp) -> None:
    await it.telegram.calls("setWebhook", url=f"https://other.example.org/{it.telegram.token}")

    (found,) = await it.troubles()

    assert found == check.ELSEWHERE.found(host="other.example.org")
    assert it.telegram.token not in str(found)


async def test_a_bot_that_reads_along_in_groups(it: SetUp) -> None:
    it.telegram.privacy = False

    assert await it.troubles() == [check.PRIVACY_OFF.found()]


# --- by webhook


async def test_a_webhook_that_telegram_is_not_told_of_yet_and_one_that_works(it: SetUp) -> None:
    new = await it.finds(**HOOKED)
    await it.telegram.calls("setWebhook", url=URL, secret_token="a-secret")
    less = await it.finds(**HOOKED)
    await it.telegram.calls("setWebhook", url=URL, secret_token="a-secret", allowed_updates=UPDATES)
    told = await it.finds(**HOOKED)

    assert check.HOOK_NEW.found() in new
    assert check.HOOK_LESS.found(kinds="message_reaction") in less
    assert check.HOOK.found(waiting=0) in told


async def test_a_webhook_at_another_address(it: SetUp) -> None:
    await it.telegram.calls("setWebhook", url="https://old.example.org/webhooks/telegram")

    assert await it.troubles(**HOOKED) == [check.HOOK_OTHER.found(host="old.example.org")]


async def test_a_webhook_whose_calls_fail(it: SetUp) -> None:
    await it.telegram.calls("setWebhook", url=URL, allowed_updates=UPDATES)
    it.telegram.writes(it.telegram.add_person("Ada"), "Hello?")
    await it.telegram.courier.failed.wait()

    (found,) = await it.troubles(**HOOKED)

    assert it.telegram.courier.last_error_at is not None
    at = f"{it.telegram.courier.last_error_at:%H:%M}"
    assert found == check.HOOK_FAILED.found(at=at, words="Connection refused", waiting=1)

    it.telegram.courier.last_error_at -= timedelta(days=1)

    assert await it.troubles(**HOOKED) == []


def test_addresses_that_telegram_would_not_call(it: SetUp) -> None:
    real = {"TELEGRAM_API_URL": "", "TELEGRAM_WEBHOOK_SECRET": "s"}
    plain, odd = URL.replace("https:", "http:"), URL.replace(".org/", ".org:8080/")

    assert it.sees(**real, TELEGRAM_WEBHOOK_URL=plain) == [check.HOOK_PLAIN.found()]
    assert it.sees(**real, TELEGRAM_WEBHOOK_URL=odd) == [check.HOOK_PORT.found(port=8080)]
    assert it.sees(**real, TELEGRAM_WEBHOOK_URL=URL.replace(".org/", ".org:8443/")) == []


# --- Telegram itself


async def test_telegram_that_asks_to_wait_is_ill_or_is_not_telegram(it: SetUp) -> None:
    faults = (Throttled(), PlatformError("500 Internal Server Error"), ServerError(502))
    for fault in faults:
        it.telegram.faults.plan("getMe", fault)

    assert [await it.troubles() for _ in faults] == [
        [BUSY.found(platform="Telegram")],
        [ILL.found(platform="Telegram", code="Internal Server Error")],
        [NOT_THEM.found(**WHERE, status=502)],
    ]


async def test_telegram_that_can_not_be_reached(it: SetUp) -> None:
    it.telegram.faults.refusing = True

    assert await it.troubles() == [NO_ANSWER.found(**WHERE)]
    assert await it.troubles(TELEGRAM_API_URL="http://telegram.invalid") == [
        NO_NAME.found(**WHERE | {"host": "telegram.invalid"})
    ]
