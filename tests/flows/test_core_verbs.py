"""The verbs beside the main job: list, mine, show, unclaim, assign; and the reminder of what nobody has decided."""

from datetime import timedelta

import pytest

from bot.sandbox.faults import Reset
from tests.world import Customer, World, words

PAST_THE_HOLD = timedelta(seconds=10)
QUARTER = timedelta(minutes=15)
HOSTILE = "<!here> *bold* @channel https://evil.org"


@pytest.fixture
async def ada(world: World) -> Customer:
    """A customer with an open ticket #1 that is Mika's."""
    customer = world.customer()
    await customer.writes("Where is my order?")
    await world.mika.commands("/claim 1")
    return customer


@pytest.mark.usefixtures("ada")
async def test_a_list_begins_with_what_nobody_owns_and_then_the_oldest(world: World) -> None:
    await world.customer("Ben").writes("Second")
    await world.passes(timedelta(hours=2))
    await world.customer("Cem").writes("Third")

    _, *lines = (await world.mika.commands("/loket list")).splitlines()

    assert [line.split("|")[1].split(">")[0] for line in lines] == ["#2", "#3", "#1"]
    assert "Ben · Second · nobody owns it · 2 hours" in lines[0]
    assert f"<@{world.mika.id}>" in lines[2]
    assert f"/archives/{world.channel}/p" in lines[0]


@pytest.mark.usefixtures("ada")
async def test_what_customers_are_called_and_write_stays_literal_in_answers(world: World) -> None:
    await world.customer("<!channel>").writes(HOSTILE)

    said = await world.mika.commands("/loket list") + await world.mika.commands("/loket show 2")

    assert "<!" not in said.replace("<!date^", "")
    assert "*bold*" not in said
    assert "https://evil" not in said


async def test_a_long_list_says_how_many_it_leaves_out(world: World) -> None:
    for number in range(22):
        await world.customer(f"Customer {number}").writes("Hello")

    said = await world.mika.commands("/loket list")

    assert "Open tickets: 22" in said
    assert said.count("Customer ") == 20
    assert "2 more" in said


@pytest.mark.usefixtures("ada")
async def test_mine_and_the_closed_ones_are_lists_too(world: World) -> None:
    await world.customer("Ben").writes("Second")
    await world.mika.commands("/close 2")

    assert "#1" in (mine := await world.mika.commands("/loket mine"))
    assert "#2" not in mine
    assert "#2" in (closed := await world.mika.commands("/loket list closed"))
    assert "#1" not in closed
    assert "There are none" in await world.budi.commands("/loket mine")


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("/loket list everything", "`list closed`"),
        ("/loket assign #1 somebody", "`assign #42 @person`"),
        ("/loket assign #1 @budi please", "`assign #42 @person`"),
        ("/loket show #9", "no ticket #9"),
    ],
)
async def test_a_wrong_use_shows_the_right_form(world: World, text: str, form: str) -> None:
    assert form in await world.mika.commands(text)


@pytest.mark.usefixtures("ada")
async def test_show_says_how_a_ticket_stands_to_who_asks_alone(world: World) -> None:
    await world.mika.commands("/escalate 1 a reason")
    before = len(world.thread(world.card()))

    shown = await world.budi.commands("/loket show 1")
    await world.budi.writes("!show", under=world.card())
    await world.budi.chooses("show:1", on=world.card())

    for word in ("#1", "Ada", "Telegram", "In progress", f"<@{world.mika.id}>", "level 2", "Where is my order?"):
        assert word in shown
    assert world.budi.whispers == [shown, shown, shown]
    assert len(world.thread(world.card())) == before + 1  # what Budi wrote
    assert world.mika.whispers[2:] == []


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("form", ["command", "thread", "menu"])
async def test_a_ticket_that_is_given_back_is_nobodys(world: World, form: str) -> None:
    match form:
        case "command":
            assert "Nobody owns ticket #1 (Ada)" in await world.mika.commands("/loket unclaim")
        case "thread":
            await world.mika.writes("!unclaim", under=world.card())
        case _:
            await world.mika.chooses("unclaim:1", on=world.card())

    assert "nobody owns it" in words(world.cards()[0])
    assert "gave it back" in "\n".join(world.thread(world.card()))
    assert "Nobody owns ticket #1" in await world.mika.commands("/loket unclaim 1")


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("form", ["command", "thread", "menu"])
async def test_assigning_tells_the_new_owner_who_then_speaks_to_the_customer(
    world: World, ada: Customer, form: str
) -> None:
    match form:
        case "command":
            assert "#1" in await world.mika.commands("/loket assign 1 @budi")
        case "thread":
            await world.mika.writes("!assign @budi", under=world.card())
        case _:
            await world.mika.chooses("assign:1", on=world.card())
            assert await world.mika.submits({"target": {"value": world.budi.id}}) == {}

    assert any("gave it to" in line and f"<@{world.budi.id}>" in line for line in world.thread(world.card()))
    await world.budi.writes("I take over", under=world.card())
    await world.passes(timedelta(seconds=5))
    assert ada.received[-1] == "I take over"


