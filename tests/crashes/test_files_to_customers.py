"""``kill -9`` at each step of the way of an agent's file: it arrives once, or a person is asked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.sandbox.faults import Hold
from bot.sandbox.files import File
from tests.crashes.desk import Desk, Scenario, name_of, side_by_side
from tests.crashes.process import until

SCAN = File("scan.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 500)
WORDS = "Here is the scan"
STARTS_WITHIN_S = 60  # several start side by side, perhaps on a busy machine


@dataclass(slots=True)
class Scene:
    """A ticket, and what its customer has."""

    desk: Desk
    petra: int
    card: str
    reply: str = ""

    def answers(self) -> None:
        """An agent answers with a text and a file."""
        mika = self.desk.agents[0]
        self.reply = self.desk.slack.post(mika, self.desk.channel, WORDS, thread_ts=self.card, files=[SCAN])

    @property
    def files(self) -> list[File | None]:
        """What arrived that is a file."""
        shown = [one for one in self.desk.telegram.chat(self.petra) if one["from_bot"] and one["file"]]
        return [self.desk.telegram.file(one["file"]["id"]) for one in shown]

    async def restart(self) -> None:
        """Start again and wait for the end of all that follows."""
        await self.desk.start(within_s=STARTS_WITHIN_S)
        await self.desk.rests()

    def assert_received(self) -> None:
        """Text and file are there once, and nobody doubts it."""
        assert self.desk.received(self.petra, [WORDS]) == [WORDS]
        assert self.files == [SCAN]
        assert self.desk.reaction(self.reply) == ["white_check_mark"]
        assert self.desk.doubts(self.card) == []


async def _scene(desk: Desk) -> Scene:
    await desk.start(within_s=STARTS_WITHIN_S)
    petra, card = await desk.ticket("Petronella", "My lamp hums")
    return Scene(desk, petra, card)


async def _killed_at(desk: Desk, gate: Hold) -> None:
    await gate.reached()
    await desk.process.kill()
    gate.release()


async def while_slack_hands_the_file_over(desk: Desk) -> None:
    scene = await _scene(desk)
    gate = desk.slack.faults.hold("file", performed=False)
    scene.answers()
    await _killed_at(desk, gate)

    await scene.restart()

    scene.assert_received()


async def before_the_file_is_sent(desk: Desk) -> None:
    scene = await _scene(desk)
    gate = desk.telegram.faults.hold("sendPhoto", performed=False)
    scene.answers()
    await _killed_at(desk, gate)

    await scene.restart()

    assert scene.files in ([], [SCAN])  # the call may have come through after the end
    assert len(desk.doubts(scene.card)) == 1
    assert desk.reaction(scene.reply) == ["warning"]


async def before_the_answer_to_the_file(desk: Desk) -> None:
    scene = await _scene(desk)
    gate = desk.telegram.faults.hold("sendPhoto", performed=True)
    scene.answers()
    await _killed_at(desk, gate)

    await scene.restart()

    assert scene.files == [SCAN]
    assert len(desk.doubts(scene.card)) == 1
    assert desk.reaction(scene.reply) == ["warning"]


async def between_the_text_and_the_file(desk: Desk) -> None:
    scene = await _scene(desk)
    gate = desk.telegram.faults.hold("sendMessage", performed=False, matches=lambda given: WORDS in str(given))
    scene.answers()
    await gate.reached()
    with desk.database_locked():
        gate.release()
        await until(lambda: desk.received(scene.petra, [WORDS]), "the text has arrived")
        await desk.process.kill()

    await scene.restart()

    assert desk.received(scene.petra, [WORDS]) == [WORDS]  # it may have arrived, so it is not sent again
    assert scene.files == [SCAN]  # the file follows, once
    assert len(desk.doubts(scene.card)) == 1


SCENARIOS = (
    while_slack_hands_the_file_over,
    before_the_file_is_sent,
    before_the_answer_to_the_file,
    between_the_text_and_the_file,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ends() -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    """How the scenarios end; they are played at the same time."""
    async with side_by_side(SCENARIOS) as tasks:
        yield tasks


@pytest.mark.timeout(180)
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("moment", SCENARIOS, ids=name_of)
async def test_a_file_arrives_once_or_is_doubted(moment: Scenario, ends: dict[str, asyncio.Task[None]]) -> None:
    await ends[name_of(moment)]
