"""What `loket check` finds at WhatsApp: the business really is set up so."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.whatsapp import check
from bot.findings import BUSY, ILL, NO_ANSWER, NOT_THEM
from bot.sandbox.faults import PlatformError, ServerError, Throttled
from bot.sandbox.whatsapp.accounts import ACCOUNT
from tests.checking import SetUp, set_up

URL = "https://desk.example.org/webhooks/whatsapp"
WHERE = {"platform": "WhatsApp", "host": "127.0.0.1", "setting": "WHATSAPP_API_URL"}


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[SetUp]:
    async with set_up(tmp_path) as it:
        it.environment |= it.whatsapp_variables
        it.whatsapp.accounts.callback = URL
        yield it


async def test_nothing_is_wrong_with_a_right_set_up(it: SetUp) -> None:
    found = await it.finds()

    assert [one for one in found if one.mark != "✓"] == []
    for one in (
        check.TOKEN.found(),
        check.NUMBER.found(number="15550783881", name="Sandbox"),
        check.SECRET.found(),
        check.CALLED.found(address=URL),
    ):
        assert one in found


async def test_a_token_that_whatsapp_does_not_know_or_that_has_ended(it: SetUp) -> None:
    unknown = await it.troubles(WHATSAPP_ACCESS_TOKEN="EAAother")
    it.whatsapp.accounts.ended = True

    assert unknown == [check.TOKEN_UNKNOWN.found()]
    assert await it.troubles() == [check.TOKEN_ENDED.found()]


async def test_a_token_that_will_end(it: SetUp) -> None:
    it.whatsapp.accounts.ends_at = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)

    assert await it.troubles() == [check.TOKEN_ENDS.found(day="2026-11-27", time="09:30")]


@pytest.mark.parametrize("scope", [check.MESSAGING, check.MANAGEMENT])
async def test_each_permission_that_is_missing_is_named(it: SetUp, scope: str) -> None:
    it.whatsapp.accounts.scopes.remove(scope)

    assert await it.troubles() == [check.TOKEN_SCOPES.found(scopes=scope)]


async def test_ids_that_are_not_the_phone_numbers(it: SetUp) -> None:
    number = await it.troubles(WHATSAPP_PHONE_NUMBER_ID="15550783881")
    account = await it.troubles(WHATSAPP_PHONE_NUMBER_ID=ACCOUNT)

    assert number == [check.NUMBER_UNKNOWN.found()]
    assert account == [check.NUMBER_ACCOUNT.found()]


async def test_a_number_that_can_not_be_used(it: SetUp) -> None:
    it.whatsapp.accounts.status = "BANNED"

    assert await it.troubles() == [check.NUMBER_UNUSABLE.found(number="15550783881", status="BANNED")]


async def test_a_secret_of_another_app_and_one_that_is_none(it: SetUp) -> None:
    other = await it.troubles(WHATSAPP_APP_SECRET="0" * 32)
    none = it.sees(WHATSAPP_APP_SECRET="my-secret")

    assert other == [check.SECRET_OTHER.found()]
    assert none == [check.SECRET_FORM.found()]


async def test_an_address_that_whatsapp_does_not_know_or_that_is_another(it: SetUp) -> None:
    it.whatsapp.accounts.callback = ""
    nowhere = await it.troubles()
    it.whatsapp.accounts.callback = "https://old.example.org/hook?key=hush"
    (elsewhere,) = await it.troubles()

    assert nowhere == [check.CALLED_NOWHERE.found()]
    assert elsewhere == check.CALLED_ELSEWHERE.found(address="https://old.example.org/hook")


async def test_an_account_that_tells_the_app_nothing(it: SetUp) -> None:
    it.whatsapp.accounts.subscribed = False

    assert await it.troubles() == [check.NOT_SUBSCRIBED.found(account=ACCOUNT)]


async def test_a_token_of_which_nothing_is_told(it: SetUp) -> None:
    it.whatsapp.faults.plan("debug_token", PlatformError("100"))

    found = await it.finds()

    assert check.TOKEN.found() not in found
    assert check.SECRET.found() in found


async def test_whatsapp_that_asks_to_wait_is_ill_refuses_or_is_not_whatsapp(it: SetUp) -> None:
    faults = (Throttled(), PlatformError("131000"), PlatformError("368"))
    for fault in faults:
        it.whatsapp.faults.plan("debug_token", PlatformError("100"))
        it.whatsapp.faults.plan("phone_number", fault)

    assert [await it.troubles() for _ in faults] == [
        [BUSY.found(platform="WhatsApp")],
        [ILL.found(platform="WhatsApp", code=131000)],
        [check.REFUSED.found(code=368)],
    ]
    it.whatsapp.faults.plan("debug_token", ServerError(502))
    assert await it.troubles() == [NOT_THEM.found(**WHERE, status=502)]


async def test_whatsapp_that_can_not_be_reached(it: SetUp) -> None:
    it.whatsapp.faults.refusing = True

    assert await it.troubles() == [NO_ANSWER.found(**WHERE)]
