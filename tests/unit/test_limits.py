"""Keeping to the other side's pace."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.limits import SEVERAL, Limits
from bot.rates import Rate
from tests.clock import MONDAY

SECOND = timedelta(seconds=1)


def pace(per_second: float, burst: int) -> Limits:
    return Limits(lambda budget: Rate(per_second=per_second, burst=burst) if budget == "paced" else None)


def spent_at_once(limits: Limits, *, now: datetime) -> int:
    """How many can be sent without waiting, up to a hundred."""
    count = 0
    while count < 100 and limits.free_at("paced", now=now) <= now:
        limits.spend("paced", now=now)
        count += 1
    return count


def test_a_burst_is_free_and_then_the_pace_holds() -> None:
    limits = pace(2, burst=3)

    assert spent_at_once(limits, now=MONDAY) == 3
    assert limits.free_at("paced", now=MONDAY) == MONDAY + SECOND / 2
    assert spent_at_once(limits, now=MONDAY + SECOND / 2) == 1


def test_a_rest_gives_back_the_burst_and_no_more() -> None:
    limits = pace(2, burst=3)
    spent_at_once(limits, now=MONDAY)

    assert spent_at_once(limits, now=MONDAY + timedelta(hours=1)) == 3


def test_a_clock_that_is_set_back_changes_no_wait() -> None:
    limits, earlier = pace(2, burst=3), MONDAY - timedelta(hours=1)
    spent_at_once(limits, now=MONDAY)
    limits.pause("free", until=MONDAY + 5 * SECOND, now=MONDAY)

    limits.set_back(timedelta(hours=1))

    assert limits.closed(now=earlier) == {"paced": earlier + SECOND / 2, "free": earlier + 5 * SECOND}


def test_a_budget_without_a_rate_is_always_free() -> None:
    limits = pace(1, burst=1)

    for _ in range(100):
        limits.spend("free", now=MONDAY)

    assert limits.free_at("free", now=MONDAY) <= MONDAY
    assert limits.closed(now=MONDAY) == {}


def test_a_pause_holds_for_its_budget_only_and_whatever_its_rate() -> None:
    limits = pace(1, burst=5)

    limits.pause("paced", until=MONDAY + 3 * SECOND, now=MONDAY)
    limits.pause("free", until=MONDAY + 5 * SECOND, now=MONDAY)

    assert limits.closed(now=MONDAY) == {"paced": MONDAY + 3 * SECOND, "free": MONDAY + 5 * SECOND}
    assert limits.free_at("other", now=MONDAY) <= MONDAY
    assert limits.closed(now=MONDAY + 3 * SECOND) == {"free": MONDAY + 5 * SECOND}


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    limits = pace(1, burst=1)

    limits.pause("free", until=MONDAY + 5 * SECOND, now=MONDAY)
    limits.pause("free", until=MONDAY + SECOND, now=MONDAY)

    assert limits.free_at("free", now=MONDAY) == MONDAY + 5 * SECOND


def test_what_was_spent_is_closed_until_it_recovers() -> None:
    limits = pace(1, burst=1)

    limits.spend("paced", now=MONDAY)

    assert limits.closed(now=MONDAY) == {"paced": MONDAY + SECOND}
    assert limits.closed(now=MONDAY + SECOND) == {}


def chats(overall: Rate | None) -> Limits:
    """Chats that take three at once, of a channel that takes so many altogether."""
    rates = {f"far:{chat}": Rate(per_second=1, burst=3) for chat in range(10)}
    return Limits({**rates, "far:": overall}.get, lambda budget: "far:" if budget in rates else None)


def test_what_is_part_of_a_whole_is_spent_from_both() -> None:
    limits = chats(Rate(per_second=10, burst=2))

    limits.spend("far:1", now=MONDAY)
    limits.spend("far:2", now=MONDAY)

    assert limits.closed(now=MONDAY) == {"far:": MONDAY + SECOND / 10}
    assert limits.free_at("far:3", now=MONDAY) == MONDAY + SECOND / 10
    assert limits.free_at("elsewhere", now=MONDAY) <= MONDAY
    assert (limits.is_whole("far:"), limits.is_whole("far:1")) == (True, False)


def test_a_chat_that_is_asked_to_wait_stops_no_other_but_several_stop_the_whole() -> None:
    limits = chats(None)
    limits.pause("far:0", until=MONDAY + SECOND, now=MONDAY)

    for chat in range(1, SEVERAL):
        limits.pause(f"far:{chat}", until=MONDAY + 5 * SECOND, now=MONDAY + 2 * SECOND)
    before = limits.free_at("far:9", now=MONDAY + 2 * SECOND)
    limits.pause(f"far:{SEVERAL}", until=MONDAY + 9 * SECOND, now=MONDAY + 2 * SECOND)

    assert before <= MONDAY + 2 * SECOND
    assert limits.free_at("far:9", now=MONDAY + 2 * SECOND) == MONDAY + 9 * SECOND


def test_what_has_recovered_is_forgotten() -> None:
    limits = chats(Rate(per_second=10, burst=5))
    for chat in range(5):
        limits.spend(f"far:{chat}", now=MONDAY)
        limits.pause(f"far:{chat}", until=MONDAY + SECOND, now=MONDAY)

    limits.closed(now=MONDAY + SECOND)

    assert (limits._full_at, limits._paused_until) == ({}, {})  # that memory does not grow has no other sign


@given(
    per_second=st.floats(0.05, 50),
    burst=st.integers(1, 10),
    gaps_ms=st.lists(st.integers(0, 3000), min_size=1, max_size=60),
)
def test_in_no_window_more_than_the_burst_and_the_rate_times_its_length(
    per_second: float, burst: int, gaps_ms: list[int]
) -> None:
    limits, now, sent = pace(per_second, burst), MONDAY, list[datetime]()

    for gap in gaps_ms:  # somebody tries to send after each gap, and sends when it is allowed
        now += timedelta(milliseconds=gap)
        if limits.free_at("paced", now=now) <= now:
            limits.spend("paced", now=now)
            sent.append(now)

    for first, begin in enumerate(sent):
        for last in range(first, len(sent)):
            window_s = (sent[last] - begin).total_seconds()
            assert last - first + 1 <= burst + per_second * window_s + 0.01  # instants are whole microseconds


@given(per_second=st.floats(0.05, 50), burst=st.integers(1, 10))
def test_whoever_waits_as_told_may_send(per_second: float, burst: int) -> None:
    limits, now = pace(per_second, burst), MONDAY

    for _ in range(3 * burst):
        now = max(now, limits.free_at("paced", now=now))
        assert "paced" not in limits.closed(now=now)
        limits.spend("paced", now=now)
