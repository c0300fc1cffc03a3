"""How long to wait before trying again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.retry import BASE_S, CAP_S, backoff


@pytest.mark.parametrize(("attempt", "longest_s"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (1000, 60)])
def test_the_longest_wait_doubles_up_to_a_minute(attempt: int, longest_s: int) -> None:
    assert backoff(attempt, jitter=1.0) == timedelta(seconds=longest_s)


@given(attempt=st.integers(1, 10**6), jitter=st.floats(0, 1, exclude_min=True))
def test_chance_only_shortens_the_wait(attempt: int, jitter: float) -> None:
    longest = backoff(attempt, jitter=1.0)

    assert timedelta(0) <= backoff(attempt, jitter=jitter) <= longest
    assert timedelta(seconds=BASE_S) <= longest <= timedelta(seconds=CAP_S)
