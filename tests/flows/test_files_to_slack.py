"""Customers' files stand in the thread: each fetched on its own, an album as one post."""

import json
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from bot.channels.telegram.convert import raw
from bot.delivery.fetching import DOUBT, PATIENCE
from bot.models.rows import AttachmentRow, DeliveryRow, InboxRow
from bot.sandbox import files
from bot.sandbox.faults import CutOff, Fault, PlatformError, Reset, ServerError, Throttled, TooShort
from bot.sandbox.files import File
from bot.services.files import QUIET
from tests.crashes.process import until
from tests.world import Customer, World, words

KINDS = (
    *("photo", "document", "voice", "audio", "video", "animation", "video_note", "sticker"),
    *("animated_sticker", "video_sticker"),
)


def posted(it: World) -> list[dict[str, Any]]:
    """The posts under the card that bring files."""
    return [one for one in it.slack.thread(it.channel, it.card())[1:] if one.get("files")]


def names(post: dict[str, Any]) -> list[str]:
    return [one["name"] for one in post["files"]]


async def sends(ada: Customer, kind: str, **more: Any) -> None:
    ada.world.telegram.sends(ada.id, kind, **more)
    await ada.world.quiet()


async def sends_album(ada: Customer, *kinds: str, **more: Any) -> None:
    ada.world.telegram.sends_album(ada.id, kinds, **more)
    await ada.world.quiet()
    await ada.world.passes(QUIET)


def on_disk(it: World) -> list[str]:
    folder = it.folder / "loket-data"
    return sorted(os.listdir(folder)) if folder.exists() else []


@pytest.mark.parametrize("what", KINDS)
async def test_every_kind_of_file_stands_in_the_thread(world: World, what: str) -> None:
    ada = world.customer()
    file = files.sample(what, number=1)

    await sends(ada, what, file=file)

    (post,) = posted(world)
    (row,) = await AttachmentRow.all()
    assert [world.slack.workspace.files[one["id"]].content for one in post["files"]] == [file.content]
    assert (row.state, row.sha256) == ("done", sha256(file.content).hexdigest())


