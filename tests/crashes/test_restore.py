"""A copy taken under traffic, started when the original has gone on without it."""

import asyncio
import random
from dataclasses import dataclass, field

import pytest

from tests.crashes.desk import Desk
from tests.crashes.process import command, until

PAUSES_S = (0.1, 0.3)
BEFORE, AFTER = 4, 8  #: answers written around the copy


@dataclass(slots=True)
class Talk:
    """One conversation of an owner with a customer."""

    customer: int
    card: str
    answers: list[str] = field(default_factory=list)


async def traffic(desk: Desk, talks: list[Talk], chance: random.Random) -> None:
    """Customers ask and agents answer until cancelled; now and then a customer is new."""
    number = 0
    while True:
        number += 1
        talk = chance.choice(talks)
        desk.writes(talk.customer, f"question {number}")
        talk.answers.append(f"answer {number}")
        desk.answers(desk.agents[0], talk.card, talk.answers[-1])
        if number % 5 == 0:
            desk.writes(desk.customer(f"Newcomer{number}xyz"), f"opening {number}")
        await asyncio.sleep(chance.uniform(*PAUSES_S))


def written(talks: list[Talk]) -> int:
    """How many answers there are."""
    return sum(len(talk.answers) for talk in talks)


@pytest.mark.timeout(110)
async def test_a_copy_under_traffic_started_later_sends_nothing_twice(desk: Desk) -> None:
    await desk.start()
    talks = [Talk(*await desk.ticket(f"Customer{one}xyz", f"opening of {one}")) for one in range(3)]
    going_on = asyncio.create_task(traffic(desk, talks, random.Random(20261126)))  # noqa: S311 - repeatable, not secret
    await until(lambda: written(talks) >= BEFORE, "the traffic has begun")
    code, _, errors = await command("backup", "copy.db", environment=desk.environment, folder=desk.folder)
    so_far = written(talks)
    await until(lambda: written(talks) >= so_far + AFTER, "the traffic goes on")
    going_on.cancel()
    await desk.rests()
    numbers, everything = set(desk.numbers()), {talk.customer: desk.telegram.received(talk.customer) for talk in talks}
    await desk.process.kill()

    for name in ("loket.db", "loket.db-wal", "loket.db-shm"):
        (desk.folder / name).unlink(missing_ok=True)
    (desk.folder / "copy.db").rename(desk.path)
    await desk.start()
    await desk.rests()
    newcomer = desk.customer("Latecomerxyz")
    desk.writes(newcomer, "after it all")
    await desk.rests()

    assert (code, errors) == (0, "")
    for talk in talks:
        assert desk.received(talk.customer, talk.answers) == talk.answers
        assert desk.telegram.received(talk.customer) == everything[talk.customer]
    assert len(numbers) > len(talks)
    assert max(desk.numbers()) > max(numbers) + 500  # no number of a customer of the lost time
    assert desk.acknowledged(newcomer) == 1
    assert len([card for card in desk.cards() if "runs on a copy" in str(card)]) == 1
