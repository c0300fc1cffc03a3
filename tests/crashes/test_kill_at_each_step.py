"""
``kill -9`` at each step of the way in and of the way out.

Three things are under way when the process dies: a first message (which becomes a card, and is acknowledged), a
follow-up (which goes into its thread) and an agent's reply (which goes to the customer). No step is marked in the
product: each is reached from outside, by holding the other side's answer or by locking the database.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.sandbox.faults import Hold
from tests.crashes.desk import UNSETTLED, Desk, Scenario, name_of, side_by_side
from tests.crashes.process import until

FIRST, MORE, REPLY = "Wombats ate my parcel", "And they ate the receipt", "A new parcel is on its way"


@dataclass(slots=True)
class Scene:
    """Who takes part. Quinlan's card is not there yet."""

    desk: Desk
    petra: int
    petras_card: str
    rufus: int
    rufus_card: str
    quinlan: int
    reply: str = ""

    def act(self) -> None:
        """All three write."""
        self.desk.writes(self.quinlan, FIRST)
        self.desk.writes(self.petra, MORE)
        self.reply = self.desk.answers(self.desk.agents[1], self.rufus_card, REPLY)

    def gates(self, *, performed: bool) -> list[Hold]:
        """Hold the four calls that follow."""

        def to(customer: int, arguments: Mapping[str, object]) -> bool:
            return str(arguments.get("chat_id")) == str(customer)

        post, send = "chat.postMessage", "sendMessage"
        slack, telegram = self.desk.slack.faults, self.desk.telegram.faults
        return [
            slack.hold(post, performed=performed, matches=lambda given: not given.get("thread_ts")),
            slack.hold(post, performed=performed, matches=lambda given: given.get("thread_ts") == self.petras_card),
            telegram.hold(send, performed=performed, matches=lambda given: to(self.quinlan, given)),
            telegram.hold(send, performed=performed, matches=lambda given: to(self.rufus, given)),
        ]

    async def restart(self) -> None:
        """Start again and wait for the end of all that follows."""
        await self.desk.start()
        await self.desk.rests()

    def assert_nothing_lost_or_doubled_in_slack(self) -> None:
        """Every message of a customer stands in Slack once; the tickets' numbers have no gap."""
        assert self.desk.shown(self.desk.card_with(FIRST), [FIRST]) == [FIRST]
        assert self.desk.shown(self.petras_card, [MORE]) == [MORE]
        assert self.desk.numbers() == [1, 2, 3]

    def assert_all_received(self) -> None:
        """The reply and the acknowledgement are with the customers, once, and nobody doubts it."""
        assert self.desk.received(self.rufus, [REPLY]) == [REPLY]
        assert self.desk.acknowledged(self.quinlan) == 1
        assert self.desk.reaction(self.reply) == ["white_check_mark"]
        assert self.desk.doubts(self.rufus_card) == self.desk.doubts(self.desk.card_with(FIRST)) == []

    def assert_doubted(self, *, times: int) -> None:
        """What Telegram can't be asked for arrived so often, was not sent again, and the threads say so."""
        assert self.desk.received(self.rufus, [REPLY]) == [REPLY] * times
        assert self.desk.acknowledged(self.quinlan) == times
        assert self.desk.reaction(self.reply) == ["warning"]
        assert len(self.desk.doubts(self.rufus_card)) == len(self.desk.doubts(self.desk.card_with(FIRST))) == 1


async def _scene(desk: Desk) -> Scene:
    """A running desk with two tickets."""
    await desk.start()
    petra, petras_card = await desk.ticket("Petronella", "My lamp hums")
    rufus, rufus_card = await desk.ticket("Rufinius", "My chair sings")
    return Scene(desk, petra, petras_card, rufus, rufus_card, desk.customer("Quinlan"))


async def before_the_inbox_has_committed(desk: Desk) -> None:
    scene = await _scene(desk)
    with desk.database_locked():
        scene.act()
        await desk.process.is_stuck()
        await desk.process.kill()
    stored = desk.count("SELECT COUNT(*) FROM inbox WHERE raw LIKE ? OR raw LIKE ?", f"%{FIRST}%", f"%{MORE}%")

    await scene.restart()

    assert stored == 0
    scene.assert_nothing_lost_or_doubled_in_slack()
    scene.assert_all_received()