async def test_the_text_says_what_came_before_the_file_is_there(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello")
    gate = world.telegram.faults.hold("getFile", performed=True)

    world.telegram.sends(
        ada.id, "document", file=File("invoice.pdf", "application/pdf", bytes(240 << 10)), caption="Paid twice"
    )
    await gate.reached()
    await until(lambda: world.thread(world.card()), "the text")
    before = world.thread(world.card())
    gate.release()
    await world.quiet()

    assert before == ["Ada sent a file\nPaid twice\n📎 invoice.pdf · PDF · 240 KB"]
    assert [names(post) for post in posted(world)] == [["invoice.pdf"]]


async def test_the_card_says_what_came_with_the_first_message(world: World) -> None:
    ada = world.customer()

    await sends(ada, "document", caption="Paid twice")

    assert "📎 invoice.pdf · PDF" in words(world.cards()[0])


async def test_what_has_been_shown_is_removed_from_the_disk(world: World) -> None:
    ada = world.customer()

    await sends(ada, "photo")
    before = on_disk(world)
    await world.sweeps()

    assert len(before) == 1
    assert on_disk(world) == []


async def test_a_program_that_is_called_a_picture_comes_under_a_name_that_says_no_lie(world: World) -> None:
    ada = world.customer()
    program = File("<!here> me.jpg", "image/jpeg", b"MZ" + bytes(62) + b"PE")

    await sends(ada, "document", file=program, caption="Look")

    (post,) = posted(world)
    assert names(post) == ["<!here> me.jpg.bin"]
    assert "it is a *program*" in post["text"]
    assert "<!here>" not in post["text"]
    assert world.slack.workspace.files[post["files"][0]["id"]].content == program.content


# Albums


@pytest.mark.parametrize("number", [2, 10])
async def test_an_album_is_one_post_with_one_text_and_one_acknowledgement(world: World, number: int) -> None:
    ada = world.customer()
    await ada.writes("Hello")
    acknowledged = len(ada.received)

    await sends_album(ada, *(["photo", "video"] * 5)[:number], captions=["", "Both broke"])

    (post,) = posted(world)
    assert names(post) == ["photo.jpg", "video.mp4"] * (number // 2)
    (text,) = [one for one in world.thread(world.card()) if "Both broke" in one]
    assert text.count("📎") == number
    assert len(ada.received) == acknowledged


async def test_an_album_can_open_a_ticket(world: World) -> None:
    ada = world.customer()

    await sends_album(ada, "photo", "photo", captions=["", "Both broke"])

    assert [len(post["files"]) for post in posted(world)] == [2]
    assert words(world.cards()[0]).count("📎") == 2
    assert "Both broke" in words(world.cards()[0])
    assert len(ada.received) == 1


async def test_a_file_of_an_album_that_does_not_come_holds_the_others_up_for_a_while_only(world: World) -> None:
    ada = world.customer()
    fault = world.telegram.faults.plan("getFile", ServerError(), times=1000, matches=_second())

    await sends_album(ada, "photo", "photo", "photo")
    early = len(posted(world))
    await world.passes(PATIENCE)
    late = [len(post["files"]) for post in posted(world)]
    world.telegram.faults.cancel(fault)
    await world.passes(timedelta(minutes=1))

    assert early == 0
    assert late == [2]
    assert [len(post["files"]) for post in posted(world)] == [2, 1]


def _second() -> Callable[[Mapping[str, object]], bool]:
    """Which calls are about the second file that was asked for."""
    asked: list[object] = []

    def matches(arguments: Mapping[str, object]) -> bool:
        file = arguments.get("file_id")
        if file not in asked:
            asked.append(file)
        return asked.index(file) == 1

    return matches


async def test_an_item_of_an_album_that_comes_twice_is_one_file(world: World) -> None:
    ada = world.customer()
    await sends_album(ada, "photo", "photo")
    assert world.app is not None

    for row in await InboxRow.filter(source="telegram"):  # the same messages, numbered anew
        update = {**json.loads(row.body), "update_id": row.position + 1000}
        await world.app.inbox.put("telegram", [raw(update, account=world.telegram.token.partition(":")[0])])
    await world.quiet()
    await world.passes(QUIET)

    assert [len(post["files"]) for post in posted(world)] == [2]


# What goes wrong on the way here


@pytest.mark.parametrize("step", ["getFile", "file"])
@pytest.mark.parametrize("fault", [Throttled(1), ServerError(), Reset(performed=False), Reset(performed=True)])
async def test_a_file_that_fails_on_its_way_is_fetched_again(world: World, step: str, fault: Fault) -> None:
    ada = world.customer()
    world.telegram.faults.plan(step, fault, times=2)

    await sends(ada, "document")
    await world.passes(timedelta(seconds=5))
    await world.passes(timedelta(seconds=10))

    assert [names(post) for post in posted(world)] == [["invoice.pdf"]]


async def test_half_a_file_is_none(world: World) -> None:
    ada = world.customer()
    world.telegram.faults.plan("file", CutOff())

    await sends(ada, "document", file=File("long.bin", "application/octet-stream", os.urandom(1 << 20)))
    before = posted(world)
    await world.passes(timedelta(seconds=5))

    assert before == []
    assert [post["files"][0]["size"] for post in posted(world)] == [1 << 20]


async def test_a_file_that_never_comes_through_whole_is_given_up_after_minutes(world: World) -> None:
    ada = world.customer()
    world.telegram.faults.plan("file", TooShort(), times=1000)

    await sends(ada, "document")
    early = world.thread(world.card())
    for _ in range(3):  # each time the pause until the next try ends
        await world.passes(DOUBT / 2)

    assert early == []
    assert [line for line in world.thread(world.card()) if "did not come through whole" in line]


async def test_what_is_too_big_is_a_line_with_the_limit_and_the_customer_is_told(world: World) -> None:
    ada = world.customer()

    await sends(ada, "video", file=File("film.mp4", "video/mp4", bytes((20 << 20) + 1)), caption="Look")
    card, (line,) = words(world.cards()[0]), world.thread(world.card())

    assert "Look" in card
    assert "could not be fetched" in line
    assert "larger than 20 MB" in line
    assert "film.mp4" in line
    assert "at most 20 MB" in ada.received[-1]


async def test_a_file_that_could_not_be_had_can_be_tried_again(world: World) -> None:
    ada = world.customer()
    world.telegram.faults.plan("file", PlatformError("404"), times=2)
    await sends(ada, "document")
    trouble = world.slack.thread(world.channel, world.card())[-1]

    await world.budi.presses("part.again", on=trouble["ts"])

    assert "no longer has this file" in words(trouble)
    assert [names(post) for post in posted(world)] == [["invoice.pdf"]]


async def test_no_address_with_the_token_gets_into_the_database(world: World) -> None:
    ada = world.customer()
    world.telegram.faults.plan("file", Reset(performed=False), times=1)

    await sends(ada, "document")
    secret = world.telegram.token.partition(":")[2]

    rows = [*await AttachmentRow.all().values(), *await DeliveryRow.all().values()]
    assert secret not in str(rows)


# What goes wrong on the way into Slack


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
@pytest.mark.parametrize("fault", [Throttled(1), ServerError(), Reset(performed=False)])
async def test_an_upload_that_fails_is_made_again_and_the_text_is_not(world: World, step: str, fault: Fault) -> None:
    ada = world.customer()
    await ada.writes("Hello")
    world.slack.faults.plan(step, fault)

    await sends(ada, "document", caption="Paid twice")
    for _ in range(4):
        await world.passes(timedelta(seconds=5))

    assert [names(post) for post in posted(world)] == [["invoice.pdf"]]
    assert len([one for one in world.thread(world.card()) if "Paid twice" in one]) == 1


async def test_a_post_whose_answer_was_lost_is_not_made_twice(world: World) -> None:
    ada = world.customer()
    world.slack.faults.plan("files.completeUploadExternal", Reset(performed=True))

    await sends(ada, "document")
    for _ in range(4):
        await world.passes(timedelta(seconds=5))

    assert [names(post) for post in posted(world)] == [["invoice.pdf"]]
    assert [row.state for row in await DeliveryRow.filter(kind="post_files")] == ["done"]


async def test_a_slow_upload_delays_nobody_else(world: World) -> None:
    ada, bob = world.customer("Ada"), world.customer("Bob")
    gate = world.slack.faults.hold("upload", performed=False)
    for _ in range(6):
        world.telegram.sends(ada.id, "document")
    await gate.reached()

    world.telegram.writes(bob.id, "And me?")
    await until(lambda: len(world.cards()) == 2, "the other's card")
    gate.release()
    await world.quiet()

    assert sum(len(post["files"]) for post in world.slack.messages(world.channel) if post.get("files")) == 0
    assert "And me?" in words(world.cards()[1])


async def test_a_file_that_vanished_from_the_disk_is_fetched_again(world: World) -> None:
    ada = world.customer()
    world.slack.faults.plan("files.getUploadURLExternal", Throttled(2))
    await sends(ada, "document")
    for name in on_disk(world):
        (world.folder / "loket-data" / name).unlink()

    await world.passes(timedelta(seconds=5))

    assert [names(post) for post in posted(world)] == [["invoice.pdf"]]


async def test_a_lost_answer_is_settled_once_slack_shows_the_file(world: World) -> None:
    ada = world.customer()
    world.slack.shares_later()
    world.slack.faults.plan("files.completeUploadExternal", Reset(performed=True))
    await sends(ada, "document")
    await world.passes(timedelta(seconds=10))
    before = posted(world)

    world.slack.shares_now()
    await world.passes(timedelta(seconds=10))

    assert before == []
    assert [names(post) for post in posted(world)] == [["invoice.pdf"]]
    assert [row.state for row in await DeliveryRow.filter(kind="post_files")] == ["done"]
