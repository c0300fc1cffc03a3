"""Transactions stay whole and the lock free, whoever is cancelled when."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError
from tortoise.transactions import in_transaction

from bot.models.database import Database, is_temporary
from bot.models.rows import CounterRow
from tests.database import fresh_database

if TYPE_CHECKING:
    import sqlite3


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path / "loket.db") as database:
        yield database


pytestmark = pytest.mark.usefixtures("database")


def other_program(path: Path) -> "sqlite3.Connection":
    """A connection beside ours."""
    import sqlite3  # only now, when it is the one that bot.models chose: two in one process ignore each other's locks

    return sqlite3.connect(path, isolation_level=None, timeout=5)


async def transfer(name: str) -> None:
    """Write a pair, of which there must never be one alone."""
    async with in_transaction():
        await CounterRow.create(name=f"{name}-a", value=1)
        async with in_transaction():
            await CounterRow.create(name=f"{name}-b", value=1)


async def failing(error: Exception) -> None:
    async with in_transaction():
        await CounterRow.create(name="lost", value=1)
        raise error


async def orphan() -> None:
    """A transaction that SQLite refuses to commit."""
    async with in_transaction() as transaction:
        await CounterRow.create(name="lost", value=1)
        await transaction.execute_query("INSERT INTO child VALUES ('nobody')")


async def fill() -> None:
    async with in_transaction():
        for number in range(1000):
            await CounterRow.create(name=f"{number:040}", value=1)


async def steps(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def names() -> list[str]:
    return sorted(row.name for row in await CounterRow.all())


async def halves() -> set[str]:
    """The pairs that are there by half."""
    there = await names()
    firsts, seconds = ({name[:-2] for name in there if name.endswith(end)} for end in ("-a", "-b"))
    return firsts ^ seconds


async def test_random_cancellations_neither_tear_a_transaction_nor_keep_the_lock() -> None:
    chance = random.Random(7)  # noqa: S311 (reproducible, not secret)

    for round_ in range(150):
        tasks = [asyncio.create_task(transfer(f"{round_}.{n}")) for n in range(8)]
        for task in chance.sample(tasks, 7):
            await (asyncio.sleep(chance.random() / 1000) if chance.random() < 0.5 else steps(chance.randrange(6)))
            task.cancel()
        async with asyncio.timeout(10):
            await asyncio.gather(*tasks, return_exceptions=True)

    async with asyncio.timeout(10):
        assert await halves() == set()
    assert await CounterRow.all().count() >= 2 * 150


async def test_many_rows_at_once_are_written_wholly_or_not_when_cancelled_at_any_step(database: Database) -> None:
    statement = "INSERT INTO counter (name, value) VALUES (?, 1)"

    for step in range(40):
        rows = [[f"{step}-a"], [f"{step}-b"]]
        task = asyncio.create_task(get_connection("default").execute_many(statement, rows))
        await steps(step)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert await halves() == set()
    await database.check()


async def test_a_failing_block_leaves_nothing_behind() -> None:
    with pytest.raises(ZeroDivisionError):
        await failing(ZeroDivisionError())

    assert await CounterRow.all().count() == 0


async def test_a_transaction_that_says_it_failed_is_rolled_back_too() -> None:
    with pytest.raises(TransactionManagementError):
        await failing(TransactionManagementError("by the caller"))

    await transfer("kept")
    assert await names() == ["kept-a", "kept-b"]


async def test_a_commit_that_is_refused_leaves_nothing_for_the_next_transaction_to_commit() -> None:
    child = "CREATE TABLE child (of TEXT REFERENCES counter (name) DEFERRABLE INITIALLY DEFERRED)"
    await get_connection("default").execute_query(child)

    with pytest.raises(IntegrityError):
        await orphan()

    await transfer("kept")
    assert await names() == ["kept-a", "kept-b"]


async def test_a_task_that_outlives_its_transaction_is_refused_instead_of_losing_its_write() -> None:
    over = asyncio.Event()

    async def late() -> None:
        await over.wait()
        await CounterRow.create(name="late", value=1)

    async with in_transaction():
        task = asyncio.create_task(late())
    over.set()

    with pytest.raises(TransactionManagementError, match="is over"):
        await task


async def test_reading_before_writing_beside_another_writer_waits_instead_of_failing(database: Database) -> None:
    await CounterRow.create(name="sum", value=0)

    def other_process() -> None:
        with closing(other_program(database.path)) as other:
            for _ in range(50):
                other.execute("UPDATE counter SET value = value + 1")

    others = asyncio.create_task(asyncio.to_thread(other_process))
    for _ in range(50):
        async with in_transaction():
            value = (await CounterRow.get(name="sum")).value
            await CounterRow.filter(name="sum").update(value=value + 1)
    await others

    assert (await CounterRow.get(name="sum")).value == 100


async def test_a_database_that_another_program_holds_is_a_temporary_trouble_and_then_none(database: Database) -> None:
    await get_connection("default").execute_query("PRAGMA busy_timeout=1")

    with closing(other_program(database.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as caught:
            await database.check()

    assert is_temporary(caught.value)
    await database.check()


async def test_a_full_disk_is_temporary_and_leaves_nothing_behind() -> None:
    [pages] = await get_connection("default").execute_query_dict("PRAGMA page_count")
    await get_connection("default").execute_query(f"PRAGMA max_page_count={pages['page_count'] + 2}")

    with pytest.raises(OperationalError) as caught:
        await fill()

    assert is_temporary(caught.value)
    assert await CounterRow.all().count() == 0


async def test_a_doubled_key_is_no_temporary_trouble() -> None:
    await CounterRow.create(name="one", value=1)

    with pytest.raises(IntegrityError) as caught:
        await CounterRow.create(name="one", value=1)

    assert not is_temporary(caught.value)
