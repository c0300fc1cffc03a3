"""
The time that a database knows nothing of, because it was brought back from a copy.

What must be known of it is kept as counters. A copy of an SQLite file says when it was taken (``copied_at``, by
`bot.models.copies`). A database of a server remembers where it stood (``place``), which a restored dump does not match.
Whoever brings a database back in another way says so by ``loket restored``. Once a service has started on it, the span
is kept for good.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.models.base import Database
from bot.models.copies import COPIED_AT
from bot.models.rows import CounterRow, DeliveryRow, InboxRow, JournalRow

PLACE = "place"  #: a fingerprint
LOST_FROM, LOST_UNTIL = "lost_from", "lost_until"  #: in ms since 1970
IDS = 1_000_000  #: so many ids are left out in every table: more than a desk uses before somebody notices


@dataclass(frozen=True, slots=True)
class Lost:
    """From the copy to the first start on it."""

    since: datetime
    until: datetime


async def lost_time() -> Lost | None:
    """The last one; None: this database was never brought back."""
    rows = {row.name: row.value for row in await CounterRow.filter(name__in=(LOST_FROM, LOST_UNTIL))}
    return Lost(_moment(rows[LOST_FROM]), _moment(rows[LOST_UNTIL])) if len(rows) == 2 else None


async def copied_at(database: Database) -> datetime | None:
    """When the copy was taken that this database is, unless a service has taken note of that already."""
    rows = {row.name: row.value for row in await CounterRow.filter(name__in=(COPIED_AT, PLACE))}
    if COPIED_AT in rows:
        return _moment(rows[COPIED_AT])
    here = await database.place()
    return await last_sign() if here and rows.get(PLACE, _print(here)) != _print(here) else None


async def call_it_a_copy() -> datetime:
    """Let the database say that it is a copy, of the moment when something last happened in it."""
    moment = await last_sign()
    await CounterRow.update_or_create(name=COPIED_AT, defaults={"value": _ms(moment)})
    return moment


async def at_home(database: Database) -> None:
    """Remember where the database stands."""
    here = await database.place()
    if here and not await CounterRow.exists(name=PLACE, value=_print(here)):
        await CounterRow.update_or_create(name=PLACE, defaults={"value": _print(here)})


async def remember(database: Database, lost: Lost) -> None:
    """Keep the span, and that it was taken note of. Call inside a transaction."""
    for name, moment in ((LOST_FROM, lost.since), (LOST_UNTIL, lost.until)):
        await CounterRow.update_or_create(name=name, defaults={"value": _ms(moment)})
    await CounterRow.filter(name=COPIED_AT).delete()
    await at_home(database)


async def last_sign() -> datetime:
    """When something last came in, happened or was to leave, as far as this database knows."""
    came_in = await InboxRow.all().order_by("-id").first()
    happened = await JournalRow.all().order_by("-id").first()
    to_leave = await DeliveryRow.all().order_by("-id").first()
    found = [datetime.fromtimestamp(0, UTC)]
    found += [] if came_in is None else [came_in.received_at]
    found += [] if happened is None else [happened.at]
    found += [] if to_leave is None else [to_leave.created_at]
    return max(found)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _print(place: str) -> int:
    """A fingerprint that fits into a counter."""
    return int.from_bytes(hashlib.sha256(place.encode()).digest()[:8]) >> 1
