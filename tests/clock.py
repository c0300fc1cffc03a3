"""A clock that is moved by hand."""

import asyncio
from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class ManualClock:
    """Stands still until `passes` is called; whoever waits for a time is woken when it has come."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self._now = now
        self._steady = timedelta(0)
        self._waiting: list[tuple[timedelta, asyncio.Event]] = []  # each until then, by the steady clock

    def now(self) -> datetime:
        """What time it is."""
        return self._now

    def steady(self) -> timedelta:
        """How much time has passed."""
        return self._steady

    def is_set(self, by: timedelta) -> None:
        """Set it forward or back; whoever waits already waits as long as before."""
        self._now += by

    async def is_waited_for(self) -> None:
        """Return when somebody waits for a time."""
        while not self._waiting:  # noqa: ASYNC110 - only tests look
            await asyncio.sleep(0)

    def passes(self, span: timedelta) -> None:
        """Let time pass."""
        self._now += span
        self._steady += span
        for until, come in self._waiting:
            if until <= self._steady:
                come.set()

    async def wait(self, event: asyncio.Event, *, until: datetime | None) -> None:
        """Return when the event is set or the time has come."""
        if until is None:
            await event.wait()
            return
        if until <= self._now:
            await asyncio.sleep(0)
            return
        come = asyncio.Event()
        entry = (self._steady + (until - self._now), come)
        self._waiting.append(entry)
        waits = [asyncio.create_task(event.wait()), asyncio.create_task(come.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting.remove(entry)
            for task in waits:
                task.cancel()
