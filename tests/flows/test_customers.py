"""What customers do beside writing: ask, answer, block; and several tickets of one customer."""

from datetime import timedelta

import pytest

from bot.sandbox.faults import PlatformError
from tests.world import Customer, World, words

HOLD = timedelta(seconds=5)
UNDO = timedelta(seconds=10)


async def solved(world: World, number: int = 1) -> Customer:
    """A customer whose ticket was just solved, and who has been asked about it."""
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.commands(f"/claim {number}")
    await world.mika.commands(f"/close {number}")
    await world.passes(UNDO)
    return ada


@pytest.mark.parametrize("command", ["/start", "/help", "/status", "/close", "/lang id", "/lang", "/new"])
async def test_a_command_is_answered_and_opens_nothing(world: World, command: str) -> None:
    ada = world.customer()

    await ada.writes(command)

    assert world.cards() == []
    assert len(ada.received) == 1


@pytest.mark.parametrize("command", ["/help", "/status", "/close", "/lang", "/start"])
async def test_what_is_written_behind_a_command_is_seen(world: World, command: str) -> None:
    ada = world.customer()

    await ada.writes(f"{command} my order is broken")

    assert "my order is broken" in words(world.cards()[0])
    assert "Your ticket number is #1" in "\n".join(ada.received)
    assert len(ada.received) == 2


@pytest.mark.parametrize("command", ["/start order7", "/lang xx"])
async def test_what_a_link_brings_along_is_no_message(world: World, command: str) -> None:
    ada = world.customer()

    await ada.writes(command)

    assert world.cards() == []


async def test_what_is_written_behind_the_closing_still_belongs_to_the_ticket(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")

    await ada.writes("/close It came today")

    assert any("It came today" in line for line in world.thread(world.card()))
    assert "Closed" in words(world.cards()[0])


async def test_the_status_names_the_open_tickets(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")

    await ada.writes("/status")

    assert "#1 · Where is my order? · nobody has taken it yet" in ada.received[-1]


async def test_the_chosen_language_stays(world: World) -> None:
    ada = world.customer(language="en")
    await ada.writes("/lang id")

    await ada.writes("Pesanan saya di mana?")

    assert "30 menit" in ada.received[-1]


async def test_the_customer_agrees_rates_and_comments_once(world: World) -> None:
    ada = await solved(world)

    await ada.presses("Solved")
    await ada.presses("5 – very good")
    await ada.writes("You were quick")
    thread = "\n".join(world.thread(world.card()))

    assert "★★★★★" in thread
    assert "You were quick" in thread
    assert "Closed" in words(world.cards()[0])
    assert len(world.cards()) == 1


async def test_a_second_rating_changes_nothing(world: World) -> None:
    ada = await solved(world)
    await ada.presses("Solved")
    question = ada.question("5 – very good")

    world.telegram.presses(ada.id, question, "rate-5:1")
    world.telegram.presses(ada.id, question, "rate-1:1")
    await world.quiet()

    assert "★★★★★" in words(world.cards()[0])


async def test_not_yet_reopens_the_ticket(world: World) -> None:
    ada = await solved(world)

    await ada.presses("Not yet")

    assert "In progress" in words(world.cards()[0])
    assert "Opened again by the customer" in world.thread(world.card())[-1]


@pytest.mark.parametrize(("word", "status"), [("Selesai", "Closed"), ("belum", "In progress")])
async def test_words_answer_as_buttons_do(world: World, word: str, status: str) -> None:
    ada = await solved(world)

    await ada.writes(word)

    assert status in words(world.cards()[0])


async def test_the_customer_closes_their_own_ticket(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")

    await ada.writes("/close")

    assert "Closed" in words(world.cards()[0])
    assert "How was our help" in ada.received[-1]


async def test_the_next_message_after_new_opens_a_ticket_of_its_own(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")

    await ada.writes("/new")
    await ada.writes("Another matter")
    await ada.writes("more about it")

    first, second = world.cards()
    assert "Another matter" in words(second)
    assert world.thread(second["ts"])[-1].endswith("more about it")
    assert world.thread(first["ts"]) == []


async def test_a_message_joins_the_ticket_that_it_quotes(world: World) -> None:
    ada = world.customer()
    order = await ada.writes("Where is my order?")
    await ada.writes("/new Another matter")

    await ada.writes("I mean the blue one", reply_to=order)

    assert world.thread(world.cards()[0]["ts"])[-1].endswith("I mean the blue one")


async def test_without_a_hint_it_joins_the_most_recently_active_ticket(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.passes(timedelta(minutes=1))
    await ada.writes("/new Another matter")
    await world.passes(timedelta(minutes=1))
    await world.mika.commands("/reply 1 It is on its way")

    await ada.writes("Thank you, when?")

    assert world.thread(world.cards()[0]["ts"])[-1].endswith("Thank you, when?")


async def test_a_customer_who_blocks_us_is_shown_and_so_is_their_return(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello")

    world.telegram.blocks(ada.id)
    await world.quiet()
    blocked = words(world.cards()[0])
    world.telegram.unblocks(ada.id)
    await ada.writes("I am back")

    assert "can't be reached" in blocked
    assert "can't be reached" not in words(world.cards()[0])


async def test_a_refusal_by_block_marks_the_customer_too(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello")
    await world.mika.presses("ticket.claim", on=world.card())
    world.telegram.faults.plan("sendMessage", PlatformError("403 Forbidden: bot was blocked by the user"))
    await world.mika.writes("Hi Ada", under=world.card())

    await world.passes(HOLD)

    assert "can't be reached" in words(world.cards()[0])


async def test_the_question_is_asked_in_the_customers_language_with_its_buttons(world: World) -> None:
    siti = world.customer("Siti", language="id")
    await siti.writes("Pesanan saya di mana?")
    await world.mika.commands("/close 1")
    await world.passes(UNDO)

    assert siti.question("Belum")
    assert siti.question("Selesai")
