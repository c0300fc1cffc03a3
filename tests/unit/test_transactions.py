"""Transactions stay whole and nothing stays locked, whoever is cancelled when; on both databases."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, TransactionManagementError
from tortoise.transactions import in_transaction

from bot.models.database import Database, is_temporary
from bot.models.rows import CounterRow
from tests.database import Kind, fresh_database


@pytest.fixture
async def database(tmp_path: Path, kind: Kind) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path / "loket.db", kind) as database:
        yield database


pytestmark = pytest.mark.usefixtures("database")


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
    """A transaction that the database refuses to commit."""
    async with in_transaction() as transaction:
        await CounterRow.create(name="lost", value=1)
        await transaction.execute_query("INSERT INTO child VALUES ('nobody')")


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


async def test_many_rows_at_once_are_written_wholly_or_not_when_cancelled_at_any_step(
    database: Database, kind: Kind
) -> None:
    mark = "$1" if kind is Kind.POSTGRES else "?"
    statement = f"INSERT INTO counter (name, value) VALUES ({mark}, 1)"  # noqa: S608 - one of two marks

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


async def test_a_doubled_key_is_no_temporary_trouble() -> None:
    await CounterRow.create(name="one", value=1)

    with pytest.raises(IntegrityError) as caught:
        await CounterRow.create(name="one", value=1)

    assert not is_temporary(caught.value)
