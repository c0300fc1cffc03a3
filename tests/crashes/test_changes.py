"""``kill -9`` while an agent's edit and deletion are on their way to the customer: both may be made again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.crashes.desk import Desk, Scenario, name_of, side_by_side
from tests.crashes.process import until

OLD, NEW, GONE = "A parcel on it's way", "A parcel is on its way", "The wrong customer's address"

pytestmark = pytest.mark.timeout(180)  # three services start twice, at the same time


async def _killed(desk: Desk, *, performed: bool) -> None:
    """Both changes stand at Telegram, done there or not, when the process dies; it is started again."""
    await desk.start(within_s=50)
    rufus, card = await desk.ticket("Rufinius", "My chair sings")
    petra, petras_card = await desk.ticket("Petronella", "My lamp hums")
    edited, deleted = desk.answers(desk.agents[0], card, OLD), desk.answers(desk.agents[0], petras_card, GONE)
    await desk.rests()
    assert desk.received(rufus, [OLD]) == [OLD]
    assert desk.received(petra, [GONE]) == [GONE]
    gates = [desk.telegram.faults.hold(method, performed=performed) for method in ("editMessageText", "deleteMessage")]
    desk.slack.edit(desk.agents[0], desk.channel, edited, NEW)
    desk.slack.delete(desk.agents[0], desk.channel, deleted)
    for gate in gates:
        await gate.reached()

    await desk.kill()
    await desk.start(within_s=50)
    await desk.rests()

    assert desk.received(rufus, [OLD, NEW]) == [NEW]
    assert desk.received(petra, [GONE]) == []
    assert sum("is changed, too" in line for line in desk.thread(card)) == 1
    assert sum("is deleted, too" in line for line in desk.thread(petras_card)) == 1
    assert desk.reaction(edited) == ["white_check_mark"]


async def before_the_changes_are_made(desk: Desk) -> None:
    await _killed(desk, performed=False)


async def before_their_answers_have_come(desk: Desk) -> None:
    await _killed(desk, performed=True)


async def made_while_it_was_dead(desk: Desk) -> None:
    await desk.start(within_s=50)
    rufus, card = await desk.ticket("Rufinius", "My chair sings")
    edited, deleted = desk.answers(desk.agents[0], card, OLD), desk.answers(desk.agents[0], card, GONE)
    await desk.rests()
    await desk.kill()
    desk.slack.edit(desk.agents[0], desk.channel, edited, NEW)
    desk.slack.delete(desk.agents[0], desk.channel, deleted)

    for _ in range(2):
        await desk.start(within_s=50)
        await until(lambda: desk.received(rufus, [OLD, NEW, GONE]) == [NEW], "the thread is read", within_s=30)
        await desk.rests()
        await desk.kill()

    assert desk.received(rufus, [OLD, NEW, GONE]) == [NEW]
    assert sum("is changed, too" in line for line in desk.thread(card)) == 1
    assert sum("is deleted, too" in line for line in desk.thread(card)) == 1


SCENARIOS = (before_the_changes_are_made, before_their_answers_have_come, made_while_it_was_dead)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ends() -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    """How the scenarios end; they are played at the same time."""
    async with side_by_side(SCENARIOS) as tasks:
        yield tasks


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("moment", SCENARIOS, ids=name_of)
async def test_a_change_is_made_once_when_killed(moment: Scenario, ends: dict[str, asyncio.Task[None]]) -> None:
    await ends[name_of(moment)]
