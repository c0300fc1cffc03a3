"""Socket Mode through the real SDK: what becomes of a connection that says nothing any more."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackSandbox
from bot.slack.connection import CONNECTIONS, DEAD_AFTER, SlackConnection
from tests.clock import ManualClock
from tests.crashes.process import until

PING_S = 0.1
MOMENT, HOUR = timedelta(milliseconds=1), timedelta(hours=1)


class Desk:
    """A Slack, an app that takes its events, and how often we looked for what was missed."""

    def __init__(self, slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
        self.slack = slack
        self.mika = slack.add_user("mika", real_name="Mika")
        self.channel = slack.add_channel("desk", [self.mika, slack.workspace.bot_user])
        self.clock = ManualClock()
        self.taken: list[str] = []
        self.catch_ups = 0
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        app = AsyncApp(client=client)
        app.middleware(self._take)
        self.connection = SlackConnection(
            app, app_token=slack.app_token, clock=self.clock, back=self._back, ping_every_s=PING_S
        )

    async def _take(self, body: dict[str, Any]) -> BoltResponse:
        self.taken.append(body["event"]["text"])
        return BoltResponse(status=200)

    def _back(self) -> None:
        self.catch_ups += 1

    async def passes(self, span: timedelta) -> None:
        """Let time pass; the ticker looks."""
        self.clock.passes(span)
        await self.connection.watch()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    slack = SlackSandbox(ack_within_s=0.5, redeliver_after_s=(0.1, 0.5, 1.0, 2.0))
    async with slack, aiohttp.ClientSession() as session:
        it = Desk(slack, session)
        await it.connection.open()
        await slack.connected(CONNECTIONS)
        yield it
        await it.connection.close()


async def test_connections_that_stay_open_and_silent_are_replaced_and_nothing_is_lost_or_doubled(desk: Desk) -> None:
    desk.slack.silence_connections()
    desk.slack.post(desk.mika, desk.channel, "into the silence")
    await desk.slack.connected(CONNECTIONS)
    desk.slack.post(desk.mika, desk.channel, "after it")
    await desk.slack.quiet()

    assert sorted(desk.taken) == ["after it", "into the silence"]
    assert desk.slack.hub.lost == []


async def test_one_that_does_not_come_back_is_built_anew_and_the_gap_is_looked_into(desk: Desk) -> None:
    await desk.passes(MOMENT)
    opened = desk.slack.faults.hold("apps.connections.open", performed=False)
    desk.slack.faults.hold("apps.connections.open", performed=False)
    desk.slack.silence_connections()
    await opened.reached()

    await desk.passes(MOMENT)
    problem = desk.connection.health.problem
    desk.clock.is_set(-HOUR)
    await desk.passes(DEAD_AFTER + MOMENT)
    await desk.slack.connected(CONNECTIONS)
    await until(lambda: desk.catch_ups == 2, "it is looked into")

    assert problem == "There is no connection to Slack."
    assert desk.connection.health.problem is None
