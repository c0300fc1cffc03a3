"""What finds nobody at a platform is tried again at its first sign of life, a few at a time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.delivery.away import CALLED_BACK
from bot.errors import Away, Later
from tests.database import fresh_database
from tests.outgoing import SECOND, Desk, part, states

NAMES = ("a", "b", "c")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Three lanes whose platform is away."""
    async with fresh_database(tmp_path / "loket.db"):
        desk = Desk()
        await desk.put(*(part(name, lane=name, budget="post") for name in NAMES))
        desk.far.answers |= {name: [Away("slack", "away")] for name in NAMES}
        await desk.round()
        yield desk


async def test_a_sign_of_life_brings_back_a_few_which_are_signs_themselves(desk: Desk) -> None:
    nothing = await desk.round()

    signs = [desk.outbox.alive("telegram"), desk.outbox.alive("slack")]
    first = await desk.round()
    signs.append(desk.outbox.alive("slack"))

    assert (nothing, signs) == ([], [False, True, True])
    assert [first, await desk.round()] == [list(NAMES[:CALLED_BACK]), list(NAMES[CALLED_BACK:])]
    assert not desk.outbox.alive("slack")


async def test_what_was_tried_in_its_own_time_is_not_called_back(desk: Desk) -> None:
    desk.clock.passes(SECOND)
    await desk.round()

    assert not desk.outbox.alive("slack")
    assert set((await states()).values()) == {"done"}


async def test_a_wait_that_the_platform_asked_for_is_kept(desk: Desk) -> None:
    desk.far.answers["late"] = [Later("too fast", after=SECOND)]
    await desk.put(part("late", lane="late", budget="other"))
    await desk.round()

    while desk.outbox.alive("slack"):
        await desk.round()

    assert {name for name, state in (await states()).items() if state == "later"} == {"late"}
