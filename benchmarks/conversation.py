"""Conversations: how long a message takes to Slack and an answer to the customer, and how many fit into a second."""

import statistics
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from benchmarks.plan import Plan
from benchmarks.results import Measured, Row
from benchmarks.stage import Stage, Subject, milliseconds, now, stage, until, words
from tests.database import Kind

WARM_UP = 5
_numbers = count(1)


@dataclass(slots=True)
class Found:
    """What the rounds gave for one subject."""

    message_ms: list[float] = field(default_factory=list)
    reply_ms: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)  #: per 1,000 messages
    serial_calls: list[float] = field(default_factory=list)
    started_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)


async def _posted(at: Stage, text: str, *, since: int) -> int:
    """The place, among Slack's calls, of the post that shows the text."""
    place = since

    def is_posted() -> bool:
        nonlocal place
        while place < len(at.slack.calls):
            call = at.slack.calls[place]
            if call.method == "chat.postMessage" and text in words(call.arguments):
                return True
            place += 1
        return False

    await until(is_posted)
    return place


async def _messages(at: Stage, amount: int) -> tuple[list[float], list[float], list[tuple[int, str]]]:
    """New customers, one after the other: seconds until Slack has it, its calls until then, and (person, text)."""
    taken_s, calls, tickets = [], [], []
    for number in [next(_numbers) for _ in range(amount)]:
        person, text = at.telegram.add_person(f"Ada {number}", language_code="en"), f"Where is order {number:06d}?"
        await at.rests()
        since, started = len(at.slack.calls), now()
        at.telegram.writes(person, text)
        place = await _posted(at, text, since=since)
        taken_s.append(at.slack.calls[place].at.timestamp() - started)
        calls.append(float(place - since + 1))
        tickets.append((person, text))
    await at.rests()
    return taken_s, calls, tickets


async def _replies(at: Stage, tickets: list[tuple[int, str]]) -> list[float]:
    """An agent answers each (Loket's: claims it before), one after the other: seconds until the customer has it."""
    places = {
        text: str(one["ts"]) for one in at.slack.messages(at.channel) for _, text in tickets if text in words(one)
    }
    taken_s = []
    for person, text in tickets:
        answer = f"On its way: {text}"
        if at.subject is Subject.OURS:
            await at.slack.press(at.agent, at.channel, places[text], "ticket.claim")
        await at.rests()
        started = now()
        at.slack.post(at.agent, at.channel, answer, thread_ts=places[text])
        await until(lambda person=person, answer=answer: answer in at.telegram.received(person))  # type: ignore[misc]
        taken_s.append(list(at.telegram.person(person).messages.values())[-1].date.timestamp() - started)
    await at.rests()
    return taken_s


async def _burst(at: Stage, amount: int) -> tuple[float, float]:
    """Everybody writes at once: tickets a second until the last card stands, and processor seconds per 1,000."""
    numbers = [next(_numbers) for _ in range(amount)]
    people = [at.telegram.add_person(f"Ada {number}", language_code="en") for number in numbers]
    await at.rests()
    since, started, cpu_s = len(at.slack.calls), now(), at.cpu_s
    for number, person in zip(numbers, people, strict=True):
        at.telegram.writes(person, f"Where is order {number:06d}?")
    left = {f"order {number:06d}?" for number in numbers}
    place, last = since, started

    def is_done() -> bool:
        nonlocal place, last
        for call in at.slack.calls[place:]:
            place += 1
            if call.method == "chat.postMessage":
                said = words(call.arguments)
                shown = {text for text in left if text in said}
                left.difference_update(shown)
                last = call.at.timestamp() if shown else last
        return not left

    await until(is_done)
    await at.rests()
    return amount / (last - started), (at.cpu_s - cpu_s) / amount * 1000


async def _round(at: Stage, plan: Plan, found: Found) -> None:
    message_s, calls, tickets = await _messages(at, plan.alone)
    found.message_ms.append(statistics.median(milliseconds(message_s)))
    found.serial_calls.append(statistics.median(calls))
    found.reply_ms.append(statistics.median(milliseconds(await _replies(at, tickets))))
    per_second, cpu_s = await _burst(at, plan.burst)
    found.per_second.append(per_second)
    found.cpu_s.append(cpu_s)


@asynccontextmanager
async def _both(url: str, folder: Path) -> AsyncIterator[dict[Subject, Stage]]:
    async with stage(Subject.OURS, url, folder) as loket, stage(Subject.RELAY, url, folder) as relay:
        yield {Subject.OURS: loket, Subject.RELAY: relay}


async def measure(kind: Kind, url: str, folder: Path, plan: Plan, *, tickets: int) -> list[Row]:
    """Loket and the bare relay in turns, on a database that has so many tickets already."""
    found = {subject: Found() for subject in Subject}
    for number in range(plan.rounds):
        async with _both(url, folder) as stages:
            for subject, at in stages.items():
                found[subject].started_s.append(at.started_s)
                found[subject].memory_mb.append(at.memory_mb)
                await _replies(at, (await _messages(at, WARM_UP))[2])
            for subject, at in list(stages.items())[:: 1 if number % 2 else -1]:
                await _round(at, plan, found[subject])
    return _rows(kind, tickets, found[Subject.OURS], found[Subject.RELAY])


def _rows(kind: Kind, tickets: int, ours: Found, bare: Found) -> list[Row]:
    def row(what: str, unit: str, of: Callable[[Found], list[float]], **goal: float | bool | None) -> Row:
        return Row(what=what, database=kind, tickets=tickets, unit=unit, ours=Measured.of(of(ours)),
                   baseline=Measured.of(of(bare)), **goal)  # type: ignore[arg-type]  # fmt: skip

    return [
        row("customer's message → Slack, p50", "ms", lambda it: it.message_ms, most=3),
        row("agent's reply → customer, p50", "ms", lambda it: it.reply_ms, most=3),
        row("tickets opened in a burst", "/s", lambda it: it.per_second, least=0.3),
        row("Slack calls until a card stands", "calls", lambda it: it.serial_calls, most=1, absolute=True),
        row("processor per 1,000 tickets", "s", lambda it: it.cpu_s),
        row("ready after start", "s", lambda it: it.started_s, most=3, absolute=True),
        row("memory, idle", "MB", lambda it: it.memory_mb, most=120, absolute=True),
    ]