async def between_the_inbox_and_the_decision(desk: Desk) -> None:
    scene = await _scene(desk)
    asked = desk.slack.faults.hold("users.info", performed=False)  # an agent's event is decided only after this answer

    scene.reply = desk.answers(desk.agents[1], scene.rufus_card, REPLY)
    await asked.reached()
    rounds = await _rounds_until_caught(desk, scene.petra)
    undecided = desk.rows("SELECT source FROM inbox WHERE state = 'new' GROUP BY source ORDER BY source")
    await scene.restart()

    assert undecided == [("slack",), ("telegram",)]
    assert desk.shown(scene.petras_card, [f"more {number}" for number in rounds]) == [f"more {it}" for it in rounds]
    assert all(desk.card_with(f"first {number}") for number in rounds)
    assert desk.numbers() == [1, 2, *(3 + number for number in rounds)]
    assert desk.received(scene.rufus, [REPLY]) == [REPLY]
    assert desk.reaction(scene.reply) == ["white_check_mark"]


async def _rounds_until_caught(desk: Desk, petra: int) -> range:
    """Kill when a first message and a follow-up are stored and nothing else: they write until that instant is hit."""
    for number in range(20):
        desk.writes(petra, f"more {number}")
        desk.writes(desk.customer(f"Newcomer{number}"), f"first {number}")
        if await asyncio.to_thread(_killed_when_new, desk):
            await desk.process.kill()
            return range(number + 1)
        await until(lambda: desk.count(UNSETTLED) == 1, "only the agent's event waits")
    raise AssertionError("never caught between inbox and decision")


def _killed_when_new(desk: Desk) -> bool:
    """Take the write lock as soon as two rows of Telegram's are new; True: they still were, and it is killed now."""
    new, give_up_at = "SELECT COUNT(*) FROM inbox WHERE source = 'telegram' AND state = 'new'", time.monotonic() + 5
    before = desk.count("SELECT MAX(id) FROM inbox")
    while time.monotonic() < give_up_at and desk.count("SELECT MAX(id) FROM inbox") == before:
        pass
    with desk.database_locked():
        if desk.count(new) < 2:
            return False
        desk.process.signal(signal.SIGKILL)
        return True


async def before_the_call_which_is_lost(desk: Desk) -> None:
    scene = await _scene(desk)
    await _held(scene, performed=False)
    await desk.process.kill()

    await scene.restart()

    scene.assert_nothing_lost_or_doubled_in_slack()
    scene.assert_doubted(times=0)


async def before_the_call_which_comes_late(desk: Desk) -> None:
    scene = await _scene(desk)
    gates = await _held(scene, performed=False)
    await desk.process.kill()
    for gate in gates:
        gate.release()

    await scene.restart()

    scene.assert_nothing_lost_or_doubled_in_slack()
    scene.assert_doubted(times=1)


async def _held(scene: Scene, *, performed: bool) -> list[Hold]:
    """All act, and each call that follows stands at its gate."""
    gates = scene.gates(performed=performed)
    scene.act()
    for gate in gates:
        await gate.reached()
    return gates


async def before_the_answer_has_come(desk: Desk) -> None:
    scene = await _scene(desk)
    await _held(scene, performed=True)
    await desk.process.kill()

    await scene.restart()

    scene.assert_nothing_lost_or_doubled_in_slack()
    scene.assert_doubted(times=1)


async def before_the_outcome_is_stored(desk: Desk) -> None:
    scene = await _scene(desk)
    gates = await _held(scene, performed=True)
    with desk.database_locked():
        for gate in gates:
            gate.release()
        await desk.process.is_stuck()
        await desk.process.kill()

    await scene.restart()

    scene.assert_nothing_lost_or_doubled_in_slack()
    scene.assert_doubted(times=1)


async def after_the_outcome_is_stored(desk: Desk) -> None:
    scene = await _scene(desk)
    scene.act()
    await desk.rests()
    await desk.process.kill()

    await scene.restart()

    scene.assert_nothing_lost_or_doubled_in_slack()
    scene.assert_all_received()


SCENARIOS = (
    before_the_inbox_has_committed,
    between_the_inbox_and_the_decision,
    before_the_call_which_is_lost,
    before_the_call_which_comes_late,
    before_the_answer_has_come,
    before_the_outcome_is_stored,
    after_the_outcome_is_stored,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ends() -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    """How the scenarios end; they are played at the same time."""
    async with side_by_side(SCENARIOS) as tasks:
        yield tasks


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("moment", SCENARIOS, ids=name_of)
async def test_nothing_is_lost_or_doubled_when_killed(moment: Scenario, ends: dict[str, asyncio.Task[None]]) -> None:
    await ends[name_of(moment)]
