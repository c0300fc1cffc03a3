"""Who is told how long transactions take."""

from collections.abc import Callable

Timed = Callable[[float, float], None]  #: seconds that one waited for its turn, and that it took then


def untimed(waited_s: float, took_s: float) -> None:
    """Nobody is."""
