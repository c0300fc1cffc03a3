"""The computer's clock is set forward or back while the service runs."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.database import Kind
from tests.world import World
from tests.world import world as new_world

PACED = "[limits]\nslack_posts_per_second = 1.0\n"
JUMPS = [timedelta(hours=1), -timedelta(hours=1)]
HOLD = timedelta(seconds=5)


@pytest.fixture
async def world(kind: Kind) -> AsyncIterator[World]:
    """One that keeps to Slack's pace."""
    async with new_world(PACED, kind=kind) as it:
        yield it


@pytest.mark.parametrize("jump", JUMPS, ids=["forward", "back"])
async def test_what_comes_after_a_jump_of_the_clock_is_not_held_up(world: World, jump: timedelta) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())
    for number in range(3):
        await ada.writes(f"It is {number} days late")
    await world.passes(2 * HOLD)

    world.clock.passes(jump)
    await ada.writes("It is a week late")
    await world.mika.writes("It comes today", under=world.card())
    await world.passes(HOLD)
    await world.passes(HOLD)

    assert any("It is a week late" in line for line in world.thread(world.card()))
    assert ada.received[-1] == "It comes today"
