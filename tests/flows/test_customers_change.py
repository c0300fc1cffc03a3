"""What customers change, delete or quote after writing it."""

from datetime import timedelta

import pytest

from bot.models.rows import MessageRow, TicketRow
from bot.sandbox import files
from bot.sandbox.faults import Throttled
from tests.database import Kind
from tests.flows.test_whatsapp import whatsapp_world
from tests.world import Customer, World, words
from tests.world import world as new_world

HOLD = timedelta(seconds=5)
PHONE = "6281200001"


@pytest.fixture
async def ada(world: World) -> Customer:
    """A customer whose ticket #1 belongs to Mika."""
    customer = world.customer()
    await customer.writes("Hello there")
    await world.mika.presses("ticket.claim", on=world.card())
    return customer


async def changes(ada: Customer, message: int, text: str) -> None:
    ada.world.telegram.edits(ada.id, message, text)
    await ada.world.quiet()


def link(ts: str, text: str) -> str:
    """How a sentence names a message."""
    return f"/p{ts.replace('.', '')}|“{text}”>"


async def test_a_change_shows_the_new_words_and_what_went(world: World, ada: Customer) -> None:
    message = await ada.writes("My order is 132 of May")
    shown = world.slack.thread(world.channel, world.card())[-1]

    await changes(ada, message, "My order is 123 of May")

    last = world.slack.thread(world.channel, world.card())[-1]
    said = words(last)
    assert "*Ada* changed" in said
    assert link(shown["ts"], "My order is 132 of May") in said
    assert "My order is 123 of May" in said
    struck = [one for one in last["blocks"][-1]["elements"][0]["elements"] if one.get("style", {}).get("strike")]
    assert [one["text"] for one in struck] == [" 132"]
    assert world.thread(world.card())[-2] == words(shown)


async def test_a_changed_first_message_changes_the_card_and_its_old_words_stay_in_the_thread(world: World) -> None:
    ada = world.customer()
    message = await ada.writes("Where is my odrer?")

    await changes(ada, message, "Where is my order?")

    card = words(world.cards()[0])
    assert "Where is my order?" in card
    assert "odrer" not in card
    assert "changed by the customer" in card
    assert "odrer?" in world.thread(world.card())[-1]
    assert (await TicketRow.get(number=1)).subject == "Where is my order?"


async def test_a_change_that_nobody_sees_is_quiet(world: World, ada: Customer) -> None:
    message = await ada.writes("My order is 132")
    before = len(world.thread(world.card()))

    await changes(ada, message, "My order is 132")

    assert len(world.thread(world.card())) == before
    assert await MessageRow.filter(direction="in").count() == 2


async def test_of_quick_changes_the_thread_shows_the_last(world: World, ada: Customer) -> None:
    message = await ada.writes("one")
    world.slack.faults.plan("chat.postMessage", Throttled(retry_after_s=3))

    for text in ("two", "three", "four"):
        await changes(ada, message, text)
    await world.passes(timedelta(seconds=3))

    thread = world.thread(world.card())
    assert sum("changed" in line for line in thread) == 1
    assert "four" in thread[-1]
    assert "one" in thread[-1]
    assert "two" not in thread[-1]


async def test_a_change_that_is_taken_back_before_it_is_shown_is_not_shown(world: World, ada: Customer) -> None:
    message = await ada.writes("one")
    world.slack.faults.plan("chat.postMessage", Throttled(retry_after_s=3))

    await changes(ada, message, "two")
    await changes(ada, message, "one")
    await world.passes(timedelta(seconds=3))

    assert "one" in world.thread(world.card())[-1]
    assert not any("changed" in line for line in world.thread(world.card()))


async def test_a_change_after_another_refers_to_what_was_shown_last(world: World, ada: Customer) -> None:
    message = await ada.writes("one")

    await changes(ada, message, "two")
    await changes(ada, message, "three")

    assert "Before: \ntwo" in world.thread(world.card())[-1]


async def test_a_change_that_comes_before_its_message_is_posted_comes_after_it(world: World, ada: Customer) -> None:
    world.slack.faults.plan("chat.postMessage", Throttled(retry_after_s=3))
    message = world.telegram.writes(ada.id, "one")
    await world.quiet()

    await changes(ada, message, "two")
    await world.passes(timedelta(seconds=3))

    first, second = world.thread(world.card())[-2:]
    assert "one" in first
    assert "two" in second
    assert "changed" in second


async def test_a_change_in_a_solved_ticket_stands_there_and_opens_nothing(world: World, ada: Customer) -> None:
    message = await ada.writes("My order is 132")
    await world.mika.commands("/close 1 done")
    await world.passes(timedelta(seconds=10))

    await changes(ada, message, "My order is 123")

    assert "123" in world.thread(world.card())[-1]
    assert "Solved" in words(world.cards()[0])


