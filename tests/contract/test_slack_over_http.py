"""How we know that Slack is there when it calls us and silence is normal."""

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.handlers.slack_http import SlackHttp
from bot.sandbox.faults import PlatformError, ServerError
from bot.sandbox.slack.server import SlackSandbox
from tests.clock import ManualClock


class Door:
    """The door, a Slack that may be away, and how often we looked for what was missed."""

    def __init__(self, slack: SlackSandbox, session: aiohttp.ClientSession, clock: ManualClock) -> None:
        self.slack, self.clock = slack, clock
        self.catch_ups = 0
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        self.http = SlackHttp(
            AsyncApp(client=client), client, signing_secret=slack.signing_secret, clock=clock, back=self._back
        )

    def _back(self) -> None:
        self.catch_ups += 1

    async def passes(self, seconds: int) -> None:
        """Let time pass; the ticker looks."""
        self.clock.passes(timedelta(seconds=seconds))
        await self.http.watch()

    @property
    def probes(self) -> int:
        return sum(call.method == "auth.test" for call in self.slack.calls)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    clock = ManualClock()
    async with SlackSandbox(clock=clock.now) as slack, aiohttp.ClientSession() as session:
        it = Door(slack, session, clock)
        await it.http.watch()
        yield it
        await it.http.close()


async def test_slack_is_asked_twice_a_minute(door: Door) -> None:
    for _ in range(12):
        await door.passes(5)

    assert door.probes == 3
    assert door.http.health.seen_at == door.clock.now()


async def test_the_first_answer_makes_us_look_for_what_was_missed(door: Door) -> None:
    await door.passes(30)

    assert door.catch_ups == 1


async def test_an_outage_is_no_fault_of_the_settings_and_its_end_is_a_reason_to_look(door: Door) -> None:
    door.slack.faults.plan("auth.test", ServerError(503), times=2)

    await door.passes(30)
    await door.passes(35)
    problem = door.http.health.problem
    await door.passes(5)

    assert problem is None
    assert door.catch_ups == 2


async def test_a_token_that_slack_refuses_is_named_until_it_is_mended(door: Door) -> None:
    door.slack.faults.plan("auth.test", PlatformError("token_revoked"))

    await door.passes(30)
    problem = door.http.health.problem
    await door.passes(5)

    assert problem is not None
    assert "token" in problem
    assert door.http.health.problem is None


async def test_it_begins_to_ask_by_itself_and_may_be_closed_at_once(door: Door) -> None:
    gate = door.slack.faults.hold("auth.test", performed=False)
    door.clock.passes(timedelta(seconds=30))

    await door.http.open()
    await gate.reached()
    await door.http.close()

    assert door.probes == 2
