"""
After the computer's clock was set back: what waits for a moment would wait so much longer, and need not.

Only what waits for so many seconds is moved: holds, pauses, leases. What waits for a time of day (a ticket's timer)
stays. Nothing that must not end early does: in doubt it waits its whole time again. After the clock was set forward
nothing is moved: what must not leave early then asks `bot.delivery.ports.Holds`.
"""

from datetime import datetime, timedelta

from bot.delivery.outbox import LEASE
from bot.models.database import instant, query

_AHEAD = """
SELECT id, state, due_at, created_at FROM delivery
WHERE state IN ('held', 'queued', 'later', 'sending', 'uncertain') AND due_at > ?
"""
_MOVE = "UPDATE delivery SET due_at = ?, created_at = ? WHERE id = ?"
_ARRIVED_AHEAD = "SELECT id, next_at FROM inbox WHERE state = 'new' AND next_at > ?"
_TRY = "UPDATE inbox SET next_at = ? WHERE id = ?"
_ARRIVED = "UPDATE inbox SET next_at = ? WHERE state = 'new' AND received_at > ? AND next_at > ?"


async def brought_back(*, by: timedelta, now: datetime) -> None:
    """Let what waits end as if the clock had not been set back ``by``; call inside a transaction."""
    await begun_anew(now=now)
    for row in await query(_AHEAD, [now]):
        due_at, state = instant(row["due_at"]), row["state"]
        if state in {"queued", "later"}:
            due_at = max(now, due_at - by)
        elif state in {"sending", "uncertain"}:
            due_at = min(due_at, now + LEASE)
        await query(_MOVE, [due_at, instant(row["created_at"]), row["id"]])
    for row in await query(_ARRIVED_AHEAD, [now]):
        await query(_TRY, [max(now, instant(row["next_at"]) - by), row["id"]])


async def begun_anew(*, now: datetime) -> None:
    """
    Let what is dated later than it is begin to wait now; call inside a transaction.

    Some of it may be stored a moment after `brought_back`: what was decided, but not committed, when the clock was set.
    """
    await query(_ARRIVED, [now, now, now])
    for row in await query(_AHEAD, [now]):
        due_at, made_at = instant(row["due_at"]), instant(row["created_at"])
        if made_at > now:
            await query(_MOVE, [now + (due_at - made_at), now, row["id"]])
