"""The local platforms can be set up wrongly, and then say what the real ones say."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest

from bot.manifest import manifest
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.slack.writing import Refused
from bot.sandbox.telegram.arguments import ApiError
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp import WhatsAppSandbox
from bot.sandbox.whatsapp.accounts import ACCOUNT

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
Json = dict[str, Any]


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(clock=lambda: NOW) as slack:
        yield slack


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSandbox]:
    async with TelegramSandbox(clock=lambda: NOW) as telegram:
        yield telegram


async def call(slack: SlackSandbox, method: str, *, token: str = "", **arguments: Any) -> Json:
    """What a method of the Web API answers."""
    headers = {"Authorization": f"Bearer {token or slack.bot_token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{slack.api_url}{method}", json=arguments) as answer,
    ):
        body: Json = await answer.json()
        return body


# --- Slack


async def test_a_revoked_token_is_refused_everywhere_and_an_unknown_one_stays_unknown(slack: SlackSandbox) -> None:
    slack.refuse_tokens("token_revoked")

    assert (await call(slack, "auth.test"))["error"] == "token_revoked"
    assert (await call(slack, "apps.connections.open", token=slack.app_token))["error"] == "token_revoked"
    assert (await call(slack, "auth.test", token="xoxb-other"))["error"] == "invalid_auth"

    slack.refuse_tokens("")

    assert (await call(slack, "auth.test"))["ok"]


async def test_connections_need_their_scope_and_socket_mode(slack: SlackSandbox) -> None:
    slack.grant_app_token("authorizations:read")
    poor = await call(slack, "apps.connections.open", token=slack.app_token)
    slack.grant_app_token("connections:write")
    slack.install(manifest(http="https://desk.example.org"))
    off = await call(slack, "apps.connections.open", token=slack.app_token)
    slack.install(manifest())

    assert (poor["error"], poor["needed"]) == ("missing_scope", "connections:write")
    assert off["error"] == "socket_mode_not_enabled"
    assert (await call(slack, "apps.connections.open", token=slack.app_token))["ok"]


async def test_a_bot_tells_whose_it_is(slack: SlackSandbox) -> None:
    bot = (await call(slack, "bots.info", bot=slack.workspace.bot_id))["bot"]

    assert (bot["app_id"], bot["user_id"]) == (slack.workspace.app_id, slack.workspace.bot_user)
    assert slack.app_token.startswith(f"xapp-1-{slack.workspace.app_id}-")
    assert (await call(slack, "bots.info", bot="B0"))["error"] == "bot_not_found"


async def test_an_archived_channel_is_shown_as_such_and_takes_nothing(slack: SlackSandbox) -> None:
    mika = slack.add_user("mika", real_name="Mika")
    channel = slack.add_channel("old", [mika, slack.workspace.bot_user])

    slack.archive(channel)

    assert (await call(slack, "conversations.info", channel=channel))["channel"]["is_archived"]
    assert (await call(slack, "chat.postMessage", channel=channel, text="hi"))["error"] == "is_archived"
    assert len((await call(slack, "conversations.list"))["channels"]) == 1
    assert (await call(slack, "conversations.list", exclude_archived=True))["channels"] == []
    with pytest.raises(Refused, match="archived"):
        slack.post(mika, channel, "hello")


async def test_a_group_conversation_needs_a_scope_of_its_own(slack: SlackSandbox) -> None:
    talk = slack.add_channel("mpdm-a--b-1", [slack.workspace.bot_user], kind="mpim")
    slack.install({"oauth_config": {"scopes": {"bot": ["channels:read", "groups:read"]}}})
    refused = await call(slack, "conversations.info", channel=talk)
    slack.install({"oauth_config": {"scopes": {"bot": ["mpim:read"]}}})
    shown = await call(slack, "conversations.info", channel=talk)

    assert (refused["error"], refused["needed"]) == ("missing_scope", "mpim:read")
    assert shown["channel"]["is_mpim"]
    assert shown["channel"]["is_private"]


async def test_a_shared_channel_and_a_disabled_group_are_shown_as_such(slack: SlackSandbox) -> None:
    channel, group = slack.add_channel("shared", []), slack.workspace.add_group("leads", [])
    slack.workspace.channels[channel].shared = True
    group.disabled = True

    assert (await call(slack, "conversations.info", channel=channel))["channel"]["is_ext_shared"]
    assert (await call(slack, "usergroups.list"))["usergroups"] == []
    (shown,) = (await call(slack, "usergroups.list", include_disabled=True))["usergroups"]
    assert shown["date_delete"] > 0


# --- Telegram


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://desk.example.org/", "An HTTPS URL must be provided"),
        ("https://desk.example.org:8080/", "only on ports 80, 88, 443 or 8443"),
    ],
)
async def test_a_webhook_has_its_ports(telegram: TelegramSandbox, url: str, words: str) -> None:
    with pytest.raises(ApiError, match=words):
        await telegram.calls("setWebhook", url=url)

    assert (await telegram.calls("getWebhookInfo"))["url"] == ""


async def test_a_failure_of_a_webhook_is_told_with_its_time(telegram: TelegramSandbox) -> None:
    await telegram.calls("setWebhook", url="https://desk.example.org:8443/")
    before = await telegram.calls("getWebhookInfo")
    telegram.writes(telegram.add_person("Ada"), "hello")
    await telegram.courier.failed.wait()

    told = await telegram.calls("getWebhookInfo")

    assert "last_error_date" not in before
    assert (told["last_error_date"], told["last_error_message"]) == (int(NOW.timestamp()), "Connection refused")


async def test_whether_the_bot_reads_along_in_groups(telegram: TelegramSandbox) -> None:
    kept = await telegram.calls("getMe")
    telegram.privacy = False

    assert kept["can_read_all_group_messages"] is False
    assert (await telegram.calls("getMe"))["can_read_all_group_messages"] is True


# --- WhatsApp


@pytest.fixture
async def whatsapp() -> AsyncIterator[WhatsAppSandbox]:
    async with WhatsAppSandbox(clock=lambda: NOW) as whatsapp:
        yield whatsapp


async def graph(whatsapp: WhatsAppSandbox, path: str, **query: str) -> Json:
    """What the Graph API answers, or its error."""
    headers = {"Authorization": f"Bearer {whatsapp.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{whatsapp.api_url}/v26.0/{path}", params=query) as answer,
    ):
        body: Json = await answer.json()
        found: Json = body.get("error", body)
        return found


async def test_a_token_tells_what_it_may_and_until_when(whatsapp: WhatsAppSandbox) -> None:
    whatsapp.accounts.ends_at = NOW
    whatsapp.accounts.scopes.remove("whatsapp_business_management")

    data = (await graph(whatsapp, "debug_token", input_token=whatsapp.token))["data"]

    assert (data["expires_at"], data["scopes"]) == (int(NOW.timestamp()), ["whatsapp_business_messaging"])
    assert (await graph(whatsapp, f"{ACCOUNT}/subscribed_apps"))["code"] == 10


async def test_a_token_that_has_ended(whatsapp: WhatsAppSandbox) -> None:
    whatsapp.accounts.ended = True

    refused = await graph(whatsapp, whatsapp.phone_number_id)

    assert (refused["code"], refused["error_subcode"]) == (190, 463)


async def test_a_proof_must_be_made_with_the_secret_of_the_app(whatsapp: WhatsAppSandbox) -> None:
    refused = await graph(whatsapp, whatsapp.phone_number_id, appsecret_proof="0" * 64)

    assert (refused["code"], refused["message"]) == (100, "Invalid appsecret_proof provided in the API argument")


async def test_objects_have_their_own_fields(whatsapp: WhatsAppSandbox) -> None:
    whatsapp.accounts.callback = "https://desk.example.org/webhooks/whatsapp"
    number = await graph(whatsapp, whatsapp.phone_number_id, fields="id,status,webhook_configuration")
    account = await graph(whatsapp, ACCOUNT, fields="display_phone_number")
    nobody = await graph(whatsapp, "4711")

    assert number["webhook_configuration"] == {"application": whatsapp.accounts.callback}
    assert account["message"].endswith("(display_phone_number) on node type (WhatsAppBusinessAccount)")
    assert (nobody["code"], nobody["error_subcode"]) == (100, 33)


async def test_the_apps_that_hear_of_an_account(whatsapp: WhatsAppSandbox) -> None:
    heard = await graph(whatsapp, f"{ACCOUNT}/subscribed_apps")
    whatsapp.accounts.subscribed = False

    assert heard["data"][0]["whatsapp_business_api_data"]["id"]
    assert (await graph(whatsapp, f"{ACCOUNT}/subscribed_apps"))["data"] == []


# --- all of them


async def test_a_clock_that_is_wrong_dates_every_answer(slack: SlackSandbox, telegram: TelegramSandbox) -> None:
    addresses = (f"{slack.api_url}auth.test", f"{telegram.api_url}/bot{telegram.token}/getMe")
    dates = []
    async with aiohttp.ClientSession() as session:
        for off in (timedelta(0), timedelta(hours=-3)):
            slack.faults.clock_off = telegram.faults.clock_off = off
            for address in addresses:
                async with session.post(address) as answer:
                    dates.append(parsedate_to_datetime(answer.headers["Date"]))

    assert all(abs(right - wrong - timedelta(hours=3)) < timedelta(minutes=1)
               for right, wrong in zip(dates[:2], dates[2:], strict=True))  # fmt: skip
