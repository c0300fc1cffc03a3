"""The computer's clock is set forward or back while the service runs."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.sandbox.faults import Throttled
from tests.enclosed import SCAN
from tests.world import Customer, World
from tests.world import world as new_world

PACED = "[limits]\nslack_posts_per_second = 1.0\n"
HOUR = timedelta(hours=1)
JUMPS = [HOUR, -HOUR]
HOLD, SECOND = timedelta(seconds=5), timedelta(seconds=1)

both_ways = pytest.mark.parametrize("jump", JUMPS, ids=["forward", "back"])


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """One that keeps to Slack's pace."""
    async with new_world(PACED) as it:
        yield it


async def claimed(world: World) -> Customer:
    """A customer whose ticket belongs to Mika."""
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())
    return ada


async def jumps(world: World, by: timedelta) -> None:
    """The clock is set, and the service looks at it, as it does every second."""
    world.clock.is_set(by)
    assert world.app is not None
    await world.app.clock_watch.watch()
    await world.quiet()


def said(world: World) -> list[str]:
    """What the desk's channel was told of the clock."""
    return [message["text"] for message in world.cards() if "clock" in message["text"]]


@both_ways
async def test_what_comes_after_a_jump_of_the_clock_is_not_held_up(world: World, jump: timedelta) -> None:
    ada = await claimed(world)
    card = world.card()
    for number in range(3):
        await ada.writes(f"It is {number} days late")
    await world.passes(2 * HOLD)

    await jumps(world, jump)
    await ada.writes("It is a week late")
    await world.mika.writes("It comes today", under=card)
    await world.passes(HOLD)
    await world.passes(HOLD)

    assert any("It is a week late" in line for line in world.thread(card))
    assert ada.received[-1] == "It comes today"


@both_ways
async def test_a_hold_lasts_as_long_as_it_should(world: World, jump: timedelta) -> None:
    ada = await claimed(world)
    card = world.card()
    await world.mika.writes("It comes today", under=card, files=[SCAN])
    await world.passes(HOLD - SECOND)

    await jumps(world, jump)
    before = list(ada.received)
    await world.passes(HOLD - SECOND)
    in_between = [*ada.received, *ada.files]
    await world.passes(SECOND)

    assert before == in_between == before[:1]
    assert ada.received[1:] == ["It comes today", ""]
    assert ada.files == [("photo", SCAN)]


async def test_a_closing_can_be_undone_as_long_as_before_and_is_not_told_before_that(world: World) -> None:
    ada = await claimed(world)
    await world.passes(2 * HOLD)
    before = len(ada.received)
    await world.mika.commands("/close 1 done")
    await world.passes(HOLD)

    await jumps(world, HOUR)
    await world.passes(HOLD - SECOND)
    early = ada.received[before:]
    await world.mika.undoes()
    await world.mika.commands("/close 1 done")
    await jumps(world, HOUR)
    await world.passes(2 * HOLD)

    assert early == []
    assert "took the closing back" in "\n".join(world.thread(world.cards()[0]["ts"]))
    assert len(ada.received) == before + 1


async def test_before_anybody_looks_at_the_clock_no_hold_ends_early(world: World) -> None:
    ada = await claimed(world)
    await world.mika.writes("It comes today", under=world.card())

    world.clock.is_set(HOUR)
    await ada.writes("Hello?")  # so that the outbox is looked through
    await world.passes(HOLD - SECOND)

    assert "It comes today" not in ada.received


@both_ways
async def test_what_was_put_off_is_tried_as_soon_as_before(world: World, jump: timedelta) -> None:
    ada = await claimed(world)
    world.telegram.faults.plan("sendMessage", Throttled(retry_after_s=30))
    await world.mika.writes("It comes today", under=world.card())
    await world.passes(HOLD)
    assert "It comes today" not in ada.received

    await jumps(world, jump)
    await world.passes(timedelta(seconds=30))

    assert ada.received[-1] == "It comes today"


@both_ways
async def test_a_file_is_fetched_and_shown_as_soon_as_before(world: World, jump: timedelta) -> None:
    ada = await claimed(world)
    card = world.card()
    await world.passes(2 * HOLD)
    fetching = world.telegram.faults.plan("getFile", Throttled(retry_after_s=30))
    showing = world.slack.faults.plan("files.getUploadURLExternal", Throttled(retry_after_s=30))
    world.telegram.sends(ada.id, "document", file=SCAN)
    await world.quiet()

    for faults, fault in ((world.telegram.faults, fetching), (world.slack.faults, showing)):
        assert not faults.is_planned(fault), "it was put off"
        await jumps(world, jump)
        await world.passes(timedelta(seconds=30))

    (post,) = [one for one in world.slack.thread(world.channel, card) if one.get("files")]
    assert [world.slack.workspace.files[one["id"]].content for one in post["files"]] == [SCAN.content]


async def test_a_jump_is_said_once(world: World) -> None:
    await jumps(world, SECOND * 59)
    assert said(world) == []

    for _ in range(3):
        await jumps(world, -HOUR)
        await jumps(world, HOUR)
    await world.passes(2 * HOLD)

    (line,) = said(world)
    assert "set back by 60 minutes" in line


async def test_what_is_dated_in_the_future_at_a_start_begins_to_wait_then(world: World) -> None:
    ada = await claimed(world)
    await world.mika.writes("It comes today", under=world.card())
    await world.stop()

    world.clock.is_set(-HOUR)
    await world.start()
    await world.passes(HOLD)

    assert ada.received[-1] == "It comes today"
