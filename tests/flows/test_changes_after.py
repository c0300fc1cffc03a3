"""Replies that their agents edit or delete after they have left."""

from datetime import timedelta

import pytest

from bot.models.rows import DeliveryRow
from bot.sandbox.faults import PlatformError, Reset, ServerError, Throttled
from tests.database import Kind
from tests.flows.test_whatsapp import whatsapp_world
from tests.world import Customer, World
from tests.world import world as new_world

HOLD = timedelta(seconds=5)
SECOND = timedelta(seconds=1)
HOUR_S = 3600


async def sent(world: World, text: str) -> str:
    """A reply of Mika's that has left."""
    said = await world.mika.writes(text, under=world.card())
    await world.passes(HOLD)
    return said


async def changes() -> list[str]:
    """How the changes stand that were to be made at customers."""
    rows = await DeliveryRow.filter(kind__in=("edit", "delete")).order_by("id")
    return [f"{row.kind} {row.state}" for row in rows]


async def test_an_edit_reaches_the_customer_and_the_thread_says_so(world: World, ada: Customer) -> None:
    said = await sent(world, "Tomorow")

    await world.mika.edits(said, "Tomorrow")

    assert ada.received[1:] == ["Tomorrow"]
    last = world.thread(world.card())[-1]
    assert "copy of" in last
    assert f"p{said.replace('.', '')}|“Tomorrow”>" in last
    assert world.reactions(said) == ["white_check_mark"]


async def test_a_deletion_reaches_the_customer_and_the_thread_says_so(world: World, ada: Customer) -> None:
    said = await sent(world, "Not for you")

    await world.mika.deletes(said)

    assert len(ada.received) == 1
    assert "copy of “Not for you” is deleted" in world.thread(world.card())[-1]


async def test_a_colleagues_reply_that_was_sent_after_all_follows_its_writer(world: World, ada: Customer) -> None:
    said = await world.budi.writes("Tomorow", under=world.card())
    (hint,) = [one["ts"] for one in world.slack.ephemerals(world.budi.id) if "note.send" in str(one.get("blocks"))]
    await world.budi.presses("note.send", on=hint, ephemeral=True)

    await world.budi.edits(said, "Tomorrow")

    assert ada.received[1:] == ["Tomorrow"]


@pytest.mark.parametrize("text", ["// Tomorrow", "Tomorrow, @budi?", "!close sent"])
async def test_what_becomes_internal_is_never_carried(world: World, ada: Customer, text: str) -> None:
    said = await sent(world, "Tomorow")

    await world.mika.edits(said, text)

    assert ada.received[1:] == ["Tomorow"]
    assert "never carried" in world.thread(world.card())[-1]
    assert await changes() == []


async def test_a_note_never_becomes_a_reply(world: World, ada: Customer) -> None:
    said = await sent(world, "// he is rude")

    await world.mika.edits(said, "he is rude")
    await world.passes(HOLD)

    assert len(ada.received) == 1


async def test_a_reply_of_several_messages_is_changed_piece_by_piece(world: World, ada: Customer) -> None:
    first, second = "a" * 4000, "b" * 4000
    said = await sent(world, f"{first}\n\n{second}")

    await world.mika.edits(said, f"{first}\n\n{'c' * 4000}")
    assert ada.received[1:] == [first, "c" * 4000]

    await world.mika.edits(said, "short")
    assert ada.received[1:] == ["short"]
    assert world.reactions(said) == ["white_check_mark"]


async def test_an_edit_that_needs_one_more_message_is_not_carried(world: World, ada: Customer) -> None:
    said = await sent(world, "short")

    await world.mika.edits(said, f"{'a' * 4000}\n\n{'b' * 4000}")

    assert ada.received[1:] == ["short"]
    assert "more messages" in world.thread(world.card())[-1]


async def test_of_quick_edits_the_last_one_counts(world: World, ada: Customer) -> None:
    said = await sent(world, "one")
    world.telegram.faults.plan("editMessageText", Throttled(retry_after_s=3))

    await world.mika.edits(said, "two")
    await world.mika.edits(said, "three")
    await world.passes(3 * SECOND)

    assert ada.received[1:] == ["three"]
    assert await changes() == ["edit discarded", "edit done"]
    assert sum("copy of" in line for line in world.thread(world.card())) == 1


async def test_a_deletion_overtakes_the_edit_that_waits(world: World, ada: Customer) -> None:
    said = await sent(world, "one")
    world.telegram.faults.plan("editMessageText", Throttled(retry_after_s=3))

    await world.mika.edits(said, "two")
    await world.mika.deletes(said)
    await world.passes(3 * SECOND)

    assert len(ada.received) == 1
    assert await changes() == ["edit discarded", "delete done"]


