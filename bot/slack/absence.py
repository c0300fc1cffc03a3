"""After an absence, Slack's or our own, the threads are looked into: one look at a time, until it has found all."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import structlog

from bot.clock import Clock
from bot.logs import trace
from bot.models.database import is_temporary
from bot.slack.catchup import CatchUp
from bot.slack.holds import Holds

AGAIN = timedelta(seconds=5)  #: after a fault of the database
#: so long after Slack has said that it drops events it may still do so. Source: Slack, "app_rate_limited": every minute
DROPPING = timedelta(minutes=2)

Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]  #: runs work in the background

log = structlog.get_logger()


class Absence:
    """Says when to catch up, and sees to it that it comes to an end."""

    def __init__(self, catch_up: CatchUp, *, holds: Holds, clock: Clock, start: Start) -> None:
        self._catch_up = catch_up
        self._holds = holds
        self._clock = clock
        self._start = start
        self._look: asyncio.Task[None] | None = None
        self._dropping_since: timedelta | None = None  # the last time that Slack said so, by the steady clock

    def ends(self) -> None:
        """Slack is back: look for what was written meanwhile."""
        if self._look is None or self._look.done():
            self._look = self._start(self._run())
        else:  # it may have read a thread before the silence that ends now: once more then
            self._catch_up.missed()

    def dropping(self) -> None:
        """Slack drops events: look for them now, as this may last, and once more when it is over."""
        self._dropping_since = self._clock.steady()
        self._catch_up.missed()

    async def keep_up(self) -> None:
        """Look for what may be missing although Slack was there, as when the database was away; called regularly."""
        if self._dropping_since is not None and self._clock.steady() - self._dropping_since >= DROPPING:
            self._dropping_since = None
            self._catch_up.missed()
        if self._look is not None and self._look.done() and not await self._catch_up.keep():
            self.ends()

    async def _run(self) -> None:
        try:
            while not await self._is_complete():
                await self._clock.wait(asyncio.Event(), until=self._clock.now() + AGAIN)
        except Exception as error:  # a supervisor: what it did not find now, the next silence or start finds
            log.error("catch_up.failed", **trace(error))
            for ticket in tuple(self._holds.unread):  # there is nothing more to wait for
                self._holds.read(ticket)

    async def _is_complete(self) -> bool:
        """False: a locked or full database was in the way."""
        try:
            await self._catch_up.run()
        except Exception as error:
            if not is_temporary(error):
                raise
            log.warning("catch_up.interrupted", **trace(error))
            return False
        return True
