"""The disk is full while the service runs."""

import resource

import pytest

from tests.crashes.desk import Desk
from tests.crashes.process import until


@pytest.mark.timeout(60)
async def test_a_full_disk_loses_nothing_and_the_service_recovers(desk: Desk) -> None:
    await desk.start()
    ada, card = await desk.ticket("Adalberta", "My clock ticks")
    limits = resource.prlimit(desk.process.pid, resource.RLIMIT_FSIZE)

    resource.prlimit(desk.process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))  # no file may grow beyond: as if full
    questions, answers = [f"louder {one}" for one in range(3)], [f"we look {one}" for one in range(3)]
    for question, answer in zip(questions, answers, strict=True):
        desk.writes(ada, question)
        desk.answers(desk.agents[0], card, answer)
    await until(lambda: "telegram.receiving_failed" in desk.log, "an update could not be stored")
    unconfirmed, unacknowledged = desk.telegram.pending, desk.slack.unacked
    alive = await desk.process.answers("/healthz")
    resource.prlimit(desk.process.pid, resource.RLIMIT_FSIZE, limits)
    await until(lambda: desk.received(ada, answers) == answers, "the answers")
    await desk.rests()

    assert unconfirmed == len(questions)
    assert unacknowledged >= len(answers)
    assert alive[0] == 200
    assert desk.shown(card, questions) == questions
    assert desk.received(ada, answers) == answers
