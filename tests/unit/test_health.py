"""How long a part of us counts as well after it was heard of."""

from datetime import timedelta

import pytest

from bot.channels.base import Health
from bot.handlers.health import SILENCE, is_well
from tests.clock import MONDAY

MOMENT = timedelta(milliseconds=1)


@pytest.mark.parametrize("age", [timedelta(0), SILENCE - MOMENT])
def test_who_was_heard_of_lately_is_well(age: timedelta) -> None:
    assert is_well(Health(seen_at=MONDAY - age), now=MONDAY)


@pytest.mark.parametrize("age", [SILENCE, -timedelta(hours=1)])
def test_a_sign_of_life_from_long_ago_or_a_time_to_come_says_nothing(age: timedelta) -> None:
    assert not is_well(Health(seen_at=MONDAY - age), now=MONDAY)
