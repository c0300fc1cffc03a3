"""What follows when the computer's clock is set while things wait."""

from datetime import datetime, timedelta

import structlog

from bot.clock import TOLERANCE, Clock, Jumps
from bot.delivery.limits import Limits
from bot.delivery.waits import begun_anew, brought_back
from bot.domain.ids import Cause
from bot.models.lost import last_sign
from bot.services.announce import announce
from bot.services.context import Context

UNDER_WAY = timedelta(seconds=30)  #: so long a decision may take that began with the time from before
TELL_FROM = timedelta(minutes=1)  #: less concerns nobody who reads along
TELL_EVERY = timedelta(hours=1)  #: at most, should the clock go to and fro

log = structlog.get_logger()


class ClockWatch:
    """Keeps the waits as long as they were, and says once in the first desk's Slack channel that the clock jumped."""

    def __init__(self, context: Context, clock: Clock, jumps: Jumps, limits: Limits) -> None:
        self._context = context
        self._clock = clock
        self._jumps = jumps
        self._limits = limits
        self._back_at: timedelta | None = None  # the last time that it was set back, by the steady clock
        self._told_at: timedelta | None = None  # likewise

    async def recover(self) -> None:
        """At a start: what is stored may be from a time that has not come yet."""
        ahead = await last_sign() - self._clock.now()
        if ahead >= TOLERANCE:
            await self._jumped(-ahead)

    async def watch(self) -> None:
        """Look; called every second."""
        by = self._jumps.look()
        if by:
            await self._jumped(by)
            self._jumps.done(by)
        if self._back_at is not None:
            async with self._context.transaction():
                await begun_anew(now=self._clock.now())
            if self._clock.steady() - self._back_at > UNDER_WAY:
                self._back_at = None

    async def _jumped(self, by: timedelta) -> None:
        """All of it, or, when the database is locked or away, nothing; then the next look does it."""
        now, steady = self._clock.now(), self._clock.steady()
        told_lately = self._told_at is not None and steady - self._told_at < TELL_EVERY
        tells = abs(by) >= TELL_FROM and not told_lately
        async with self._context.transaction():
            if by < timedelta(0):
                await brought_back(by=-by, now=now)
            if tells:
                await self._tell(by, now=now)
        if by < timedelta(0):
            self._limits.set_back(-by)
        log.warning("clock.jumped", by_s=round(by.total_seconds(), 1))
        self._back_at = steady if by < timedelta(0) else self._back_at
        self._told_at = steady if tells else self._told_at

    async def _tell(self, by: timedelta, *, now: datetime) -> None:
        desk = self._context.config.desks[0]
        words = {"span": self._context.texts.span(desk.language, abs(by))}
        name = "clock.back" if by < timedelta(0) else "clock.forward"
        await announce(desk, name, words, cause=Cause(f"{name}:{now.isoformat()}"), now=now)
