"""What is looked at every second, and what over very many tickets: the timers, and a month's report."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from benchmarks.plan import Plan
from benchmarks.results import Measured, Row
from bot import config
from bot.channels.base import Raw
from bot.clock import SystemClock
from bot.delivery.inbox import Inbox
from bot.models.database import connect, database_path
from bot.reports import queries
from bot.reports.period import By, parse
from bot.reports.sla import summarise
from bot.scheduler.due import Due, due_by_time
from bot.services.context import Context
from bot.services.services import Services
from bot.texts import Texts
from tests.database import Kind

LOOKS = 200  #: of the ticker, in a round
REPORTED_DAYS = 30
ARRIVES_EVERY_S = 0.005
NOTHING = Due(timers=False, arrived=False, leaving=False)
ARMED = "UPDATE ticket SET status = 'open', next_due_at = '2099-01-01 00:00:00+00:00'"

_numbers = count(1)


async def execute(url: str, sql: str, *values: object) -> list[Any]:
    """The bare driver's way; ``?`` marks the values."""
    path = database_path(url)
    if path is not None:
        return await asyncio.to_thread(_execute_sqlite, path, sql, values)
    connection = await asyncpg.connect(url)
    try:
        marks = count(1)
        marked = "".join(f"${next(marks)}" if char == "?" else char for char in sql)
        return list(await connection.fetch(marked, *values))
    finally:
        await connection.close()


def _execute_sqlite(path: Path, sql: str, values: tuple[object, ...]) -> list[Any]:
    with closing(sqlite3.connect(path)) as database:
        found = database.execute(sql, values).fetchall()
        database.commit()
        return found


class Desk:
    """The parts that look, over an open database, without platforms."""

    def __init__(self) -> None:
        self.clock, self.config = SystemClock(), config.parse("", slack_channel="#support", known_texts={})
        alarm = Services.over(Context(config=self.config, texts=Texts(), channels={})).settlement.alarm
        self.inbox = Inbox(processors={}, alarm=alarm, clock=self.clock, jitter=lambda: 1.0)

    async def tick(self) -> None:
        """What the ticker does every second while nothing is due."""
        assert await due_by_time(now=self.clock.now()) == NOTHING

    async def report(self) -> None:
        """A month by agent."""
        now = self.clock.now()
        period = parse(f"{REPORTED_DAYS}d", now=now, zone=ZoneInfo("UTC"))
        found = await queries.tickets(period)
        targets = self.config.targets
        summary = await asyncio.to_thread(
            lambda: summarise(found, period=period, targets=targets, now=now, by=By.AGENT)
        )
        assert summary.total.came_in


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[Desk]:
    database = await connect(url)
    try:
        yield Desk()
    finally:
        await database.close()


async def _taken_s(work: Callable[[], Awaitable[object]]) -> float:
    started = perf_counter()
    await work()
    return perf_counter() - started


async def ticks(kind: Kind, url: str, plan: Plan, *, tickets: int) -> list[Row]:
    """How long a tick takes that finds nothing to do, with the tickets as they are."""
    async with _open(url) as desk:
        rounds = [median([await _taken_s(desk.tick) for _ in range(LOOKS)]) * 1000 for _ in range(plan.rounds)]
    ours = Measured.of(rounds)
    return [Row(what="tick, nothing due", database=kind, tickets=tickets, unit="ms", ours=ours)]


async def timers(kind: Kind, url: str, plan: Plan, *, tickets: int) -> list[Row]:
    """The same with a timer on every ticket, beside the bare driver's query."""
    await execute(url, ARMED)
    now = str(SystemClock().now())
    bare = f"SELECT id FROM ticket WHERE next_due_at <= '{now}' ORDER BY next_due_at LIMIT 100"  # noqa: S608 - our clock
    ticked, queried = [], []
    async with _open(url) as desk:
        for _ in range(plan.rounds):
            ticked.append(median([await _taken_s(desk.tick) for _ in range(LOOKS)]) * 1000)
            queried.append(median([await _queried_s(url, bare) for _ in range(LOOKS)]) * 1000)
    baseline = Measured.of(queried)
    return [
        Row(what="whole tick, all armed, none due", database=kind, tickets=tickets, unit="ms",
            ours=Measured.of(ticked), baseline=baseline, most=1, absolute=True),
    ]  # fmt: skip


async def _queried_s(url: str, sql: str) -> float:
    """Seconds for one query, without those for connecting."""
    path = database_path(url)
    if path is not None:
        with closing(sqlite3.connect(path)) as database:
            database.execute(sql).fetchall()
            started = perf_counter()
            database.execute(sql).fetchall()
            return perf_counter() - started
    connection = await asyncpg.connect(url)
    try:
        await connection.fetch(sql)
        started = perf_counter()
        await connection.fetch(sql)
        return perf_counter() - started
    finally:
        await connection.close()


async def report(kind: Kind, url: str, plan: Plan, *, tickets: int) -> list[Row]:
    """A month's report, beside the bare query, and the slowest intake while it is made, beside the slowest without."""
    bare_s, ours_s, calm_ms, meanwhile_ms = [], [], [], []
    async with _open(url) as desk:
        period = parse(f"{REPORTED_DAYS}d", now=desk.clock.now(), zone=ZoneInfo("UTC"))
        start, end = (period.start, period.end) if kind is Kind.POSTGRES else (str(period.start), str(period.end))
        for _ in range(plan.rounds):
            bare = _bare_report(url, start, end)
            bare_s.append(await _taken_s(lambda bare=bare: bare))  # type: ignore[misc]
            taken_s, slowest_ms = await _beside_intake(desk, desk.report)
            ours_s.append(taken_s)
            meanwhile_ms.append(slowest_ms)
            pause_s = taken_s
            calm_ms.append((await _beside_intake(desk, lambda pause_s=pause_s: asyncio.sleep(pause_s)))[1])  # type: ignore[misc]
    return [
        Row(what="30-day report by agent", database=kind, tickets=tickets, unit="s", ours=Measured.of(ours_s),
            baseline=Measured.of(bare_s), most=0.5, absolute=True),
        Row(what="slowest intake meanwhile", database=kind, tickets=tickets, unit="ms", ours=Measured.of(meanwhile_ms),
            baseline=Measured.of(calm_ms), most=20, absolute=True),
    ]  # fmt: skip


async def _bare_report(url: str, start: object, end: object) -> list[Any]:
    [(first,)] = await execute(url, queries.FIRST, start)
    return await execute(url, queries.TICKETS, *queries.values_of(first, start, end))


async def _beside_intake(desk: Desk, work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Seconds that the work took, and the milliseconds of the slowest of the commits that were made meanwhile."""
    taken_s: list[float] = []
    over = asyncio.Event()

    async def arrive() -> None:
        while not over.is_set():
            number = next(_numbers)
            raw = Raw(key=f"meanwhile:{number}", lane=f"m:{number}", position=0, body="{}")
            taken_s.append(await _taken_s(lambda raw=raw: desk.inbox.put("telegram", [raw])))  # type: ignore[misc]
            await asyncio.sleep(ARRIVES_EVERY_S)

    arriving = asyncio.create_task(arrive())
    await asyncio.sleep(ARRIVES_EVERY_S)
    worked_s = await _taken_s(work)
    over.set()
    await arriving
    return worked_s, max(taken_s) * 1000
