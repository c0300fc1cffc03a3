"""The only place that reads the clock, and the only one that waits for it."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is, and waiting for a time; tests bring a clock that is moved by hand."""

    def now(self) -> datetime:
        """Now, as an aware instant in UTC."""
        ...

    async def wait(self, event: asyncio.Event, *, until: datetime | None) -> None:
        """Return when ``event`` is set or when it is ``until``, whichever comes first (None: only the event)."""
        ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Now, as an aware instant in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - here it is read for everybody

    async def wait(self, event: asyncio.Event, *, until: datetime | None) -> None:
        """Return when ``event`` is set or when it is ``until``, whichever comes first (None: only the event)."""
        left_s = None if until is None else max(0.0, (until - self.now()).total_seconds())
        with suppress(TimeoutError):
            async with asyncio.timeout(left_s):  # unlike `wait_for` before Python 3.12, it never swallows a cancel
                await event.wait()


def stopwatch() -> Callable[[], float]:
    """Starts now; each call gives the seconds since, whatever happens to the computer's clock."""
    began_s = time.perf_counter()
    return lambda: time.perf_counter() - began_s
