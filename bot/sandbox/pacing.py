"""How fast a platform lets its callers go, when it is told to be strict about it."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Pace:
    """So many a second for each key, ``burst`` of them at once after a rest: buckets that fill steadily."""

    per_second: float
    burst: int = 1
    _filled: dict[Hashable, tuple[float, datetime]] = field(default_factory=dict)

    def wait_s(self, key: Hashable, *, now: datetime) -> float:
        """Seconds until the next of this key is let through; 0: it is now."""
        return max(0.0, (1 - self._left(key, now=now)) / self.per_second)

    def take(self, key: Hashable, *, now: datetime) -> None:
        """One was let through."""
        self._filled[key] = self._left(key, now=now) - 1, now

    def _left(self, key: Hashable, *, now: datetime) -> float:
        left, at = self._filled.get(key, (float(self.burst), now))
        # rounded, as who waits for exactly so long must not fail for a billionth
        return min(self.burst, round(left + (now - at).total_seconds() * self.per_second, 6))
