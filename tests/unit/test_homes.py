"""Keeping the Home tabs fresh, with what they are drawn from failing in every way."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.limits import Limits
from bot.errors import Later
from bot.sandbox.slack.server import SlackSandbox
from bot.slack.homes import LATELY, LOOK, MOST, WHOLE, Blocks, Homes
from tests.clock import ManualClock

PATIENCE_S = 10
SECOND = timedelta(seconds=1)


@dataclass
class Desk:
    """Homes over a local Slack, and what they are drawn from: words, or an error in their place."""

    slack: SlackSandbox
    clock: ManualClock
    words: str = "first"
    broken: dict[str, Exception] = field(default_factory=dict)  #: by person; ``mark`` and ``recall`` for those
    recalled: dict[str, datetime] = field(default_factory=dict)
    drawn: list[str] = field(default_factory=list)
    homes: Homes = field(init=False)

    async def draw(self, user: str) -> Blocks:
        self.drawn.append(user)
        self._fail(user)
        return [{"type": "section", "block_id": "one", "text": {"type": "plain_text", "text": self.words}}]

    async def mark(self) -> object:
        self._fail("mark")
        return self.words

    async def recall(self, since: datetime) -> Mapping[str, datetime]:
        self._fail("recall")
        return {user: at for user, at in self.recalled.items() if at >= since}

    def _fail(self, name: str) -> None:
        if name in self.broken:
            raise self.broken[name]

    def build(self, client: AsyncWebClient) -> Homes:
        self.homes = Homes(
            client, draw=self.draw, mark=self.mark, recall=self.recall, limits=Limits(lambda _: None),
            clock=self.clock, jitter=lambda: 1.0,
        )  # fmt: skip
        return self.homes

    def person(self) -> str:
        return self.slack.add_user("p", real_name="P")

    async def opens(self, user: str) -> None:
        self.homes.opened(user, at=self.clock.now(), hash=None)
        await self.homes.resting.wait()

    async def passes(self, span: timedelta) -> None:
        """Let so much time pass that something is due."""
        self.homes.resting.clear()
        self.clock.passes(span)
        await self.homes.resting.wait()

    def shown(self, user: str) -> Any:
        view = self.slack.home(user)
        return None if view is None else view["blocks"][0]["text"]["text"]


@asynccontextmanager
async def running(desk: Desk) -> AsyncIterator[None]:
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE_S):
        client = AsyncWebClient(desk.slack.bot_token, base_url=desk.slack.api_url, session=session, retry_handlers=[])
        task = asyncio.create_task(desk.build(client).run())
        await desk.homes.resting.wait()
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = ManualClock()
    async with SlackSandbox(clock=clock.now) as slack:
        yield Desk(slack, clock)


async def test_one_that_cannot_be_drawn_keeps_no_other_from_it_and_is_tried_again(desk: Desk) -> None:
    ill, well = desk.person(), desk.person()
    desk.broken[ill] = ValueError("a fault of ours")
    async with running(desk):
        await desk.opens(ill)
        await desk.opens(well)
        ended = desk.shown(ill), desk.shown(well)

        del desk.broken[ill]
        await desk.passes(WHOLE)

        assert ended == (None, "first")
        assert desk.shown(ill) == "first"


async def test_while_slack_cannot_be_asked_who_somebody_is_it_waits(desk: Desk) -> None:
    user = desk.person()
    desk.broken[user] = Later("Slack can't be reached.")
    async with running(desk):
        await desk.opens(user)
        del desk.broken[user]
        await desk.passes(SECOND)

        assert desk.shown(user) == "first"


async def test_a_database_that_is_away_is_asked_again(desk: Desk) -> None:
    user = desk.person()
    desk.broken["recall"] = OSError("away")
    desk.recalled[user] = desk.clock.now()
    async with running(desk):
        del desk.broken["recall"]
        await desk.passes(LOOK)
        recalled = desk.shown(user)

        desk.broken["mark"] = OSError("away")
        desk.words = "second"
        await desk.passes(LOOK)
        without = desk.shown(user)
        del desk.broken["mark"]
        await desk.passes(LOOK)

        assert (recalled, without, desk.shown(user)) == ("first", "first", "second")


async def test_only_who_looked_lately_is_kept_fresh(desk: Desk) -> None:
    early, late = desk.person(), desk.person()
    desk.recalled = {early: desk.clock.now() - LATELY, late: desk.clock.now() - LATELY + LOOK}
    async with running(desk):
        assert (desk.shown(early), desk.shown(late)) == (None, "first")

        desk.words = "second"
        await desk.passes(LOOK)

        assert desk.shown(late) == "first"


async def test_of_very_many_the_latest_are_kept_fresh(desk: Desk) -> None:
    people = [desk.person() for _ in range(MOST + 3)]
    desk.recalled = {user: desk.clock.now() - SECOND * (n + 1) for n, user in enumerate(people)}
    async with running(desk):
        assert [desk.shown(user) for user in people] == ["first"] * MOST + [None] * 3


async def test_what_changes_while_it_is_published_is_published_after(desk: Desk) -> None:
    user = desk.person()
    async with running(desk):
        gate = desk.slack.faults.hold("views.publish", performed=True)
        desk.homes.opened(user, at=desk.clock.now(), hash=None)
        await gate.reached()

        desk.words = "second"
        desk.homes.refresh(user)
        gate.release()
        await desk.homes.resting.wait()

        assert desk.shown(user) == "second"


async def test_where_nothing_changes_it_is_drawn_once_a_minute_and_not_published(desk: Desk) -> None:
    user = desk.person()
    async with running(desk):
        await desk.opens(user)
        for _ in range(24):
            await desk.passes(LOOK)

        assert len(desk.drawn) == 3
        assert sum(call.method == "views.publish" for call in desk.slack.calls) == 1


async def test_without_anybody_who_looked_nothing_is_asked(desk: Desk) -> None:
    async with running(desk):
        desk.broken["mark"] = AssertionError("nobody needs to know")

        assert desk.homes.resting.is_set()
        assert desk.drawn == []
