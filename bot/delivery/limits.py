"""Keeping to the other side's pace, so that it need not tell us to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SET_BACK = timedelta(seconds=1)  #: so much earlier than before it is only when the computer's clock was set back


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second on the long run, and ``burst`` of them at once after a rest."""

    per_second: float
    burst: int


@dataclass(slots=True)
class Limits:
    """
    What each budget may spend now.

    A budget is a name such as ``slack:update``; ``rate_of`` gives its rate, None for one without a limit of ours. Kept
    as one instant a budget, at which it will have recovered fully (the leaky bucket as a meter).
    """

    rate_of: Callable[[str], Rate | None]
    _full_at: dict[str, datetime] = field(default_factory=dict)
    _paused_until: dict[str, datetime] = field(default_factory=dict)
    _seen: datetime | None = None  # the last time that we were told

    def free_at(self, budget: str, *, now: datetime) -> datetime:
        """When the budget can be spent from next; not after ``now`` if it can be at once."""
        self._follow(now)
        paused = self._paused_until.get(budget, now)
        rate = self.rate_of(budget)
        if rate is None:
            return paused
        spare = timedelta(seconds=(rate.burst - 1) / rate.per_second)
        return max(paused, self._full_at.get(budget, now) - spare)

    def spend(self, budget: str, *, now: datetime) -> None:
        """One was sent."""
        self._follow(now)
        rate = self.rate_of(budget)
        if rate is not None:
            full_at = max(self._full_at.get(budget, now), now)
            self._full_at[budget] = full_at + timedelta(seconds=1 / rate.per_second)

    def _follow(self, now: datetime) -> None:
        """Go back with the clock, or nothing could be spent until it is again as late as it was."""
        if self._seen is not None and now < self._seen - SET_BACK:
            back = self._seen - now
            for times in (self._full_at, self._paused_until):
                times.update({budget: at - back for budget, at in times.items()})
        self._seen = now

    def pause(self, budget: str, *, until: datetime) -> None:
        """The other side said how long to wait."""
        self._paused_until[budget] = max(self._paused_until.get(budget, until), until)

    def closed(self, *, now: datetime) -> dict[str, datetime]:
        """The budgets that can't be spent from now, and when they can be."""
        budgets = set(self._full_at) | set(self._paused_until)
        times = {budget: self.free_at(budget, now=now) for budget in budgets}
        return {budget: at for budget, at in times.items() if at > now}
