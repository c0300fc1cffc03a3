"""Every verb in its three forms: command, thread, button with modal."""

import asyncio

import pytest

from tests.database import Kind
from tests.world import Customer, World, words


@pytest.fixture
async def ada(world: World) -> Customer:
    """A customer with an open ticket #1."""
    customer = world.customer()
    await customer.writes("Where is my order?")
    return customer


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("text", ["/claim", "/loket claim", "/claim #1", "/claim 1"])
async def test_claiming_by_command_answers_only_the_person(world: World, text: str) -> None:
    if text.endswith("claim"):
        await world.mika.commands(text)
        await world.mika.submits({"number": {"value": "1"}})
    else:
        assert "#1 (Ada) is yours" in await world.mika.commands(text)

    assert f"<@{world.mika.id}>" in words(world.cards()[0])
    assert world.budi.whispers == []


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("text", ["!claim", "!CLAIM", "@sandbox_bot claim", "!claim #1"])
async def test_claiming_in_the_thread(world: World, text: str) -> None:
    await world.mika.writes(text, under=world.card())

    assert f"<@{world.mika.id}>" in words(world.cards()[0])


@pytest.mark.usefixtures("ada")
async def test_of_many_simultaneous_claims_exactly_one_wins_and_the_others_are_told(world: World) -> None:
    card = world.card()

    await asyncio.gather(
        world.slack.press(world.mika.id, world.channel, card, "ticket.claim"),
        world.slack.press(world.budi.id, world.channel, card, "ticket.claim"),
        world.slack.command(world.mika.id, world.channel, "/claim 1"),
        world.slack.command(world.budi.id, world.channel, "/claim 1"),
    )
    world.slack.post(world.budi.id, world.channel, "!claim", thread_ts=card)
    await world.quiet()

    claimed = [line for line in world.thread(card) if line.startswith("🙋")]
    assert len(claimed) == 1
    winner, loser = (world.mika, world.budi) if world.mika.id in claimed[0] else (world.budi, world.mika)
    assert any(f"already belongs to <@{winner.id}>" in text for text in loser.whispers)
    assert not any("already belongs" in text for text in winner.whispers)


async def test_a_reply_by_modal_goes_to_the_customer_and_stands_in_the_thread(world: World, ada: Customer) -> None:
    await world.mika.presses("ticket.reply", on=world.card())

    errors = await world.mika.submits({"text": {"value": "On its *way*"}})

    assert errors == {}
    assert ada.received[1:] == ["On its way"]
    mirror = world.slack.thread(world.channel, world.card())[-1]
    assert "On its " in words(mirror)
    assert list(world.slack.reactions(world.channel, mirror["ts"])) == ["white_check_mark"]


async def test_a_note_by_modal_stays_inside(world: World, ada: Customer) -> None:
    await world.mika.presses("ticket.note", on=world.card())

    await world.mika.submits({"text": {"value": "Check the bank"}})

    assert len(ada.received) == 1
    assert "Check the bank" in world.thread(world.card())[-1]


@pytest.mark.usefixtures("ada")
async def test_escalating_by_modal_needs_a_reason_and_may_name_somebody(world: World) -> None:
    await world.mika.presses("ticket.escalate", on=world.card())
    refused = await world.mika.submits({"target": {"value": world.budi.id}})

    errors = await world.mika.submits({"target": {"value": world.budi.id}, "reason": {"value": "A bug"}})

    assert refused
    assert errors == {}
    notice = world.thread(world.card())[-1]
    assert f"<@{world.budi.id}>" in notice
    assert "A bug" in notice
    assert "level 2" in words(world.cards()[0])


async def test_closing_by_modal_and_reopening_by_button(world: World, ada: Customer) -> None:
    await world.mika.presses("ticket.close", on=world.card())
    await world.mika.submits({"resolution": {"value": "Refunded"}})
    closed = words(world.cards()[0])

    await world.mika.presses("ticket.reopen", on=world.card())

    assert "Solved" in closed
    assert "Solved" not in words(world.cards()[0])
    assert "Refunded" not in "\n".join(ada.received)


@pytest.mark.usefixtures("ada")
async def test_a_command_without_a_number_means_the_only_ticket_that_i_have_open(world: World) -> None:
    await world.mika.commands("/claim 1")

    assert "#1" in await world.mika.commands("/note call the courier")
    assert "call the courier" in world.thread(world.card())[-1]


async def test_a_command_that_lacks_its_words_asks_for_them(world: World, ada: Customer) -> None:
    await world.mika.commands("/reply #1")

    await world.mika.submits({"text": {"value": "Here I am"}})

    assert ada.received[1:] == ["Here I am"]


async def test_a_permalink_names_the_ticket(world: World, ada: Customer) -> None:
    address = f"https://sandbox.slack.com/archives/{world.channel}/p{world.card().replace('.', '')}"

    await world.mika.commands(f"/reply {address} Found you")

    assert ada.received[1:] == ["Found you"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/claim 99", "no ticket #99"),
        ("/loket dance", "What I can do"),
        ("/loket help", "escalate"),
        ("/loket", "help"),
    ],
)
@pytest.mark.usefixtures("ada")
async def test_a_wrong_command_is_answered_with_the_right_form(world: World, text: str, answer: str) -> None:
    assert answer in await world.mika.commands(text)


@pytest.mark.usefixtures("ada")
async def test_a_guest_is_refused_with_a_sentence(world: World) -> None:
    guest = world.slack.add_user("gus", real_name="Gus", role="guest")
    world.slack.join(world.channel, guest)
    await world.quiet()

    await world.slack.command(guest, world.channel, "/claim 1")
    await world.slack.press(guest, world.channel, world.card(), "ticket.reply")
    await world.quiet()

    assert ["full members" in message["text"] for message in world.slack.ephemerals(guest)] == [True, True]
    assert "nobody owns it" in words(world.cards()[0])


async def test_the_same_press_delivered_twice_acts_once(world: World, ada: Customer) -> None:
    world.slack.duplicate_events = 2
    said = await world.mika.writes("!reply hello", under=world.card())

    assert ada.received[1:] == ["hello"]
    assert world.reactions(said) == ["white_check_mark"]


async def test_escalating_without_a_name_tells_the_supervisors_of_the_settings(kind: Kind) -> None:
    from tests.world import world as new_world

    async with new_world('supervisors = ["@leads"]', kind=kind) as world:
        group = world.slack.add_group("leads", [world.budi.id])
        await world.customer().writes("Hello")

        await world.mika.commands("/escalate 1 angry customer")

        assert f"<!subteam^{group}>" in world.thread(world.card())[-1]
