"""What does not come through is seen and said: once, and once when it is over, whatever happens in between."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.channels.base import Raw
from bot.models.rows import DeliveryRow
from bot.sandbox.faults import Throttled
from tests.crashes.process import command
from tests.database import Kind
from tests.flows.test_whatsapp import whatsapp_world
from tests.measured import look
from tests.world import NO_ALARMS, World, words
from tests.world import world as new_world

ALARM = '[alarms]\nloss_after = "10m"\nreply_after = 0\n'
HOLD, A_WHILE, TOO_LONG = timedelta(seconds=5), timedelta(minutes=9), timedelta(minutes=2)
LONGEST_PAUSE = timedelta(seconds=61)  #: between two attempts


@pytest.fixture
async def watched(kind: Kind) -> AsyncIterator[World]:
    """A world in which losses are looked for."""
    async with new_world(ALARM, kind=kind) as it:
        yield it


def said(world: World) -> list[str]:
    """What the desk's Slack channel was told of losses, oldest first."""
    texts = (words(message) for message in world.slack.messages(world.channel))
    return [text for text in texts if text.startswith(("🚨 For more than", "✅ Over"))]


async def ready(world: World) -> dict[str, Any]:
    """What ``/readyz`` says of losses."""
    async with aiohttp.ClientSession() as session, session.get(f"{world.address}/readyz") as answer:
        found: dict[str, Any] = (await answer.json())["unfinished"]
        assert answer.status == 503 or all(one["ready"] for one in found.values())
        return found


async def test_slack_away_is_told_once_when_it_is_back(watched: World) -> None:
    ada = watched.customer()
    watched.slack.faults.refusing = True
    await ada.writes("Where is my order?")
    await watched.passes(A_WHILE)
    await watched.looks_for_losses()
    early = await ready(watched)
    await watched.passes(TOO_LONG)
    for _ in range(3):
        await watched.looks_for_losses()
    late, seen = await ready(watched), await look(watched)
    watched.slack.faults.refusing = False
    await watched.passes(LONGEST_PAUSE)
    await watched.looks_for_losses()
    await watched.looks_for_losses()

    assert early["unposted"]["ready"]
    assert late["unposted"] == {
        "ready": False, "number": 1, "oldest_s": 660.0,
        "problem": "what agents should read has not reached Slack for too long",
    }  # fmt: skip
    assert late["undelivered"]["ready"]
    assert seen("loket_unfinished", stage="unposted") == 1
    assert seen("loket_unfinished_oldest_seconds", stage="unposted") == 660
    assert (await ready(watched))["unposted"]["ready"]
    alarm, over = said(watched)
    assert "has not reached Slack (1 waiting)" in alarm
    assert over == "✅ Over: what you should read reaches Slack again."


async def test_after_hours_without_slack_all_that_came_is_there_and_shown_as_it_is_now(watched: World) -> None:
    ada = watched.customer()
    await ada.writes("Where is my order?")
    await watched.mika.presses("ticket.claim", on=watched.card())
    said = await watched.mika.writes("On its way", under=watched.card())
    watched.slack.faults.refusing = True
    await watched.passes(HOLD)
    questions = [f"And number {number}?" for number in range(3)]
    for text in questions:
        await ada.writes(text)
        await watched.passes(timedelta(hours=2))
    watched.telegram.sends(ada.id, "document")
    await watched.passes(timedelta(hours=2))
    calls = len(watched.slack.calls)
    watched.slack.faults.refusing = False
    for _ in range(3):
        await watched.passes(LONGEST_PAUSE)

    assert ada.received[-1] == "On its way"
    assert watched.reactions(said) == ["white_check_mark"]
    thread = "\n".join(watched.thread(watched.card()))
    assert [thread.count(text) for text in questions] == [1, 1, 1]
    assert sorted(questions, key=thread.index) == questions
    assert sum(len(one.get("files", ())) for one in watched.slack.thread(watched.channel, watched.card())) == 1
    assert sum(call.method == "chat.update" for call in watched.slack.calls[calls:]) <= 2  # the newest, not each


