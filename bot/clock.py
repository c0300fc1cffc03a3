"""The only place that reads the clock, and the only one that waits for it."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

TOLERANCE = timedelta(seconds=1)  #: less than that is no jump


class Clock(Protocol):
    """What time it is, and waiting for a time; tests bring a clock that is moved by hand."""

    def now(self) -> datetime:
        """Now, as an aware instant in UTC; somebody may set it forward or back."""
        ...

    def steady(self) -> timedelta:
        """How much time has passed since some moment, whatever happens to the time of day."""
        ...

    async def wait(self, event: asyncio.Event, *, until: datetime | None) -> None:
        """Return when ``event`` is set or when it is ``until``, whichever comes first (None: only the event)."""
        ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Now, as an aware instant in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - here it is read for everybody

    def steady(self) -> timedelta:
        """How much time has passed since some moment; it stands still while the machine sleeps."""
        return timedelta(seconds=time.monotonic())

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


class Jumps:
    """
    Notices when the time of day was set, or went on without us while the machine slept.

    What waits for so many seconds must not end early then, and need not wait longer.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began_at = self._beginning()
        self._forward_at: timedelta | None = None  # by the steady clock
        self._forward_by = timedelta(0)
        self._undone = timedelta(0)

    def _beginning(self) -> datetime:
        """What time it was when the steady clock began, as the two clocks say now."""
        return self._clock.now() - self._clock.steady()

    def look(self) -> timedelta:
        """By how much it was set since `done`; negative: back."""
        began_at = self._beginning()
        by = began_at - self._began_at
        if abs(by) >= TOLERANCE:
            self._began_at = began_at
            self._undone += by
            if by > timedelta(0):
                self._forward_at, self._forward_by = self._clock.steady(), by
        return self._undone

    def done(self, by: timedelta) -> None:
        """What follows from a jump by so much was done."""
        self._undone -= by

    def left(self, span: timedelta) -> timedelta:
        """How much is left of a ``span`` that began when it was last set forward; zero: nothing, or it was not."""
        self.look()
        if self._forward_at is None:
            return timedelta(0)
        return max(timedelta(0), self._forward_at + span - self._clock.steady())

    def forward(self, *, within: timedelta) -> timedelta:
        """By how much it was set forward last, if that was so lately: what is older than that seems so much older."""
        return self._forward_by if self.left(within) else timedelta(0)
