"""
The outbox: what must leave, in order per lane, and once.

A part is ``held`` (can be taken back) → ``queued`` → ``sending`` (leased) → ``done`` | ``later`` | ``uncertain`` |
``failed`` | ``discarded``. A lane waits for its head, except when that is settled or, if nobody can tell whether it
arrived, when that has been announced.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import assert_never

import structlog
from tortoise.transactions import in_transaction

from bot.clock import Clock
from bot.delivery.away import CalledBack
from bot.delivery.entries import FROM
from bot.delivery.limits import Limits
from bot.delivery.ports import FILE, Delivered, Holds, Outcome, Part, Refused, Sender, Settle, Together, Unknown
from bot.delivery.retry import backoff
from bot.errors import Away, Closed, DeliveryError, Down, Later, Rejected, TooBig, Unconfirmed, Unreachable
from bot.logs import following, trace
from bot.models.database import instant, is_temporary, query
from bot.models.rows import DeliveryRow

LEASE = timedelta(seconds=120)  #: longer than any request may take; a part still `sending` then has an unknown end
ASK_AFTER = timedelta(seconds=3)  #: so long a request that was cut off may still be on its way in; then it is asked for
DOWN = timedelta(seconds=30)  #: between looks at a platform that somebody must mend first
SETTLE_TRIES, SETTLE_PAUSE = 60, timedelta(seconds=1)  #: for storing what is known; together less than a lease
FILES_AT_ONCE = 4  #: fewer than a worker has slots: a file may take minutes, and texts must not wait for it
LOOK = 500  #: lanes that one look takes in
REMEMBERED = timedelta(minutes=10)  #: how long it counts when a lane was served
TRIES = 100  #: attempts whose end nobody knew and that had not arrived, before a part is given up: an hour or so
FAULTY_TRIES = 8  #: the same where the fault is ours

log = structlog.get_logger()

_OPEN = "('held', 'queued', 'later', 'sending', 'uncertain')"
_HEADS = f"""
SELECT d.id, d.lane, d.rank, d.due_at FROM delivery AS d
WHERE d.state IN {_OPEN} AND d.announced_at IS NULL AND d.due_at <= ? AND d.budget NOT IN ({{closed}}) {{wholes}}
AND NOT EXISTS (
    SELECT 1 FROM delivery AS e WHERE e.lane = d.lane AND e.state IN {_OPEN} AND e.announced_at IS NULL
    AND (e.seq, e.part, e.id) < (d.seq, d.part, d.id))
