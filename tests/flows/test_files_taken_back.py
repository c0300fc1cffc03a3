"""Files of agents that are taken back, taken out or put in after their message was written."""

from datetime import timedelta
from typing import Any

import pytest

from bot.models.rows import AttachmentRow, JournalRow
from bot.sandbox.files import File
from tests.crashes.process import until
from tests.database import Kind
from tests.enclosed import HOLD, INVOICE, MORE, SCAN, texts, under_way
from tests.world import Customer, World
from tests.world import world as new_world


@pytest.fixture
def kind() -> Kind:
    """One database: both do the same here, as one test makes sure."""
    return Kind.SQLITE


async def changes_kept() -> list[tuple[list[str], list[str]]]:
    """What the journal knows of files that were taken out and put in."""
    kept = await JournalRow.filter(event="FilesChanged").order_by("id")
    return [(row.data["gone"], row.data["come"]) for row in kept]


async def slack_deletes(world: World, ts: str, number: int = 0) -> None:
    """A file ends in Slack, and nothing but that is told: no edit of its message."""
    file = world.slack.workspace.channels[world.channel].messages[ts].body["files"][number]["id"]
    world.slack.workspace.files.pop(file)
    event: dict[str, Any] = {"type": "file_deleted", "file_id": file, "event_ts": world.slack.workspace.next_ts()}
    world.slack.core.event("file_deleted", event)
    await world.quiet()


# Taken back in time


