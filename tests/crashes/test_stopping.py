"""SIGTERM and Ctrl-C under load."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.sandbox.faults import Faults
from tests.crashes.desk import Desk, Scenario, name_of, side_by_side

WITHIN_S = 10  #: the promise


async def sigterm_lets_deliveries_under_way_end(desk: Desk) -> None:
    await _lets_deliveries_end(desk, signal.SIGTERM)


async def ctrl_c_lets_deliveries_under_way_end(desk: Desk) -> None:
    await _lets_deliveries_end(desk, signal.SIGINT)


async def _lets_deliveries_end(desk: Desk, number: signal.Signals) -> None:
    await desk.start()
    ada, card = await desk.ticket("Adalberta", "My clock ticks")
    telegram, slack = (faults.hold(name, performed=True) for faults, name in _doors(desk))
    said = desk.answers(desk.agents[0], card, "We look into it")
    desk.writes(ada, "At night too")
    await asyncio.gather(telegram.reached(), slack.reached())

    questions = [f"louder {one}" for one in range(20)]
    for question in questions:
        desk.writes(ada, question)
    desk.process.signal(number)
    for gate in (telegram, slack):
        asyncio.get_running_loop().call_later(1, gate.release)
    begun = time.monotonic()
    code = await desk.process.end()
    took_s = time.monotonic() - begun
    await desk.start()
    await desk.rests()

    assert code == 0
    assert took_s < WITHIN_S
    assert desk.received(ada, ["We look into it"]) == ["We look into it"]
    assert desk.reaction(said) == ["white_check_mark"]
    assert desk.doubts(card) == []
    assert desk.shown(card, ["At night too", *questions]) == ["At night too", *questions]


async def waits_for_nobody_longer_than_promised(desk: Desk) -> None:
    await desk.start()
    ada, card = await desk.ticket("Adalberta", "My clock ticks")
    gates = [faults.hold(name, performed=True) for faults, name in _doors(desk)]
    gates.append(desk.slack.faults.hold("users.info", performed=False))
    desk.answers(desk.agents[0], card, "We look into it")
    desk.writes(ada, "At night too")
    desk.answers(desk.agents[1], card, "Me too")
    await asyncio.gather(*(gate.reached() for gate in gates))

    desk.process.signal(signal.SIGTERM)
    begun = time.monotonic()
    code = await desk.process.end()
    took_s = time.monotonic() - begun
    for gate in gates:
        gate.release()
    await desk.start()
    await desk.rests()

    assert code == 0
    assert took_s < WITHIN_S
    assert desk.received(ada, ["We look into it", "Me too"]) == ["We look into it", "Me too"]
    assert len(desk.doubts(card)) == 1
    assert desk.shown(card, ["At night too"]) == ["At night too"]


def _doors(desk: Desk) -> tuple[tuple[Faults, str], ...]:
    return (desk.telegram.faults, "sendMessage"), (desk.slack.faults, "chat.postMessage")


SCENARIOS = (
    waits_for_nobody_longer_than_promised,
    sigterm_lets_deliveries_under_way_end,
    ctrl_c_lets_deliveries_under_way_end,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ends() -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    """How the scenarios end; they are played at the same time."""
    async with side_by_side(SCENARIOS) as tasks:
        yield tasks


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=name_of)
async def test_a_stop(scenario: Scenario, ends: dict[str, asyncio.Task[None]]) -> None:
    await ends[name_of(scenario)]
