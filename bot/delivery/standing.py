"""How inbox and outbox stand: how many rows are in which state, in how many lanes, and since when the oldest waits."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.models.database import instant

Ask = Callable[[str, Sequence[object]], Awaitable[list[dict[str, Any]]]]  #: `bot.models.database.query` or `.reading`

_STANDING = """
SELECT 'inbox' AS queue, state, COUNT(*) AS number, COUNT(DISTINCT lane) AS lanes, MIN(received_at) AS since
FROM inbox WHERE state IN ('new', 'parked') GROUP BY state
UNION ALL
SELECT 'outbox', state, COUNT(*), COUNT(DISTINCT lane), MIN(created_at)
FROM delivery
WHERE state IN ('held', 'queued', 'later', 'sending', 'uncertain', 'failed')
AND (state <> 'held' OR (kind = 'send' AND announced_at IS NULL))
GROUP BY state
UNION ALL
SELECT 'outbox', 'undecided', COUNT(*), COUNT(DISTINCT ticket_id), MIN(arrived_at)
FROM message WHERE receipt = 'held' HAVING COUNT(*) > 0
"""

STATES = {  #: of what is not done, by queue; a text is undecided until its writer says what becomes of it
    "inbox": ("new", "parked"),
    "outbox": ("held", "queued", "later", "sending", "uncertain", "failed", "undecided"),
}
WAITING = {"inbox": ("new",), "outbox": ("queued", "later", "sending")}  #: what goes on by itself


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a queue in one state."""

    number: int
    lanes: int
    since: datetime


class Standing(dict[tuple[str, str], Rows]):
    """What is not done, by queue and state; what is missing is nothing."""

    def number(self, queue: str, *states: str) -> int:
        """How many rows are in these states."""
        return sum(self[queue, state].number for state in states if (queue, state) in self)

    def waiting(self, queue: str) -> Rows | None:
        """What goes on by itself; None: nothing."""
        found = [self[queue, state] for state in WAITING[queue] if (queue, state) in self]
        if not found:
            return None
        return Rows(sum(one.number for one in found), sum(one.lanes for one in found), min(one.since for one in found))


async def standing(ask: Ask) -> Standing:
    """Ask the database."""
    found = await ask(_STANDING, [])
    return Standing(
        {(row["queue"], row["state"]): Rows(row["number"], row["lanes"], instant(row["since"])) for row in found}
    )
