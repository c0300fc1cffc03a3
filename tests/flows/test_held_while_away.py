"""A reply whose hold ends while the service is away: what its writer did to it meanwhile counts."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.sandbox.faults import PlatformError, Throttled
from tests.crashes.process import until
from tests.database import Kind
from tests.world import Customer, World
from tests.world import world as new_world

HOLD = timedelta(seconds=5)
BUSY = timedelta(seconds=20)


@pytest.fixture
async def world(kind: Kind) -> AsyncIterator[World]:
    """A world whose Slack soon gives up on an event."""
    async with new_world(kind=kind, redeliver_after_s=(0.01,)) as it:
        yield it


async def back(world: World) -> None:
    """The service starts again, when the hold is long over."""
    await world.slack.quiet()
    world.clock.passes(HOLD)
    await world.start()


def left(world: World, customer: Customer) -> bool:
    """Whether something has left; as long as nothing has, time passes."""
    world.clock.passes(timedelta(seconds=0.2))
    return len(customer.received) > 1


async def test_one_that_was_deleted_is_not_sent(world: World, ada: Customer) -> None:
    crook = await world.mika.writes("he is a crook", under=world.card())
    await world.stop()
    await world.mika.deletes(crook)
    await back(world)
    await world.mika.writes("On its way!", under=world.card())
    await world.passes(HOLD)
    await until(lambda: len(ada.received) > 1, "what was written later has left")

    assert ada.received[1:] == ["On its way!"]


async def test_one_that_was_edited_is_sent_as_it_is_now(world: World, ada: Customer) -> None:
    said = await world.mika.writes("On its weigh!", under=world.card())
    await world.stop()
    await world.mika.edits(said, "On its way!")
    await back(world)
    await until(lambda: left(world, ada), "it has left")  # after a hold that began again

    assert ada.received[1:] == ["On its way!"]


async def test_one_that_was_left_as_it_is_is_sent(world: World, ada: Customer) -> None:
    said = await world.mika.writes("On its way!", under=world.card())
    await world.stop()
    await back(world)
    await until(lambda: world.reactions(said) == ["white_check_mark"], "it has left")

    assert ada.received[1:] == ["On its way!"]


async def test_one_whose_thread_slack_does_not_show_any_more_is_sent(world: World, ada: Customer) -> None:
    await world.mika.writes("On its way!", under=world.card())
    await world.stop()
    world.slack.faults.plan("conversations.replies", PlatformError("something_new"))
    await back(world)
    await until(lambda: len(ada.received) > 1, "it has left")

    assert ada.received[1:] == ["On its way!"]


async def test_one_whose_deletion_waits_to_be_processed_is_not_sent(world: World, ada: Customer) -> None:
    ben, nina = world.customer("Ben"), world.slack.add_user("nina", real_name="Nina")
    await ben.writes("And mine?")
    bens = str(world.cards()[1]["ts"])
    await world.mika.presses("ticket.claim", on=bens)
    crook = await world.mika.writes("he is a crook", under=world.cards()[0]["ts"])
    await world.mika.writes("On its way!", under=bens)

    world.slack.join(world.channel, nina)
    gate = world.slack.faults.hold("users.info", performed=False)
    world.slack.post(nina, world.channel, "who is it?", thread_ts=world.cards()[0]["ts"])
    await gate.reached()
    world.slack.delete(world.mika.id, world.channel, crook)
    await world.slack.quiet()
    world.clock.passes(HOLD)
    await until(lambda: len(ben.received) > 1, "what was due at the same time has left")
    gate.release()
    await world.quiet()

    assert ada.received[1:] == []


async def _stored_and_not_looked_at(world: World) -> None:
    """Mika writes, and the service ends before it has decided what becomes of it; then Mika deletes it."""
    nina = world.slack.add_user("nina", real_name="Nina")
    world.slack.join(world.channel, nina)
    world.slack.faults.plan("users.info", Throttled(int(BUSY.total_seconds())))
    world.slack.post(nina, world.channel, "// who is it?", thread_ts=world.card())  # all behind it waits
    await world.quiet()
    crook = world.slack.post(world.mika.id, world.channel, "he is a crook", thread_ts=world.card())
    await world.quiet()
    await world.stop()
    world.slack.delete(world.mika.id, world.channel, crook)
    await world.slack.quiet()


async def _later_ones_alone_arrive(world: World, customer: Customer) -> None:
    await world.mika.writes("On its way!", under=world.card())
    await world.passes(HOLD)
    await until(lambda: len(customer.received) > 1, "what was written later has left")
    assert customer.received[1:] == ["On its way!"]


async def test_one_that_nobody_had_looked_at_waits_for_its_thread_as_well(world: World, ada: Customer) -> None:
    await _stored_and_not_looked_at(world)

    reading = world.slack.faults.hold("conversations.replies", performed=False)
    await world.start(catches_up=False)
    await reading.reached()
    await world.passes(BUSY)
    await world.passes(HOLD)
    reading.release()
    await world.quiet()

    await _later_ones_alone_arrive(world, ada)


async def test_one_that_nobody_has_looked_at_when_its_thread_is_read_is_not_sent(world: World, ada: Customer) -> None:
    await _stored_and_not_looked_at(world)

    calls = len(world.slack.calls)
    await world.start()
    await until(lambda: "conversations.replies" in {call.method for call in world.slack.calls[calls:]}, "it is read")
    await world.quiet()
    await world.passes(BUSY)
    await world.passes(HOLD)

    await _later_ones_alone_arrive(world, ada)
