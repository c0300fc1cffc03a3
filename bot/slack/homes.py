"""
Keeps the Home tabs true of those who looked at theirs lately.

Published when somebody opens it or presses something there, and when what it shows has changed. A Home tab is
decoration: it is drawn anew from the rows each time, so nothing about it is stored, and whatever goes wrong here is
tried again later or left. It has a loop and a budget of its own, so that no message waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.delivery.limits import Limits
from bot.delivery.retry import backoff
from bot.errors import DeliveryError, Down, Later, Rejected
from bot.logs import trace
from bot.slack.errors import code_of, writing

BUDGET = "slack:home"
LOOK = timedelta(seconds=5)  #: between looks whether anything has changed; so much is put together in one publishing
WHOLE = timedelta(minutes=1)  #: after which all are drawn anew, since time alone makes a ticket late
LATELY = timedelta(hours=12)  #: who has not opened their tab for so long gets it fresh when they open it
MOST = 200  #: tabs that are kept fresh; at Slack's pace this takes two minutes
DOWN = timedelta(seconds=30)  #: before the next attempt when somebody must mend something in Slack first

log = structlog.get_logger()

Blocks = list[dict[str, Any]]


@dataclass(slots=True)
class _Viewer:
    """Somebody who looked at their Home tab."""

    opened_at: datetime
    is_stale: bool = True  #: to be drawn
    is_urgent: bool = False  #: they look at it now
    shown: Blocks | None = None  #: what Slack shows, as far as we know
    hash: str | None = None  #: Slack's, of what it shows


class Homes:
    """
    All Home tabs. ``draw`` gives the blocks for a person, ``mark`` a value that changes when tickets do, ``recall`` who
    opened theirs since a moment; the first two may raise what they like.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        draw: Callable[[str], Awaitable[Blocks]],
        mark: Callable[[], Awaitable[object]],
        recall: Callable[[datetime], Awaitable[Mapping[str, datetime]]],
        limits: Limits,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self._client = client
        self._draw = draw
        self._read_mark = mark
        self._recall = recall
        self._limits = limits
        self._clock = clock
        self._jitter = jitter
        self._viewers: dict[str, _Viewer] = {}
        self._mark: object = None
        self._recalled = False
        self._look_at: datetime | None = None
        self._whole_at: datetime | None = None
        self._failures = 0  #: in a row
        self._wake = asyncio.Event()
        self.resting = asyncio.Event()  #: set while nothing is to be published before a later time

    def opened(self, user: str, *, at: datetime, hash: str | None) -> None:  # noqa: A002 - Slack's name
        """Somebody opened theirs; ``hash`` is that of what Slack shows there, None: nothing yet."""
        viewer = self._viewers.setdefault(user, _Viewer(at))
        viewer.opened_at = max(viewer.opened_at, at)
        if hash != viewer.hash:
            viewer.shown = viewer.hash = None
        self.refresh(user)

    def refresh(self, user: str) -> None:
        """Draw this person's soon."""
        viewer = self._viewers.setdefault(user, _Viewer(self._clock.now()))
        viewer.is_stale = viewer.is_urgent = True
        self.resting.clear()
        self._wake.set()

    async def run(self) -> None:
        """Keep them fresh until cancelled."""
        while True:
            self._wake.clear()
            try:
                until = await self._round()
            except Exception as error:  # a supervisor: the database is locked or away, and the next round sees
                log.warning("homes.stumbled", **trace(error))
                until = self._clock.now() + LOOK
            if not self._wake.is_set() and (until is None or until > self._clock.now()):
                self.resting.set()
            await self._clock.wait(self._wake, until=until)
            self.resting.clear()

    async def _round(self) -> datetime | None:
        """Do what is due; when to look again."""
        now = self._clock.now()
        if not self._recalled:
            for user, at in (await self._recall(now - LATELY)).items():
                self._viewers.setdefault(user, _Viewer(at))
            self._recalled = True
        self._forget(now)
        if not self._viewers:
            self._look_at = self._whole_at = None
            return None
        if self._look_at is None or self._look_at <= now:
            await self._look(now)
        while stale := self._next():
            free_at = self._limits.free_at(BUDGET, now=self._clock.now())
            if free_at > self._clock.now():
                return free_at
            await self._refreshed(stale, self._viewers[stale])
        return self._look_at

    def _forget(self, now: datetime) -> None:
        latest = sorted(self._viewers.items(), key=lambda one: one[1].opened_at, reverse=True)[:MOST]
        self._viewers = {user: viewer for user, viewer in latest if viewer.opened_at > now - LATELY}

    async def _look(self, now: datetime) -> None:
        """Has anything changed that some tab may show?"""
        mark = await self._read_mark()
        if mark != self._mark or self._whole_at is None or self._whole_at <= now:
            self._mark, self._whole_at = mark, now + WHOLE
            for viewer in self._viewers.values():
                viewer.is_stale = True
        self._look_at = now + LOOK

    def _next(self) -> str | None:
        stale = [(not it.is_urgent, user) for user, it in self._viewers.items() if it.is_stale]
        return min(stale)[1] if stale else None

    async def _refreshed(self, user: str, viewer: _Viewer) -> None:
        """Draw one tab, and publish it unless Slack shows just that."""
        viewer.is_stale = viewer.is_urgent = False  # before drawing: what changes meanwhile makes it stale again
        try:
            blocks = await self._draw(user)
            if blocks != viewer.shown:
                await self._publish(user, viewer, blocks)
            self._failures = 0
        except Rejected as refusal:
            self._refused(user, viewer, refusal)
        except DeliveryError as reason:
            viewer.is_stale, viewer.shown, viewer.hash = True, None, None  # it may have arrived or not: show it again
            self._pause(reason)
        except Exception as error:  # a supervisor: one that can't be drawn must not keep the others from it
            log.error("home.undrawn", **trace(error))

    async def _publish(self, user: str, viewer: _Viewer, blocks: Blocks) -> None:
        self._limits.spend(BUDGET, now=self._clock.now())
        view = {"type": "home", "blocks": blocks}
        answer = await writing(self._client.views_publish(user_id=user, view=view, hash=viewer.hash))
        viewer.shown, viewer.hash = blocks, answer["view"]["hash"]

    def _refused(self, user: str, viewer: _Viewer, refusal: Rejected) -> None:
        if code_of(refusal.__cause__) == "hash_conflict":  # it shows something else than we thought: put it right
            viewer.is_stale, viewer.shown, viewer.hash = True, None, None
            return
        log.info("home.refused", reason=str(refusal))  # gone, or the app has no Home tab: until they open it again
        del self._viewers[user]

    def _pause(self, reason: DeliveryError) -> None:
        self._failures += 1
        asked_for = reason.after if isinstance(reason, Later) else DOWN if isinstance(reason, Down) else None
        wait = asked_for or backoff(self._failures, jitter=self._jitter())
        log.info("homes.later", reason=str(reason))
        now = self._clock.now()
        self._limits.pause(BUDGET, until=now + wait, now=now)
