"""A dozen deaths at random moments, while several customers and two agents write."""

import asyncio
import random
from dataclasses import dataclass, field

import pytest

from tests.crashes.desk import Desk
from tests.crashes.process import until

KILLS = 12
CALLS_BEFORE_DEATH = 40  #: at most so many calls of a life are seen before it is killed
JITTER_S = 0.03  #: and then so long, at most: into the middle of what a call leads to


@dataclass(slots=True)
class Talk:
    """One conversation: what each side wrote, in order."""

    customer: int
    card: str  #: empty: nobody knows it, so no agent answers
    first: str
    asked: list[str] = field(default_factory=list)
    answered: dict[str, str] = field(default_factory=dict)  #: the texts, and where they stand in Slack


@dataclass(slots=True)
class Traffic:
    """Everybody writes."""

    desk: Desk
    chance: random.Random
    talks: list[Talk] = field(default_factory=list)

    def somebody_new(self) -> None:
        """A new customer, who writes for the first time."""
        number = len(self.talks)
        talk = Talk(self.desk.customer(f"Customer{number}xyz"), card="", first=f"opening {number:02}")
        self.talks.append(talk)
        self.desk.writes(talk.customer, talk.first)

    def somebody_writes(self) -> None:
        """A customer asks more, or an agent answers."""
        talk = self.chance.choice(self.talks[:4] + self.talks[-1:])
        if self.chance.random() < 0.5 or not talk.card:
            talk.asked.append(f"question {len(talk.asked)} of {talk.first}")
            self.desk.writes(talk.customer, talk.asked[-1])
        elif self._is_heard(talk):  # else a retry may come after what was written later, as in Slack itself
            text = f"answer {len(talk.answered)} to {talk.first}"
            talk.answered[text] = self.desk.answers(self.chance.choice(self.desk.agents), talk.card, text)

    def _is_heard(self, talk: Talk) -> bool:
        keys = [f"{self.desk.channel}:{ts}" for ts in talk.answered.values()][-1:]
        return all(self.desk.count("SELECT COUNT(*) FROM inbox WHERE key = ?", key) for key in keys)

    async def goes_on(self) -> None:
        """Write until cancelled."""
        while True:
            self.somebody_writes()
            await asyncio.sleep(self.chance.uniform(0.01, 0.15))


@pytest.mark.timeout(110)
async def test_a_dozen_random_deaths_lose_double_and_disorder_nothing(desk: Desk) -> None:
    traffic = Traffic(desk, random.Random(20261121))  # noqa: S311 - repeatable, not secret
    await desk.start()
    for number in range(4):
        talk = Talk(*await desk.ticket(f"Customer{number}xyz", f"opening {number:02}"), first=f"opening {number:02}")
        traffic.talks.append(talk)

    writing = asyncio.create_task(traffic.goes_on())
    for _ in range(KILLS):
        traffic.somebody_new()
        await _death(desk, traffic.chance)
        await desk.launch()
    writing.cancel()
    await desk.process.listens()
    await desk.slack.connected()
    await desk.rests(within_s=30)

    assert desk.numbers() == list(range(1, 4 + KILLS + 1))
    for talk in traffic.talks:
        _compare(desk, talk)


async def _death(desk: Desk, chance: random.Random) -> None:
    """Kill after a random number of calls, or while it starts."""
    seen, deadly = len(desk.slack.calls), chance.randint(0, CALLS_BEFORE_DEATH)
    await until(lambda: len(desk.slack.calls) >= seen + deadly, "calls to Slack")
    await asyncio.sleep(chance.uniform(0, JITTER_S))
    await desk.process.kill()


def _compare(desk: Desk, talk: Talk) -> None:
    card, written = desk.card_with(talk.first), [talk.first, *talk.asked]
    assert desk.shown(card, written) == written
    received, doubts = desk.received(talk.customer, list(talk.answered)), desk.doubts(card)
    assert received == [text for text in talk.answered if text in received]  # in order, none twice
    for text, ts in talk.answered.items():
        if desk.reaction(ts) == ["warning"]:
            assert any(text in doubt for doubt in doubts)
        else:
            assert text in received
            assert desk.reaction(ts) == ["white_check_mark"]
    assert desk.acknowledged(talk.customer) + any("Your ticket number is" in doubt for doubt in doubts) >= 1
    assert desk.acknowledged(talk.customer) <= 1
