"""
The inbox: what platforms hand over, durable before they are told so, then processed in the order of its lane.

A row that our code can't digest is parked after a few tries, announced and counted; the lane goes on without it.
"""

import asyncio
import hashlib
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any

import structlog
from tortoise.transactions import in_transaction

from bot.channels.base import Raw
from bot.clock import Clock, stopwatch
from bot.delivery.ports import Alarm, Arrived, Processor, Unprocessable
from bot.delivery.retry import backoff
from bot.errors import DeliveryError
from bot.logs import trace
from bot.metrics import Metrics
from bot.models.database import insert, instant, is_temporary, query, urgent
from bot.models.rows import InboxRow

PAUSE = timedelta(seconds=2)  #: before a row is tried again whose decision needs a platform that is away
PRESSING, PRESSING_S = 20, 0.05  #: so many hand-overs in so short a time press; what else there is gives way to them
QUIET_S = 0.1  #: so long after that nobody presses any more; longer than one decision, which may keep calls unread
GIVE_WAY_S = 1.0  #: but so long at most, then one more is done
LOOK_EVERY_S = 0.01
GATHER_S = 0.002  #: while platforms press, a commit waits so long for others to share it
LONGEST = 255  #: characters of a key or a lane
HIGHEST = 2**63 - 1  #: of a position
TRIES = 5  #: so often a row may fail by our fault before it is parked

log = structlog.get_logger()

_KEEP = """
INSERT INTO inbox (source, key, lane, position, raw, received_at, state, attempts, next_at)
VALUES (?, ?, ?, ?, ?, ?, 'new', 0, ?) ON CONFLICT DO NOTHING
"""
# In the order of an index, so that few rows are looked at, however many wait. PostgreSQL believes that hardly any row
# is new; told that the earlier one is, too, it would look through all new ones for each, not through its lane.
_HEADS = """
SELECT i.id, i.source, i.key, i.lane, i.position, i.raw, i.attempts, i.received_at FROM inbox AS i
WHERE i.state = 'new' AND i.next_at <= ? AND NOT EXISTS (
    SELECT 1 FROM inbox AS e WHERE e.lane = i.lane AND e.state = i.state || ''
    AND (e.position, e.id) < (i.position, i.id))
ORDER BY i.next_at LIMIT ?
"""
_NEXT_DUE = "SELECT MIN(next_at) FROM inbox WHERE state = 'new' AND next_at > ?"
_IS_NEW = "SELECT 1 FROM inbox WHERE id = ? AND state = 'new'"
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # PostgreSQL takes no NUL, and UTF-8 has no halves of surrogate pairs


@dataclass(slots=True)
class _Handed:
    rows: Sequence[tuple[object, ...]]  #: the values of `_KEEP`
    kept: asyncio.Future[None]


