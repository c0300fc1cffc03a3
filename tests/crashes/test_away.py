"""What is written while the service is away, and what is handed over more than once."""

from collections.abc import AsyncIterator

import pytest

from tests.crashes.desk import Desk, new_desk
from tests.crashes.process import until

RETRIES_S = (0.05, 0.1, 0.2)  #: over long before we are back


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A desk whose Slack soon gives up on an event."""
    async with new_desk(retries_s=RETRIES_S) as it:
        yield it


async def test_what_was_written_while_we_were_away_is_all_there_once(desk: Desk) -> None:
    await desk.start()
    ada, card = await desk.ticket("Adalberta", "My clock ticks")
    await desk.process.kill()

    questions = [f"still ticking {number}" for number in range(5)]
    answers = [f"we look into it {number}" for number in range(len(RETRIES_S) + 4)]
    for question in questions:
        desk.writes(ada, question)
    replies = [desk.answers(desk.agents[number % 2], card, text) for number, text in enumerate(answers)]
    newcomer = desk.customer("Newbert")
    desk.writes(newcomer, "Anybody there?")
    await until(lambda: not desk.slack.unacked, "Slack has given up")
    given_up = len(desk.slack.hub.lost)
    await desk.start()
    await until(lambda: desk.received(ada, answers) == answers, "the answers of the time before")
    await desk.rests()

    assert given_up >= len(answers)
    assert desk.shown(card, questions) == questions
    assert desk.received(ada, answers) == answers
    assert all(desk.reaction(ts) == ["white_check_mark"] for ts in replies)
    assert desk.shown(desk.card_with("Anybody there?"), ["Anybody there?"]) == ["Anybody there?"]
    assert desk.acknowledged(newcomer) == 1


async def test_an_edit_while_we_were_away_is_followed(desk: Desk) -> None:
    await desk.start()
    ada, card = await desk.ticket("Adalberta", "My clock ticks")
    said = desk.answers(desk.agents[0], card, "It will stop tomorow")
    await desk.rests()
    await desk.process.kill()

    desk.slack.edit(desk.agents[0], desk.channel, said, "It will stop tomorrow")
    await until(lambda: not desk.slack.unacked, "Slack has given up")
    await desk.start()
    words = ["It will stop tomorow", "It will stop tomorrow"]
    await until(lambda: desk.received(ada, words) == words[1:], "the customer reads the new words")
    await desk.rests()

    assert desk.received(ada, words) == words[1:]


async def test_an_update_handed_over_ten_times_at_once_is_one_message(desk: Desk) -> None:
    desk.telegram.duplicate(9)
    desk.slack.duplicate_events = 9
    await desk.start()
    ada, card = await desk.ticket("Adalberta", "My clock ticks")

    desk.writes(ada, "And tocks")
    desk.answers(desk.agents[0], card, "We know")
    await desk.rests()

    assert desk.numbers() == [1]
    assert len(desk.cards()) == 1
    assert desk.shown(card, ["My clock ticks", "And tocks"]) == ["My clock ticks", "And tocks"]
    assert desk.received(ada, ["We know"]) == ["We know"]
    assert desk.acknowledged(ada) == 1


async def test_a_look_back_that_a_locked_database_ends_begins_again(desk: Desk) -> None:
    await desk.start()
    ada, card = await desk.ticket("Adalberta", "My clock ticks")
    await desk.process.kill()
    desk.answers(desk.agents[0], card, "We know")
    await until(lambda: not desk.slack.unacked, "Slack has given up")

    gate = desk.slack.faults.hold("conversations.replies", performed=False)
    await desk.start()
    await gate.reached()
    with desk.database_locked():
        gate.release()
        await until(lambda: "catch_up.interrupted" in desk.log, "it meets the lock")
    await until(lambda: desk.received(ada, ["We know"]), "it is found all the same")
