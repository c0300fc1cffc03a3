"""How fast the other side lets us go."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second on the long run, and ``burst`` of them at once after a rest."""

    per_second: float
    burst: int
