"""The one loop that moves things: take what is ready, work on it side by side, rest until something is due."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

import structlog

from bot.clock import Clock
from bot.logs import following

Item = TypeVar("Item")

STUMBLE = timedelta(seconds=1)  #: rest after a fault of the store, before looking again

log = structlog.get_logger()


class Queue(Protocol[Item]):
    """What a worker works on: the inbox or the outbox."""

    name: str

    async def recover(self, *, now: datetime) -> None:
        """Take up what an earlier process left in the middle."""
        ...

    async def take(self, *, now: datetime, limit: int) -> Sequence[Item]:
        """Up to ``limit`` items that are ready, each of another lane, and none that is being worked on."""
        ...

    def about(self, item: Item) -> Mapping[str, str]:
        """What every line of the log about this item says."""
        ...

    async def work(self, item: Item) -> None:
        """Do it and store how it ended; raises only for faults of the store."""
        ...

    async def next_due(self, *, now: datetime) -> datetime | None:
        """When the next waiting item becomes ready by time alone."""
        ...


async def _nobody_waits() -> bool:
    """Nothing is more urgent."""
    return True


class Worker(Generic[Item]):
    """
    Works on a queue until cancelled; wakes at `wake` and when the next item is due.

    ``slots`` items at most are worked on at the same time. ``gave_way`` waits for what is more urgent; as long as it
    answers False one item at a time is taken, and then twice as many with every round. Cancelling stops the taking;
    `finish` waits for what is under way.
    """

    def __init__(
        self, queue: Queue[Item], *, clock: Clock, slots: int, gave_way: Callable[[], Awaitable[bool]] = _nobody_waits
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._slots = slots
        self._gave_way = gave_way
        self._most = slots  #: at once, as long as it is calm; begins anew with few
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._taking: asyncio.Task[datetime | None] | None = None
        self.resting = asyncio.Event()  #: set while nothing is under way and nothing is due

    @property
    def busy(self) -> int:
        """How many items are being worked on, each of another lane."""
        return len(self._under_way)

    def wake(self) -> None:
        """Look for work now."""
        self.resting.clear()
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._recover()
        while True:
            self._wake.clear()
            self._taking = asyncio.create_task(self._round())
            until = await asyncio.shield(self._taking)  # cancelled just then, what it takes is still worked on
            if not self._under_way and not self._wake.is_set() and (until is None or until > self._clock.now()):
                self.resting.set()
            await self._clock.wait(self._wake, until=until)
            self.resting.clear()

    async def finish(self, *, within: timedelta) -> None:
        """Wait for what is under way; what takes longer is cancelled and taken up at the next start."""
        if self._taking is not None:
            await asyncio.wait([self._taking], timeout=within.total_seconds())
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=within.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _round(self) -> datetime | None:
        try:
            is_calm = await self._gave_way()
            now = self._clock.now()  # one for both questions, so that nothing becomes due unseen between them
            self._most = min(self._slots, 2 * self._most) if is_calm else 1
            free = max(0, self._most - len(self._under_way))
            items = await self._queue.take(now=now, limit=free) if free else ()
            for item in items:
                task = asyncio.create_task(self._one(item))
                self._under_way.add(task)
                task.add_done_callback(self._done)
            if len(items) < free:
                return await self._queue.next_due(now=now)
            return None if self._under_way else now
        except Exception as error:  # a supervisor: the store is locked or full, and the next round sees
            log.error("worker.stumbled", queue=self._queue.name, error=type(error).__name__)
            return self._clock.now() + STUMBLE

    async def _one(self, item: Item) -> None:
        with following(**self._queue.about(item)):
            try:
                await self._queue.work(item)
            except Exception as error:  # a supervisor: how it ended could not be stored; it is looked at again
                log.error("worker.unstored", queue=self._queue.name, error=type(error).__name__)
                await self._rest()

    async def _recover(self) -> None:
        recovered = False
        while not recovered:
            try:
                await self._queue.recover(now=self._clock.now())
                recovered = True
            except Exception as error:  # a supervisor, as above
                log.error("worker.stumbled", queue=self._queue.name, error=type(error).__name__)
                await self._rest()

    async def _rest(self) -> None:
        await self._clock.wait(asyncio.Event(), until=self._clock.now() + STUMBLE)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.wake()
