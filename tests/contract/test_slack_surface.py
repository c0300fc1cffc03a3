"""What the outbox shows in Slack, through the real SDK against the local workspace."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.config import ReplyMode
from bot.delivery.losses import POSTS
from bot.delivery.ports import SHOW, Delivered
from bot.errors import Later
from bot.models.rows import DeliveryRow, MessageRow
from bot.slack.surface import DECORATION
from tests.database import Kind
from tests.slack_world import NOON, World, in_slack, with_a_card

HOSTILE = "<!here> @channel <https://evil.org|ok> *bold* #general https://evil.org"


@pytest.fixture
async def world(tmp_path: Path, kind: Kind) -> AsyncIterator[World]:
    async with in_slack(tmp_path, kind) as world:
        yield world


@pytest.fixture
async def desk(tmp_path: Path, kind: Kind) -> AsyncIterator[World]:
    async with with_a_card(tmp_path, kind) as world:
        yield world


def shown(found: object) -> str:
    """All text of some blocks."""
    if isinstance(found, dict):
        own = found["text"] if isinstance(found.get("text"), str) else ""
        return own + "".join(shown(value) for value in found.values())
    return "\n".join(shown(one) for one in found) if isinstance(found, list) else ""


# --- the card


async def test_a_ticket_opens_with_its_card(world: World) -> None:
    await world.opened()

    delivered = await world.surface.send(part := world.part("open_thread"))

    (root,) = world.roots()
    assert delivered.key == root["ts"]
    assert delivered.facts == {"channel": world.desk, "ts": root["ts"], "version": 3}
    assert root["metadata"] == {"event_type": "loket_part", "event_payload": {"part": part.mark}}
    assert "#42 · Anna · Telegram · id" in shown(root["blocks"])
    assert "Where is my order?" in shown(root["blocks"])


async def test_nothing_that_is_posted_unfurls(desk: World) -> None:
    await desk.surface.send(desk.part("post_message", await desk.message("https://example.com")))

    posts = [call.arguments for call in desk.slack.calls if call.method == "chat.postMessage"]
    assert all(str(post["unfurl_links"]) in {"0", "False"} for post in posts)
    assert all(str(post["unfurl_media"]) in {"0", "False"} for post in posts)


async def test_the_card_follows_the_ticket(desk: World) -> None:
    desk.ticket.status, desk.ticket.owner, desk.ticket.version = "open", desk.mika, 4
    await desk.ticket.save()

    delivered = await desk.surface.send(desk.part("update_card"))

    assert delivered.facts == {"version": 4}
    assert f"*In progress* · <@{desk.mika}>" in shown(desk.roots()[0]["blocks"])
    assert "ticket.claim" not in str(desk.roots()[0]["blocks"])


async def test_the_card_tells_a_delivery_in_trouble_until_it_is_decided(desk: World) -> None:
    sent = await desk.sent(state="failed")

    await desk.surface.send(desk.part("update_card"))
    before = shown(desk.roots()[0]["blocks"])
    await DeliveryRow.filter(id=sent.id).update(state="discarded")
    await desk.surface.send(desk.part("update_card"))

    assert "not delivered: The customer has blocked the bot" in before
    assert "not delivered" not in shown(desk.roots()[0]["blocks"])


async def test_an_escalated_card_says_by_whom_to_whom_and_why(desk: World) -> None:
    row = desk.ticket
    row.level, row.escalated_by, row.escalated_to = 2, desk.mika, "supervisor:@leads supervisor:@nobody"
    row.escalated_at, row.escalation_reason = NOON, "a refund"
    await row.save()

    await desk.surface.send(desk.part("update_card"))

    said = shown(desk.roots()[0]["blocks"])
    assert f"escalated by <@{desk.mika}> to <!subteam^{desk.leads}>, @\u200bnobody, <!date^" in said
    assert "a refund" in said


async def test_a_card_that_does_not_stand_is_not_updated(world: World) -> None:
    await world.opened()

    assert await world.surface.send(world.part("update_card")) == Delivered()


async def test_cards_speak_the_desks_language(world: World) -> None:
    world.configured(language="id")
    await world.opened()

    await world.stands()

    assert "belum ada penanggung jawab" in shown(world.roots()[0]["blocks"])


# --- the thread


async def test_a_follow_up_stands_in_the_thread_under_the_customers_name(desk: World) -> None:
    message = await desk.message("And my invoice?")

    delivered = await desk.surface.send(desk.part("post_message", message))

    (post,) = desk.thread()
    assert delivered.key == post["ts"]
    assert shown(post["blocks"]) == "Anna\nAnd my invoice?"


async def test_a_customer_can_not_make_anything_come_alive(world: World) -> None:
    await world.opened(HOSTILE, name=HOSTILE)
    await world.stands()

    await world.surface.send(world.part("post_message", await world.message(HOSTILE, name=HOSTILE)))

    for post in (*world.roots(), *world.thread()):
        assert "mrkdwn" not in str([block for block in post["blocks"] if block["block_id"] != "state"])
        assert not any(live in post["text"] for live in ("<!", "<http", "@channel", "#general", "://", "*bold*"))


async def test_a_reply_by_command_is_mirrored_with_its_writer(desk: World) -> None:
    await desk.surface.send(desk.part("post_message", await desk.by_mika("On its way")))
    await desk.surface.send(desk.part("post_message", await desk.by_mika("He called twice", direction="note")))

    reply, note = desk.thread()
    assert shown(reply["blocks"]) == "↪ *Mika* to the customer:\nOn its way"
    assert shown(note["blocks"]) == "📝 *Mika*:\nHe called twice"


async def test_a_thread_whose_card_does_not_stand_waits(world: World) -> None:
    await world.opened()
    message = await world.message("hello?")

    with pytest.raises(Later):
        await world.surface.send(world.part("post_message", message))


@pytest.mark.parametrize(
    ("replies", "words"),
    [
        ({"hold_seconds": 5}, "goes to the customer, everybody else's stays internal. `//` begins a note. 5 seconds"),
        ({"hold_seconds": 0}, "It leaves at once."),
        ({"mode": ReplyMode.EVERYONE}, "whoever of the team writes it"),
        ({"mode": ReplyMode.EXPLICIT}, "stays internal; the *Reply* button"),
    ],
)  # fmt: skip
async def test_who_takes_a_ticket_is_told_who_is_heard(desk: World, replies: dict[str, Any], words: str) -> None:
    desk.configured(**replies)

    await desk.surface.send(desk.notice("claimed", f"agent:{desk.mika}"))

    said = shown(desk.thread()[0]["blocks"])
    assert f"<@{desk.mika}>" in said
    assert words in said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("reopened", {}),
        ("solved", {}),
        ("solved_with", {"resolution": "sent @here a new one"}),
        ("escalated_to_nobody", {"level": "2", "reason": "stuck"}),
        ("edit_not_carried", {"reason": "Nobody but its writer can change it."}),
        ("delete_not_carried", {"reason": "Nobody but its writer can change it."}),
        ("files_not_yet", {}),  # one that a version before files could be sent has left in the outbox
        ("file_refused", {"file": "our film", "why": "The file is empty."}),
    ],
)
async def test_every_notice_names_its_actor_and_shows_its_words(desk: World, name: str, words: dict[str, str]) -> None:
    await desk.surface.send(desk.notice(name, f"agent:{desk.mika}", **words))

    said = shown(desk.thread()[0]["blocks"])
    assert f"<@{desk.mika}>" in said
    assert all(word in said for word in words.values())


async def test_an_escalation_calls_those_who_shall_look(desk: World) -> None:
    people = (f"agent:{desk.mika}", f"user:{desk.budi}", "supervisor:@leads")

    await desk.surface.send(desk.notice("escalated", *people, level="2", reason="stuck"))

    assert f"<@{desk.budi}>, <!subteam^{desk.leads}>, please look" in shown(desk.thread()[0]["blocks"])


async def test_a_customer_who_reopens_is_named_and_not_pinged(desk: World) -> None:
    await desk.surface.send(desk.notice("reopened", "customer"))

    assert shown(desk.thread()[0]["blocks"]) == "🔓 Opened again by the customer."


async def test_an_offer_stands_only_as_long_as_there_is_something_to_decide(desk: World) -> None:
    held = await desk.by_mika("On its way", receipt="held")
    decided = await desk.by_mika("Done", receipt="waiting")

    await desk.surface.send(desk.offer(held))
    await desk.surface.send(desk.offer(decided))

    (post,) = desk.thread()
    assert [button["action_id"] for button in post["blocks"][1]["elements"]] == ["offer.send", "offer.note"]
    assert post["blocks"][1]["elements"][0]["value"] == str(held.id)


async def test_an_offer_that_an_earlier_version_has_left_in_the_outbox_is_still_made(desk: World) -> None:
    held = await desk.by_mika("See the invoice", receipt="held")

    await desk.surface.send(desk.offer(held, "text_only"))

    (post,) = desk.thread()
    assert "Shall the text go without them?" in shown(post["blocks"])


@pytest.mark.parametrize("state", ["failed", "uncertain"])
async def test_trouble_shows_the_part_that_it_is_about(desk: World, state: str) -> None:
    sent, uncertain = await desk.sent(state=state), state == "uncertain"
    part = desk.part("post_trouble", part=sent.id, reason="It broke.", uncertain=uncertain)

    await desk.surface.send(part)
    await DeliveryRow.filter(id=sent.id).update(state="discarded")
    await desk.surface.send(replace(part, id=99))

    (post,) = desk.thread()
    assert "Half an answer" in shown(post["blocks"])
    assert "It broke." in shown(post["blocks"])
    assert post["blocks"][-1]["elements"][0]["value"] == str(sent.id)


async def test_an_alarm_goes_to_the_desks_channel(desk: World) -> None:
    part = desk.part("post_alarm", name="parked", words={"source": "telegram", "id": "in-12"})

    await desk.surface.send(replace(part, ticket=None, lane="desk:Support"))

    assert "`loket failed --retry in-12`" in shown(desk.roots()[1]["blocks"])


# --- receipts and hints


async def test_exactly_one_reaction_shows_the_state(desk: World) -> None:
    ts = desk.slack.post(desk.mika, desk.desk, "On its way", thread_ts=desk.ticket.thread_ts)
    message = await desk.by_mika("On its way", slack_ts=ts, receipt="waiting")

    for receipt, name in (("waiting", "hourglass_flowing_sand"), ("accepted", "white_check_mark"), ("read", "eyes")):
        await MessageRow.filter(id=message.id).update(receipt=receipt)
        delivered = await desk.surface.send(desk.part("show_receipt", message))
        await MessageRow.filter(id=message.id).update(receipt_shown=delivered.facts["shown"])

        assert delivered.facts == {"shown": receipt}
        assert desk.reactions(message) == {name}


async def test_a_receipt_that_an_earlier_attempt_left_is_taken_away(desk: World) -> None:
    ts = desk.slack.post(desk.mika, desk.desk, "On its way", thread_ts=desk.ticket.thread_ts)
    message = await desk.by_mika("On its way", slack_ts=ts, receipt="waiting")
    await desk.surface.send(desk.part("show_receipt", message))  # and its answer was lost
    await MessageRow.filter(id=message.id).update(receipt="accepted")

    await desk.surface.send(replace(desk.part("show_receipt", message), attempts=1))
    await desk.surface.send(replace(desk.part("show_receipt", message), attempts=1))

    assert desk.reactions(message) == {"white_check_mark"}


async def test_a_message_that_slack_does_not_show_gets_no_receipt(desk: World) -> None:
    nowhere = await desk.by_mika("not posted yet", receipt="waiting")
    deleted = await desk.by_mika("deleted", receipt="waiting", slack_ts="1.000001")

    assert await desk.surface.send(desk.part("show_receipt", nowhere)) == Delivered()
    assert await desk.surface.send(desk.part("show_receipt", deleted)) == Delivered()


async def test_a_hint_is_seen_by_its_reader_alone(desk: World) -> None:
    message = await desk.by_mika("let me see", direction="note", receipt="internal")
    await desk.surface.send(desk.notice("claimed", f"agent:{desk.budi}"))

    await desk.surface.send(desk.whisper(message, to=desk.mika))

    (hint,) = desk.slack.ephemerals(desk.mika)
    assert hint["thread_ts"] == desk.ticket.thread_ts
    assert hint["blocks"][1]["elements"][0]["action_id"] == "note.send"
    assert desk.slack.ephemerals(desk.budi) == []


async def test_a_hint_that_came_too_late_or_reaches_nobody_is_dropped(desk: World) -> None:
    message = await desk.by_mika("let me see", direction="note", receipt="internal")
    assert await desk.surface.send(desk.whisper(message, to=desk.outside)) == Delivered()

    await MessageRow.filter(id=message.id).update(direction="out", receipt="waiting")

    assert await desk.surface.send(desk.whisper(message, to=desk.mika)) == Delivered()
    assert desk.slack.ephemerals(desk.mika) == []


async def test_every_kind_of_part_is_watched_or_only_shows_a_state(desk: World) -> None:
    assert desk.surface.kinds == {*POSTS, SHOW, *DECORATION, "post_alarm", "post_reminder"}
