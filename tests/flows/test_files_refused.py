"""Slack refuses a customer's file: its thread says so, and nothing else waits for it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.fetching import DOUBT
from bot.models.rows import DeliveryRow
from bot.sandbox.faults import Fault, PlatformError, ServerError
from bot.sandbox.files import File
from bot.services.files import QUIET
from tests.database import Kind
from tests.world import Customer, World, words

SETUP = File("setup.exe", "application/x-msdownload", bytes(240 << 10))


def posted(it: World) -> list[list[str]]:
    """The names of the files of each post under the card that brings some."""
    posts = it.slack.thread(it.channel, it.card())[1:]
    return [[one["name"] for one in post["files"]] for post in posts if post.get("files")]


def trouble(it: World) -> dict[str, Any]:
    """The last post under the card that asks what shall become of something."""
    return next(one for one in reversed(it.slack.thread(it.channel, it.card())) if "part.again" in str(one))


def called(name: str) -> Callable[[Mapping[str, object]], bool]:
    return lambda arguments: arguments.get("filename") == name


@pytest.fixture
def kind() -> Kind:
    """The platforms are what matters here: one database is enough."""
    return Kind.SQLITE


@pytest.fixture
async def ada(world: World) -> Customer:
    ada = world.customer()
    await ada.writes("Hello")
    return ada


async def test_a_file_that_slack_refuses_is_told_in_its_thread_and_the_others_of_the_album_arrive(
    world: World, ada: Customer
) -> None:
    ban = world.slack.faults.plan(
        "files.getUploadURLExternal", PlatformError("blocked_file_type"), times=1000, matches=called("setup.exe")
    )

    world.telegram.sends_album(ada.id, ("document", "document"), files=(SETUP,), captions=["Look", ""])
    await world.quiet()
    await world.passes(QUIET)
    said = trouble(world)
    in_channel = len(world.cards())
    world.slack.faults.cancel(ban)
    await world.mika.presses("part.again", on=said["ts"])

    assert "does not take* this file of the customer. This workspace does not allow files of this type." in words(said)
    assert "📎 setup.exe · EXE · 240 KB" in words(said)
    assert in_channel == 1, "the desk's channel is not told as well"
    assert posted(world) == [["invoice.pdf"], ["setup.exe"]]
    assert len([one for one in world.thread(world.card()) if "Look" in one]) == 1


async def test_what_slack_refuses_together_is_tried_one_by_one(world: World, ada: Customer) -> None:
    world.slack.faults.plan("files.completeUploadExternal", PlatformError("malware_detected"), times=2)

    world.telegram.sends_album(ada.id, ("photo", "photo", "photo"))
    await world.quiet()
    await world.passes(QUIET)

    assert posted(world) == [["photo.jpg"], ["photo.jpg"]]
    assert "takes the file for a virus" in words(trouble(world))
    assert [row.state for row in await DeliveryRow.filter(kind="post_files").order_by("id")] == [
        "done", "failed", "done", "done",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "fault", "reason"),
    [
        ("upload", ServerError(413), "The file is larger than Slack takes."),
        ("files.completeUploadExternal", PlatformError("restricted_action"), "ask an administrator"),
        ("files.getUploadURLExternal", PlatformError("missing_scope"), "The app lacks a permission"),
    ],
)
async def test_a_ban_of_files_holds_up_no_text(
    world: World, ada: Customer, step: str, fault: Fault, reason: str
) -> None:
    world.slack.faults.plan(step, fault, times=1000)

    world.telegram.sends(ada.id, "document", file=SETUP)
    await world.quiet()
    await ada.writes("And this?")

    assert reason in words(trouble(world))
    assert any("And this?" in one for one in world.thread(world.card()))


async def test_bytes_that_are_refused_again_and_again_are_given_up_and_can_be_left(world: World, ada: Customer) -> None:
    world.slack.faults.plan("upload", ServerError(400), times=1000)

    world.telegram.sends(ada.id, "document", file=SETUP)
    await world.quiet()
    early = len(world.thread(world.card()))
    await world.passes(DOUBT)
    await world.passes(timedelta(minutes=1))
    said = trouble(world)
    await world.mika.presses("part.leave", on=said["ts"])

    assert early == 1
    assert "Slack did not take the file." in words(said)
    assert [row.state for row in await DeliveryRow.filter(kind="post_files")] == ["discarded"]