class Inbox:
    """
    Stores and processes what arrives.

    ``woken`` is called when something new is there, ``alarmed`` when an alarm was committed that must leave.
    """

    name = "inbox"

    def __init__(
        self,
        *,
        processors: Mapping[str, Processor],
        alarm: Alarm,
        clock: Clock,
        jitter: Callable[[], float],
        metrics: Metrics | None = None,
    ) -> None:
        self._processors = processors
        self._alarm = alarm
        self._clock = clock
        self._jitter = jitter
        self._metrics = metrics or Metrics()
        self._handed: list[_Handed] = []
        self._keeping: asyncio.Task[None] | None = None
        self._put_s: deque[float] = deque(maxlen=PRESSING)  # when the last ones were handed over, by the loop's clock
        self._pressed_s = -inf  # when they last came too fast for other work beside them
        self._is_stored = asyncio.Event()  # nothing waits for a commit
        self._is_stored.set()
        self._busy: set[str] = set()
        self.woken: Callable[[], None] = lambda: None
        self.alarmed: Callable[[], None] = lambda: None

    async def put(self, source: str, raws: Sequence[Raw]) -> None:
        """
        Return when all of it is durable; what was there before is not stored again.

        Whatever is handed over while a commit runs shares the next one (group commit). Whatever stands in it can be
        stored, since what a database refuses would be refused again at every redelivery, and all beside it.
        """
        if not raws:
            return
        now, handing = self._clock.now(), stopwatch()
        self._metrics.received(source, len(raws))
        rows = [(source, *_storable(raw, source=source), now, now) for raw in raws]
        handed = _Handed(rows, asyncio.get_running_loop().create_future())
        self._handed.append(handed)
        self._put_s.append(_loop_s())
        if len(self._put_s) == PRESSING and self._put_s[-1] - self._put_s[0] < PRESSING_S:
            self._pressed_s = self._put_s[-1]
        self._is_stored.clear()
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep())
        await handed.kept
        self._metrics.committed(source, handing())

    async def _keep(self) -> None:
        try:
            while self._handed:
                if self._is_pressed:
                    await asyncio.sleep(GATHER_S)
                batch, self._handed = self._handed, []
                await self._commit(batch)
        finally:
            self._keeping = None
            self._is_stored.set()

    async def _commit(self, batch: Sequence[_Handed]) -> None:
        try:
            async with urgent() as transaction:  # the platform waits for it
                await insert(transaction, _KEEP, [row for handed in batch for row in handed.rows])
        except Exception as error:
            if len(batch) == 1 or is_temporary(error):
                _tell(batch, error)
                return
            for handed in batch:  # one of them is at fault, and the others are not to suffer from it
                await self._commit([handed])
        else:
            _tell(batch, None)
            self.woken()

    async def recover(self, *, now: datetime) -> None:
        """Nothing to take up: a row is new until its decision is committed."""

    async def take(self, *, now: datetime, limit: int) -> Sequence[Arrived]:
        """The heads of the lanes that are not being worked on."""
        busy = frozenset(self._busy)  # as it was before looking: one that ends meanwhile is not what it was found to be
        found = await query(_HEADS, [now, limit + len(busy)])
        heads = [_arrived(row) for row in found if row["lane"] not in busy][:limit]
        self._busy.update(head.lane for head in heads)
        return heads

    def about(self, item: Arrived) -> Mapping[str, str]:
        """What every line of the log about this row says."""
        return {"id": f"in-{item.id}", "source": item.source}

    async def work(self, item: Arrived) -> None:
        """Process one row; how it ended is stored before the lane goes on."""
        try:
            await self._process(item)
        finally:
            self._busy.discard(item.lane)

    async def gave_way(self) -> bool:
        """
        Wait a little while platforms press, one call close behind the other; True when they no longer do.

        Else each of them would wait behind work that nobody waits for as urgently.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(GIVE_WAY_S):
                await self._is_stored.wait()
                while self._is_pressed:  # noqa: ASYNC110 - time alone ends it
                    await asyncio.sleep(LOOK_EVERY_S)
        return not self._is_pressed

    @property
    def _is_pressed(self) -> bool:
        return _loop_s() - self._pressed_s < QUIET_S

    async def next_due(self, *, now: datetime) -> datetime | None:
        """When the next row that was put off may be tried again."""
        ((next_at,),) = [found.values() for found in await query(_NEXT_DUE, [now])]
        return None if next_at is None else instant(next_at)

    async def _process(self, arrived: Arrived) -> None:
        try:
            await self._processors[arrived.source](arrived)
        except DeliveryError as reason:  # a platform that must be asked is away, or must be mended first
            until = self._clock.now() + (getattr(reason, "after", None) or PAUSE)
            log.info("inbox.later", reason=str(reason))
            await self._put_off(arrived, until=until, attempts=arrived.attempts)
        except Unprocessable as reason:
            await self._park(arrived, str(reason))
        except Exception as error:  # a supervisor: one row's failure is that row's state
            if is_temporary(error):
                raise
            await self._failed(arrived, error)
        else:
            now = self._clock.now()
            if await query(_IS_NEW, [arrived.id]):  # else its decision has marked it
                await InboxRow.filter(id=arrived.id, state="new").update(state="done", settled_at=now)
            self._metrics.decided(arrived.source, now - arrived.received_at)
            log.info("inbox.done", after_s=(now - arrived.received_at).total_seconds())

    async def _put_off(self, arrived: Arrived, *, until: datetime, attempts: int) -> None:
        await InboxRow.filter(id=arrived.id, state="new").update(next_at=until, attempts=attempts)

    async def _failed(self, arrived: Arrived, error: Exception) -> None:
        log.error("inbox.failed", **trace(error))
        attempts = arrived.attempts + 1
        if attempts >= TRIES:
            await self._park(arrived, type(error).__name__)
        else:
            until = self._clock.now() + backoff(attempts, jitter=self._jitter())
            await self._put_off(arrived, until=until, attempts=attempts)

    async def _park(self, arrived: Arrived, reason: str) -> None:
        now = self._clock.now()
        log.error("inbox.parked", reason=reason)
        async with in_transaction():
            parked = InboxRow.filter(id=arrived.id, state="new")
            if await parked.update(state="parked", error=reason, settled_at=now):
                await self._alarm(arrived, now=now)
        self.alarmed()


def _tell(batch: Sequence[_Handed], error: Exception | None) -> None:
    """How their commit ended."""
    for handed in batch:
        if handed.kept.done():  # its giver has left
            continue
        if error is None:
            handed.kept.set_result(None)
        else:
            handed.kept.set_exception(error)


def _storable(raw: Raw, *, source: str) -> tuple[str, str, int, str]:
    """Key, lane, position and body as every database takes them; the same again for the same."""
    position = max(-HIGHEST, min(raw.position, HIGHEST))
    return _named(raw.key), _named(f"{source}:{raw.lane}"), position, _escaped(raw.body)


def _named(name: str) -> str:
    """The name itself, or, where that can't be stored, its beginning and its hash: two names stay two."""
    if len(name) <= LONGEST and not _UNSTORABLE.search(name):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_UNSTORABLE.sub('', name)[: LONGEST - len(digest) - 1]}~{digest}"


def _escaped(body: str) -> str:
    """JSON that means the same, with what can't be stored written as JSON writes it."""
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", body)


def _loop_s() -> float:
    return asyncio.get_running_loop().time()


def _arrived(row: Mapping[str, Any]) -> Arrived:
    return Arrived(
        id=row["id"], source=row["source"], key=row["key"], lane=row["lane"], position=row["position"],
        body=row["raw"], attempts=row["attempts"], received_at=instant(row["received_at"]),
    )  # fmt: skip
