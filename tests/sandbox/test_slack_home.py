"""The Home tab of the sandbox workspace: published as strictly as by Slack, and told of over both ways to the app."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.slack.writing import Refused

PUBLIC = "https://desk.example.org"
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "7"}
VIEW: dict[str, Any] = {"type": "home", "blocks": [{"type": "actions", "block_id": "here", "elements": [BUTTON]}]}


def app_manifest(*, home: bool = True, http: bool = False) -> dict[str, Any]:
    called = {"request_url": f"{PUBLIC}/slack/events"} if http else {}
    return {
        "features": {"app_home": {"home_tab_enabled": home}},
        "oauth_config": {"scopes": {"bot": ["users:read", "channels:read", "usergroups:read"]}},
        "settings": {
            "event_subscriptions": {**called, "bot_events": ["app_home_opened"]},
            "interactivity": {"is_enabled": True, **called},
            "socket_mode_enabled": not http,
        },
    }


class Desk:
    """A sandbox with Mika, and an app that notes what it gets."""

    def __init__(self, slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
        self.slack = slack
        self.mika = slack.add_user("mika", real_name="Mika")
        self.client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        self.bolt = AsyncApp(client=self.client, signing_secret=slack.signing_secret)
        self.events: list[dict[str, Any]] = []
        self.presses: list[dict[str, Any]] = []
        self.bolt.event("app_home_opened")(self._opened)
        self.bolt.action("go")(self._pressed)

    async def _opened(self, event: dict[str, Any]) -> None:
        self.events.append(event)

    async def _pressed(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        self.presses.append(body)

    async def publish(self, **more: Any) -> dict[str, Any]:
        answer = await self.client.views_publish(user_id=self.mika, view=VIEW, **more)
        return dict(answer["view"])

    async def refusal(self, **arguments: Any) -> str:
        with pytest.raises(SlackApiError) as caught:
            await self.client.api_call("views.publish", json={"user_id": self.mika, "view": VIEW} | arguments)
        return str(caught.value.response["error"])


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with SlackSandbox() as slack, aiohttp.ClientSession() as session:
        slack.install(app_manifest())
        yield Desk(slack, session)


@pytest.fixture(params=["socket", "http"])
async def reached(desk: Desk, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """A desk whose app is connected in the one or the other way."""
    async with AsyncExitStack() as stack:
        if request.param == "socket":
            handler = AsyncSocketModeHandler(desk.bolt, desk.slack.app_token)
            await handler.connect_async()  # type: ignore[no-untyped-call]  # of the SDK
            stack.push_async_callback(handler.close_async)
        else:

            async def serve(request: web.Request) -> web.Response:
                return await to_aiohttp_response(await desk.bolt.async_dispatch(await to_bolt_request(request)))

            pages = web.Application()
            pages.router.add_post("/slack/events", serve)
            server = await stack.enter_async_context(TestServer(pages))
            desk.slack.requests.proxy[PUBLIC] = str(server.make_url("")).rstrip("/")
            desk.slack.install(app_manifest(http=True))
        yield desk


async def test_opening_is_told_with_the_tab_and_with_the_view_once_there_is_one(reached: Desk) -> None:
    reached.slack.open_home(reached.mika)
    await reached.slack.quiet()
    view = await reached.publish()
    reached.slack.open_home(reached.mika)
    reached.slack.open_home(reached.mika, tab="messages")
    await reached.slack.quiet()

    first, second, third = reached.events
    assert [event["tab"] for event in reached.events] == ["home", "home", "messages"]
    assert all(event["user"] == reached.mika and event["channel"].startswith("D") for event in reached.events)
    assert "view" not in first
    assert second["view"]["hash"] == view["hash"]
    assert "view" not in third


async def test_a_press_on_the_home_tab_names_the_view_and_no_channel_to_answer_in(reached: Desk) -> None:
    view = await reached.publish()

    await reached.slack.press_in_view(reached.mika, view["id"], "go")

    (press,) = reached.presses
    assert press["container"] == {"type": "view", "view_id": view["id"]}
    assert press["view"]["hash"] == view["hash"]
    assert press["actions"][0]["value"] == "7"
    assert "channel" not in press
    assert "response_url" not in press


async def test_publishing_again_replaces_the_view_under_the_same_id(desk: Desk) -> None:
    first = await desk.publish()
    second = await desk.publish(hash=first["hash"])

    assert second["id"] == first["id"]
    assert second["hash"] != first["hash"]
    assert desk.slack.home(desk.mika) == second
    assert await desk.refusal(hash=first["hash"]) == "hash_conflict"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"user_id": "U404"}, "invalid_arguments"),
        ({"user_id": ""}, "invalid_arguments"),
        ({"view": {**VIEW, "blocks": [{"type": "divider"}] * 101}}, "invalid_arguments"),
        ({"view": {**VIEW, "type": "modal"}}, "invalid_arguments"),
        ({"view": {**VIEW, "title": {"type": "plain_text", "text": "x"}}}, "invalid_arguments"),
        (
            {"view": {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]}},
            "invalid_arguments",
        ),
        (
            {
                "view": {
                    "type": "home",
                    "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "x" * 2900}}] * 90,
                }
            },
            "view_too_large",
        ),
    ],
    ids=["nobody", "no user", "101 blocks", "a modal", "a title", "a text of 3001", "too large"],
)
async def test_what_slack_refuses_is_refused(desk: Desk, arguments: dict[str, Any], code: str) -> None:
    assert await desk.refusal(**arguments) == code
    assert desk.slack.home(desk.mika) is None


async def test_without_a_home_tab_in_the_manifest_nothing_is_published_or_opened(desk: Desk) -> None:
    desk.slack.install(app_manifest(home=False))

    assert await desk.refusal() == "not_enabled"
    with pytest.raises(Refused, match="no Home tab"):
        desk.slack.open_home(desk.mika)


async def test_who_is_deactivated_has_no_home_tab_and_is_nowhere_any_more(desk: Desk) -> None:
    channel = desk.slack.add_channel("desk", [desk.mika, desk.slack.workspace.bot_user])
    group = desk.slack.add_group("leads", [desk.mika])

    desk.slack.deactivate(desk.mika)

    assert await desk.refusal() == "invalid_arguments"
    assert (await desk.client.users_info(user=desk.mika))["user"]["deleted"] is True
    assert (await desk.client.conversations_members(channel=channel))["members"] == [desk.slack.workspace.bot_user]
    assert (await desk.client.usergroups_users_list(usergroup=group))["users"] == []
    with pytest.raises(Refused):
        desk.slack.post(desk.mika, channel, "still here")
