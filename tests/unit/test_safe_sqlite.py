"""What only SQLite can do to us: other programs on the file, a full disk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
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


async def fill() -> None:
    async with in_transaction():
        for number in range(1000):
            await CounterRow.create(name=f"{number:040}", value=1)


async def test_reading_before_writing_beside_another_writer_waits_instead_of_failing(tmp_path: Path) -> None:
    await CounterRow.create(name="sum", value=0)

    def other_process() -> None:
        with closing(other_program(tmp_path / "loket.db")) as other:
            for _ in range(50):
                other.execute("UPDATE counter SET value = value + 1")

    others = asyncio.create_task(asyncio.to_thread(other_process))
    for _ in range(50):
        async with in_transaction():
            value = (await CounterRow.get(name="sum")).value
            await CounterRow.filter(name="sum").update(value=value + 1)
    await others

    assert (await CounterRow.get(name="sum")).value == 100


async def test_a_database_that_another_program_holds_is_a_temporary_trouble_and_then_none(
    database: Database, tmp_path: Path
) -> None:
    await get_connection("default").execute_query("PRAGMA busy_timeout=1")

    with closing(other_program(tmp_path / "loket.db")) as other:
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