@pytest.mark.usefixtures("ada")
async def test_only_an_agent_of_the_desk_can_be_given_a_ticket(world: World) -> None:
    outside = world.slack.add_user("otto", real_name="Otto")

    answer = await world.mika.commands("/loket assign 1 @otto")
    await world.mika.commands("/loket assign 1")
    errors = await world.mika.submits({"target": {"value": outside}})

    assert "full member" in answer
    assert "full member" in errors["target"]
    assert f"<@{world.mika.id}>" in words(world.cards()[0])


async def test_reopening_without_a_number_means_the_only_one_that_i_have_solved(world: World, ada: Customer) -> None:
    await world.mika.commands("/close 1")
    await world.passes(PAST_THE_HOLD)

    assert "#1" in await world.mika.commands("/loket reopen")
    assert "In progress" in words(world.cards()[0])
    assert "#1" in ada.received[-1]


@pytest.mark.usefixtures("ada")
async def test_a_guest_sees_no_list(world: World) -> None:
    guest = world.slack.add_user("gus", real_name="Gus", role="guest")
    world.slack.join(world.channel, guest)
    await world.quiet()

    await world.slack.command(guest, world.channel, "/loket list")
    await world.quiet()

    (answer,) = world.slack.ephemerals(guest)
    assert "full members" in answer["text"]


async def test_the_writer_of_a_held_text_is_reminded_once(world: World) -> None:
    await world.customer().writes("Where is my order?")
    await world.mika.writes("On its way", under=world.card())
    before = len(world.thread(world.card()))

    await world.passes(QUARTER - timedelta(seconds=1))
    early = len(world.thread(world.card()))
    await world.passes(timedelta(seconds=1))
    await world.passes(QUARTER)

    assert early == before
    (reminder,) = world.thread(world.card())[before:]
    assert f"<@{world.mika.id}>" in reminder
    assert "On its way" in reminder


async def test_the_writer_of_a_text_of_which_nobody_knows_is_reminded_unless_they_decide(
    world: World, ada: Customer
) -> None:
    world.telegram.faults.plan("sendMessage", Reset(performed=True), times=2)
    await world.mika.commands("/reply 1 first")
    await world.passes(timedelta(minutes=1))
    await world.mika.commands("/reply 1 second")
    await world.passes(timedelta(minutes=1))
    (decided, _) = [one["ts"] for one in world.slack.thread(world.channel, world.card()) if "Nobody can" in words(one)]
    await world.mika.presses("part.leave", on=decided)

    await world.passes(QUARTER)

    (reminder,) = [line for line in world.thread(world.card()) if line.startswith("⏰")]
    assert f"<@{world.mika.id}>" in reminder
    assert "“second”" in reminder
    assert ada.received[1:] == ["first", "second"]


async def test_nobody_is_reminded_of_what_was_decided(world: World) -> None:
    await world.customer().writes("Where is my order?")
    await world.mika.writes("On its way", under=world.card())
    question = world.slack.thread(world.channel, world.card())[-1]["ts"]
    await world.mika.presses("offer.note", on=question)
    before = world.thread(world.card())

    await world.passes(QUARTER)

    assert world.thread(world.card()) == before
