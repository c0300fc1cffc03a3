"""What the Home tab shows: SELECT only, on a connection that no commit waits for, as in `bot.reports.queries`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.models.database import instant, reading
from bot.reports.queries import perhaps

_OPEN = "('new', 'open', 'pending', 'on_hold')"
_STUCK = "(d.state = 'failed' OR d.state = 'uncertain' AND d.announced_at IS NOT NULL)"  # as `bot.delivery.decide` says

# A customer waits from the first message after our last answer on: who writes again and again must not move down. If
# there is none, they wait when the ticket was opened again since ("Not yet" is no message), or is still ours to act on.
_LINES = f"""
WITH waiting AS (
  SELECT t.id, t.number, t.desk, t.status, t.level, t.owner, t.escalated_to, t.subject, t.opened_at, t.first_reply_at,
    t.last_agent_at, t.slack_channel, t.thread_ts, c.name AS customer, i.channel,
    CASE WHEN t.status NOT IN ('new', 'open') THEN NULL
      WHEN t.last_agent_at IS NULL THEN t.opened_at
      ELSE COALESCE(
        (SELECT MIN(m.sent_at) FROM message m
          WHERE m.ticket_id = t.id AND m.direction = 'in' AND m.sent_at > t.last_agent_at),
        (SELECT MAX(j.at) FROM journal j
          WHERE j.ticket_id = t.id AND j.event = 'TicketReopened' AND j.at > t.last_agent_at),
        CASE WHEN t.status = 'open' THEN t.last_customer_at END
      ) END AS waiting_since
  FROM ticket t JOIN customer c ON c.id = t.customer_id JOIN identity i ON i.id = t.identity_id
  WHERE t.status IN {_OPEN} AND ({{which}}) AND ({{among}})
), first_ones AS (
  SELECT w.*, COUNT(*) OVER () AS total FROM waiting w
  ORDER BY w.waiting_since IS NULL, w.waiting_since, w.last_agent_at, w.number LIMIT ?
)
SELECT f.*,
  EXISTS (SELECT 1 FROM delivery d WHERE d.ticket_id = f.id AND d.kind = 'send' AND {_STUCK}) AS is_stuck,
  EXISTS (SELECT 1 FROM message m WHERE m.ticket_id = f.id AND m.receipt = 'held') AS is_undecided
