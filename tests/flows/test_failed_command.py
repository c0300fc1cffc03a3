"""`loket failed`, beside the running service."""

import asyncio

from bot.channels.base import Raw
from tests.crashes.process import command, until
from tests.world import World, words

SECRET_WORDS = "my password is hunter2"


async def loket(world: World, *arguments: str) -> tuple[int, str, str]:
    """Run the command as an operator does."""
    return await command("failed", *arguments, environment=world.environment, folder=world.folder)


async def parked(world: World) -> None:
    """Something came in that can't be read; it is in-1."""
    assert world.app is not None
    body = f'{{"update_id": 0, "brand_new_thing": "{SECRET_WORDS}"}}'
    await world.app.inbox.put("telegram", [Raw(key="broken", lane="1", position=0, body=body)])
    await world.quiet()


def alarms(world: World) -> int:
    """How often the desk was told of it."""
    return sum("loket failed --retry in-1" in words(message) for message in world.slack.messages(world.channel))


async def test_what_is_stuck_is_listed_without_anybodys_words_and_tried_again(world: World) -> None:
    await parked(world)
    ada = world.customer()
    await ada.writes(SECRET_WORDS)
    await world.mika.writes(SECRET_WORDS, under=world.cards()[-1]["ts"])

    code, table, _ = await loket(world)
    retried = await loket(world, "--retry", "in-1")
    await until(lambda: alarms(world) == 2, "the service noticed, and parked it again")

    head, first, second = table.splitlines()
    assert code == 0
    assert head.split()[:2] == ["ID", "STATE"]
    assert first.split()[:2] == ["in-1", "parked"]
    assert "held" in second
    assert "#1" in second
    assert SECRET_WORDS not in table
    assert retried == (0, "in-1: it is tried again\n", "")


async def test_discarding_needs_a_reason_and_what_is_not_stuck_is_refused(world: World) -> None:
    await parked(world)

    without_why, wrong = await asyncio.gather(
        loket(world, "--discard", "in-1"), loket(world, "--retry", "in-9", "parcel")
    )
    done = await loket(world, "--discard", "in-1", "--why", "a test message")
    again, listed = await asyncio.gather(loket(world, "--discard", "in-1", "--why", "a test message"), loket(world))

    assert without_why[0] == 2
    assert "--why" in without_why[2]
    assert wrong[0] == 1
    assert wrong[2].splitlines() == [
        "loket: in-9: nothing is parked under this id",
        "loket: parcel: an id looks like in-12 or out-34",
    ]
    assert done == (0, "in-1: discarded\n", "")
    assert again[0] == 1
    assert "Nothing failed" in listed[1]
