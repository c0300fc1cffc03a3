"""What may leave a thread and what never does (contract: what is written in a thread)."""

from datetime import timedelta

import aiohttp
import pytest

from tests.database import Kind
from tests.world import Customer, World
from tests.world import world as new_world

HOLD = timedelta(seconds=5)


async def test_a_deleted_reply_leaves_nothing(world: World, ada: Customer) -> None:
    said = await world.mika.writes("Oops", under=world.card())

    await world.mika.deletes(said)
    await world.passes(HOLD)

    assert len(ada.received) == 1


async def test_an_edited_reply_leaves_as_edited(world: World, ada: Customer) -> None:
    said = await world.mika.writes("Tomorow", under=world.card())

    await world.mika.edits(said, "Tomorrow")
    await world.passes(HOLD)

    assert ada.received[1:] == ["Tomorrow"]


async def test_an_edit_that_makes_it_internal_stops_it(world: World, ada: Customer) -> None:
    said = await world.mika.writes("He is a pain", under=world.card())

    await world.mika.edits(said, "// He is a pain")
    await world.passes(HOLD)

    assert len(ada.received) == 1
    assert world.reactions(said) == ["lock"]


async def test_undo_takes_back_what_is_held(world: World, ada: Customer) -> None:
    said = await world.mika.writes("Too early", under=world.card())

    await world.mika.writes("!undo", under=world.card())
    await world.passes(HOLD)

    assert len(ada.received) == 1
    assert world.reactions(said) == ["lock"]


@pytest.mark.parametrize("text", ["// he is rude", "note: call him", "check this ;;", "🔒 secret", "Internal: no"])
async def test_marked_notes_stay_inside(world: World, ada: Customer, text: str) -> None:
    said = await world.mika.writes(text, under=world.card())
    await world.passes(HOLD)

    assert len(ada.received) == 1
    assert world.reactions(said) == ["lock"]


@pytest.mark.parametrize("text", ["@budi can you look?", "ask #support", "@here help", "@leads please"])
async def test_a_text_that_mentions_somebody_stays_inside(world: World, ada: Customer, text: str) -> None:
    world.slack.add_group("leads", [world.budi.id])

    await world.mika.writes(text, under=world.card())
    await world.passes(HOLD)

    assert len(ada.received) == 1


async def test_a_text_also_sent_to_the_channel_stays_inside(world: World, ada: Customer) -> None:
    await world.mika.writes("Hello all", under=world.card(), broadcast=True)
    await world.passes(HOLD)

    assert len(ada.received) == 1


async def test_a_colleagues_text_stays_inside_and_can_be_sent_after_all(world: World, ada: Customer) -> None:
    said = await world.budi.writes("We ship tomorrow", under=world.card())
    await world.passes(HOLD)
    kept = list(ada.received)

    hint = world.slack.ephemerals(world.budi.id)[-1]
    await world.budi.presses("note.send", on=hint["ts"], ephemeral=True)

    assert len(kept) == 1
    assert ada.received[1:] == ["We ship tomorrow"]
    assert world.reactions(said) == ["white_check_mark"]


@pytest.mark.usefixtures("ada")
async def test_the_hint_comes_at_most_once_in_ten_minutes(world: World) -> None:
    for _ in range(3):
        await world.budi.writes("just thinking", under=world.card())
    soon = len(world.budi.whispers)
    await world.passes(timedelta(minutes=10, seconds=1))
    await world.budi.writes("still thinking", under=world.card())

    assert soon == 1
    assert len(world.budi.whispers) == 2