FROM first_ones f ORDER BY f.waiting_since IS NULL, f.waiting_since, f.last_agent_at, f.number
"""  # noqa: S608 - constants only

_COUNTS = f"SELECT status, owner, COUNT(*) AS tickets FROM ticket WHERE status IN {_OPEN} GROUP BY status, owner"  # noqa: S608 - constants only

_PARTS = f"""
SELECT d.id, d.kind, d.state, d.error, t.number, t.slack_channel, t.thread_ts, COUNT(*) OVER () AS total
FROM delivery d LEFT JOIN ticket t ON t.id = d.ticket_id
WHERE d.state IN ('failed', 'uncertain') AND {_STUCK} ORDER BY d.id LIMIT ?
"""  # noqa: S608 - constants only
_UNDECIDED = """
SELECT m.id, m.author, t.number, t.slack_channel, t.thread_ts, COUNT(*) OVER () AS total
FROM message m JOIN ticket t ON t.id = m.ticket_id WHERE m.receipt = 'held' ORDER BY m.id LIMIT ?
"""
_PARKED = """
SELECT r.id, r.source, COUNT(*) OVER () AS total FROM inbox r WHERE r.state = 'parked' ORDER BY r.id LIMIT ?
"""

# Only the newest rows are looked at, so that a start costs the same however much has come in over the years.
_OPENED = """
SELECT lane, MAX(received_at) AS opened_at FROM inbox
WHERE id > (SELECT COALESCE(MAX(id), 0) FROM inbox) - 20000 AND lane LIKE 'slack:home:%' AND received_at >= ?
GROUP BY lane
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """Which desks' tickets somebody may see; ``others``: also those whose desk is no longer configured."""

    desks: Sequence[str]
    configured: Sequence[str]
    others: bool

    @property
    def sql(self) -> str:
        """The condition; its marks are filled by `values`."""
        here = f"t.desk IN ({_marks(self.desks)})"
        return f"{here} OR t.desk NOT IN ({_marks(self.configured)})" if self.others else here

    @property
    def values(self) -> tuple[str, ...]:
        """What the marks stand for."""
        return (*self.desks, *self.configured) if self.others else tuple(self.desks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a ticket's card stands; None until it does."""

    channel: str | None
    ts: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An open ticket, and who waits. Instants are aware UTC."""

    number: int
    desk: str
    status: str
    level: int
    owner: str | None
    escalated_to: str  #: opaque names, separated by spaces
    customer: str
    channel: str
    subject: str
    opened_at: datetime
    first_reply_at: datetime | None
    last_agent_at: datetime | None
    waiting_since: datetime | None  #: the customer's first message without an answer; None: we are not to act
    is_stuck: bool  #: something was not delivered, or nobody knows
    is_undecided: bool  #: an agent's text waits until its writer decides
    card: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The first of a list, and how many there are in all."""

    rows: Sequence[Waiting]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many open tickets of this status somebody (None: nobody) has."""

    status: str
    owner: str | None
    tickets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """Something that a person must look at; it holds no word of a customer."""

    name: str  #: ``failed``, ``uncertain``, ``held`` or ``parked``
    id: str  #: for `loket failed`; empty where only its writer can decide
    number: int | None = None
    card: Place = Place(channel=None, ts=None)
    what: str = ""  #: the kind of part, where it came from, or who wrote it
    reason: str = ""


async def mine(agent: str, among: Among, *, limit: int) -> Listed:
    """The agent's open tickets: who waits longest first, then those in which the customer is to act."""
    return await _listed("t.owner = ?", (agent,), among, limit)


async def unclaimed(among: Among, *, limit: int) -> Listed:
    """Open tickets that nobody owns, who waits longest first."""
    return await _listed("t.owner IS NULL", (), among, limit)


async def escalated(agent: str, among: Among, *, limit: int) -> Listed:
    """Escalated tickets that the agent does not own, whomever they were escalated to."""
    which = "t.level > 1 AND t.escalated_to IS NOT NULL AND (t.owner IS NULL OR t.owner <> ?)"
    return await _listed(which, (agent,), among, limit)


async def oldest(among: Among, *, limit: int) -> Listed:
    """The customers who wait longest for us, whoever owns their tickets."""
    found = await _listed("t.status IN ('new', 'open')", (), among, limit)
    return Listed(rows=[row for row in found.rows if row.waiting_since is not None], total=found.total)


async def counts() -> list[Count]:
    """All open tickets by status and owner."""
    return [Count(**row) for row in await reading(_COUNTS, [])]


async def stuck(*, limit: int) -> tuple[list[Stuck], int]:
    """The first things that went wrong, oldest first of each kind, and how many there are in all."""
    parked, parts, undecided = [await reading(sql, [limit]) for sql in (_PARKED, _PARTS, _UNDECIDED)]
    found = [
        *(Stuck(name="parked", id=f"in-{row['id']}", what=row["source"]) for row in parked),
        *map(_part, parts),
        *(
            Stuck(name="held", id="", number=row["number"], card=_place(row), what=row["author"])
            for row in undecided
        ),
    ]  # fmt: skip
    return found[:limit], sum(rows[0]["total"] for rows in (parked, parts, undecided) if rows)


async def last_change() -> int:
    """A number that grows with everything that happens to a ticket."""
    (row,) = await reading("SELECT COALESCE(MAX(id), 0) AS last FROM journal", [])
    return int(row["last"])


async def opened_since(moment: datetime) -> dict[str, datetime]:
    """Who opened their Home tab, and when for the last time; see `bot.slack.parse.raw` for the lane."""
    found = await reading(_OPENED, [moment])
    return {row["lane"].rpartition(":")[2]: instant(row["opened_at"]) for row in found}


async def _listed(which: str, values: Iterable[object], among: Among, limit: int) -> Listed:
    found = await reading(_LINES.format(which=which, among=among.sql), [*values, *among.values, limit])
    return Listed(rows=[_waiting(row) for row in found], total=found[0]["total"] if found else 0)


def _waiting(row: dict[str, Any]) -> Waiting:
    same = ("number", "desk", "status", "level", "owner", "customer", "channel", "subject")
    return Waiting(
        **{name: row[name] for name in same},
        escalated_to=row["escalated_to"] or "",
        opened_at=instant(row["opened_at"]),
        first_reply_at=perhaps(row["first_reply_at"]),
        last_agent_at=perhaps(row["last_agent_at"]),
        waiting_since=perhaps(row["waiting_since"]),
        is_stuck=bool(row["is_stuck"]),
        is_undecided=bool(row["is_undecided"]),
        card=_place(row),
    )


def _part(row: dict[str, Any]) -> Stuck:
    return Stuck(
        name=row["state"], id=f"out-{row['id']}", number=row["number"], card=_place(row), what=row["kind"],
        reason=row["error"] or "",
    )  # fmt: skip


def _place(row: dict[str, Any]) -> Place:
    return Place(channel=row["slack_channel"], ts=row["thread_ts"])


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
