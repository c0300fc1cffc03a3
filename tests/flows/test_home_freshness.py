"""How the Home tab stays true, whatever happens meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.faults import PlatformError, Reset, ServerError, Throttled
from tests.crashes.process import until
from tests.database import Kind
from tests.home import PUBLISH, opens, presses, published, shown
from tests.world import Agent, Reach, World
from tests.world import world as new_world

LOOK = timedelta(seconds=6)  #: in which the service notices that something has changed
MINUTE = timedelta(minutes=1)


async def test_it_changes_when_tickets_do_a_few_seconds_later_and_for_many_changes_once(world: World) -> None:
    await opens(world.mika)
    before = published(world)

    for name in ("Ada", "Ben", "Cem"):
        await world.customer(name).writes("Hello")
    during = published(world)
    await world.passes(LOOK)

    assert "Unclaimed: 3" in shown(world.mika)
    assert during == before
    assert published(world) == before + 1


async def test_where_nothing_changes_nothing_is_published(world: World) -> None:
    await world.customer().writes("Hello")
    await opens(world.mika)
    before = published(world)
    assert world.app is not None

    for _ in range(4):
        await world.passes(timedelta(seconds=50))
        for health in world.app.health.values():  # the ticker sees to it, in real time
            health.seen_at = world.clock.now()
    await opens(world.mika)

    assert published(world) == before


async def test_who_has_not_looked_for_long_is_left_alone_until_they_open_it(world: World) -> None:
    await opens(world.mika)
    await world.passes(timedelta(hours=13))
    await world.customer().writes("Hello")

    await world.passes(LOOK)
    stale = shown(world.mika)

    assert "Unclaimed: 1" not in stale
    assert "Unclaimed: 1" in await opens(world.mika)


async def test_a_restart_remembers_who_looked(world: World) -> None:
    await opens(world.mika)
    await world.stop()
    world.telegram.writes(world.customer().id, "Written while we were away")

    await world.start()
    await world.passes(LOOK)

    assert "Written while we were away" in shown(world.mika)


async def test_slacks_own_copy_is_trusted_more_than_our_memory(world: World) -> None:
    await opens(world.mika)
    world.slack.workspace.homes.clear()  # as when the app is installed again

    assert "Nothing is yours just now" in await opens(world.mika)


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (Throttled(20), timedelta(seconds=21)),
        (ServerError(503), timedelta(seconds=2)),
        (PlatformError("internal_error"), timedelta(seconds=2)),
        (PlatformError("invalid_auth"), timedelta(seconds=31)),
        (PlatformError("hash_conflict"), timedelta(0)),
        (Reset(performed=False), timedelta(seconds=2)),
        (Reset(performed=True), timedelta(seconds=2)),
    ],
    ids=["429", "gateway", "internal error", "token revoked", "hash conflict", "not arrived", "answer lost"],
)
async def test_what_goes_wrong_while_publishing_is_made_up_for_and_delays_no_message(
    world: World, fault: Any, wait: timedelta
) -> None:
    await opens(world.mika)
    world.slack.faults.plan(PUBLISH, fault)

    await world.customer().writes("Where is my order?")
    await world.passes(LOOK)
    assert len(world.cards()) == 1
    await world.passes(wait)

    assert "Where is my order?" in shown(world.mika)


async def test_while_slack_asks_to_wait_no_home_tab_is_published_but_messages_are(world: World) -> None:
    await opens(world.mika)
    await opens(world.budi)
    world.slack.faults.plan(PUBLISH, Throttled(30))
    ada = world.customer()
    await ada.writes("Hello")
    await world.passes(LOOK)
    before = published(world)

    await ada.writes("Are you there?")
    await world.passes(timedelta(seconds=20))

    assert published(world) == before
    assert "Are you there?" in "\n".join(world.thread(world.card()))


async def test_it_keeps_to_slacks_pace_when_everybody_looks_at_once(kind: Kind) -> None:
    async with new_world("[limits]\nslack_posts_per_second = 1.0", kind=kind) as world:
        team = [Agent(world, world.slack.add_user(f"a{n}", real_name="A"), "a") for n in range(14)]
        for agent in team:
            world.slack.join(world.channel, agent.id)
        await world.passes(MINUTE)

        for agent in team:
            await opens(agent)
        at_once = published(world)
        for _ in range(4):
            await world.passes(timedelta(seconds=1))

        assert at_once == 10
        assert published(world) == 14


async def test_a_publishing_that_hangs_delays_no_message(world: World) -> None:
    gate = world.slack.faults.hold(PUBLISH, performed=True)
    world.slack.open_home(world.mika.id)
    await gate.reached()

    world.telegram.writes(world.customer().id, "Hello")
    await until(lambda: bool(world.cards()), "the card stands")
    gate.release()
    await world.quiet()

    await world.passes(LOOK)
    assert "Unclaimed: 1" in shown(world.mika)


async def test_somebody_elses_view_is_put_right_again(world: World) -> None:
    await opens(world.mika)
    client = AsyncWebClient(world.slack.bot_token, base_url=world.slack.api_url)
    await client.views_publish(user_id=world.mika.id, view={"type": "home", "blocks": []})

    await world.customer().writes("Hello")
    await world.passes(LOOK)

    assert "Unclaimed: 1" in shown(world.mika)


async def test_who_is_deactivated_is_forgotten(world: World) -> None:
    await opens(world.mika)
    await opens(world.budi)
    world.slack.deactivate(world.mika.id)
    await world.customer().writes("Hello")
    await world.passes(LOOK)
    await world.passes(timedelta(minutes=6))  # who is who is asked of Slack anew
    before = published(world)

    await world.customer("Ben").writes("Hello")
    await world.passes(LOOK)

    assert published(world) == before + 1
    assert "Unclaimed: 2" in shown(world.budi)


async def test_an_app_that_was_not_installed_anew_has_no_home_tab_and_works_all_the_same(world: World) -> None:
    world.slack.core.installed.has_home = False
    world.slack.core.event("app_home_opened", {"type": "app_home_opened", "user": world.mika.id, "tab": "home"})
    await world.quiet()
    await world.customer().writes("Hello")
    await world.passes(LOOK)

    assert world.slack.home(world.mika.id) is None
    assert len(world.cards()) == 1


async def test_the_same_opening_told_twice_is_one(kind: Kind) -> None:
    async with new_world(kind=kind) as world:
        world.slack.duplicate_events = 2

        await opens(world.mika)

        assert published(world) == 1


async def test_over_http_it_is_the_same(kind: Kind) -> None:
    async with new_world(kind=kind, reach=Reach.CALLED) as world:
        await world.customer("Ada").writes("Hello")

        await opens(world.mika)

        assert "is yours" in await presses(world.mika, "home.claim", "1")


async def test_opening_the_conversation_with_the_app_publishes_nothing(world: World) -> None:
    world.slack.open_home(world.mika.id, tab="messages")
    await world.quiet()

    assert published(world) == 0
