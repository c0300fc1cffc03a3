"""HTTP mode of the sandbox workspace, with the real Bolt, its check of signatures included, at the other end."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.manifest import manifest
from bot.sandbox.slack.server import SlackSandbox

PUBLIC = "https://desk.example.org"


class Desk:
    """A sandbox whose app is called over HTTP, and what the app got."""

    def __init__(self, slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
        self.slack = slack
        self.mika = slack.add_user("mika", real_name="Mika")
        self.channel = slack.add_channel("desk", [self.mika, slack.workspace.bot_user])
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session)
        self.bolt = AsyncApp(client=client, signing_secret=slack.signing_secret)
        self.bolt.event("message")(_nothing)
        self.bolt.event("app_mention")(_nothing)
        self.bolt.command("/claim")(_claimed)
        self.bodies: list[dict[str, Any]] = []
        self.retries: list[tuple[str | None, str | None]] = []
        self.failures: list[int] = []  #: the answers to the next requests

    @property
    def events(self) -> list[dict[str, Any]]:
        return [body.get("event") or {} for body in self.bodies]

    async def serve(self, request: web.Request) -> web.Response:
        retry = request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")
        if request.content_type == "application/json":
            self.bodies.append(await request.json())
            self.retries.append(retry)
        if self.failures:
            return web.Response(status=self.failures.pop(0))
        return await to_aiohttp_response(await self.bolt.async_dispatch(await to_bolt_request(request)))


async def _nothing() -> None:
    pass


async def _claimed(ack: Any) -> None:
    await ack("Yours.")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with SlackSandbox(redeliver_after_s=(0.01, 0.01, 0.01)) as slack, aiohttp.ClientSession() as session:
        it = Desk(slack, session)
        app = web.Application()
        app.router.add_post("/slack/events", it.serve)
        async with TestServer(app) as server:
            slack.requests.proxy[PUBLIC] = str(server.make_url("")).rstrip("/")
            slack.install(manifest(http=PUBLIC))
            yield it


async def test_a_request_url_is_verified_by_its_challenge(desk: Desk) -> None:
    assert await desk.slack.requests.verifies()


async def test_an_event_is_posted_once_and_signed_so_that_bolt_takes_it(desk: Desk) -> None:
    desk.slack.post(desk.mika, desk.channel, "hello")
    await desk.slack.quiet()

    assert [event["text"] for event in desk.events] == ["hello"]
    assert desk.retries == [(None, None)]
    assert desk.slack.hub.lost == []


async def test_an_event_that_is_refused_comes_three_times_more_and_says_why(desk: Desk) -> None:
    desk.failures = [503] * 4
    desk.slack.post(desk.mika, desk.channel, "hello")
    await desk.slack.quiet()

    assert desk.retries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len(desk.slack.hub.lost) == 1


async def test_where_nobody_listens_the_connection_fails(desk: Desk) -> None:
    desk.slack.requests.proxy.clear()
    desk.slack.post(desk.mika, desk.channel, "hello")
    await desk.slack.command(desk.mika, desk.channel, "/claim #1")
    await desk.slack.quiet()

    assert len(desk.slack.hub.lost) == 1
    assert desk.slack.ephemerals(desk.mika)[-1]["text"] == '/claim failed with the error "dispatch_failed"'


async def test_events_are_dropped_with_a_word_and_told_again_without_one(desk: Desk) -> None:
    desk.failures = [200]
    desk.slack.drops_events()
    desk.slack.post(desk.mika, desk.channel, "dropped")
    await desk.slack.quiet()
    desk.slack.tells_events()
    desk.slack.post(desk.mika, desk.channel, "told")
    await desk.slack.quiet()

    assert [body["type"] for body in desk.bodies] == ["app_rate_limited", "event_callback"]
    assert {*desk.bodies[0]} == {"token", "type", "team_id", "minute_rate_limited", "api_app_id"}
    assert [event.get("text") for event in desk.events] == [None, "told"]


async def test_a_command_is_answered_in_the_response(desk: Desk) -> None:
    await desk.slack.command(desk.mika, desk.channel, "/claim #1")

    assert desk.slack.ephemerals(desk.mika)[-1]["text"] == "Yours."


@pytest.mark.parametrize("forged", ["signature", "timestamp"])
async def test_a_forged_request_does_not_pass_bolt(desk: Desk, forged: Any) -> None:
    desk.slack.requests.forged = forged

    await desk.slack.command(desk.mika, desk.channel, "/claim #1")

    assert "dispatch_failed" in desk.slack.ephemerals(desk.mika)[-1]["text"]


async def test_a_manifest_for_socket_mode_ends_http_mode(desk: Desk) -> None:
    desk.slack.install(manifest())

    desk.slack.post(desk.mika, desk.channel, "hello")
    await desk.slack.quiet()

    assert desk.events == []