ORDER BY d.rank, d.due_at, d.id LIMIT ?
"""  # noqa: S608 - constants only
_NEXT_DUE = f"SELECT MIN(due_at) FROM delivery WHERE state IN {_OPEN} AND announced_at IS NULL AND due_at > ?"  # noqa: S608
_SENDING = """
UPDATE delivery SET state = 'sending', lease_until = ?, due_at = ?, tried_at = ?, attempts = attempts + 1
WHERE id IN ({marks})
"""
_PUT_OFF = """
UPDATE delivery SET state = 'later', lease_until = NULL, due_at = ?, error = ?, attempts = attempts - 1
WHERE state IN ('sending', 'uncertain') AND id IN ({marks})
"""


class Outbox:
    """Hands parts to their senders and stores how it ended."""

    name = "outbox"

    def __init__(
        self,
        *,
        senders: Mapping[str, Sender],
        settle: Settle,
        limits: Limits,
        holds: Holds,
        together: Together,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self._senders = senders
        self._settle = settle
        self._holds = holds
        self._together = together
        self._limits = limits
        self._clock = clock
        self._jitter = jitter
        self._in_hand: set[int] = set()
        self._files_in_hand: set[int] = set()
        self._served_at: dict[str, datetime] = {}
        self._put_off_times: Counter[int] = Counter()  # for the back-off only, so a restart may forget it
        self._away = CalledBack()
        self._faulty: set[int] = set()  # their last attempt met a fault of ours
        self._alone: set[int] = set()  # was refused together with others; after a restart it would be once more

    async def recover(self, *, now: datetime) -> None:
        """Parts that an earlier process was sending, or asking for, have an unknown end: they are asked for."""
        leased = DeliveryRow.filter(state__in=("sending", "uncertain"), lease_until__isnull=False)
        await leased.update(state="uncertain", due_at=now + ASK_AFTER, lease_until=None)

    def alive(self, platform: str) -> bool:
        """A platform has answered: some of what found nobody there need not wait longer; then wake the worker."""
        return self._away.alive(platform)

    async def take(self, *, now: datetime, limit: int) -> Sequence[Part]:
        """Lease the heads of the lanes whose budgets allow it."""
        if back := tuple(self._away.parts):
            await DeliveryRow.change({"id": back, "state": "later"}, due_at=now)
            self._away.parts.difference_update(back)
        parts: list[Part] = []
        held_on: set[int] = set()
        if not await self._heads(now=now, limit=limit, but=held_on):
            return parts  # as most looks end; a transaction to find this would delay others
        async with in_transaction():  # around the look as well: what is taken back in between must not leave
            refused = True
            while refused and len(parts) < limit:  # then those behind it get their turn
                refused = False
                leased: list[Part] = []
                heads = await self._heads(now=now, limit=limit - len(parts), but=held_on)
                for row in await _rows(heads):
                    if not self._has_room(row, (*parts, *leased)) or not await self._is_over(row):
                        held_on.add(row.id)
                        refused = True
                    elif self._limits.free_at(row.budget, now=now) > now:  # a budget that ran out on the way is closed
                        refused = True
                    else:
                        leased.append(await self._lease(row, now=now))
                await _store_leases(leased, now=now)
                parts += leased
        self._in_hand.update(one.id for part in parts for one in part.each)
        self._files_in_hand.update(part.id for part in parts if FILE in part.payload)
        return parts

    def _has_room(self, row: DeliveryRow, taken: Collection[Part]) -> bool:
        """Whether this part may be worked on beside what is under way: of files only a few."""
        files = len(self._files_in_hand) + sum(FILE in part.payload for part in taken)
        return FILE not in row.payload or files < FILES_AT_ONCE

    async def _is_over(self, row: DeliveryRow) -> bool:
        """Whether nothing holds it back any more."""
        if row.state not in {"queued", "later"} and self._holds.left(row):
            return False
        return row.state != "held" or await self._holds.are_over(row)

    async def _heads(self, *, now: datetime, limit: int, but: Collection[int]) -> Sequence[int]:
        closed = self._limits.closed(now=now)
        marks = ", ".join("?" * len(closed)) or "'-'"
        wholes = [f"{budget}%" for budget in closed if self._limits.is_whole(budget)]
        heads = _HEADS.format(closed=marks, wholes="AND d.budget NOT LIKE ? " * len(wholes))
        found = await query(heads, [now, *closed, *wholes, LOOK])
        fresh = [row for row in found if row["id"] not in self._in_hand and row["id"] not in but]
        fresh.sort(key=lambda row: (row["rank"], self._turn(row["lane"], row["due_at"])))
        return [row["id"] for row in fresh[:limit]]

    def _turn(self, lane: str, due: datetime | str) -> datetime:
        """
        When it is a head's turn: when it became due, or when its lane was served last, if that is later.

        So a lane with many waiting parts takes turns with all others. Source: P. Goyal and others,
        "Start-Time Fair Queueing", SIGCOMM 1996.
        """
        due_at = instant(due)
        return max(due_at, self._served_at.get(lane, due_at))

    async def _lease(self, row: DeliveryRow, *, now: datetime) -> Part:
        """With it what may leave as one: nothing waits for that, but what waits already takes the chance."""
        unknown = row.state in {"uncertain", "sending"}
        if not unknown:
            self._limits.spend(row.budget, now=now)
            self._serve(row.lane, now=now)
        behind = () if row.id in self._alone else await self._together.behind(row, now=now)
        also = takewhile(lambda one: one.id not in self._alone, behind)
        rows = [row, *also]
        self._away.is_taken(row.id)
        head, *others = [part_of(one, tried_at=one.tried_at if unknown else None) for one in rows]
        return replace(head, also=tuple(others))

    def _serve(self, lane: str, *, now: datetime) -> None:
        if len(self._served_at) > LOOK:
            self._served_at = {lane: at for lane, at in self._served_at.items() if now - at < REMEMBERED}
        self._served_at[lane] = now

    def about(self, item: Part) -> Mapping[str, str]:
        """What every line of the log about this part says."""
        about = {"id": f"out-{item.id}", "kind": item.kind}
        return {**about, "origin": item.origin} if item.origin else about

    async def work(self, item: Part) -> None:
        """Send the part, or ask for it, and store how that ended."""
        try:
            if item.tried_at is None:
                await self._send(item)
            else:
                await self._ask(item)
        finally:
            self._in_hand.difference_update(one.id for one in item.each)
            self._files_in_hand.discard(item.id)

    async def next_due(self, *, now: datetime) -> datetime | None:
        """When the next part becomes due, or a budget recovers."""
        ((due_at,),) = [found.values() for found in await query(_NEXT_DUE, [now])]
        times = list(self._limits.closed(now=now).values())
        if due_at is not None:
            times.append(instant(due_at))
        if left := self._holds.next_look():
            times.append(now + left)
        return min(times, default=None)

    async def _send(self, part: Part) -> None:
        try:
            outcome: Outcome = await self._handed_over(part)
        except Rejected as refusal:
            if part.also:
                await self._part_them(part, str(refusal))
                return
            gone, closed = isinstance(refusal, Unreachable), isinstance(refusal, Closed)
            limit_bytes = refusal.limit_bytes if isinstance(refusal, TooBig) else None
            outcome = Refused(str(refusal), unreachable=gone, waits=gone or closed, limit_bytes=limit_bytes)
        except (Later, Down) as reason:
            await self._put_off(part, reason)
            return
        except Unconfirmed as reason:
            self._faulty.discard(part.id)
            await self._look_later(part, str(reason))
            return
        except Exception as error:  # a supervisor: a fault of ours after the request left looks like this too
            log.error("outbox.failed", **trace(error))
            self._faulty.add(part.id)
            await self._look_later(part, type(error).__name__)
            return
        await self._settled(part.each, outcome)

    async def _handed_over(self, part: Part) -> Delivered:
        if part.also:
            return await self._together.send(part.each)
        return await self._senders[part.kind].send(part)

    async def _part_them(self, part: Part, reason: str) -> None:
        """What was refused together goes one by one, so that only what can't be delivered is lost to the reader."""
        self._alone.update(one.id for one in part.each)
        log.info("outbox.parted", reason=reason, parts=len(part.each))
        await self._store(part.each, state="queued", due_at=self._clock.now())

    async def _ask(self, part: Part) -> None:
        """The end of an attempt is unknown: the other side is asked, and where it can't be, a person decides."""
        try:
            found = await self._asked_about(part)
        except (Later, Down) as reason:
            wait = _asked_for(reason) or max(ASK_AFTER, self._pause(part))
            await self._store(part.each, state="uncertain", due_at=self._clock.now() + wait)
        except DeliveryError as reason:
            await self._settled(part.each, Unknown(str(reason)))
        except Exception as error:  # a supervisor: our own fault can't tell either, and the lane must go on
            if is_temporary(error):
                raise
            log.error("outbox.unasked", **trace(error))
            await self._settled(part.each, Unknown(f"Asking whether it arrived failed ({type(error).__name__})."))
        else:
            for one, there in zip(part.each, found, strict=True):
                await self._found(one, there)

    async def _asked_about(self, part: Part) -> Sequence[Delivered | None]:
        if part.also:
            return await self._together.find(part.each)
        return [await self._senders[part.kind].find(part)]

    async def _found(self, part: Part, found: Delivered | None) -> None:
        if found is not None:
            await self._settled([part], found)
        elif part.attempts >= (FAULTY_TRIES if part.id in self._faulty else TRIES):
            await self._settled([part], Refused(f"It did not arrive in {part.attempts} attempts."))
        else:  # at once, the first time
            wait = backoff(part.attempts - 1, jitter=self._jitter()) if part.attempts > 1 else timedelta(0)
            await self._store([part], state="queued", due_at=self._clock.now() + wait)

    async def _put_off(self, part: Part, reason: Later | Down) -> None:
        """Certainly not sent, so the attempt does not count."""
        asked_for = _asked_for(reason)
        now = self._clock.now()
        until = now + (asked_for or self._pause(part))
        if asked_for and part.budget:
            self._limits.pause(part.budget, until=until, now=now)
        log.info("outbox.later", reason=str(reason))
        if isinstance(reason, Away):
            self._away.waits(part.id, platform=reason.platform)
        put_off = _PUT_OFF.format(marks=", ".join("?" * len(part.each)))
        await query(put_off, [until, str(reason), *(one.id for one in part.each)])

    def _pause(self, part: Part) -> timedelta:
        """Longer each time."""
        self._put_off_times[part.id] += 1
        return backoff(self._put_off_times[part.id], jitter=self._jitter())

    async def _look_later(self, part: Part, reason: str) -> None:
        log.warning("outbox.unsure")
        await self._store(part.each, state="uncertain", due_at=self._clock.now() + ASK_AFTER, error=reason)

    async def _store(self, parts: Sequence[Part], **columns: object) -> None:
        under_way = {"id": tuple(part.id for part in parts), "state": ("sending", "uncertain")}
        await DeliveryRow.change(under_way, lease_until=None, **columns)

    async def _settled(self, parts: Sequence[Part], outcome: Outcome) -> None:
        now = self._clock.now()
        columns: dict[str, object] = {"lease_until": None, "settled_at": now}
        match outcome:
            case Delivered(key=key):
                columns |= {"state": "done", "external_key": key, "error": None}
            case Refused(reason=reason):
                columns |= {"state": "failed", "error": reason}
            case Unknown(reason=reason):
                columns |= {"state": "uncertain", "error": reason, "announced_at": now, "settled_at": None}
            case _:
                assert_never(outcome)
        await self._insist(parts, outcome, columns, now=now)
        say = log.info if isinstance(outcome, Delivered) else log.warning
        for part in parts:
            del self._put_off_times[part.id]
            self._alone.discard(part.id)
            self._faulty.discard(part.id)
            with following(**self.about(part)):
                say(f"outbox.{type(outcome).__name__.lower()}", attempts=part.attempts + 1)

    async def _insist(
        self, parts: Sequence[Part], outcome: Outcome, columns: Mapping[str, object], *, now: datetime
    ) -> None:
        for left in range(SETTLE_TRIES, 0, -1):
            try:
                await self._store_outcome(parts, outcome, columns, now=now)
                break
            except Exception as error:  # what is known to have arrived must not become uncertain by a locked database
                if left == 1 or not is_temporary(error):
                    raise
                await self._clock.wait(asyncio.Event(), until=self._clock.now() + SETTLE_PAUSE)

    async def _store_outcome(
        self, parts: Sequence[Part], outcome: Outcome, columns: Mapping[str, object], *, now: datetime
    ) -> None:
        async with in_transaction():
            for part in parts:
                if await DeliveryRow.change({"id": part.id, "state": ("sending", "uncertain")}, **columns):
                    await self._settle(part, outcome, now=now)


