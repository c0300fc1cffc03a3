"""What a customer can't do: act on, or join, the ticket of somebody else."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from tests.database import Kind
from tests.world import WEBHOOK_SECRET, Customer, Reach, World, words
from tests.world import world as new_world

UNDO = timedelta(seconds=10)
SECRET = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}


@pytest.fixture
async def world(kind: Kind) -> AsyncIterator[World]:
    async with new_world(reach=Reach.CALLED, kind=kind) as it:
        yield it


def message(who: Customer, **more: Any) -> dict[str, Any]:
    """A message in a customer's chat, as Telegram tells it."""
    person = {"id": who.id, "is_bot": False, "first_name": "Somebody"}
    chat = {"id": who.id, "type": "private", "first_name": "Somebody"}
    return {"message_id": 1, "date": 1_795_424_400, "from": person, "chat": chat, **more}


async def hands_over(world: World, **update: Any) -> None:
    """Telegram hands on what somebody's client made up: it does not vouch for what buttons and quotes say."""
    body = json.dumps({"update_id": 900_000_000, **update})
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{world.address}/webhooks/telegram", data=body, headers=SECRET) as answer,
    ):
        assert answer.status == 200
    await world.quiet()


async def solved(world: World) -> Customer:
    """A customer whose ticket, the first one, was just solved, and who has been asked about it."""
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.commands("/claim 1")
    await world.mika.commands("/close 1")
    await world.passes(UNDO)
    return ada


@pytest.mark.parametrize(
    ("choice", "hers"), [("solved:1", "Solved"), ("not-yet:1", "Solved"), ("rate-1:1", "5 – very good")]
)
async def test_a_press_about_somebody_elses_ticket_changes_nothing(world: World, choice: str, hers: str) -> None:
    ada, eve = await solved(world), world.customer("Eve")
    if choice.startswith("rate"):
        await ada.presses("Solved")  # only then she is asked how it was
    before, thread = words(world.cards()[0]), world.thread(world.card())

    press = {"id": "1", "from": message(eve)["from"], "message": message(eve), "chat_instance": "1", "data": choice}
    await hands_over(world, callback_query=press)

    assert words(world.cards()[0]) == before
    assert world.thread(world.card()) == thread
    await ada.presses(hers)  # she may
    assert world.thread(world.card()) != thread


async def test_a_quote_of_somebody_elses_message_opens_a_ticket_of_ones_own(world: World) -> None:
    ada, eve = world.customer(), world.customer("Eve")
    await ada.writes("Where is my order?")
    hers = next(one["message_id"] for one in world.telegram.chat(ada.id) if not one["from_bot"])

    quoted = message(ada, message_id=hers, text="Where is my order?")
    await hands_over(world, message=message(eve, text="Mine, too", reply_to_message=quoted))

    first, second = world.cards()
    assert "Mine, too" in words(second)
    assert world.thread(first["ts"]) == []
