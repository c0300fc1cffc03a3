"""
How fast customers were answered and helped. Pure; docs/reference/reports.md says the same for people.

Percentiles are nearest-rank: of n durations in rising order, p90 is the one at place ⌈0.9 · n⌉. Source: NIST/SEMATECH
e-Handbook of Statistical Methods, 7.2.6.2 ("Percentiles"), first definition. What is unfinished counts with its age so
far, which its duration will exceed; so a percentile that such an age could still move is known to be *at least* this.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain

from bot.config import Targets
from bot.reports.period import By, Period
from bot.reports.queries import TicketTimes

SORTED_AT_ONCE = 4096  #: of what would hold up the event loop; less than a millisecond's work


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
    rows: Iterable[TicketTimes], *, period: Period, targets: Targets, now: datetime, by: By | None = None
) -> Summary:
    """The figures of the tickets that `bot.reports.queries.tickets` found; others in ``rows`` count for nothing."""
    counted = _counted(rows, period, now=now, by=by)
    total = _Counts()
    for counts in counted.values():
        total.add(counts)
    groups = [(key, counts.figures(targets)) for key, counts in counted.items() if by and counts.is_something]
    groups.sort(key=lambda group: (group[0] is None, -group[1].came_in, group[0] or ""))
    return Summary(period=period, now=now, total=total.figures(targets), by=by, groups=tuple(groups))


#: How long something took: twice its microseconds, and one more if it is unfinished. So of two equal ones the finished
#: is the smaller; and a hundred thousand numbers are sorted much faster than as many durations.
_Taken = int
_MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True)
class _Counts:
    """`Figures` while they are being counted."""

    came_in: int = 0
    answered: int = 0
    closed: int = 0
    open: int = 0
    first_response: list[_Taken] = field(default_factory=list)
    resolution: list[_Taken] = field(default_factory=list)

    @property
    def is_something(self) -> bool:
        return bool(self.came_in or self.answered or self.closed or self.open)

    def add(self, other: "_Counts") -> None:
        self.came_in += other.came_in
        self.answered += other.answered
        self.closed += other.closed
        self.open += other.open
        self.first_response += other.first_response
        self.resolution += other.resolution

    def figures(self, targets: Targets) -> Figures:
        return Figures(
            came_in=self.came_in,
            answered=self.answered,
            closed=self.closed,
            open=self.open,
            first_response=_spread(self.first_response, target=targets.first_response),
            resolution=_spread(self.resolution, target=targets.resolution),
        )


def _counted(
    rows: Iterable[TicketTimes], period: Period, *, now: datetime, by: By | None
) -> Mapping[str | None, _Counts]:
    start, end = period.start, period.end
    counted: defaultdict[str | None, _Counts] = defaultdict(_Counts)
    for channel, agent, asked_at, answered_at, solved_at in rows:
        counts = counted[agent if by is By.AGENT else channel if by is By.CHANNEL else None]
        if solved_at is None:
            counts.open += 1
        elif start <= solved_at < end:
            counts.closed += 1
        if answered_at is not None and start <= answered_at < end:
            counts.answered += 1
        if start <= asked_at < end:
            counts.came_in += 1
            counts.resolution.append(_taken(asked_at, solved_at, now=now))
            if answered_at is not None or solved_at is None:  # solved without a word: nobody waits
                counts.first_response.append(_taken(asked_at, answered_at, now=now))
    return counted


def _taken(begun_at: datetime, ended_at: datetime | None, *, now: datetime) -> _Taken:
    if ended_at is None:
        return 2 * ((now - begun_at) // _MICROSECOND) + 1
    return 2 * ((ended_at - begun_at) // _MICROSECOND)


def _spread(samples: Sequence[_Taken], *, target: timedelta) -> Spread:
    ordered = _ordered(samples)
    unfinished = [taken for taken in ordered if taken % 2]
    most = 2 * (target // _MICROSECOND) + 1
    within = bisect_right(ordered, most)
    return Spread(
        count=len(ordered),
        unfinished=len(unfinished),
        p50=_percentile(ordered, unfinished, 50),
        p90=_percentile(ordered, unfinished, 90),
        target=target,
        met=within - bisect_right(unfinished, most),
        missed=len(ordered) - within,
    )


def _ordered(samples: Sequence[_Taken]) -> list[_Taken]:
    """Sorted in pieces, and then quickly merged: while many are sorted at once, no other thread of ours gets on."""
    pieces = (sorted(samples[at : at + SORTED_AT_ONCE]) for at in range(0, len(samples), SORTED_AT_ONCE))
    return sorted(chain.from_iterable(pieces))


def _percentile(ordered: Sequence[_Taken], unfinished: Sequence[_Taken], percent: int) -> Percentile | None:
    """``unfinished`` are those of the ordered ones that are, in their order."""
    if not ordered:
        return None
    taken = ordered[-(-percent * len(ordered) // 100) - 1]  # rounded up, from 1
    at_least = bool(unfinished) and unfinished[0] <= taken
    return Percentile(value=timedelta(microseconds=taken // 2), at_least=at_least)
