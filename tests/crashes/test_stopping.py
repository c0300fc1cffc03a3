"""SIGTERM and Ctrl-C under load."""

import asyncio
import signal
import time

import pytest

from bot.sandbox.faults import Faults
from tests.crashes.desk import Desk

WITHIN_S = 10  #: the promise


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_lets_deliveries_under_way_end_and_loses_nothing(desk: Desk, number: signal.Signals) -> None:
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
    asyncio.get_running_loop().call_later(1, lambda: (telegram.release(), slack.release()))
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


@pytest.mark.timeout(60)
async def test_a_stop_waits_for_nobody_longer_than_promised(desk: Desk) -> None:
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
