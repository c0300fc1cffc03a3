"""How much is measured: everything, or enough to see a ratio."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sizes of a run."""

    rounds: int  #: of everything; the median counts
    intake_s: float  #: of load, in each round
    alone: int  #: messages and replies that are sent one at a time, in each round
    burst: int  #: customers who write at once
    sizes: tuple[int, ...]  #: tickets in the database before
    reported: int  #: tickets over a year, for the report


FULL = Plan(rounds=3, intake_s=3, alone=20, burst=200, sizes=(1_000, 10_000, 100_000), reported=1_000_000)
QUICK = Plan(rounds=1, intake_s=1, alone=10, burst=50, sizes=(1_000,), reported=20_000)
TINY = Plan(rounds=1, intake_s=0.1, alone=2, burst=4, sizes=(20,), reported=50)