async def test_a_change_makes_a_waiting_ticket_ours_again(world: World, ada: Customer) -> None:
    message = await ada.writes("My order is 132")
    await world.mika.writes("Thanks", under=world.card())
    await world.passes(HOLD)
    assert (await TicketRow.get(number=1)).status == "pending"

    await changes(ada, message, "My order is 123")

    assert (await TicketRow.get(number=1)).status == "open"


async def test_a_change_pings_links_and_formats_nothing(world: World, ada: Customer) -> None:
    hostile = "<!here> <https://evil.org|ok> *bold* @mika"
    message = await ada.writes(hostile)

    await changes(ada, message, f"{hostile} <!channel>")

    last = world.slack.thread(world.channel, world.card())[-1]
    parsed = [block["text"]["text"] for block in last["blocks"] if block.get("text", {}).get("type") == "mrkdwn"]
    parsed += [one["text"] for block in last["blocks"] if block["type"] == "context" for one in block["elements"]]
    assert not any("<!" in text or "<https://evil" in text for text in [*parsed, last["text"]])
    assert {one["type"] for block in last["blocks"] if block["type"] == "rich_text" for one in block["elements"]} == {
        "rich_text_quote"
    }


async def test_an_answer_to_ours_says_to_what(world: World, ada: Customer) -> None:
    said = await world.mika.writes("Which order?", under=world.card())
    await world.passes(HOLD)
    ours = world.telegram.chat(ada.id)[-1]["message_id"]

    await ada.writes("The first", reply_to=ours)

    last = world.thread(world.card())[-1]
    assert "in answer to mika: <https://" in last
    assert link(said, "Which order?") in last
    assert "The first" in last


async def test_an_answer_to_their_own_and_to_the_automatic_one_says_so(world: World, ada: Customer) -> None:
    first, automatic = (one["message_id"] for one in world.telegram.chat(ada.id)[:2])

    await ada.writes("I mean this", reply_to=first)
    own = world.thread(world.card())[-1]
    await ada.writes("Thank you", reply_to=automatic)

    assert "their own" in own
    assert link(world.card(), "Hello there") in own
    assert "automatic “" in world.thread(world.card())[-1]


async def test_a_card_that_answers_an_older_ticket_says_so(world: World, ada: Customer) -> None:
    first = world.telegram.chat(ada.id)[0]["message_id"]
    await world.mika.commands("/close 1 done")
    await world.passes(timedelta(days=5))

    await ada.writes("Again", reply_to=first)

    assert link(world.cards()[0]["ts"], "Hello there") in words(world.cards()[1])


async def test_on_whatsapp_a_change_and_a_deletion_name_their_message(kind: Kind) -> None:
    async with whatsapp_world(kind) as desk:
        ada = desk.whatsapp.add_person("Ada", phone=PHONE)
        desk.whatsapp.writes(ada, "Hello there")
        await desk.quiet()
        message = desk.whatsapp.writes(ada, "My order is 132")
        await desk.quiet()
        shown = desk.slack.thread(desk.channel, desk.card())[-1]["ts"]

        desk.whatsapp.edits(ada, message, "My order is 123")
        await desk.quiet()
        edited = desk.thread(desk.card())[-1]
        desk.whatsapp.deletes(ada, message)
        await desk.quiet()

        assert link(shown, "My order is 132") in edited
        assert "My order is 123" in edited
        deleted = desk.thread(desk.card())[-1]
        assert deleted.startswith("🗑️ Deleted by the customer")
        assert link(shown, "My order is 132") in deleted
        assert any("My order is 132" in line for line in desk.thread(desk.card())[:-2])


async def test_on_whatsapp_a_change_may_come_before_its_message() -> None:
    async with whatsapp_world(Kind.SQLITE) as desk:
        ada = desk.whatsapp.add_person("Ada", phone=PHONE)
        with desk.whatsapp.reordered():
            first = desk.whatsapp.writes(ada, "Hello tere")
            desk.whatsapp.edits(ada, first, "Hello there")
        await desk.quiet()
        with desk.whatsapp.reordered():
            message = desk.whatsapp.writes(ada, "My order is 132")
            desk.whatsapp.edits(ada, message, "My order is 123")
        await desk.quiet()

        card, thread = desk.card(), desk.thread(desk.card())
        stands = desk.slack.thread(desk.channel, card)[-2]["ts"]
        assert "Hello there" in words(desk.cards()[0])
        of_the_first, of_the_second = (line for line in thread if "Before:" in line)
        assert (link(card, "Hello there") in of_the_first, "tere" in of_the_first) == (True, True)
        assert (link(stands, "My order is 123") in of_the_second, "132" in of_the_second) == (True, True)

        desk.whatsapp.edits(ada, message, "My order is 321")
        desk.whatsapp.deletes(ada, message)
        await desk.quiet()
        edited, deleted = desk.thread(card)[-2:]
        assert "My order is 321" in edited
        assert link(stands, "My order is 123") in edited
        assert link(stands, "My order is 123") in deleted


