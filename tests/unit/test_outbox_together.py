"""What waits together in a lane may leave as one, and then shares whatever becomes of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.delivery.outbox import ASK_AFTER, TRIES
from bot.delivery.ports import Delivered, Refused
from bot.delivery.retry import BASE_S
from bot.errors import Later, Rejected, Unconfirmed
from bot.models.rows import DeliveryRow
from tests.clock import MONDAY
from tests.database import fresh_database
from tests.outgoing import SECOND, Desk, part, row, states


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with fresh_database(tmp_path / "loket.db"):
        desk = Desk()
        desk.joining.most = 3
        yield desk


async def rounds(desk: Desk, number: int) -> list[list[str]]:
    return [await desk.round() for _ in range(number)]


async def test_what_waits_leaves_as_one_and_costs_its_budget_once(desk: Desk) -> None:
    await desk.put(*(part(name, budget="slow") for name in "1234"))
    await desk.put(part("b", lane="ben"))

    assert await rounds(desk, 2) == [["1+2+3", "b"], []]
    desk.clock.passes(SECOND)
    assert await rounds(desk, 2) == [["4"], []]
    assert {name: (await row(name)).external_key for name in "1234"} == {
        "1": "far-1+2+3", "2": "far-1+2+3", "3": "far-1+2+3", "4": "far-4",
    }  # fmt: skip
    assert [name for name, outcome in desk.far.ended if isinstance(outcome, Delivered)] == ["1", "2", "3", "b", "4"]


async def test_nothing_waits_in_order_to_leave_with_others(desk: Desk) -> None:
    await desk.put(part("1"))

    assert await desk.round() == ["1"]


async def test_what_is_put_off_together_comes_again_together(desk: Desk) -> None:
    await desk.put(part("1"), part("2"))
    desk.far.answers["1+2"] = [Later("away"), Delivered(key="one")]

    assert await rounds(desk, 2) == [["1+2"], []]
    assert {(one.state, one.attempts, one.error) for one in await DeliveryRow.all()} == {("later", 0, "away")}
    await desk.put(part("3"))
    desk.clock.passes(SECOND * BASE_S)
    assert await desk.round() == ["1+2+3"]


async def test_what_is_refused_together_goes_one_by_one(desk: Desk) -> None:
    await desk.put(part("1"), part("poison"), part("3"))
    desk.far.answers |= {"1+poison+3": [Rejected("no")], "poison": [Rejected("no")]}

    assert await rounds(desk, 5) == [["1+poison+3"], ["1"], ["poison"], ["3"], []]
    assert await states() == {"1": "done", "poison": "failed", "3": "done"}
    assert [name for name, outcome in desk.far.ended if isinstance(outcome, Refused)] == ["poison"]


async def test_what_was_refused_together_joins_nothing_that_comes_later(desk: Desk) -> None:
    await desk.put(part("1"), part("2"))
    desk.far.answers |= {"1+2": [Rejected("no")], "1": [Later("away", after=SECOND)]}
    await rounds(desk, 2)
    await desk.put(part("3"), part("4"))
    desk.clock.passes(SECOND)

    assert await rounds(desk, 4) == [["1"], ["2"], ["3+4"], []]


async def test_of_an_unknown_end_each_is_told_its_own(desk: Desk) -> None:
    await desk.put(part("1"), part("2"), part("3"))
    desk.far.answers["1+2+3"] = [Unconfirmed("reset")]
    desk.far.finds |= {"1": [Delivered(key="there")], "2": [None], "3": [None]}
    await desk.round()
    assert set((await states()).values()) == {"uncertain"}
    desk.clock.passes(ASK_AFTER)

    assert await rounds(desk, 3) == [["1+2+3"], ["2+3"], []]
    assert desk.far.asked == ["1", "2", "3"]
    assert desk.far.sent == ["1+2+3", "2+3"]
    assert [(await row(name)).external_key for name in "123"] == ["there", "far-2+3", "far-2+3"]


async def test_killed_in_the_middle_they_are_asked_for(desk: Desk) -> None:
    await desk.put(part("1"), part("2"))
    await desk.take()
    desk.restart()
    await desk.outbox.recover(now=MONDAY)
    desk.clock.passes(ASK_AFTER)

    assert await rounds(desk, 2) == [["1+2"], []]
    assert (desk.far.sent, desk.far.asked) == ([], ["1", "2"])
    assert await states() == {"1": "done", "2": "done"}


async def test_what_can_not_be_asked_for_now_is_asked_for_again(desk: Desk) -> None:
    await desk.put(part("1"), part("2"))
    desk.far.answers["1+2"] = [Unconfirmed("reset")]
    desk.far.finds["1"] = [Later("away", after=SECOND)]
    await desk.round()
    desk.clock.passes(ASK_AFTER)

    assert await rounds(desk, 2) == [["1+2"], []]
    desk.clock.passes(SECOND)
    assert await desk.round() == ["1+2"]
    assert await states() == {"1": "done", "2": "done"}


async def test_where_nobody_can_tell_every_one_is_announced(desk: Desk) -> None:
    await desk.put(part("1"), part("2"))
    await desk.put(part("3"))
    desk.far.answers["1+2+3"] = [Unconfirmed("reset")]
    desk.far.finds["1"] = [Unconfirmed("nobody knows")]
    await desk.round()
    desk.clock.passes(ASK_AFTER)

    assert await rounds(desk, 2) == [["1+2+3"], []]
    assert [(await row(name)).announced_at for name in "123"] == [desk.clock.now()] * 3


async def test_what_never_arrives_is_given_up_each_by_its_own_attempts(desk: Desk) -> None:
    await desk.put(part("1"), part("2"))
    await DeliveryRow.filter(part=0).update(attempts=TRIES - 1)
    desk.far.answers["1+2"] = [Unconfirmed("reset")]
    desk.far.finds |= {"1": [None], "2": [None]}
    await desk.round()
    desk.clock.passes(ASK_AFTER)

    assert await rounds(desk, 2) == [["1+2"], ["2"]]
    assert await states() == {"1": "failed", "2": "done"}
