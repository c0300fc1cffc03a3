"""
How fast customers were answered and helped. Pure; docs/reference/reports.md says the same for people.

Percentiles are nearest-rank: of n durations in rising order, p90 is the one at place ⌈0.9 · n⌉. Source: NIST/SEMATECH
e-Handbook of Statistical Methods, 7.2.6.2 ("Percentiles"), first definition. What is unfinished counts with its age so
far, which its duration will exceed; so a percentile that such an age could still move is known to be *at least* this.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.config import Targets
from bot.reports.period import By, Period
from bot.reports.queries import TicketTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentile:
    """A duration; ``at_least``: unfinished tickets may still raise it."""

    value: timedelta
    at_least: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something took, over the tickets that came in during the period."""

    count: int  #: tickets, finished or not
    unfinished: int
    p50: Percentile | None  #: None: no tickets
    p90: Percentile | None
    target: timedelta
    met: int  #: took at most the target
    missed: int  #: took longer, or is unfinished and older already

    @property
    def share(self) -> float | None:
        """Met of all that are decided, from 0 to 1; what is unfinished and within its target is not."""
        decided = self.met + self.missed
        return self.met / decided if decided else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What happened in the period, and what is open now."""

    came_in: int
    answered: int  #: got their first reply
    closed: int  #: were solved, and have not been reopened since
    open: int  #: not solved now, whenever they came in
    first_response: Spread
    resolution: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All tickets together, and each group by its key (None: nobody's), largest first."""

    period: Period
    now: datetime
    total: Figures
    by: By | None
    groups: tuple[tuple[str | None, Figures], ...]

    def only(self, key: str) -> "Summary":
        """Without the other groups."""
        return replace(self, groups=tuple(group for group in self.groups if group[0] == key))


def summarise(
    rows: Sequence[TicketTimes], *, period: Period, targets: Targets, now: datetime, by: By | None = None
) -> Summary:
    """The figures of the tickets that `bot.reports.queries.tickets` found; others in ``rows`` count for nothing."""
    grouped: dict[str | None, list[TicketTimes]] = {}
    for row in rows if by else ():
        grouped.setdefault(row.agent if by is By.AGENT else row.channel, []).append(row)
    groups = ((key, _figures(some, period, targets, now=now)) for key, some in grouped.items())
    counted = [(key, it) for key, it in groups if it.came_in or it.answered or it.closed or it.open]
    counted.sort(key=lambda group: (group[0] is None, -group[1].came_in, group[0] or ""))
    total = _figures(rows, period, targets, now=now)
    return Summary(period=period, now=now, total=total, by=by, groups=tuple(counted))


def _figures(rows: Sequence[TicketTimes], period: Period, targets: Targets, *, now: datetime) -> Figures:
    start, end = period.start, period.end

    def within(at: datetime | None) -> bool:
        return at is not None and start <= at < end

    came_in = [row for row in rows if within(row.asked_at)]
    return Figures(
        came_in=len(came_in),
        answered=sum(within(row.answered_at) for row in rows),
        closed=sum(within(row.solved_at) for row in rows),
        open=sum(row.solved_at is None for row in rows),
        first_response=_spread(
            (
                _taken(row.asked_at, row.answered_at, now=now)
                for row in came_in
                if row.answered_at is not None or row.solved_at is None  # solved without a word: nobody waits
            ),
            target=targets.first_response,
        ),
        resolution=_spread(
            (_taken(row.asked_at, row.solved_at, now=now) for row in came_in), target=targets.resolution
        ),
    )


_Taken = tuple[timedelta, bool]  # how long, and whether it is unfinished; of two equal ones the finished is the smaller


def _taken(begun_at: datetime, ended_at: datetime | None, *, now: datetime) -> _Taken:
    return (now if ended_at is None else ended_at) - begun_at, ended_at is None


def _spread(samples: Iterable[_Taken], *, target: timedelta) -> Spread:
    ordered = sorted(samples)
    return Spread(
        count=len(ordered),
        unfinished=sum(unfinished for _, unfinished in ordered),
        p50=_percentile(ordered, 50),
        p90=_percentile(ordered, 90),
        target=target,
        met=sum(taken <= target and not unfinished for taken, unfinished in ordered),
        missed=sum(taken > target for taken, _ in ordered),
    )


def _percentile(ordered: Sequence[_Taken], percent: int) -> Percentile | None:
    if not ordered:
        return None
    place = -(-percent * len(ordered) // 100)  # rounded up, from 1
    at_least = any(unfinished for _, unfinished in ordered[:place])
    return Percentile(value=ordered[place - 1][0], at_least=at_least)
