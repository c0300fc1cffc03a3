"""Reactions of customers: shown at the message, and nothing more."""

from datetime import timedelta

import pytest

from bot.domain.reactions import NAMES
from bot.models.rows import TicketRow
from bot.sandbox.faults import Reset, Throttled
from bot.slack.receipts import REACTIONS
from tests.database import Kind
from tests.flows.test_whatsapp import whatsapp_world
from tests.world import Customer, World

HOLD = timedelta(seconds=5)


async def reacts(ada: Customer, message: int, emoji: str) -> None:
    ada.world.telegram.reacts(ada.id, message, emoji)
    await ada.world.quiet()


async def replied(world: World, ada: Customer) -> tuple[str, int]:
    """A reply of Mika's, as it is in Slack and at the customer."""
    said = await world.mika.writes("On its way", under=world.card())
    await world.passes(HOLD)
    return said, int(world.telegram.chat(ada.id)[-1]["message_id"])


async def test_a_reaction_stands_beside_the_receipt_and_goes_with_it(world: World, ada: Customer) -> None:
    said, ours = await replied(world, ada)
    before = world.thread(world.card())

    await reacts(ada, ours, "👍")
    assert set(world.reactions(said)) == {"white_check_mark", "+1"}
    await reacts(ada, ours, "❤")
    assert set(world.reactions(said)) == {"white_check_mark", "heart"}
    await reacts(ada, ours, "")
    assert world.reactions(said) == ["white_check_mark"]
    assert world.thread(world.card()) == before


async def test_a_reaction_to_their_own_message_stands_there(world: World, ada: Customer) -> None:
    first = int(world.telegram.chat(ada.id)[0]["message_id"])

    await reacts(ada, first, "🎉")

    assert world.reactions(world.card()) == ["tada"]


async def test_what_looks_like_a_receipt_is_a_line(world: World, ada: Customer) -> None:
    said, ours = await replied(world, ada)

    await reacts(ada, ours, "👀")
    assert world.reactions(said) == ["white_check_mark"]
    assert world.thread(world.card())[-1].startswith("👀 from the customer")
    assert "“On its way”" in world.thread(world.card())[-1]
    await reacts(ada, ours, "👍")
    assert set(world.reactions(said)) == {"white_check_mark", "+1"}
    await reacts(ada, ours, "👀")
    assert world.reactions(said) == ["white_check_mark"]
    await reacts(ada, ours, "")
    assert "taken back" in world.thread(world.card())[-1]


def test_no_reaction_is_shown_by_the_emoji_of_a_receipt() -> None:
    assert not set(NAMES.values()) & set(REACTIONS.values())
    assert len(set(NAMES.values())) == len(NAMES)


async def test_a_reaction_to_what_is_not_in_slack_is_a_line(world: World, ada: Customer) -> None:
    automatic = next(one["message_id"] for one in world.telegram.chat(ada.id) if one["message_id"] != 1)

    await reacts(ada, int(automatic), "👍")

    assert world.thread(world.card())[-1].startswith("👍 from the customer")


async def test_a_reaction_opens_reopens_and_moves_nothing(world: World, ada: Customer) -> None:
    _, ours = await replied(world, ada)
    await reacts(ada, ours, "👍")
    assert (await TicketRow.get(number=1)).status == "pending"
    await world.mika.commands("/close 1 done")

    await reacts(ada, ours, "🔥")

    assert [(row.number, row.status) for row in await TicketRow.all()] == [(1, "solved")]


async def test_a_reaction_to_what_nobody_knows_is_none(world: World) -> None:
    eve = world.customer("Eve")
    message = await eve.writes("/start")

    await reacts(eve, message, "👍")

    assert world.cards() == []
    assert not world.telegram.pending


@pytest.mark.parametrize("fault", [Throttled(retry_after_s=2), Reset(performed=True), Reset(performed=False)], ids=str)
async def test_a_reaction_survives_what_slack_does(world: World, ada: Customer, fault: Throttled | Reset) -> None:
    said, ours = await replied(world, ada)
    world.slack.faults.plan("reactions.add", fault)

    await reacts(ada, ours, "👍")
    await world.passes(timedelta(seconds=5))
    await world.passes(timedelta(seconds=5))

    assert set(world.reactions(said)) == {"white_check_mark", "+1"}


async def test_on_whatsapp_the_last_word_counts_also_when_words_come_out_of_order(kind: Kind) -> None:
    async with whatsapp_world(kind) as desk:
        ada = desk.whatsapp.add_person("Ada", phone="6281200001")
        first = desk.whatsapp.writes(ada, "Where is my order?")
        await desk.quiet()
        for emoji in ("👍", "😂", ""):
            desk.whatsapp.reacts(ada, first, emoji)
            await desk.quiet()
            await desk.passes(timedelta(seconds=2))
        gone = desk.reactions(desk.card())
        desk.whatsapp.reacts(ada, first, "❤️")
        await desk.quiet()

        assert gone == []
        assert desk.reactions(desk.card()) == ["heart"]
