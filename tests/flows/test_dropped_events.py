"""Slack tells only part of what happens, as above 30,000 events an hour, and says that it does so."""

import logging
from datetime import timedelta

import pytest

from bot.slack.absence import DROPPING
from tests.database import Kind
from tests.world import Reach, World
from tests.world import world as new_world

MINUTE = timedelta(minutes=1)
HOLD = timedelta(seconds=5)


async def looks(world: World) -> None:
    """The service looks whether something is missing, as it does every half minute."""
    assert world.app is not None
    await world.app.absence.keep_up()
    await world.quiet()
    await world.app.catch_up.resting.wait()
    await world.quiet()


async def says_again(world: World) -> None:
    world.slack.drops_events()
    await world.slack.quiet()


@pytest.mark.parametrize("reach", list(Reach))
async def test_what_is_dropped_is_found_while_it_lasts_and_when_it_is_over(reach: Reach) -> None:
    async with new_world(reach=reach, kind=Kind.SQLITE) as world:
        ada = world.customer()
        await ada.writes("Where is my order?")
        await world.mika.presses("ticket.claim", on=world.card())
        card = world.card()

        await says_again(world)
        await world.mika.writes("On its way", under=card)
        await looks(world)
        await world.passes(HOLD)
        during = list(ada.received)
        for _ in range(3):
            await world.passes(MINUTE)
            await says_again(world)
        await world.mika.writes("It comes today", under=card)
        await looks(world)  # it is found here; what comes now stands in a thread that was read already
        await world.mika.writes("At noon", under=card)
        world.slack.tells_events()
        await world.passes(DROPPING)
        await looks(world)
        await world.passes(HOLD)

        assert during[-1] == "On its way"
        assert ada.received[1:] == ["On its way", "It comes today", "At noon"]
        said = [one["text"] for one in world.cards() if "30,000 events" in one["text"]]
        assert len(said) == 1
        assert world.slack.hub.lost == []


async def test_what_nobody_listens_to_is_told_without_a_word_of_it(caplog: pytest.LogCaptureFixture) -> None:
    async with new_world(reach=Reach.CALLED, kind=Kind.SQLITE) as world:
        typed = {"type": "block_suggestion", "action_id": "old", "value": "What Ada typed", "team": {"id": "T1"}}
        with caplog.at_level(logging.DEBUG), pytest.raises(Exception, match="dispatch_failed"):
            await world.slack.requests.exchange("interactive", typed, {})

    assert "slack.unhandled" in caplog.text
    assert "What Ada typed" not in caplog.text
