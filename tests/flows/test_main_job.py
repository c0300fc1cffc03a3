"""The main job, end to end: a message becomes a ticket, is claimed, answered and closed."""

from datetime import timedelta

import pytest

from tests.world import World, words

HOLD = timedelta(seconds=5)


async def test_a_first_message_opens_a_ticket_and_tells_the_customer_its_number(world: World) -> None:
    ada = world.customer("Ada")

    await ada.writes("Where is my order?")

    card = words(world.cards()[0])
    assert "#1" in card
    assert "Ada" in card
    assert "Where is my order?" in card
    (received,) = ada.received
    assert "#1" in received
    assert "30 minutes" in received


async def test_the_customers_language_is_spoken(world: World) -> None:
    siti = world.customer("Siti", language="id")

    await siti.writes("Pesanan saya di mana?")

    (received,) = siti.received
    assert "30 menit" in received


async def test_the_owners_thread_reply_reaches_the_customer_once_after_the_hold(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    card = world.card()
    await world.mika.presses("ticket.claim", on=card)

    said = await world.mika.writes("It is *on its way*!", under=card)
    before = list(ada.received)
    waiting = world.reactions(said)
    await world.passes(HOLD)

    assert len(before) == 1
    assert waiting == ["hourglass_flowing_sand"]
    assert ada.received[1:] == ["It is on its way!"]
    assert world.reactions(said) == ["white_check_mark"]


async def test_follow_ups_join_the_open_ticket_in_order(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello")

    for number in range(5):
        await ada.writes(f"more {number}")

    thread = world.thread(world.card())
    assert [line.rsplit("\n", 1)[-1] for line in thread] == [f"more {number}" for number in range(5)]


async def test_closing_keeps_the_resolution_inside_and_tells_the_customer(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())

    answer = await world.mika.commands("/close #1 refunded by hand")
    await world.passes(timedelta(seconds=10))

    assert "#1" in answer
    assert len(ada.received) == 2
    assert "refunded by hand" in "\n".join(world.thread(world.card()))
    assert "#1" in ada.received[-1]
    assert "refunded" not in ada.received[-1]
    assert "Reopen" in words(world.cards()[0])


async def test_a_message_soon_after_closing_reopens_and_thanks_do_not(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.commands("/claim 1")
    await world.mika.commands("/close 1")

    await ada.writes("Thanks!")
    still_solved = "Solved" in words(world.cards()[0])
    await ada.writes("It broke again")

    assert still_solved
    assert "In progress" in words(world.cards()[0])
    assert len(world.cards()) == 1


async def test_a_message_long_after_closing_opens_a_new_ticket_that_links_the_old(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.commands("/close 1")

    await world.passes(timedelta(hours=73))
    await ada.writes("Another question")

    assert len(world.cards()) == 2
    assert "#1" in words(world.cards()[1])
    assert "#2" in words(world.cards()[1])


async def test_escalating_raises_the_level_and_mentions_the_target(world: World) -> None:
    ada = world.customer()
    await ada.writes("I want my money back")

    answer = await world.mika.commands("/escalate 1 @budi needs a decision")

    assert "#1" in answer
    said = "\n".join(str(message) for message in world.slack.thread(world.channel, world.card()))
    assert f"<@{world.budi.id}>" in said
    assert "needs a decision" in said
    assert "level 2" in words(world.cards()[0])


async def test_the_start_button_greets_and_opens_nothing(world: World) -> None:
    ada = world.customer()

    await ada.writes("/start")

    assert world.cards() == []
    assert "Ada" in ada.received[0]


@pytest.mark.parametrize(
    ("what", "called"),
    [
        ("photo", "photo"), ("document", "file"), ("voice", "voice message"), ("video_note", "video message"),
        ("sticker", "sticker"), ("location", "location"), ("poll", "poll"), ("rich_message", "layout of its own"),
    ],
)  # fmt: skip
async def test_what_is_no_text_leaves_a_line_that_says_what_came(world: World, what: str, called: str) -> None:
    ada = world.customer()
    await ada.writes("Hello")

    world.telegram.sends(ada.id, what, caption="see here" if what in {"photo", "document"} else None)
    await world.quiet()

    said = next(line for line in world.thread(world.card()) if line.startswith("Ada"))
    assert called in said
    assert ("see here" in said) == (what in {"photo", "document"})


async def test_agents_formatting_reaches_the_customer_as_people_mean_it(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello")
    await world.mika.commands("/claim 1")

    await world.mika.writes(
        "*Two* steps & one <tag>:\n- `restart`\n- wait :tada:\nhttps://example.com", under=world.card()
    )
    await world.passes(HOLD)

    assert ada.received[-1] == "Two steps & one <tag>:\n• restart\n• wait 🎉\nhttps://example.com"


async def test_a_long_answer_leaves_in_pieces_and_in_order(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello")
    await world.mika.commands("/claim 1")
    text = "\n".join(f"line {number} of a very long answer" for number in range(300))

    said = await world.mika.writes(text, under=world.card())
    await world.passes(HOLD)

    pieces = ada.received[1:]
    assert len(pieces) > 1
    assert "\n".join(pieces) == text
    assert world.reactions(said) == ["white_check_mark"]
