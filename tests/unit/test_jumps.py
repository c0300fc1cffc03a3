"""A clock that was set is noticed, and how long ago that was."""

from datetime import timedelta

import pytest

from bot.clock import TOLERANCE, Jumps, SystemClock
from tests.clock import ManualClock

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
NONE = timedelta(0)


@pytest.mark.parametrize("by", [HOUR, -HOUR, TOLERANCE, -TOLERANCE])
def test_a_jump_is_known_until_it_was_dealt_with(by: timedelta) -> None:
    clock = ManualClock()
    jumps = Jumps(clock)

    clock.is_set(by)
    clock.passes(SECOND)
    assert [jumps.look(), jumps.look()] == [by, by]

    jumps.done(by)
    assert jumps.look() == NONE


def test_several_jumps_add_up() -> None:
    clock = ManualClock()
    jumps = Jumps(clock)
    clock.is_set(HOUR)
    jumps.look()

    clock.is_set(HOUR)
    jumps.done(HOUR)

    assert jumps.look() == HOUR


def test_time_that_passes_is_no_jump_nor_is_a_little() -> None:
    clock = ManualClock()
    jumps = Jumps(clock)

    clock.passes(HOUR)
    clock.is_set(TOLERANCE - timedelta(microseconds=1))

    assert jumps.look() == NONE
    assert jumps.left(HOUR) == NONE


def test_after_a_jump_forward_a_whole_span_is_left() -> None:
    clock = ManualClock()
    jumps = Jumps(clock)

    clock.is_set(HOUR)
    left = [jumps.left(5 * SECOND)]
    clock.passes(3 * SECOND)
    left.append(jumps.left(5 * SECOND))
    clock.passes(3 * SECOND)
    left.append(jumps.left(5 * SECOND))

    assert left == [5 * SECOND, 2 * SECOND, NONE]


def test_after_a_jump_back_nothing_is_left() -> None:
    clock = ManualClock()
    jumps = Jumps(clock)

    clock.is_set(-HOUR)

    assert jumps.left(5 * SECOND) == NONE


def test_the_computers_two_clocks_agree() -> None:
    assert Jumps(SystemClock()).look() == NONE


def test_how_far_it_was_set_forward_is_known_for_a_while() -> None:
    clock = ManualClock()
    jumps = Jumps(clock)
    clock.is_set(HOUR)
    clock.passes(9 * SECOND)
    recent = jumps.forward(within=20 * SECOND)  # it is noticed now
    clock.passes(11 * SECOND)
    still = jumps.forward(within=20 * SECOND)
    clock.passes(9 * SECOND)

    assert (recent, still, jumps.forward(within=20 * SECOND)) == (HOUR, HOUR, NONE)
