"""On SQLite transactions that wait for their turn share a commit, and each is still whole, alone and durable."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from bot.models.database import is_temporary, urgent
from bot.models.rows import CounterRow
from tests.database import fresh_database

PATIENCE_MS = 100


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    path = tmp_path / "loket.db"
    async with fresh_database(path):
        yield path


def client() -> Any:
    return get_connection("default")


def said() -> list[str]:
    """What the writing connection is told from now on."""
    statements: list[str] = []
    client()._connection.set_trace_callback(statements.append)
    return statements


async def write(name: str, *, error: Exception | None = None) -> None:
    async with in_transaction():
        await CounterRow.create(name=name, value=1)
        if error is not None:
            raise error


async def write_urgently(name: str) -> None:
    async with urgent():
        await CounterRow.create(name=name, value=1)


def stored(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as other:
        return [name for (name,) in other.execute("SELECT name FROM counter ORDER BY rowid")]


async def test_what_waits_is_committed_together(path: Path) -> None:
    statements = said()

    await asyncio.gather(*(write(f"{number}") for number in range(10)))

    assert statements.count("COMMIT") == 2  # the first, and all that waited meanwhile
    assert len(stored(path)) == 10


async def test_one_that_fails_takes_back_its_own_and_nobody_elses(path: Path) -> None:
    statements = said()

    ended = await asyncio.gather(write("a"), write("b", error=ZeroDivisionError()), write("c"), return_exceptions=True)

    assert [type(one) for one in ended] == [type(None), ZeroDivisionError, type(None)]
    assert statements.count("COMMIT") == 2
    assert stored(path) == ["a", "c"]


async def test_the_urgent_go_first_and_wait_for_nobody_behind_them(path: Path) -> None:
    ordinary = [asyncio.create_task(write(f"{number}")) for number in range(5)]
    await asyncio.sleep(0)  # the first has written, the others wait
    await write_urgently("webhook")
    there = stored(path)
    await asyncio.gather(*ordinary)

    assert there == ["0", "webhook"]
    assert len(stored(path)) == 6


async def test_nobody_reads_what_is_not_committed(path: Path) -> None:
    async with in_transaction():
        await CounterRow.create(name="a", value=1)
        outside = await asyncio.create_task(asyncio.to_thread(lambda: stored(path)))
        reader = client()._parent._read("SELECT name FROM counter", [])

    assert outside == []
    assert list(reader) == []


async def test_a_lock_of_another_program_is_waited_for_while_others_go_on(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(write("a"))
        read = await CounterRow.all().count()
        other.execute("ROLLBACK")
        await waiting

    assert read == 0
    assert stored(path) == ["a"]


async def test_a_lock_that_lasts_is_a_temporary_error(path: Path) -> None:
    client().pragmas["busy_timeout"] = PATIENCE_MS
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(OperationalError) as caught:
            await write("a")

    assert is_temporary(caught.value)
    await write("b")
    assert stored(path) == ["b"]


async def test_when_the_disk_is_full_all_that_have_joined_know_it(path: Path) -> None:
    pages = client()._connection.execute("PRAGMA page_count").fetchone()[0]
    client()._connection.execute(f"PRAGMA max_page_count={pages}")

    async def fill() -> None:
        async with in_transaction():
            for number in range(5000):
                await CounterRow.create(name=f"{number}" * 20, value=1)

    ended = await asyncio.gather(write("a"), fill(), return_exceptions=True)

    assert [is_temporary(one) for one in ended if isinstance(one, BaseException)] == [True] * len(
        [one for one in ended if one is not None]
    )
    assert isinstance(ended[1], OperationalError)
    assert stored(path) == ([] if ended[0] is not None else ["a"])
