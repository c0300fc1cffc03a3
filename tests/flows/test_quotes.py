"""Agents who begin a reply with the customer's words answer that message."""

from datetime import timedelta

import pytest

from bot.sandbox.faults import PlatformError
from tests.database import Kind
from tests.flows.test_whatsapp import whatsapp_world
from tests.world import Customer, World

HOLD = timedelta(seconds=5)


async def test_an_exact_quote_reaches_the_customer_as_an_answer(world: World, ada: Customer) -> None:
    asked = await ada.writes("Is it blue?")

    said = await world.mika.writes("> Is it blue?\nIt is red", under=world.card())
    await world.passes(HOLD)

    last = world.telegram.chat(ada.id)[-1]
    assert last["text"] == "It is red"
    assert last["reply_to"] == asked
    await world.mika.edits(said, "> Is it blue?\nIt is green")
    assert ada.received[1:] == ["It is green"]

    world.telegram.edits(ada.id, asked, "Is it dark blue?")
    await world.quiet()
    await world.mika.writes("> Is it dark blue?\nIt is", under=world.card())
    await world.passes(HOLD)
    assert (world.telegram.chat(ada.id)[-1]["text"], world.telegram.chat(ada.id)[-1]["reply_to"]) == ("It is", asked)


async def test_a_quote_of_something_else_stays_text(world: World, ada: Customer) -> None:
    await world.mika.writes("> Is it\nIt is red", under=world.card())
    await world.passes(HOLD)

    assert "Is it" in ada.received[-1]
    assert world.telegram.chat(ada.id)[-1]["reply_to"] is None


@pytest.mark.parametrize("gone", [False, True])
async def test_on_whatsapp_too_and_what_is_gone_stops_nothing(kind: Kind, gone: bool) -> None:  # noqa: FBT001 - a parameter of the test
    async with whatsapp_world(kind) as desk:
        ada = desk.whatsapp.add_person("Ada", phone="6281200001")
        asked = desk.whatsapp.writes(ada, "Is it blue?")
        await desk.quiet()
        await desk.mika.presses("ticket.claim", on=desk.card())
        if gone:
            refusal = PlatformError("131009")
            desk.whatsapp.faults.plan("messages", refusal, matches=lambda given: "context" in given)

        said = await desk.mika.writes("> Is it blue?\nIt is red", under=desk.card())
        await desk.passes(HOLD)

        last = desk.whatsapp.chat(ada)[-1]
        assert desk.whatsapp.received(ada)[-1] == "It is red"
        assert last["reply_to"] == (None if gone else asked)
        assert desk.reactions(said) == ["white_check_mark"]