async def test_undo_takes_the_files_back_with_the_text(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("The scan", under=world.card(), files=[SCAN, MORE])
    await world.mika.commands("/loket undo #1")
    await world.passes(HOLD)

    assert await under_way() == []
    assert len(ada.received) == 1
    assert world.reactions(ts) == ["lock"]


async def test_a_message_that_is_deleted_in_its_hold_takes_its_files_along(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("The scan", under=world.card(), files=[SCAN])
    await world.mika.deletes(ts)
    await world.passes(HOLD)

    assert await under_way() == []
    assert len(ada.received) == 1


async def test_an_edit_that_makes_the_text_internal_keeps_the_files_here(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("The scan", under=world.card(), files=[SCAN])
    await world.mika.edits(ts, "// The scan")
    await world.passes(HOLD)

    assert await under_way() == []
    assert len(ada.received) == 1


async def test_an_edit_of_the_words_leaves_the_files_where_they_are(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("The scna", under=world.card(), files=[SCAN])
    await world.mika.edits(ts, "The scan")
    await world.passes(HOLD)

    assert await under_way() == ["scan.png"]
    assert texts(ada) == ["The scan"]


async def test_a_file_that_is_taken_away_in_the_hold_is_not_sent(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("Both", under=world.card(), files=[SCAN, INVOICE])
    await world.mika.takes_file_away(ts, 0)
    await world.passes(HOLD)

    assert texts(ada) == ["Both"]
    assert ada.files == [("document", INVOICE)]


async def test_taking_the_only_file_away_takes_the_message_back(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("", under=world.card(), files=[SCAN])
    await world.mika.takes_file_away(ts)
    await world.passes(HOLD)

    assert len(ada.received) == 1
    assert world.reactions(ts) == ["lock"]


async def test_a_file_that_is_taken_away_from_a_note_can_t_be_sent_any_more(world: World, ada: Customer) -> None:
    ts = await world.budi.writes("Both", under=world.card(), files=[SCAN, INVOICE])
    await world.budi.takes_file_away(ts, 0)
    hint = world.slack.ephemerals(world.budi.id)[-1]
    await world.budi.presses("note.send", on=hint["ts"], ephemeral=True)

    assert ada.files == [("document", INVOICE)]


async def test_deleting_a_reply_later_deletes_its_files_at_the_customer(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("Both", under=world.card(), files=[SCAN])
    await world.passes(HOLD)
    await world.mika.deletes(ts)

    assert len(ada.received) == 1


async def test_taking_a_file_away_later_deletes_it_at_the_customer_and_nothing_else(
    world: World, ada: Customer
) -> None:
    ts = await world.mika.writes("Both", under=world.card(), files=[SCAN, INVOICE])
    await world.passes(HOLD)
    await world.mika.takes_file_away(ts, 0)

    assert texts(ada) == ["Both"]
    assert ada.files == [("document", INVOICE)]


@pytest.mark.parametrize("kind", list(Kind))
async def test_what_was_taken_out_and_put_in_stays_in_the_books(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("Both", under=world.card(), files=[SCAN, INVOICE])
    await world.mika.takes_file_away(ts, 0)
    await world.mika.edits(ts, "Both", more=[MORE])
    await world.passes(HOLD)

    assert await changes_kept() == [([SCAN.name], []), ([], [MORE.name])]
    kept = [(row.name, row.state) for row in await AttachmentRow.all().order_by("position")]
    assert kept == [(SCAN.name, "dropped"), (INVOICE.name, "done"), (MORE.name, "done")]
    assert ada.files == [("document", INVOICE), ("photo", MORE)]


async def test_a_file_that_is_put_in_during_the_hold_goes_along_or_is_refused_at_once(
    world: World, ada: Customer
) -> None:
    large = File("film.mp4", "video/mp4", bytes(50_000_001))
    ts = await world.mika.writes("", under=world.card(), files=[SCAN])
    await world.mika.edits(ts, "All of it", more=[MORE, large])
    said = [line for line in world.thread(world.card()) if "50 MB" in line]
    await world.mika.edits(ts, "All of it!")
    await world.passes(HOLD)

    assert len(said) == len([line for line in world.thread(world.card()) if "50 MB" in line]) == 1
    assert texts(ada) == ["All of it!"]
    assert ada.files == [("photo", SCAN), ("photo", MORE)]
    assert world.reactions(ts) == ["warning"]


async def test_a_file_that_is_put_in_later_is_not_sent_and_that_is_said(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("The scan", under=world.card(), files=[SCAN])
    await world.passes(HOLD)
    await world.mika.edits(ts, "The scans", more=[MORE])
    await world.passes(HOLD)

    assert "It now has a file that was not sent" in world.thread(world.card())[-1]
    assert texts(ada) == ["The scan"]
    assert ada.files == [("photo", SCAN)]


async def test_a_file_that_is_deleted_in_slack_during_the_hold_is_not_sent(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("Both", under=world.card(), files=[SCAN, INVOICE])
    await slack_deletes(world, ts)
    await world.passes(HOLD)

    assert texts(ada) == ["Both"]
    assert ada.files == [("document", INVOICE)]
    assert world.reactions(ts) == ["white_check_mark"]


async def test_a_file_that_is_deleted_in_slack_later_is_deleted_at_the_customer(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("Both", under=world.card(), files=[SCAN, INVOICE])
    await world.passes(HOLD)
    await slack_deletes(world, ts)

    assert texts(ada) == ["Both"]
    assert ada.files == [("document", INVOICE)]
    assert "customer's copy" in world.thread(world.card())[-1]


async def test_a_file_that_is_deleted_in_slack_too_late_stays_and_that_is_said(world: World, ada: Customer) -> None:
    ts = await world.mika.writes("", under=world.card(), files=[SCAN])
    await world.passes(HOLD)
    await world.passes(timedelta(hours=49))
    await slack_deletes(world, ts)

    assert ada.files == [("photo", SCAN)]
    assert "customer keeps" in world.thread(world.card())[-1]


async def test_a_file_that_ended_while_we_were_away_is_deleted_at_the_customer(kind: Kind) -> None:
    async with new_world(kind=kind, redeliver_after_s=(0.01,)) as world:
        ada = world.customer()
        await ada.writes("Where is my order?")
        await world.mika.presses("ticket.claim", on=world.card())
        ts = await world.mika.writes("Both", under=world.card(), files=[SCAN, INVOICE])
        await world.passes(HOLD)
        await world.stop()
        body = world.slack.workspace.channels[world.channel].messages[ts].body
        world.slack.take_file_away(world.mika.id, world.channel, ts, body["files"][0]["id"])
        await world.slack.quiet()

        await world.start()
        await until(lambda: len(ada.files) == 1, "its end is found")

        assert texts(ada) == ["Both"]
        assert ada.files == [("document", INVOICE)]