async def test_telegram_away_is_told_once_whatever_restarts(watched: World) -> None:
    ada = watched.customer()
    await ada.writes("Where is my order?")
    await watched.mika.presses("ticket.claim", on=watched.card())
    watched.telegram.faults.plan("sendMessage", Throttled(retry_after_s=30), times=1000)  # certainly not sent
    await watched.mika.writes("On its way", under=watched.card())
    await watched.passes(HOLD)
    await watched.passes(A_WHILE + TOO_LONG)
    await watched.looks_for_losses()
    await watched.stop()
    await watched.start()
    await watched.passes(TOO_LONG)
    await watched.looks_for_losses()
    during = said(watched)
    watched.telegram.faults.clear()
    await watched.passes(LONGEST_PAUSE)
    await watched.looks_for_losses()
    await watched.looks_for_losses()

    assert len(during) == 1
    assert "answers have not reached customers (1 waiting)" in during[0]
    assert said(watched)[1:] == ["✅ Over: answers reach customers again."]
    assert ada.received[1:] == ["On its way"]


async def test_a_poisoned_row_is_a_loss_until_somebody_discards_it(watched: World) -> None:
    assert watched.app is not None
    await watched.app.inbox.put(
        "telegram", [Raw(key="broken", lane="1", position=0, body='{"update_id": 0, "new": 1}')]
    )
    await watched.quiet()
    await watched.passes(A_WHILE + TOO_LONG)
    await watched.looks_for_losses()
    during = await ready(watched)
    discard = ("failed", "--discard", "in-1", "--why", "a test")
    await command(*discard, environment=watched.environment, folder=watched.folder)
    await watched.looks_for_losses()

    assert not during["unprocessed"]["ready"]
    assert "loket failed" in during["unprocessed"]["problem"]
    assert [text[:12] for text in said(watched)] == ["🚨 For more t", "✅ Over: what"]


async def test_what_waits_for_a_person_is_no_loss(watched: World) -> None:
    ada, eve = watched.customer(), watched.customer("Eve")
    await ada.writes("Where is my order?")
    await eve.writes("And mine?")
    first, second = (card["ts"] for card in watched.cards())
    await watched.mika.writes("Nobody owns this ticket, so this is held", under=first)
    await watched.mika.presses("ticket.claim", on=second)
    watched.telegram.blocks(eve.id)
    await watched.mika.writes("This is refused", under=second)
    await watched.passes(HOLD)

    await watched.passes(timedelta(hours=1))
    await watched.looks_for_losses()

    assert (await look(watched))("loket_outbox_parts", state="undecided") == 2
    assert all(one["ready"] and one["number"] == 0 for one in (await ready(watched)).values())
    assert said(watched) == []


async def test_a_closed_window_is_no_loss(kind: Kind) -> None:
    async with whatsapp_world(kind) as desk:
        ada = desk.whatsapp.add_person("Ada", phone="6281200001")
        desk.whatsapp.writes(ada, "Where is my order?")
        await desk.quiet()
        await desk.mika.presses("ticket.claim", on=desk.card())
        await desk.passes(timedelta(hours=25))

        await desk.mika.writes("Too late", under=desk.card())
        await desk.passes(HOLD)
        await desk.passes(timedelta(hours=1))
        await desk.looks_for_losses()

        assert (await look(desk))("loket_outbox_parts", state="undecided") == 1
        assert all(one["number"] == 0 for one in (await ready(desk)).values())


async def test_an_alarm_ends_when_things_move_and_not_at_its_edge(watched: World) -> None:
    ada, eve = watched.customer(), watched.customer("Eve")
    watched.slack.faults.refusing = True
    await ada.writes("first")
    await watched.passes(timedelta(minutes=4))
    await eve.writes("second")
    await watched.passes(timedelta(minutes=7))
    await watched.looks_for_losses()
    # The oldest came through; the next is seven minutes old.
    await DeliveryRow.filter(kind="open_thread", ticket__number=1).update(state="done")
    await watched.looks_for_losses()
    await watched.passes(timedelta(minutes=4))
    await watched.looks_for_losses()
    watched.slack.faults.refusing = False
    await watched.passes(LONGEST_PAUSE)
    await watched.looks_for_losses()

    assert [text[:12] for text in said(watched)] == ["🚨 For more t", "✅ Over: what"]


async def test_zero_turns_it_off(kind: Kind) -> None:
    async with new_world(NO_ALARMS, kind=kind) as world:
        ada = world.customer()
        world.slack.faults.refusing = True
        await ada.writes("Where is my order?")
        await world.passes(timedelta(days=1))
        await world.looks_for_losses()
        during, seen = await ready(world), await look(world)
        world.slack.faults.refusing = False
        await world.passes(LONGEST_PAUSE)

        assert during["unposted"]["ready"]
        assert during["unposted"]["number"] == 1
        assert seen("loket_unfinished_oldest_seconds", stage="unposted") == 86400
        assert said(world) == []
