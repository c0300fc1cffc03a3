"""What has become due by time alone: one question a second, for each statement costs more than what it looks at."""

from dataclasses import dataclass
from datetime import datetime

from bot.models.database import query

# Each in the order of an index: asked with EXISTS alone, PostgreSQL reads the table once it has one plan for all times,
# as it believes that a third of the rows are due.
# Of the outbox also what a hold or an exhausted budget may still keep back: a worker looks more closely.
_DUE = """
SELECT (SELECT 1 FROM ticket WHERE next_due_at <= ? ORDER BY next_due_at LIMIT 1) AS timers,
(SELECT 1 FROM inbox WHERE state = 'new' AND next_at <= ? ORDER BY next_at LIMIT 1) AS arrived,
(
    SELECT 1 FROM delivery WHERE state IN ('held', 'queued', 'later', 'sending', 'uncertain')
    AND announced_at IS NULL AND due_at <= ? ORDER BY state, due_at LIMIT 1) AS leaving
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
