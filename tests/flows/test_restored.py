"""A service that is started on a copy of its database: nothing is sent again, and people decide about the rest."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.models.copies import copy
from bot.models.database import connect
from bot.models.rows import InboxRow
from tests import postgres
from tests.database import Kind
from tests.world import Customer, World, words

HOLD = timedelta(seconds=5)
NIGHT = timedelta(hours=8)


@dataclass(frozen=True)
class Copied:
    """A copy of the database, at this address."""

    url: str
    world: World

    async def __call__(self) -> None:
        """Stop the service, and start it on the copy."""
        await self.world.stop()
        self.world.database_url = self.url
        self.world.clock.passes(timedelta(minutes=1))
        await self.world.start()


Copy = Callable[[], Awaitable[Copied]]


@pytest.fixture
async def taken(world: World, kind: Kind) -> AsyncIterator[Copy]:
    """Takes a copy of the database."""
    async with AsyncExitStack() as stack:

        async def of_the_file() -> str:
            target = world.folder / "copy.db"
            copy(world.folder / "loket.db", target, now=world.clock.now())
            return f"sqlite://{target}"

        async def of_the_server() -> str:
            await world.stop()  # what pg_dump can do beside it, a template can't
            url = await stack.enter_async_context(postgres.copied_url(world.database_url))
            await world.start()
            return url

        async def take() -> Copied:
            url = await (of_the_server() if kind is Kind.POSTGRES else of_the_file())
            world.clock.passes(timedelta(seconds=1))  # so that what follows has another time than the copy
            return Copied(url, world)

        yield take
        await world.stop()


async def owned(world: World) -> tuple[Customer, str]:
    """A ticket of Mika's: its customer and its card."""
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())
    return ada, world.card()


def alarms(world: World) -> list[str]:
    return [words(message) for message in world.cards() if "runs on a copy" in words(message)]


async def test_what_the_original_sent_after_the_copy_is_not_sent_again(world: World, taken: Copy) -> None:
    ada, card = await owned(world)
    received = ada.received
    restore = await taken()
    answer = await world.mika.writes("On its way!", under=card)
    await world.passes(HOLD)
    thread = world.thread(card)

    await restore()
    await world.passes(NIGHT)

    assert ada.received == [*received, "On its way!"]
    assert world.thread(card) == thread
    assert world.reactions(answer) == ["white_check_mark"]
    assert len(alarms(world)) == 1


async def test_what_is_written_after_the_restore_goes_out_as_ever(world: World, taken: Copy) -> None:
    ada, card = await owned(world)
    restore = await taken()
    await restore()

    world.clock.passes(timedelta(seconds=1))
    await world.mika.writes("Now it is", under=card)
    await world.passes(HOLD)

    assert ada.received[-1] == "Now it is"


@pytest.mark.parametrize("decision", ["part.again", "part.leave"])
async def test_a_text_that_was_held_in_the_copy_waits_for_a_person(decision: str, world: World, taken: Copy) -> None:
    ada, card = await owned(world)
    received = ada.received
    await world.mika.writes("On its way!", under=card)
    restore = await taken()
    await world.passes(HOLD)
    sent = ada.received

    await restore()
    await world.passes(NIGHT)
    again = ada.received
    (question,) = [one for one in world.slack.thread(world.channel, card) if "Nobody can tell" in words(one)]
    await world.mika.presses(decision, on=str(question["ts"]))

    assert again == sent == [*received, "On its way!"]
    assert "brought back from a copy" in words(question)
    assert ada.received == sent + ["On its way!"] * (decision == "part.again")


