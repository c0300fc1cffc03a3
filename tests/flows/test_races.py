"""What comes in another order, twice or half, and buttons that are pressed too late: nothing leaks, nothing is lost."""

import json
from datetime import timedelta
from typing import Any

from bot.sandbox.faults import PlatformError, Reset
from bot.slack import parse
from tests.crashes.process import until
from tests.database import Kind
from tests.world import Customer, World, words
from tests.world import world as new_world

HOLD = timedelta(seconds=5)


async def happens(world: World, **event: Any) -> None:
    """Slack tells of something, in the order of the test."""
    assert world.app is not None
    body = {"type": "event_callback", "event": {"type": "message", "channel": world.channel, **event}}
    await world.app.inbox.put("slack", [parse.raw(body, text=json.dumps(body))])
    await world.quiet()


def message(world: World, ts: str, text: str, **more: Any) -> dict[str, Any]:
    """A message of Mika's in the thread, as Slack's events carry it."""
    return {"user": world.mika.id, "ts": ts, "thread_ts": world.card(), "text": text, **more}


def later_ts(world: World, seconds: int = 1) -> str:
    """Slack's name for a moment."""
    return f"{world.clock.now().timestamp() + seconds:.6f}"


async def test_a_held_text_that_was_edited_into_a_note_is_not_sent_by_its_old_button(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello?")
    said = await world.mika.writes("he is a crook", under=world.card())
    offer = world.slack.thread(world.channel, world.card())[-1]

    await world.mika.edits(said, "// he is a crook")
    await world.mika.presses("offer.send", on=offer["ts"])

    assert len(ada.received) == 1
    assert world.reactions(said) == ["lock"]


async def test_a_held_text_that_was_deleted_is_not_sent_by_its_old_button(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello?")
    said = await world.mika.writes("he is a crook", under=world.card())
    offer = world.slack.thread(world.channel, world.card())[-1]

    await world.mika.deletes(said)
    await world.mika.presses("offer.send", on=offer["ts"])

    assert len(ada.received) == 1


async def test_a_note_that_was_deleted_is_not_sent_by_the_button_of_its_hint(world: World, ada: Customer) -> None:
    said = await world.budi.writes("he is a crook", under=world.card())
    hint = world.slack.ephemerals(world.budi.id)[-1]

    await world.budi.deletes(said)
    await world.budi.presses("note.send", on=hint["ts"], ephemeral=True)

    assert len(ada.received) == 1
    assert "its message is gone" in world.budi.whispers[-1]


async def test_an_edit_that_turns_a_typed_name_into_a_mention_stops_the_reply(world: World, ada: Customer) -> None:
    ts = later_ts(world)
    before = message(world, ts, "@budi he is a crook")
    after = message(
        world, ts, f"<@{world.budi.id}> he is a crook", edited={"user": world.mika.id, "ts": later_ts(world, 2)}
    )
    await happens(world, **before)

    await happens(world, subtype="message_changed", message=after, previous_message=before, event_ts=later_ts(world, 2))
    await world.passes(HOLD)

    assert len(ada.received) == 1


async def test_a_reply_sent_to_the_channel_within_its_hold_is_stopped(world: World, ada: Customer) -> None:
    ts = later_ts(world)
    before = message(world, ts, "he is a crook")
    await happens(world, **before)

    after = {**before, "subtype": "thread_broadcast"}
    await happens(world, subtype="message_changed", message=after, previous_message=before, event_ts=later_ts(world, 2))
    await world.passes(HOLD)

    assert len(ada.received) == 1


async def test_a_deletion_that_comes_before_its_message_leaves_nothing(world: World, ada: Customer) -> None:
    ts = later_ts(world)
    said = message(world, ts, "he is a crook")

    await happens(world, subtype="message_deleted", deleted_ts=ts, previous_message=said, event_ts=later_ts(world, 2))
    await happens(world, **said)
    await world.passes(HOLD)

    assert len(ada.received) == 1


async def test_a_deletion_and_an_edit_that_come_before_their_message_leave_nothing(world: World, ada: Customer) -> None:
    ts, at = later_ts(world), later_ts(world, 2)
    said = message(world, ts, "he is a crok")
    edited = message(world, ts, "he is a crook", edited={"user": world.mika.id, "ts": at})

    await happens(world, subtype="message_deleted", deleted_ts=ts, previous_message=edited, event_ts=later_ts(world, 3))
    await happens(world, subtype="message_changed", message=edited, previous_message=said, event_ts=at)
    await happens(world, **said)
    await world.passes(HOLD)

    assert len(ada.received) == 1


async def test_a_command_whose_answer_needs_a_platform_that_is_away_is_answered_later(kind: Kind) -> None:
    desks = "".join(f'[[desk]]\nname = "{name}"\nchannel = "#{name}"\n' for name in ("support", "second"))
    async with new_world(desks, kind=kind) as world:
        await world.customer().writes("Where is my order?")
        await world.mika.writes("!list", under=world.card())
        before = list(world.mika.whispers)

        world.slack.add_channel("second", [world.mika.id, world.slack.workspace.bot_user])
        await world.passes(timedelta(seconds=5))

        assert before == []
        assert "Where is my order?" in world.mika.whispers[-1]


async def test_half_a_character_in_a_text_of_slacks_delays_nobody(world: World, ada: Customer) -> None:
    world.slack.post(world.budi.id, world.channel, "cut \ud83d", thread_ts=world.card())
    await world.mika.writes("It is on its way", under=world.card())
    await world.passes(HOLD)

    assert ada.received[1:] == ["It is on its way"]


async def test_a_post_of_which_slack_cant_tell_whether_it_is_there_is_told_to_the_desk(world: World) -> None:
    ada = world.customer()
    await ada.writes("first")
    world.slack.faults.plan("chat.postMessage", Reset(performed=False))
    world.slack.faults.plan("conversations.replies", PlatformError("something_new"))

    await ada.writes("second")
    await world.passes(timedelta(seconds=4))

    assert any("can't be shown in Slack" in words(message) for message in world.slack.messages(world.channel))


async def test_what_was_written_under_a_ticket_that_was_closed_lately_is_found(world: World, ada: Customer) -> None:
    await world.mika.commands("/close")
    await world.passes(timedelta(hours=72))
    await until(lambda: "Closed" in words(world.cards()[0]), "it is closed")
    await world.passes(timedelta(days=12))
    await world.stop()
    said = world.slack.post(world.mika.id, world.channel, "One more thing", thread_ts=world.card())
    await world.slack.quiet()
    await world.start()
    await until(lambda: world.reactions(said) == ["raised_hand"], "it is found, and held")

    assert "One more thing" not in ada.received


async def test_a_link_that_slack_unfurls_is_no_edit_of_an_explicit_reply(world: World, ada: Customer) -> None:
    said = await world.mika.writes("!reply see https://example.com", under=world.card())
    same = message(world, said, "!reply see https://example.com")

    await happens(
        world, subtype="message_changed", message={**same, "attachments": [{"title": "Example"}]},
        previous_message=same, event_ts=later_ts(world, 9),
    )  # fmt: skip

    assert ada.received[1:] == ["see https://example.com"]
    assert not any("left already" in line for line in world.thread(world.card()))


async def test_an_explicit_reply_by_mention_whose_edit_comes_first_is_sent_once(world: World, ada: Customer) -> None:
    ts, at = later_ts(world), later_ts(world, 2)
    me = world.slack.workspace.bot_user
    said = message(world, ts, f"<@{me}> reply helo")
    edited = message(world, ts, f"<@{me}> reply hello", edited={"user": world.mika.id, "ts": at})

    await happens(world, subtype="message_changed", message=edited, previous_message=said, event_ts=at)
    await happens(world, **said)
    again = {**edited, "edited": {"user": world.mika.id, "ts": later_ts(world, 3)}, "text": f"<@{me}> reply hello!"}
    await happens(world, subtype="message_changed", message=again, previous_message=edited, event_ts=later_ts(world, 3))

    assert ada.received[1:] == ["hello!"]
    assert "copy of" in world.thread(world.card())[-1]


async def test_an_explicit_reply_that_is_edited_into_plain_text_before_it_comes_stays_internal(
    world: World, ada: Customer
) -> None:
    ts, at = later_ts(world), later_ts(world, 2)
    said = message(world, ts, "!reply he is a crook")
    edited = message(world, ts, "he is a crook", edited={"user": world.mika.id, "ts": at})

    await happens(world, subtype="message_changed", message=edited, previous_message=said, event_ts=at)
    await happens(world, **said)
    await world.passes(HOLD)

    assert len(ada.received) == 1


async def test_an_explicit_reply_whose_deletion_comes_first_is_not_sent(world: World, ada: Customer) -> None:
    ts = later_ts(world)
    said = message(world, ts, "!reply he is a crook")

    await happens(world, subtype="message_deleted", deleted_ts=ts, previous_message=said, event_ts=later_ts(world, 2))
    await happens(world, **said)

    assert len(ada.received) == 1


async def test_an_explicit_reply_that_was_refused_is_sent_when_it_is_edited_right(world: World, ada: Customer) -> None:
    said = await world.mika.writes("!reply", under=world.card())
    assert "text is missing" in world.mika.whispers[-1]

    await world.mika.edits(said, "!reply It is on its way")
    await world.mika.edits(said, "!reply It is on its way!")

    assert ada.received[1:] == ["It is on its way!"]
    assert "copy of" in world.thread(world.card())[-1]


async def test_a_link_that_slack_unfurls_before_an_explicit_reply_comes_does_not_stop_it(
    world: World, ada: Customer
) -> None:
    ts = later_ts(world)
    said = message(world, ts, "!reply see https://example.com")
    shown = {**said, "attachments": [{"title": "Example"}]}

    await happens(world, subtype="message_changed", message=shown, previous_message=said, event_ts=later_ts(world, 2))
    await happens(world, **said)

    assert ada.received[1:] == ["see https://example.com"]
