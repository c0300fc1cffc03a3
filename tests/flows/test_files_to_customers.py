"""What becomes of the files that agents put into threads: they go where their text goes, and nowhere else."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Literal

import pytest

from bot.delivery.ports import FILE
from bot.models.rows import AttachmentRow, DeliveryRow
from tests.database import Kind
from tests.world import Customer, World
from tests.world import world as new_world

HOLD = timedelta(seconds=5)
LARGE = {"name": "film.mp4", "mimetype": "video/mp4", "size": 80_000_000}


@pytest.fixture
async def ada(world: World) -> Customer:
    """A customer whose ticket belongs to Mika."""
    customer = world.customer()
    await customer.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())
    return customer


async def under_way() -> list[str]:
    """The names of the files that left for a customer, or would."""
    rows = [row for row in await DeliveryRow.filter(kind="send").order_by("id") if FILE in row.payload]
    return [(await AttachmentRow.get(id=row.payload[FILE])).name for row in rows if row.state != "discarded"]


# What is internal stays here


INTERNAL: list[dict[str, Any]] = [
    {"text": "// the scan"},
    {"text": "the scan //"},
    {"text": "Note: the scan"},
    {"text": "🔒 the scan"},
    {"text": "@budi the scan"},
    {"text": "#support the scan"},
    {"text": "@here the scan"},
    {"text": "!note the scan"},
    {"text": "!frobnicate the scan"},
    {"text": "The scan", "broadcast": True},
]


@pytest.mark.parametrize("said", INTERNAL, ids=lambda said: said["text"])
async def test_the_file_of_an_internal_text_never_leaves(world: World, ada: Customer, said: dict[str, Any]) -> None:
    ts = await world.mika.writes(**said, under=world.card(), files=["scan.png"])
    await world.passes(HOLD)

    assert await under_way() == []
    assert len(ada.received) == 1
    assert world.reactions(ts) == ["lock"]


@pytest.mark.parametrize("text", ["The scan", ""])
async def test_a_colleagues_file_stays_here_and_can_be_sent_after_all(world: World, ada: Customer, text: str) -> None:
    await world.budi.writes(text, under=world.card(), files=["scan.png"])
    await world.passes(HOLD)
    before = await under_way()

    hint = world.slack.ephemerals(world.budi.id)[-1]
    await world.budi.presses("note.send", on=hint["ts"], ephemeral=True)

    assert before == []
    assert await under_way() == ["scan.png"]
    assert len(ada.received) == (2 if text else 1)


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("role", ["guest", "stranger"])
async def test_the_file_of_somebody_who_is_no_agent_never_leaves(
    world: World, role: Literal["guest", "stranger"]
) -> None:
    person = world.slack.add_user("visitor", real_name="A visitor", role=role)
    world.slack.join(world.channel, person)
    await world.quiet()

    world.slack.post(person, world.channel, "The scan", thread_ts=world.card(), files=["scan.png"])
    await world.passes(HOLD)

    assert await under_way() == []


async def test_a_file_without_a_word_by_the_owner_is_an_answer(world: World, ada: Customer) -> None:
    await world.mika.writes("", under=world.card(), files=["scan.png"])
    held = await under_way()
    await world.passes(HOLD)

    assert held == ["scan.png"]
    assert len(ada.received) == 1


# Taken back in time


async def test_undo_takes_the_files_back_with_the_text(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("The scan", under=world.card(), files=["scan.png", "more.png"])
    await world.mika.commands("/loket undo #1")
    await world.passes(HOLD)

    assert await under_way() == []
    assert len(ada.received) == 1
    assert world.reactions(ts) == ["lock"]


async def test_a_message_that_is_deleted_in_its_hold_takes_its_files_along(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("The scan", under=world.card(), files=["scan.png"])
    await world.mika.deletes(ts)
    await world.passes(HOLD)

    assert await under_way() == []
    assert len(ada.received) == 1


async def test_an_edit_that_makes_the_text_internal_keeps_the_files_here(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("The scan", under=world.card(), files=["scan.png"])
    await world.mika.edits(ts, "// The scan")
    await world.passes(HOLD)

    assert await under_way() == []
    assert len(ada.received) == 1


async def test_an_edit_of_the_words_leaves_the_files_where_they_are(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("The scna", under=world.card(), files=["scan.png"])
    await world.mika.edits(ts, "The scan")
    await world.passes(HOLD)

    assert await under_way() == ["scan.png"]
    assert ada.received[1:] == ["The scan"]


# Questions


async def test_claim_and_send_covers_the_files(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.writes("Here", under=world.card(), files=["scan.png"])
    await world.passes(HOLD)
    before = await under_way()

    offer = world.slack.thread(world.channel, world.card())[-1]
    await world.mika.presses("offer.send", on=offer["ts"])

    assert before == []
    assert await under_way() == ["scan.png"]
    assert ada.received[1:] == ["Here"]


async def test_keep_as_note_keeps_the_files(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.writes("", under=world.card(), files=["scan.png"])

    offer = world.slack.thread(world.channel, world.card())[-1]
    await world.mika.presses("offer.note", on=offer["ts"])
    await world.passes(HOLD)

    assert await under_way() == []
    assert len(ada.received) == 1


async def test_reopen_and_send_covers_the_files(world: World, ada: Customer) -> None:
    await world.mika.presses("ticket.close", on=world.card())
    await world.mika.submits({})
    await world.passes(timedelta(minutes=1))
    await world.mika.writes("One more", under=world.card(), files=["scan.png"])
    before = await under_way()

    offer = world.slack.thread(world.channel, world.card())[-1]
    await world.mika.presses("offer.send", on=offer["ts"])

    assert before == []
    assert await under_way() == ["scan.png"]
    assert ada.received[-1] == "One more"


# Explicit acts


@pytest.mark.parametrize("words", ["!reply The scan", "!reply", "@Loket reply The scan"])
async def test_an_explicit_reply_takes_its_files_along_whoever_says_it(world: World, ada: Customer, words: str) -> None:
    bot = world.slack.workspace.users[world.slack.workspace.bot_user]
    await world.budi.writes(words.replace("@Loket", f"@{bot.name}"), under=world.card(), files=["scan.png"])

    assert await under_way() == ["scan.png"]
    assert ada.received[1:] == (["The scan"] if "scan" in words else [])


# What can't go


async def test_a_file_that_is_too_large_is_refused_at_once_and_the_rest_goes(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("Both", under=world.card(), files=[LARGE, "scan.png"])
    said = world.thread(world.card())[-1]
    await world.passes(HOLD)

    assert "film.\u200bmp4" in said
    assert "Telegram takes at most 50 MB; this has 80 MB." in said
    assert await under_way() == ["scan.png"]
    assert ada.received[1:] == ["Both"]
    assert world.reactions(ts) == ["warning"]


async def test_where_nothing_is_left_to_send_the_receipt_says_so(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("", under=world.card(), files=[LARGE])
    await world.passes(HOLD)
    refused = world.reactions(ts)
    await world.mika.deletes(ts)

    assert refused == ["warning"]
    assert await under_way() == []
    assert len(ada.received) == 1
    assert "customer keeps" not in world.thread(world.card())[-1]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({"name": "doc", "mode": "external", "is_external": True}, "outside of Slack"),
        ({"name": "old.png", "mode": "hidden_by_limit"}, "limit"),
        ({"name": "plan", "mode": "quip"}, "export"),
    ],
)
async def test_a_file_that_slack_does_not_hand_over_is_a_clear_line(
    world: World, ada: Customer, file: dict[str, Any], words: str
) -> None:
    await world.mika.writes("Here", under=world.card(), files=[file])
    await world.passes(HOLD)

    assert any(words in line for line in world.thread(world.card()))
    assert ada.received[1:] == ["Here"]
    assert await under_way() == []


@pytest.fixture
async def indonesian(kind: Kind) -> AsyncIterator[World]:
    async with new_world('[[desk]]\nname = "Support"\nchannel = "#support"\nlanguage = "id"\n', kind=kind) as it:
        yield it


async def test_the_limit_is_told_in_the_desks_language(indonesian: World) -> None:
    ada = indonesian.customer()
    await ada.writes("Di mana pesanan saya?")
    await indonesian.mika.presses("ticket.claim", on=indonesian.card())

    await indonesian.mika.writes("", under=indonesian.card(), files=[LARGE])

    assert "Telegram menerima paling banyak 50 MB; berkas ini 80 MB." in indonesian.thread(indonesian.card())[-1]
