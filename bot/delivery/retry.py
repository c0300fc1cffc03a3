"""How long to wait before trying again."""

from datetime import timedelta

BASE_S = 1.0  #: seconds, at most, before the second attempt
CAP_S = 60.0  #: seconds, at most, between attempts: short, since after an outage everybody waits for it


def backoff(attempt: int, *, jitter: float) -> timedelta:
    """
    How long to wait before trying a delivery again.

    Exponential with full jitter, ``jitter * min(CAP_S, BASE_S * 2 ** (attempt - 1))``: at most 1, 2, 4, 8, … 60 s.
    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.

    Args:
        attempt: Failed attempts so far, counted from 1.
        jitter: Uniform in (0, 1], drawn by the caller so that this stays pure.
    """
    return timedelta(seconds=jitter * min(CAP_S, BASE_S * 2.0 ** min(attempt - 1, 16)))
