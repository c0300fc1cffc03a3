"""Replies to customers whom nothing reaches for now: held with the reason, and offered when they are back."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.config import Config
from bot.models.rows import DeliveryRow, TicketRow
from bot.sandbox.faults import PlatformError
from bot.services.context import Context
from bot.services.failed import Failed
from bot.texts import Texts
from tests.database import Kind
from tests.enclosed import SCAN
from tests.flows.test_whatsapp import WhatsAppWorld, whatsapp_world
from tests.world import Customer, World, words

HOLD = timedelta(seconds=5)
SECOND = timedelta(seconds=1)
PHONE = "6281200001"


@pytest.fixture
async def desk(kind: Kind) -> AsyncIterator[WhatsAppWorld]:
    """A world on WhatsApp; Ada's ticket #1 belongs to Mika, and her 24 hours are over."""
    async with whatsapp_world(kind) as world:
        ada = world.whatsapp.add_person("Ada", phone=PHONE)
        world.whatsapp.writes(ada, "Where is my order?")
        await world.quiet()
        await world.mika.presses("ticket.claim", on=world.card())
        await world.passes(timedelta(hours=25))
        yield world


async def says(world: World, text: str) -> str:
    said = await world.mika.writes(text, under=world.card())
    await world.passes(HOLD)
    return said


def question(world: World, words_of_it: str) -> str:
    """The last message of the thread that asks so."""
    thread = world.slack.thread(world.channel, world.card())
    return str(next(one["ts"] for one in reversed(thread) if words_of_it in words(one)))


def offers(world: World) -> int:
    return sum("shall it go now" in line for line in world.thread(world.card()))


async def back(ada: Customer) -> None:
    ada.world.telegram.unblocks(ada.id)
    await ada.world.quiet()


async def test_a_reply_to_who_blocked_us_is_held_with_the_reason(world: World, ada: Customer) -> None:
    world.telegram.blocks(ada.id)
    said = await says(world, "On its way")
    await world.passes(timedelta(hours=3))

    assert world.reactions(said) == ["raised_hand"]
    assert "The customer has blocked the bot." in world.thread(world.card())[-1]
    card = words(world.cards()[0])
    assert "can't be reached" in card
    assert "waits for the customer: The customer has blocked the bot." in card
    assert "first reply due" in card
    (part,) = await DeliveryRow.filter(kind="send", message__author=f"agent:{world.mika.id}")
    assert (part.state, part.attempts) == ("held", 1)


@pytest.mark.parametrize("how", ["unblocks", "writes"])
async def test_when_they_are_back_the_thread_offers_to_send_it(world: World, ada: Customer, how: str) -> None:
    world.telegram.blocks(ada.id)
    said = await says(world, "On its way")

    await back(ada)
    if how == "writes":
        await ada.writes("Sorry")
        await ada.writes("I am back")
    assert offers(world) == 1
    await world.mika.presses("offer.send", on=question(world, "shall it go now"))

    assert ada.received[1:] == ["On its way"]
    assert world.reactions(said) == ["white_check_mark"]
    assert "waits for the customer" not in words(world.cards()[0])
    assert "first reply due" not in words(world.cards()[0])


async def test_it_may_be_kept_as_a_note(world: World, ada: Customer) -> None:
    world.telegram.blocks(ada.id)
    said = await says(world, "On its way")

    await back(ada)
    await world.mika.presses("offer.note", on=question(world, "shall it go now"))

    assert len(ada.received) == 1
    assert world.reactions(said) == ["lock"]
    assert "waits for the customer" not in words(world.cards()[0])


async def test_who_tries_too_early_is_told_again(world: World, ada: Customer) -> None:
    world.telegram.blocks(ada.id)
    said = await says(world, "On its way")

    await world.mika.presses("offer.send", on=question(world, "has blocked the bot"))

    assert world.reactions(said) == ["raised_hand"]
    await back(ada)
    assert offers(world) == 1


async def test_it_is_sent_once_however_often_it_is_pressed(world: World, ada: Customer) -> None:
    world.telegram.blocks(ada.id)
    await says(world, "On its way")
    first = question(world, "has blocked the bot")
    await back(ada)
    second = question(world, "shall it go now")

    await world.mika.presses("offer.send", on=second)
    await world.budi.presses("offer.send", on=first)

    assert ada.received[1:] == ["On its way"]
    assert "decided before" in world.budi.whispers[-1]


async def test_what_is_held_delays_nothing_behind_it(world: World, ada: Customer) -> None:
    world.telegram.faults.plan("sendMessage", PlatformError("403 Forbidden: bot was blocked by the user"))

    await says(world, "first")
    await says(world, "second")

    assert ada.received[1:] == ["second"]


async def test_of_a_long_reply_only_the_rest_is_held_and_sent(world: World, ada: Customer) -> None:
    first, second = "a" * 4000, "b" * 4000
    blocked = PlatformError("403 Forbidden: bot was blocked by the user")
    world.telegram.faults.plan("sendMessage", blocked, matches=lambda given: str(given.get("text")) == second)
    said = await says(world, f"{first}\n\n{second}")
    assert world.reactions(said) == ["raised_hand"]

    await back(ada)
    await ada.writes("I am back")
    await world.mika.presses("offer.send", on=question(world, "shall it go now"))

    assert ada.received[1:] == [first, second]
    assert world.reactions(said) == ["white_check_mark"]