@pytest.mark.parametrize("performed", [True, False], ids=["done", "not done"])
async def test_a_change_whose_end_is_unknown_is_made_again(world: World, ada: Customer, performed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    said, other = await sent(world, "one"), await sent(world, "away")
    world.telegram.faults.plan("editMessageText", Reset(performed=performed))
    world.telegram.faults.plan("deleteMessage", Reset(performed=performed))

    await world.mika.edits(said, "two")
    await world.passes(3 * SECOND)
    await world.mika.deletes(other)
    await world.passes(3 * SECOND)

    assert ada.received[1:] == ["two"]
    assert await changes() == ["edit done", "delete done"]


async def test_a_message_that_is_gone_can_not_be_changed(world: World, ada: Customer) -> None:
    said = await sent(world, "Tomorow")
    world.telegram.faults.plan("editMessageText", PlatformError("400 Bad Request: message to edit not found"))

    await world.mika.edits(said, "Tomorrow")

    assert ada.received[1:] == ["Tomorow"]
    assert "no longer in the customer's chat" in world.thread(world.card())[-1]
    assert "out-" not in await failed(world)


async def test_after_48_hours_a_deletion_is_not_carried(world: World, ada: Customer) -> None:
    said = await sent(world, "Not for you")
    await world.passes(timedelta(hours=49))

    await world.mika.deletes(said)

    assert ada.received[1:] == ["Not for you"]
    assert "48 hours" in world.thread(world.card())[-1]


async def failed(world: World) -> str:
    assert world.app is not None
    stuck = await DeliveryRow.filter(state__in=("failed", "uncertain"))
    return " ".join(f"out-{row.id}" for row in stuck)


async def test_an_edit_of_what_waits_for_telegram_costs_nothing(world: World, ada: Customer) -> None:
    world.telegram.faults.plan("sendMessage", Throttled(retry_after_s=30))
    said = await sent(world, "Tomorow")

    await world.mika.edits(said, "Tomorrow")
    await world.passes(30 * SECOND)

    assert ada.received[1:] == ["Tomorrow"]
    assert await changes() == []


@pytest.mark.parametrize("how", ["deleted", "made internal"])
async def test_what_waits_for_telegram_can_still_be_taken_back(world: World, ada: Customer, how: str) -> None:
    world.telegram.faults.plan("sendMessage", Throttled(retry_after_s=30))
    said = await sent(world, "Oops")

    await (world.mika.deletes(said) if how == "deleted" else world.mika.edits(said, "// Oops"))
    await world.passes(30 * SECOND)

    assert len(ada.received) == 1
    assert how == "deleted" or world.reactions(said) == ["lock"]


async def test_an_edit_of_what_failed_goes_with_the_retry(world: World, ada: Customer) -> None:
    world.telegram.faults.plan("sendMessage", PlatformError("400 Bad Request: no"))
    said = await sent(world, "Tomorow")

    await world.mika.edits(said, "Tomorrow")
    assert "if" in world.thread(world.card())[-1].lower()
    trouble = next(
        one["ts"] for one in world.slack.thread(world.channel, world.card()) if "part.again" in str(one.get("blocks"))
    )
    await world.mika.presses("part.again", on=trouble)

    assert ada.received[1:] == ["Tomorrow"]
    assert world.reactions(said) == ["white_check_mark"]


async def test_an_edit_of_what_turns_out_uncertain_goes_with_the_next_attempt(world: World, ada: Customer) -> None:
    world.telegram.faults.plan("sendMessage", Reset(performed=False))
    said = await sent(world, "Tomorow")

    await world.mika.edits(said, "Tomorrow")
    await world.passes(3 * SECOND)
    assert await changes() == ["edit discarded"]
    assert "If" in world.thread(world.card())[-1]
    trouble = next(
        one["ts"] for one in world.slack.thread(world.channel, world.card()) if "part.again" in str(one.get("blocks"))
    )
    await world.mika.presses("part.again", on=trouble)

    assert ada.received[1:] == ["Tomorrow"]


async def test_a_deletion_of_what_nobody_knows_of_is_told(world: World, ada: Customer) -> None:
    world.telegram.faults.plan("sendMessage", Reset(performed=True))
    said = await sent(world, "Perhaps")
    await world.passes(3 * SECOND)
    assert world.reactions(said) == ["warning"]

    await world.mika.deletes(said)

    assert ada.received[1:] == ["Perhaps"]
    assert "Nobody can tell" in world.thread(world.card())[-1]


async def test_changes_made_while_we_were_away_are_carried_once(world: World, ada: Customer) -> None:
    said, other = await sent(world, "Tomorow"), await sent(world, "Not for you")
    await world.stop()
    world.slack.edit(world.mika.id, world.channel, said, "Tomorrow")
    world.slack.delete(world.mika.id, world.channel, other)

    await world.start()
    await world.stop()
    await world.start()

    assert ada.received[1:] == ["Tomorrow"]
    assert sorted(await changes()) == ["delete done", "edit done"]


async def test_whatsapp_can_not_and_the_agent_is_told(kind: Kind) -> None:
    async with whatsapp_world(kind) as desk:
        ada = desk.whatsapp.add_person("Ada", phone="6281200001")
        desk.whatsapp.writes(ada, "Where is my order?")
        await desk.quiet()
        await desk.mika.presses("ticket.claim", on=desk.card())
        said = await sent(desk, "Tomorow")

        await desk.mika.edits(said, "Tomorrow")
        edited = desk.thread(desk.card())[-1]
        await desk.mika.deletes(said)
        deleted = desk.thread(desk.card())[-1]

        assert desk.whatsapp.received(ada)[1:] == ["Tomorow"]
        assert "WhatsApp does not let us change what was sent." in edited
        assert "WhatsApp does not let us change what was sent." in deleted


async def test_the_deletion_of_the_bots_own_post_changes_nothing_at_the_customer(kind: Kind) -> None:
    async with new_world(kind=kind) as world:
        ada = world.customer()
        await ada.writes("Where is my order?")
        await world.mika.commands("/reply 1 On its way")
        mirror = next(one for one in world.slack.thread(world.channel, world.card())[1:] if "On its way" in str(one))

        world.slack.delete(str(mirror["user"]), world.channel, str(mirror["ts"]))
        await world.quiet()

        assert ada.received[1:] == ["On its way"]


async def test_an_explicit_reply_by_command_follows_its_writer() -> None:
    async with new_world() as world:
        ada = world.customer()
        await ada.writes("Where is my order?")
        said = await world.mika.writes("!reply Tomorow", under=world.card())

        await world.mika.edits(said, "!reply // Tomorrow, says @budi")
        assert ada.received[1:] == ["// Tomorrow, says @budi"]

        await world.mika.edits(said, "he is a crook, @budi")
        await world.mika.edits(said, "!note he is a crook")
        await world.mika.edits(said, "!reply #2 he is a crook")
        assert ada.received[1:] == ["// Tomorrow, says @budi"]
        assert sum("never carried" in line for line in world.thread(world.card())) == 3

        await world.mika.deletes(said)
        assert len(ada.received) == 1
        assert "is deleted" in world.thread(world.card())[-1]


async def test_who_changes_a_command_for_another_ticket_is_told_that_this_is_not_carried() -> None:
    async with new_world() as world:
        ada, bob = world.customer("Ada"), world.customer("Bob")
        await ada.writes("Where is my order?")
        await bob.writes("And mine?")
        await world.mika.commands("/claim 1")
        said = await world.mika.writes("!reply #2 Tomorow", under=str(world.cards()[0]["ts"]))

        await world.mika.edits(said, "!reply #2 Tomorrow")
        await world.mika.edits(said, "!note #2 Tomorrow")
        await world.mika.deletes(said)

        assert bob.received[1:] == ["Tomorow"]
        assert len(ada.received) == 1
        assert sum("for another ticket" in one for one in world.mika.whispers) == 3


async def test_a_change_outlives_telegram_being_away() -> None:
    async with new_world() as world:
        ada = world.customer()
        await ada.writes("Where is my order?")
        await world.mika.presses("ticket.claim", on=world.card())
        said, other = await sent(world, "Tomorow"), await sent(world, "Not for you")

        world.telegram.faults.plan("editMessageText", ServerError(502), times=1000)  # each may have been made
        await world.mika.edits(said, "Tomorrow")
        for _ in range(20):
            await world.passes(3 * SECOND)
        world.telegram.faults.clear()
        await world.passes(60 * SECOND)
        assert ada.received[1:] == ["Tomorrow", "Not for you"]

        world.telegram.faults.plan("editMessageText", Throttled(retry_after_s=3 * HOUR_S))  # certainly not made
        world.telegram.faults.plan("deleteMessage", Throttled(retry_after_s=46 * HOUR_S))
        await world.mika.edits(said, "On Friday")
        await world.mika.deletes(other)
        await world.passes(timedelta(hours=3))
        assert ada.received[1:] == ["On Friday", "Not for you"]
        assert await changes() == ["edit done", "edit done", "delete later"]
        await world.passes(timedelta(hours=46))
        assert ada.received[1:] == ["On Friday", "Not for you"]
        assert "48 hours" in world.thread(world.card())[-1]


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)], ids=["forward", "back"])
async def test_a_change_that_waits_is_made_in_time_when_the_clock_is_set(jump: timedelta) -> None:
    async with new_world() as world:
        ada = world.customer()
        await ada.writes("Where is my order?")
        await world.mika.presses("ticket.claim", on=world.card())
        said = await sent(world, "Tomorow")
        world.telegram.faults.plan("editMessageText", Throttled(retry_after_s=30))
        await world.mika.edits(said, "Tomorrow")

        world.clock.is_set(jump)
        assert world.app is not None
        await world.app.clock_watch.watch()
        await world.passes(30 * SECOND)

        assert ada.received[1:] == ["Tomorrow"]
        assert world.reactions(said) == ["white_check_mark"]