async def test_a_text_that_nobody_had_read_is_offered_to_its_writer(world: World, taken: Copy) -> None:
    ada, card = await owned(world)
    received = ada.received
    restore = await taken()
    await world.stop()
    world.slack.post(world.mika.id, world.channel, "Is anybody there?", thread_ts=card)

    await restore()
    await world.passes(NIGHT)
    nothing = ada.received
    (offer,) = [
        one for one in world.slack.thread(world.channel, card) if "can't tell whether your message" in words(one)
    ]
    await world.mika.presses("offer.send", on=str(offer["ts"]))

    assert nothing == received
    assert ada.received == [*received, "Is anybody there?"]


async def test_a_note_of_the_lost_time_stays_a_note(world: World, taken: Copy) -> None:
    ada, card = await owned(world)
    received = ada.received
    restore = await taken()
    note = await world.mika.writes("// he is rude", under=card)

    await restore()
    await world.passes(NIGHT)

    assert ada.received == received
    assert world.reactions(note) == ["lock"]


async def test_a_command_of_the_lost_time_is_not_carried_out_again_and_its_writer_is_told(
    world: World, taken: Copy
) -> None:
    ada, card = await owned(world)
    restore = await taken()
    await world.mika.writes("!close refunded", under=card)
    await world.passes(timedelta(seconds=11))
    received = ada.received

    await restore()
    await world.passes(NIGHT)

    assert ada.received == received
    assert "`close` is from a time that Loket knows nothing of" in world.mika.whispers[-1]
    assert "Solved" not in words(world.cards()[0])


async def test_what_waited_for_slack_in_the_copy_is_not_posted_twice(world: World, taken: Copy) -> None:
    ada = world.customer()
    world.slack.faults.refusing = True
    await ada.writes("Where is my order?")
    await ada.writes("Hello?")
    restore = await taken()
    world.slack.faults.refusing = False
    for _ in range(4):
        await world.passes(timedelta(seconds=61))
    thread = world.thread(world.card())

    await restore()
    await world.passes(timedelta(minutes=5))

    assert [card for card in world.cards() if "Where is my order?" in words(card)] == [world.cards()[0]]
    assert [line for line in world.thread(str(world.cards()[0]["ts"])) if "Hello?" in line] == thread


async def test_a_number_that_customers_know_is_not_given_to_somebody_else(world: World, taken: Copy) -> None:
    await owned(world)
    restore = await taken()
    budi, siti = world.customer("Budi"), world.customer("Siti")
    await budi.writes("My clock ticks")
    lost_card = str(world.cards()[-1]["ts"])

    await restore()
    await siti.writes("My roof leaks")
    await world.mika.presses("ticket.claim", on=lost_card)

    assert "#2 " in words(world.cards()[1])
    assert "#2001" in siti.received[0]
    assert "begin at #2001" in alarms(world)[0]
    assert world.mika.whispers[-1] == "There is no ticket #2."


async def test_what_had_come_in_and_was_not_read_waits_for_the_operator(world: World, taken: Copy) -> None:
    ada, _ = await owned(world)
    received = ada.received
    restore = await taken()
    await world.stop()
    database = await connect(restore.url)
    await InboxRow.create(
        source="telegram", key="unread", lane="telegram:1", position=1, body="{}", received_at=world.clock.now(),
        state="new", next_at=world.clock.now(),
    )  # fmt: skip
    await database.close()

    await restore()
    await world.passes(NIGHT)

    assert ada.received == received
    assert (await InboxRow.get(key="unread")).state == "parked"
    assert "for the operator to decide: 1." in alarms(world)[0]


async def test_only_the_first_start_on_a_copy_says_so(world: World, taken: Copy) -> None:
    ada, card = await owned(world)
    received = ada.received
    restore = await taken()
    await world.stop()
    world.slack.post(world.mika.id, world.channel, "Is anybody there?", thread_ts=card)
    await restore()

    await world.stop()
    await world.start()
    await world.passes(NIGHT)

    assert len(alarms(world)) == 1
    assert ada.received == received


async def test_a_start_on_the_same_database_is_no_restore(world: World) -> None:
    await owned(world)

    await world.stop()
    await world.start()

    assert alarms(world) == []
