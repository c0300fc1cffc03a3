"""What has become due by time alone: one question a second, for each statement costs more than what it looks at."""

from dataclasses import dataclass
from datetime import datetime

from bot.models.database import query

#: of the outbox also what a hold or an exhausted budget may still keep back: a worker looks more closely
_DUE = """
SELECT EXISTS (SELECT 1 FROM ticket WHERE next_due_at <= ?) AS timers,
EXISTS (SELECT 1 FROM inbox WHERE state = 'new' AND next_at <= ?) AS arrived,
EXISTS (
    SELECT 1 FROM delivery WHERE state IN ('held', 'queued', 'later', 'sending', 'uncertain')
    AND announced_at IS NULL AND due_at <= ?) AS leaving
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Where there is something to do."""

    timers: bool
    arrived: bool
    leaving: bool


async def due_by_time(*, now: datetime) -> Due:
    """Ask the timers, the inbox and the outbox, whoever put something there."""
    (found,) = await query(_DUE, [now, now, now])
    return Due(**{name: bool(value) for name, value in found.items()})