async def test_text_in_an_unowned_thread_is_held_until_somebody_decides(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello?")
    said = await world.mika.writes("Hi Ada", under=world.card())
    await world.passes(HOLD)
    held = (list(ada.received), world.reactions(said))

    offer = world.slack.thread(world.channel, world.card())[-1]
    await world.mika.presses("offer.send", on=offer["ts"])

    assert len(held[0]) == 1
    assert held[1] == ["raised_hand"]
    assert ada.received[1:] == ["Hi Ada"]
    assert world.reactions(said) == ["white_check_mark"]


async def test_what_waits_for_a_decision_is_counted(world: World) -> None:
    await world.customer().writes("Hello?")
    await world.mika.writes("Hi Ada", under=world.card())
    assert world.app is not None

    address = f"http://127.0.0.1:{world.app.port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        counts = (await answer.json())["counts"]

    assert counts["texts_undecided"] == 1


async def test_a_held_text_can_be_kept_as_a_note(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello?")
    said = await world.mika.writes("hm", under=world.card())

    offer = world.slack.thread(world.channel, world.card())[-1]
    await world.mika.presses("offer.note", on=offer["ts"])
    await world.passes(HOLD)

    assert len(ada.received) == 1
    assert world.reactions(said) == ["lock"]


async def test_text_under_a_solved_ticket_is_held_and_reopens_when_sent(world: World, ada: Customer) -> None:
    await world.mika.commands("/close")
    await world.mika.writes("One more thing", under=world.card())
    await world.passes(HOLD)
    before = list(ada.received)

    offer = world.slack.thread(world.channel, world.card())[-1]
    await world.mika.presses("offer.send", on=offer["ts"])

    assert "One more thing" not in before
    assert ada.received[-1] == "One more thing"


async def test_explicit_words_go_at_once_with_names_for_mentions(world: World, ada: Customer) -> None:
    said = await world.mika.writes("!reply // @budi will call you", under=world.card())

    assert ada.received[1:] == ["// @budi will call you"]
    assert world.reactions(said) == ["white_check_mark"]


async def test_an_unknown_verb_is_answered_and_never_relayed(world: World, ada: Customer) -> None:
    await world.mika.writes("!important do this", under=world.card())
    await world.passes(HOLD)

    assert len(ada.received) == 1
    assert "important" in world.mika.whispers[-1]


async def test_a_guest_is_not_heard_and_not_obeyed(world: World, ada: Customer) -> None:
    guest = world.slack.add_user("gus", real_name="Gus", role="guest")
    world.slack.join(world.channel, guest)
    await world.quiet()

    world.slack.post(guest, world.channel, "I can help", thread_ts=world.card())
    world.slack.post(guest, world.channel, "!close", thread_ts=world.card())
    await world.quiet()
    await world.passes(HOLD)

    assert len(ada.received) == 1
    assert "full members" in str(world.slack.ephemerals(guest)[-1]["text"])


async def test_everyone_speaks_in_the_mode_everyone(kind: Kind) -> None:
    async with new_world('[replies]\nmode = "everyone"', kind=kind) as world:
        ada = world.customer()
        await ada.writes("Hello")
        await world.mika.presses("ticket.claim", on=world.card())

        await world.budi.writes("Hi from Budi", under=world.card())
        await world.passes(HOLD)

        assert ada.received[1:] == ["Hi from Budi"]


async def test_nothing_plain_leaves_in_the_mode_explicit(kind: Kind) -> None:
    async with new_world('[replies]\nmode = "explicit"', kind=kind) as world:
        ada = world.customer()
        await ada.writes("Hello")
        await world.mika.presses("ticket.claim", on=world.card())

        await world.mika.writes("thinking aloud", under=world.card())
        await world.passes(HOLD)
        await world.mika.writes("!reply Hi", under=world.card())

        assert ada.received[1:] == ["Hi"]


async def test_the_agents_name_stands_before_the_text_where_the_desk_wants_it(kind: Kind) -> None:
    async with new_world('[replies]\nsignature = "name"', kind=kind) as world:
        ada = world.customer()
        await ada.writes("Hello")

        await world.mika.commands("/reply 1 Hi")

        assert ada.received[1:] == ["mika\nHi"]
