"""Ten seconds to take a change back, and a customer who does not hear of it until they are over."""

import asyncio
from datetime import timedelta

import pytest

from tests.world import Customer, World, words

SECOND = timedelta(seconds=1)
WITHIN = timedelta(seconds=9)


@pytest.fixture
async def ada(world: World) -> Customer:
    """A customer with an open ticket #1."""
    customer = world.customer()
    await customer.writes("Where is my order?")
    return customer


async def owned(world: World, *, by: str = "mika") -> None:
    """The ticket is somebody's, and that can't be undone any more."""
    await world.agents[by].commands("/claim 1")
    await world.passes(timedelta(minutes=1))


@pytest.mark.usefixtures("ada")
async def test_a_claim_by_button_is_taken_back(world: World) -> None:
    await world.mika.presses("ticket.claim", on=world.card())

    await world.passes(WITHIN)
    await world.mika.undoes()

    assert "nobody owns it" in words(world.cards()[0])
    assert "*New*" in words(world.cards()[0])
    assert "took the claim back" in world.thread(world.card())[-1]
    assert "is as it was" in world.mika.whispers[-1]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("verb", ["!unclaim", "!assign @budi", "!claim #1"])
async def test_what_was_done_in_the_thread_is_taken_back(world: World, verb: str) -> None:
    if verb != "!claim #1":
        await owned(world)
    before = words(world.cards()[0])

    await world.mika.writes(verb, under=world.card())
    during = words(world.cards()[0])
    await world.mika.undoes()

    assert during != before
    assert words(world.cards()[0]) == before


async def test_an_explicit_reply_does_not_wait_behind_the_question_at_the_end(world: World, ada: Customer) -> None:
    await world.mika.commands("/close 1 done")
    before = len(ada.received)

    await world.mika.commands("/reply 1 By the way: the invoice follows")
    assert ada.received[before:] == ["By the way: the invoice follows"]

    await world.passes(timedelta(seconds=10))
    assert "solved" in ada.received[-1]


async def test_the_customer_is_told_of_a_closing_when_it_stands(world: World, ada: Customer) -> None:
    await world.mika.commands("/close 1 done")
    before = len(ada.received)

    await world.passes(WITHIN)
    held = len(ada.received)
    await world.passes(SECOND)

    assert held == before
    assert len(ada.received) == before + 1


@pytest.mark.parametrize("form", ["command", "modal"])
async def test_a_closing_that_is_undone_was_never_told(world: World, ada: Customer, form: str) -> None:
    await owned(world)
    before, card = list(ada.received), words(world.cards()[0])
    if form == "command":
        await world.mika.commands("/close 1 done")
    else:
        await world.mika.presses("ticket.close", on=world.card())
        await world.mika.submits({"resolution": {"value": "done"}})

    await world.passes(WITHIN)
    await world.mika.undoes()
    await world.passes(timedelta(minutes=1))

    assert ada.received == before
    assert words(world.cards()[0]) == card
    assert "has not been told" in world.thread(world.card())[-1]


async def test_a_closing_that_is_reopened_in_time_was_never_told(world: World, ada: Customer) -> None:
    before = list(ada.received)
    await world.mika.commands("/close 1")

    await world.mika.presses("ticket.reopen", on=world.card())
    await world.passes(timedelta(minutes=1))

    assert ada.received == before


async def test_when_that_reopening_is_undone_the_customer_is_told_after_all(world: World, ada: Customer) -> None:
    before = len(ada.received)
    await world.mika.commands("/close 1")
    await world.mika.presses("ticket.reopen", on=world.card())

    await world.mika.undoes()
    await world.passes(timedelta(seconds=10))

    assert "Solved" in words(world.cards()[0])
    assert len(ada.received) == before + 1


@pytest.mark.usefixtures("ada")
async def test_after_ten_seconds_it_is_too_late(world: World) -> None:
    await world.mika.commands("/claim 1")

    await world.passes(timedelta(seconds=10))
    await world.mika.undoes()

    assert "too late" in world.mika.whispers[-1]
    assert f"<@{world.mika.id}>" in words(world.cards()[0])


@pytest.mark.usefixtures("ada")
async def test_what_has_changed_since_is_not_undone(world: World) -> None:
    await world.mika.commands("/claim 1")
    await world.budi.commands("/escalate 1 look at this")

    await world.mika.undoes()

    assert "something else has happened" in world.mika.whispers[-1]
    assert f"<@{world.mika.id}>" in words(world.cards()[0])


@pytest.mark.usefixtures("ada")
async def test_a_change_is_undone_once(world: World) -> None:
    await world.mika.commands("/claim 1")
    button, press = world.mika.undo_buttons[-1], world.slack.press

    await asyncio.gather(
        *(press(world.mika.id, world.channel, button, "change.undo", ephemeral=True) for _ in range(2))
    )
    await world.quiet()

    assert sum("took the claim back" in line for line in world.thread(world.card())) == 1
    assert world.mika.undo_buttons == []


@pytest.mark.usefixtures("ada")
async def test_what_changes_nothing_offers_nothing_to_undo(world: World) -> None:
    await owned(world)
    buttons = len(world.mika.undo_buttons)

    await world.mika.commands("/claim 1")
    await world.mika.commands("/note 1 hello")

    assert len(world.mika.undo_buttons) == buttons
