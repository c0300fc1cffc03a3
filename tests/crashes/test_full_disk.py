"""The disk is full while the service runs."""

import os
import resource

import pytest

from bot.sandbox.files import File
from tests.crashes.desk import Desk
from tests.crashes.process import until


@pytest.mark.timeout(60)
async def test_a_full_disk_loses_nothing_and_the_service_recovers(desk: Desk) -> None:
    await desk.start()
    ada, card = await desk.ticket("Adalberta", "My clock ticks")
    edited, deleted = (desk.answers(desk.agents[0], card, text) for text in ("we lok", "not for you"))
    await desk.rests()
    limits = resource.prlimit(desk.process.pid, resource.RLIMIT_FSIZE)

    resource.prlimit(desk.process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))  # no file may grow beyond: as if full
    questions, answers = [f"louder {one}" for one in range(3)], [f"we look {one}" for one in range(3)]
    for question, answer in zip(questions, answers, strict=True):
        desk.writes(ada, question)
        desk.answers(desk.agents[0], card, answer)
    desk.slack.edit(desk.agents[0], desk.channel, edited, "we look, too")
    desk.slack.delete(desk.agents[0], desk.channel, deleted)
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
    assert desk.received(ada, ["we lok", "we look, too", "not for you"]) == ["we look, too"]


@pytest.mark.timeout(60)
async def test_a_disk_without_room_for_a_file_delays_that_file_only_and_says_so(desk: Desk) -> None:
    await desk.start()
    ada = desk.customer("Adalberta")
    film, data = File("film.mp4", "video/mp4", os.urandom(6 << 20)), desk.folder / "loket-data"
    limits = resource.prlimit(desk.process.pid, resource.RLIMIT_FSIZE)

    resource.prlimit(desk.process.pid, resource.RLIMIT_FSIZE, (4 << 20, limits[1]))  # the database has room left
    desk.telegram.sends(ada, "video", file=film, caption="Hear it")
    await desk.process.is_not_ready("files")
    await until(lambda: desk.cards(), "the text")
    status, body = await desk.process.answers("/readyz")
    await until(lambda: not list(data.iterdir()), "nothing half-written stays")
    resource.prlimit(desk.process.pid, resource.RLIMIT_FSIZE, limits)
    await desk.rests(within_s=45)
    await desk.process.is_ready()

    posts = [post for post in desk.slack.thread(desk.channel, desk.card_with("Hear it")) if post.get("files")]
    assert status == 503
    assert "disk" in body["parts"]["files"]["problem"]
    assert [desk.slack.workspace.files[one["id"]].content for post in posts for one in post["files"]] == [film.content]