async def _rows(ids: Sequence[int]) -> Sequence[DeliveryRow]:
    rows = {row.id: row for row in await DeliveryRow.all_with({"id": tuple(ids)})} if ids else {}
    return [rows[number] for number in ids]


async def _store_leases(parts: Sequence[Part], *, now: datetime) -> None:
    until = now + LEASE  # also when it is looked at again, should this process forget it
    asked = tuple(one.id for part in parts if part.tried_at is not None for one in part.each)
    sent = tuple(one.id for part in parts if part.tried_at is None for one in part.each)
    if asked:
        await DeliveryRow.change({"id": asked}, state="uncertain", lease_until=until, due_at=until)
    if sent:
        await query(_SENDING.format(marks=", ".join("?" * len(sent))), [until, until, now, *sent])


def _asked_for(reason: Later | Down) -> timedelta | None:
    """How long the other side is to be left alone, if it said so."""
    return DOWN if isinstance(reason, Down) else reason.after


def part_of(row: DeliveryRow, *, tried_at: datetime | None = None) -> Part:
    """The row as a value."""
    return Part(
        id=row.id, lane=row.lane, kind=row.kind, ticket=row.ticket_id, message=row.message_id, payload=row.payload,
        attempts=row.attempts, budget=row.budget, due_at=row.due_at, tried_at=tried_at,
        origin=row.cause.partition(FROM)[2],
    )  # fmt: skip
