"""Keeping to the other side's pace, so that it need not tell us to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.rates import Rate

SEVERAL = 3  #: when so many of a whole were asked to wait, it is the whole that goes too fast


def _nothing(_: str) -> None:
    return None


@dataclass(slots=True)
class Limits:
    """
    What each budget may spend now.

    A budget is a name such as ``slack:update``; ``rate_of`` gives its rate, None for one without a limit of ours. Kept
    as one instant a budget, at which it will have recovered fully (the leaky bucket as a meter); then it is forgotten.

    ``whole_of`` names the budget that one is spent from as well, such as that of a channel for that of a chat; the name
    of such a whole is the beginning of all its budgets' names.
    """

    rate_of: Callable[[str], Rate | None]
    whole_of: Callable[[str], str | None] = _nothing
    _full_at: dict[str, datetime] = field(default_factory=dict)
    _paused_until: dict[str, datetime] = field(default_factory=dict)
    _wholes: set[str] = field(default_factory=set)

    def free_at(self, budget: str, *, now: datetime) -> datetime:
        """When the budget can be spent from next; not after ``now`` if it can be at once."""
        return max(self._free_at(one, now=now) for one in self._spent_with(budget))

    def spend(self, budget: str, *, now: datetime) -> None:
        """One was sent."""
        for one in self._spent_with(budget):
            rate = self.rate_of(one)
            if rate is not None:
                full_at = max(self._full_at.get(one, now), now)
                self._full_at[one] = full_at + timedelta(seconds=1 / rate.per_second)

    def pause(self, budget: str, *, until: datetime, now: datetime) -> None:
        """The other side said how long to wait; when it says so to several of a whole, it means all."""
        self._paused_until[budget] = max(self._paused_until.get(budget, until), until)
        *_, whole = self._spent_with(budget)
        if whole in self._wholes and self._asked_to_wait(whole, now=now) >= SEVERAL:
            self._paused_until[whole] = max(self._paused_until.get(whole, until), until)

    def closed(self, *, now: datetime) -> dict[str, datetime]:
        """The budgets that can't be spent from now, and when they can be; what has recovered is forgotten."""
        for times in (self._full_at, self._paused_until):
            for budget in [budget for budget, at in times.items() if at <= now]:
                del times[budget]
        budgets = self._full_at.keys() | self._paused_until.keys()
        free = {budget: self._free_at(budget, now=now) for budget in budgets}
        return {budget: at for budget, at in free.items() if at > now}

    def set_back(self, by: timedelta) -> None:
        """
        The computer's clock was set back: nothing waits longer for that.

        Set forward, a wait ends early; what may have begun after it must not be made longer in its place.
        """
        for times in (self._full_at, self._paused_until):
            times.update({budget: at - by for budget, at in times.items()})

    def is_whole(self, budget: str) -> bool:
        """Whether others, whose names begin with this one, are spent from it."""
        return budget in self._wholes

    def _spent_with(self, budget: str) -> tuple[str, ...]:
        whole = self.whole_of(budget)
        if whole is None:
            return (budget,)
        self._wholes.add(whole)
        return budget, whole

    def _asked_to_wait(self, whole: str, *, now: datetime) -> int:
        """How many of a whole still have to wait because they were asked to."""
        waiting = [budget for budget, at in self._paused_until.items() if at > now and budget != whole]
        return sum(budget.startswith(whole) for budget in waiting)

    def _free_at(self, budget: str, *, now: datetime) -> datetime:
        paused = self._paused_until.get(budget, now)
        rate = self.rate_of(budget)
        if rate is None:
            return paused
        spare = timedelta(seconds=(rate.burst - 1) / rate.per_second)
        return max(paused, self._full_at.get(budget, now) - spare)
