"""What reports read: SELECT only, on a connection of their own, so that no report delays a customer's message."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from bot.models.database import instant, reading, reading_each
from bot.reports.period import Period

#: The first ticket that has come in since. `+ 0` keeps SQLite from looking for it by its id, from the oldest on.
FIRST = "SELECT COALESCE(MIN(id + 0), 2147483647) AS id FROM ticket WHERE opened_at >= ?"

# A ticket that nobody owns belongs to the writer of the first reply that the channel accepted.
#
# Nearly all that count have come in since the period began, and stand together, for ids rise: they are read in one go
# from the first of them on. Of those before it, indexes tell the few that matter, without a look at the tickets. What
# stands elsewhere is looked up for each: joined, PostgreSQL would read all messages of all years.
TICKETS = """
SELECT (SELECT i.channel FROM identity i WHERE i.id = t.identity_id) AS channel,
  COALESCE(t.owner, CASE WHEN t.first_reply_at IS NOT NULL THEN (
    SELECT SUBSTR(r.author, 7) FROM message r
    WHERE r.ticket_id = t.id AND r.direction = 'out' AND r.author LIKE 'agent:%' AND r.receipt IN ('accepted', 'read')
    ORDER BY r.seq LIMIT 1
  ) END) AS agent,
  t.opened_at, (SELECT m.sent_at FROM message m WHERE m.ticket_id = t.id AND m.seq = 1) AS sent_at,
  t.first_reply_at AS answered_at, COALESCE(t.solved_at, t.closed_at) AS solved_at
FROM (
  SELECT * FROM ticket WHERE id >= ?
  UNION ALL SELECT * FROM ticket WHERE id < ? AND solved_at IS NULL
  UNION ALL SELECT * FROM ticket WHERE id < ? AND solved_at >= ? AND solved_at < ?
  UNION ALL SELECT * FROM ticket WHERE id < ? AND first_reply_at >= ? AND first_reply_at < ?
    AND (solved_at < ? OR solved_at >= ?)
) AS t
"""


class TicketTimes(NamedTuple):  # of which there may be a hundred thousand: a dataclass takes three times as long
    """What a report knows of a ticket. Instants are aware UTC."""

    channel: str  #: where the customer is
    agent: str | None  #: who owns it (of a solved one: owned it at the end), else who answered first; None: nobody
    asked_at: datetime  #: the platform's time of the first message, or ours if that is earlier
    answered_at: datetime | None  #: when the first reply that the channel accepted left its hold
    solved_at: datetime | None  #: for the last time; None: somebody still works on it


async def tickets(period: Period) -> list[TicketTimes]:
    """Every ticket that is open now, or that came in, was first answered or was solved in the period; and some more."""
    [first] = await reading(FIRST, [period.start])
    return await reading_each(_times, TICKETS, values_of(first["id"], period.start, period.end))


def values_of(first: int, start: object, end: object) -> list[object]:
    """Those of `TICKETS`; the instants as the driver takes them."""
    return [first, first, first, start, end, first, start, end, start, end]


def _times(row: Mapping[str, Any]) -> TicketTimes:
    return TicketTimes(
        channel=row["channel"],
        agent=row["agent"] or None,
        asked_at=min(instant(row["opened_at"]), instant(row["sent_at"])),  # we may have been away when it was written
        answered_at=perhaps(row["answered_at"]),
        solved_at=perhaps(row["solved_at"]),
    )


def perhaps(value: str | datetime | None) -> datetime | None:
    """An instant where there is one."""
    return None if value is None else instant(value)
