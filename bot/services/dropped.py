"""What follows when Slack says that it tells us no more: more happens in the workspace than it lets an app know."""

from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.domain.ids import Cause
from bot.services.announce import announce
from bot.services.context import Context

TELL_EVERY = timedelta(hours=1)  #: at most: Slack says so every minute

log = structlog.get_logger()


class Dropped:
    """Says so in the first desk's Slack channel, once for each hour that it lasts."""

    def __init__(self, context: Context, clock: Clock) -> None:
        self._context = context
        self._clock = clock
        self._told_at: timedelta | None = None  # by the steady clock

    async def told(self) -> None:
        """Slack has just said so."""
        log.warning("slack.events_dropped")
        now, steady = self._clock.now(), self._clock.steady()
        if self._told_at is not None and steady - self._told_at < TELL_EVERY:
            return
        async with self._context.transaction():
            cause = Cause(f"slack.events_dropped:{now.isoformat()}")
            await announce(self._context.config.desks[0], "events_dropped", {}, cause=cause, now=now)
        self._told_at = steady
