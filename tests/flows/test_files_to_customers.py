"""What becomes of the files that agents put into threads: they go where their text goes, and nowhere else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import pytest

from bot.models.rows import AttachmentRow
from bot.sandbox.faults import Fault, PlatformError, Reset, ServerError, Throttled
from bot.sandbox.files import File
from tests.crashes.process import until
from tests.database import Kind
from tests.enclosed import HOLD, INVOICE, LARGE, MORE, SCAN, SNIPPET, SONG, texts, under_way
from tests.world import Customer, World
from tests.world import world as new_world


@pytest.fixture
def kind() -> Kind:
    """One database: both do the same here, as one test makes sure."""
    return Kind.SQLITE


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
    ts = await world.mika.writes(**said, under=world.card(), files=[SCAN])
    await world.passes(HOLD)

    assert await under_way() == []
    assert len(ada.received) == 1
    assert world.reactions(ts) == ["lock"]


@pytest.mark.parametrize("text", ["The scan", ""])
async def test_a_colleagues_file_stays_here_and_can_be_sent_after_all(world: World, ada: Customer, text: str) -> None:
    await world.budi.writes(text, under=world.card(), files=[SCAN])
    await world.passes(HOLD)
    before = await under_way()

    hint = world.slack.ephemerals(world.budi.id)[-1]
    await world.budi.presses("note.send", on=hint["ts"], ephemeral=True)

    assert before == []
    assert await under_way() == ["scan.png"]
    assert texts(ada) == ([text] if text else [])
    assert ada.files == [("photo", SCAN)]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("role", ["guest", "stranger"])
async def test_the_file_of_somebody_who_is_no_agent_never_leaves(
    world: World, role: Literal["guest", "stranger"]
) -> None:
    person = world.slack.add_user("visitor", real_name="A visitor", role=role)
    world.slack.join(world.channel, person)
    await world.quiet()

    world.slack.post(person, world.channel, "The scan", thread_ts=world.card(), files=[SCAN])
    await world.passes(HOLD)

    assert await under_way() == []


async def test_a_file_without_a_word_by_the_owner_is_an_answer(world: World, ada: Customer) -> None:
    await world.mika.writes("", under=world.card(), files=[SCAN])
    held = await under_way()
    await world.passes(HOLD)

    assert held == ["scan.png"]
    assert texts(ada) == []
    assert ada.files == [("photo", SCAN)]


# Questions


async def test_claim_and_send_covers_the_files(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.writes("Here", under=world.card(), files=[SCAN])
    await world.passes(HOLD)
    before = await under_way()

    offer = world.slack.thread(world.channel, world.card())[-1]
    await world.mika.presses("offer.send", on=offer["ts"])

    assert before == []
    assert await under_way() == ["scan.png"]
    assert texts(ada) == ["Here"]


async def test_keep_as_note_keeps_the_files(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.writes("", under=world.card(), files=[SCAN])

    offer = world.slack.thread(world.channel, world.card())[-1]
    await world.mika.presses("offer.note", on=offer["ts"])
    await world.passes(HOLD)

    assert await under_way() == []
    assert len(ada.received) == 1


async def test_reopen_and_send_covers_the_files(world: World, ada: Customer) -> None:
    await world.mika.presses("ticket.close", on=world.card())
    await world.mika.submits({})
    await world.passes(timedelta(minutes=1))
    await world.mika.writes("One more", under=world.card(), files=[SCAN])
    before = await under_way()

    offer = world.slack.thread(world.channel, world.card())[-1]
    await world.mika.presses("offer.send", on=offer["ts"])

    assert before == []
    assert await under_way() == ["scan.png"]
    assert texts(ada)[-1] == "One more"
    assert ada.files == [("photo", SCAN)]


# Explicit acts


@pytest.mark.parametrize("words", ["!reply The scan", "!reply", "@Loket reply The scan"])
async def test_an_explicit_reply_takes_its_files_along_whoever_says_it(world: World, ada: Customer, words: str) -> None:
    bot = world.slack.workspace.users[world.slack.workspace.bot_user]
    await world.budi.writes(words.replace("@Loket", f"@{bot.name}"), under=world.card(), files=[SCAN])

    assert await under_way() == ["scan.png"]
    assert texts(ada) == (["The scan"] if "scan" in words else [])
    assert ada.files == [("photo", SCAN)]


# What can't go


async def test_a_file_that_is_too_large_is_refused_at_once_and_the_rest_goes(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("Both", under=world.card(), files=[LARGE, SCAN])
    said = world.thread(world.card())[-1]
    await world.passes(HOLD)

    assert "film.\u200bmp4" in said
    assert "Telegram takes at most 50 MB; this has 80 MB." in said
    assert await under_way() == ["scan.png"]
    assert texts(ada) == ["Both"]
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
    assert texts(ada) == ["Here"]
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


# Byte for byte


@pytest.mark.parametrize("kind", list(Kind))
async def test_files_follow_their_text_in_order_each_as_what_shows_it_best(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("All of it", under=world.card(), files=[INVOICE, SCAN, SNIPPET, SONG])
    await world.passes(HOLD)

    assert ada.received[1:] == ["All of it", "", "", "", ""]
    assert ada.files == [("document", INVOICE), ("photo", SCAN), ("document", SNIPPET), ("audio", SONG)]
    assert world.reactions(ts) == ["white_check_mark"]
    assert not list((world.folder / "loket-data").iterdir())
    assert {row.state for row in await AttachmentRow.all()} == {"done"}


async def test_what_only_calls_itself_a_picture_goes_as_a_document(world: World, ada: Customer) -> None:
    liar = File("scan.png", "image/png", b"MZ this is none")

    await world.mika.writes("", under=world.card(), files=[liar])
    await world.passes(HOLD)

    assert [(kind, file.content) for kind, file in ada.files] == [("document", liar.content)]


# What goes wrong on the way


@pytest.mark.parametrize("fault", [Throttled(3), ServerError(503), Reset(performed=True), Reset(performed=False)])
async def test_what_slack_cannot_hand_over_just_now_is_fetched_later(world: World, ada: Customer, fault: Fault) -> None:
    world.slack.faults.plan("file", fault, times=2 if isinstance(fault, Reset) else 1)  # aiohttp asks again, once

    ts = await world.mika.writes("Here", under=world.card(), files=[SCAN])
    await world.passes(HOLD)
    meanwhile, waiting = ada.files, world.reactions(ts)
    await world.passes(timedelta(minutes=5))

    assert (meanwhile, waiting) == ([], ["hourglass_flowing_sand"])
    assert texts(ada) == ["Here"]
    assert ada.files == [("photo", SCAN)]
    assert world.reactions(ts) == ["white_check_mark"]


async def test_a_file_that_is_gone_from_slack_is_named_with_the_reason(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("Here", under=world.card(), files=["gone.png"])
    await world.passes(HOLD)

    said = world.thread(world.card())[-1]
    assert "This file was *not delivered*" in said
    assert "no longer in Slack" in said
    assert "📎 gone.png" in said
    assert texts(ada) == ["Here"]
    assert world.reactions(ts) == ["warning"]


async def test_without_the_right_to_read_files_the_mend_is_said(world: World, ada: Customer) -> None:
    scopes = world.slack.core.installed.scopes
    assert scopes is not None
    world.slack.core.installed = replace(world.slack.core.installed, scopes=scopes - {"files:read"})
    await world.mika.writes("", under=world.card(), files=[SCAN])
    await world.passes(HOLD)
    refused = world.thread(world.card())[-1]
    world.slack.core.installed = replace(world.slack.core.installed, scopes=scopes)

    await world.mika.presses("part.again", on=world.slack.thread(world.channel, world.card())[-1]["ts"])

    assert "the app lacks files" in refused
    assert ada.files == [("photo", SCAN)]


@pytest.mark.parametrize("fault", [Reset(performed=True), Reset(performed=False)])
async def test_a_file_whose_answer_was_lost_is_nobodys_but_a_persons_to_send_again(
    world: World, ada: Customer, fault: Reset
) -> None:
    world.telegram.faults.plan("sendPhoto", fault)

    ts = await world.mika.writes("Here", under=world.card(), files=[SCAN])
    await world.passes(HOLD)
    await world.passes(timedelta(minutes=1))
    lost, said = list(ada.files), world.thread(world.card())[-1]
    await world.mika.presses("part.again", on=world.slack.thread(world.channel, world.card())[-1]["ts"])

    assert len(lost) == fault.performed
    assert "Nobody can tell whether this file" in said
    assert "📎 scan.png" in said
    assert ada.files == [("photo", SCAN)] * (1 + fault.performed)
    assert texts(ada) == ["Here"]
    assert world.reactions(ts) == ["white_check_mark"]


async def test_a_file_that_is_left_alone_stays_a_trouble(world: World, ada: Customer) -> None:
    world.telegram.faults.plan("sendPhoto", Reset(performed=False))
    ts = await world.mika.writes("", under=world.card(), files=[SCAN])
    await world.passes(HOLD)
    await world.passes(timedelta(minutes=1))

    await world.mika.presses("part.leave", on=world.slack.thread(world.channel, world.card())[-1]["ts"])
    await world.passes(timedelta(minutes=1))

    assert ada.files == []
    assert world.reactions(ts) == ["warning"]


@pytest.mark.parametrize("fault", [Throttled(3), PlatformError("Internal Server Error")])
async def test_a_file_that_must_wait_is_fetched_from_slack_once(world: World, ada: Customer, fault: Fault) -> None:
    world.telegram.faults.plan("sendPhoto", fault)
    await world.mika.writes("", under=world.card(), files=[SCAN])
    await world.passes(HOLD)
    world.slack.faults.plan("file", ServerError(503), times=9)

    await world.passes(timedelta(minutes=5))

    assert ada.files == [("photo", SCAN)]


async def test_a_slow_file_delays_no_other_customer(world: World, ada: Customer) -> None:
    ben = world.customer("Ben")
    await ben.writes("And mine?")
    card = world.cards()[-1]["ts"]
    await world.mika.presses("ticket.claim", on=card)
    await world.mika.writes("", under=world.cards()[0]["ts"], files=[SCAN])
    await world.mika.writes("On its way", under=card)
    gate = world.slack.faults.hold("file", performed=True)

    world.clock.passes(HOLD)
    await gate.reached()
    await until(lambda: "On its way" in ben.received, "the other has their answer")
    meanwhile = list(ada.files)
    gate.release()
    await world.quiet()

    assert meanwhile == []
    assert ada.files == [("photo", SCAN)]


async def test_files_that_were_written_while_we_were_away_are_found_and_sent_once(kind: Kind) -> None:
    async with new_world(kind=kind, redeliver_after_s=(0.01,)) as world:
        ada = world.customer()
        await ada.writes("Where is my order?")
        card = world.card()
        await world.mika.presses("ticket.claim", on=card)
        await world.stop()
        said = world.slack.post(world.mika.id, world.channel, "Here", thread_ts=card, files=[SCAN])
        world.slack.post(world.mika.id, world.channel, "// not this", thread_ts=card, files=[MORE])
        world.slack.post(world.budi.id, world.channel, "Nor this", thread_ts=card, files=[INVOICE])
        await world.slack.quiet()

        await world.start()
        await until(lambda: world.reactions(said), "what was written meanwhile is found")
        await world.passes(HOLD)
        await until(lambda: ada.files, "it has left")
        await world.passes(HOLD)

        assert texts(ada) == ["Here"]
        assert ada.files == [("photo", SCAN)]