async def test_on_whatsapp_a_deletion_may_come_before_its_message() -> None:
    async with whatsapp_world(Kind.SQLITE) as desk:
        ada = desk.whatsapp.add_person("Ada", phone=PHONE)
        with desk.whatsapp.reordered():
            first = desk.whatsapp.writes(ada, "Hello there")
            desk.whatsapp.deletes(ada, first)
        await desk.quiet()
        assert desk.thread(desk.card())[-1].startswith("🗑️ Deleted by the customer")
        assert link(desk.card(), "Hello there") in desk.thread(desk.card())[-1]

        with desk.whatsapp.reordered():
            message = desk.whatsapp.writes(ada, "My order is 132")
            desk.whatsapp.edits(ada, message, "My order is 123")
            desk.whatsapp.deletes(ada, message)
        await desk.quiet()
        lines = desk.thread(desk.card())
        assert [line for line in lines if "“My order is 123”" in line and line.startswith("🗑️")] == [lines[-2]]
        assert "132" in lines[-1]


async def test_what_is_done_to_an_item_of_an_album_is_done_to_the_album() -> None:
    async with new_world() as world:
        ada = world.customer()
        await ada.writes("Hello there")
        _, second, third = world.telegram.sends_album(ada.id, ["photo"] * 3, captions=["", "Both brok"])
        await world.quiet()
        await world.passes(timedelta(seconds=2))
        album = next(one for one in world.slack.thread(world.channel, world.card()) if "Both brok" in words(one))

        await ada.writes("Look here", reply_to=third)
        answer = world.thread(world.card())[-1]
        world.telegram.reacts(ada.id, third, "👍")
        world.telegram.edits(ada.id, third, "")
        world.telegram.edits(ada.id, second, "Both broke")
        await world.quiet()

        assert link(album["ts"], "Both brok") in answer
        assert world.reactions(album["ts"]) == ["+1"]
        edited = [line for line in world.thread(world.card()) if "Before:" in line]
        assert ["Both broke" in line for line in edited] == [True]


async def test_an_item_of_an_album_may_lose_its_caption_and_another_its_picture() -> None:
    async with new_world() as world:
        ada = world.customer()
        await ada.writes("Hello there")
        first, second = world.telegram.sends_album(ada.id, ["photo"] * 2, captions=["Both broke"])
        await world.quiet()
        await world.passes(timedelta(seconds=2))

        world.telegram.edits(ada.id, second, "", file=files.sample("photo", number=9))
        await world.quiet()
        posts = [post["files"] for post in world.slack.thread(world.channel, world.card()) if post.get("files")]
        assert [len(post) for post in posts] == [2, 1]
        assert [line.count("Both broke") for line in world.thread(world.card()) if "Before:" in line] == [3]

        world.telegram.edits(ada.id, first, "")
        world.telegram.edits(ada.id, second, "")
        await world.quiet()
        assert [line.count("Both broke") for line in world.thread(world.card()) if "Before:" in line] == [3, 2]


async def test_a_file_that_takes_the_place_of_another_stands_below_it_and_a_caption_brings_none() -> None:
    async with new_world() as world:
        ada = world.customer()
        await ada.writes("Hello there")
        first, second = (files.File("lid.pdf", "application/pdf", b"%PDF-1.4 " + mark) for mark in (b"one", b"two"))
        message = world.telegram.sends(ada.id, "document", file=first, caption="The lid")
        await world.quiet()

        world.telegram.edits(ada.id, message, "The lid", file=second)
        await world.quiet()
        line = world.thread(world.card())[-2]
        world.telegram.edits(ada.id, message, "The lids")
        world.telegram.edits(ada.id, message, "The lids")
        await world.quiet()

        posts = [post for post in world.slack.thread(world.channel, world.card()) if post.get("files")]
        shown = [world.slack.workspace.files[one["id"]].content for post in posts for one in post["files"]]
        assert shown == [first.content, second.content]
        assert "changed" in line
        assert "📎 lid.pdf" in line
        assert "The lids" in world.thread(world.card())[-1]
