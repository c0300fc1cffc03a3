"""What reports read: SELECT only, on a connection of their own, so that no report delays a customer's message."""

import asyncio
from datetime import datetime
from typing import Any, NamedTuple

from bot.models.database import instant, reading
from bot.reports.period import Period

_AGENT = "agent:"

# A ticket that nobody owns belongs to the writer of the first reply that the channel accepted. It began when the
# platform says that its first message was written: we may have been away then, and opened it later.
TICKETS = """
SELECT t.number, i.channel, t.owner, t.opened_at, m.sent_at AS asked_at, t.first_reply_at AS answered_at,
  COALESCE(t.solved_at, t.closed_at) AS solved_at,
  CASE WHEN t.owner IS NULL AND t.first_reply_at IS NOT NULL THEN (
    SELECT r.author FROM message r
    WHERE r.ticket_id = t.id AND r.direction = 'out' AND r.author LIKE 'agent:%' AND r.receipt IN ('accepted', 'read')
    ORDER BY r.seq LIMIT 1
  ) END AS answered_by
FROM ticket t
JOIN identity i ON i.id = t.identity_id
JOIN message m ON m.ticket_id = t.id AND m.seq = 1
WHERE COALESCE(t.solved_at, t.closed_at) IS NULL
  OR COALESCE(t.solved_at, t.closed_at) >= ? AND COALESCE(t.solved_at, t.closed_at) < ?
  OR t.first_reply_at >= ? AND t.first_reply_at < ?
  OR t.opened_at >= ?
ORDER BY t.number
"""


class TicketTimes(NamedTuple):  # of which there may be a hundred thousand: a dataclass takes three times as long
    """What a report knows of a ticket. Instants are aware UTC."""

    number: int
    channel: str  #: where the customer is
    agent: str | None  #: who owns it (of a solved one: owned it at the end), else who answered first; None: nobody
    asked_at: datetime  #: the platform's time of the first message, or ours if that is earlier
    answered_at: datetime | None  #: when the first reply that the channel accepted left its hold
    solved_at: datetime | None  #: for the last time; None: somebody still works on it


async def tickets(period: Period) -> list[TicketTimes]:
    """Every ticket that is open now, or that came in, was first answered or was solved in the period; and some more."""
    start, end = period.start, period.end
    found = await reading(TICKETS, [start, end, start, end, start])
    return await asyncio.to_thread(lambda: [_times(row) for row in found])


def _times(row: dict[str, Any]) -> TicketTimes:
    return TicketTimes(
        number=row["number"],
        channel=row["channel"],
        agent=row["owner"] or (row["answered_by"] or "").removeprefix(_AGENT) or None,
        asked_at=min(instant(row["asked_at"]), instant(row["opened_at"])),
        answered_at=perhaps(row["answered_at"]),
        solved_at=perhaps(row["solved_at"]),
    )


def perhaps(value: str | datetime | None) -> datetime | None:
    """An instant where there is one."""
    return None if value is None else instant(value)