async def test_of_a_long_reply_that_is_not_sent_on_the_customer_keeps_the_beginning(
    world: World, ada: Customer
) -> None:
    first, second = "a" * 4000, "b" * 4000
    blocked = PlatformError("403 Forbidden: bot was blocked by the user")
    world.telegram.faults.plan("sendMessage", blocked, matches=lambda given: str(given.get("text")) == second)
    said = await says(world, f"{first}\n\n{second}")

    await world.mika.presses("offer.note", on=question(world, "has blocked the bot"))

    assert ada.received[1:] == [first]
    assert world.reactions(said) == ["warning"]


@pytest.mark.parametrize("how", ["edited", "deleted", "made internal"])
async def test_changing_what_is_held_costs_nothing(world: World, ada: Customer, how: str) -> None:
    world.telegram.blocks(ada.id)
    said = await says(world, "Tomorow")

    match how:
        case "edited":
            await world.mika.edits(said, "Tomorrow")
            assert world.reactions(said) == ["raised_hand"]
        case "deleted":
            await world.mika.deletes(said)
        case _:
            await world.mika.edits(said, "// Tomorow")
    await back(ada)
    assert offers(world) == (1 if how == "edited" else 0)
    if how == "edited":
        await world.mika.presses("offer.send", on=question(world, "shall it go now"))

    assert ada.received[1:] == (["Tomorrow"] if how == "edited" else [])
    assert "waits for the customer" not in words(world.cards()[0])


async def test_it_is_still_there_after_a_start(world: World, ada: Customer) -> None:
    world.telegram.blocks(ada.id)
    said = await says(world, "On its way")

    await world.stop()
    await world.start()
    await world.passes(timedelta(hours=1))
    assert world.reactions(said) == ["raised_hand"]
    await back(ada)
    await world.mika.presses("offer.send", on=question(world, "shall it go now"))

    assert ada.received[1:] == ["On its way"]


async def test_a_closed_window_holds_and_the_next_message_offers(desk: WhatsAppWorld) -> None:
    ada = int(desk.whatsapp.conversations()[0]["id"])
    before = desk.whatsapp.received(ada)
    said = await says(desk, "Sorry, I was away")
    assert desk.reactions(said) == ["raised_hand"]
    assert desk.whatsapp.received(ada) == before
    assert "lets us write only for a time" in words(desk.cards()[0])

    desk.whatsapp.writes(ada, "Hello?")
    desk.whatsapp.writes(ada, "Anybody there?")
    await desk.quiet()
    assert offers(desk) == 1
    await desk.mika.presses("offer.send", on=question(desk, "shall it go now"))

    assert desk.whatsapp.received(ada)[len(before) :] == ["Sorry, I was away"]
    assert "lets us write only" not in words(desk.cards()[0])


async def test_in_a_solved_ticket_too_it_is_offered(world: World, ada: Customer) -> None:
    world.telegram.blocks(ada.id)
    await says(world, "On its way")
    await world.mika.commands("/close 1 nothing to do")
    assert (await TicketRow.get(number=1)).status == "solved"

    await back(ada)

    assert offers(world) == 1


async def test_it_is_listed_once_with_its_reason(world: World, ada: Customer) -> None:
    world.telegram.blocks(ada.id)
    await says(world, "On its way")
    failed = Failed(Context(config=Config(), texts=Texts(), channels={}))

    (before,) = await failed.listed()
    await back(ada)
    (after,) = await failed.listed()

    assert (before.state, before.ticket, before.reason) == ("held", 1, "The customer has blocked the bot.")
    assert (after.state, after.reason) == ("held", "Its writer has not decided yet.")


async def test_files_are_held_with_their_text_and_sent_after_it(world: World, ada: Customer) -> None:
    world.telegram.blocks(ada.id)
    said = await world.mika.writes("The scan", under=world.card(), files=[SCAN])
    await world.passes(HOLD)
    assert world.reactions(said) == ["raised_hand"]
    assert {row.state for row in await DeliveryRow.filter(kind="send", message__author=f"agent:{world.mika.id}")} == {
        "held"
    }

    await back(ada)
    await world.mika.presses("offer.send", on=question(world, "shall it go now"))

    assert ada.received[1:] == ["The scan", ""]
    assert world.telegram.chat(ada.id)[-1]["kind"] == "photo"
    assert world.reactions(said) == ["white_check_mark"]


async def test_what_the_desk_says_by_itself_is_dropped_with_a_word(world: World, ada: Customer) -> None:
    await world.mika.commands("/close 1 sent anew")
    world.telegram.blocks(ada.id)
    await world.passes(10 * SECOND)

    dropped = next(line for line in reversed(world.thread(world.card())) if "Not told" in line)
    assert "Not told to the customer: “We believe that" in dropped
    assert "The customer has blocked the bot." in dropped
    await back(ada)
    assert offers(world) == 0
    world.telegram.faults.plan("sendMessage", PlatformError("403 Forbidden: bot was blocked by the user"))
    await ada.writes("/help")  # the answer to that is in no ticket
    assert await DeliveryRow.exclude(state__in=("done", "discarded")).count() == 0
    assert "not delivered" not in words(world.cards()[0])
    assert len(ada.received) == 1
