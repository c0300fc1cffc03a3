"""A database of every released schema is brought up to date, with every row in it."""

import os
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import upkeep
from bot.errors import ConfigError
from bot.models.database import Database, connect, query
from bot.models.moving import tables
from tests.clock import MONDAY
from tests.database import Kind, empty_url, fresh_url
from tests.dumps import dump_of, load, steps
from tests.every_table import everything

MEBIBYTE = 1 << 20
Rows = dict[str, list[dict[str, Any]]]


@asynccontextmanager
async def released(step: str, kind: Kind, folder: Path) -> AsyncIterator[str]:
    """The address of a database that the program of this step has written."""
    async with empty_url(folder / "loket.db", kind) as url:
        await load(dump_of(step, kind), url)
        yield url


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = await connect(url)
    try:
        yield database
    finally:
        await database.close()


async def raw(database: Database) -> Rows:
    """All rows as the driver tells them, by table."""
    names = sorted(set(await database._tables()) & {str(kind._meta.db_table) for kind in tables()})
    return {name: await query(f"SELECT * FROM {name} ORDER BY 1", []) for name in names}  # noqa: S608


@pytest.mark.parametrize("step", steps())
async def test_every_row_of_a_released_database_outlives_the_upgrade(step: str, kind: Kind, tmp_path: Path) -> None:
    async with released(step, kind, tmp_path) as url, opened(url) as database:
        before = await raw(database)

        upgrade = await database.migrate(now=MONDAY)

        after = await raw(database)
        assert upgrade.steps == steps()[steps().index(step) + 1 :]
        assert all(before.values())  # there is something in each table
        for table, rows in before.items():
            assert [{name: new[name] for name in rows[0]} for new in after[table]] == rows
        assert {table for table, rows in (await everything()).items() if rows} == set(before)  # our code can read them


async def test_the_service_goes_on_giving_ids_in_a_released_database(kind: Kind, tmp_path: Path) -> None:
    async with released(steps()[0], kind, tmp_path) as url, opened(url) as database:
        await database.migrate(now=MONDAY)
        for kind_of_row in tables():
            row = await kind_of_row.all().first()
            if row is not None and kind_of_row._meta.generated_db_fields:
                assert (await database.sequences())[str(kind_of_row._meta.db_table)] >= row.pk


def test_each_step_has_a_database_that_was_written_by_it() -> None:
    missing = [dump_of(step, kind).name for step in steps() for kind in Kind if not dump_of(step, kind).exists()]

    assert missing == []  # else run `python -m tests.dumps`, and never change the earlier ones


@pytest.mark.parametrize("kind", list(Kind))
def test_the_latest_database_has_every_table(kind: Kind) -> None:
    sql = dump_of(steps()[-1], kind).read_text()

    names = [str(row._meta.db_table) for row in tables()]
    assert [name for name in names if f"INSERT INTO {name} " not in sql.replace("public.", "")] == []


async def test_the_first_indexes_over_a_constant_are_real_ones_now(tmp_path: Path) -> None:
    async with released(steps()[0], Kind.SQLITE, tmp_path) as url, opened(url) as database:
        await database.migrate(now=MONDAY)

        indexes = await query("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'ticket'", [])

    assert any('("identity_id", "status")' in str(row["sql"]) for row in indexes)
    assert not any('("identity", "status")' in str(row["sql"]) for row in indexes)


async def test_a_file_is_copied_before_it_is_brought_up_to_date_and_that_is_said(tmp_path: Path) -> None:
    async with released(steps()[0], Kind.SQLITE, tmp_path) as url:
        said = await upkeep.migrate(url)

    (copy,) = tmp_path.glob("*.bak")  # noqa: ASYNC240 - one look at the disk
    assert said.splitlines() == [f"The database as it was is kept in {copy}", *steps()[1:]]
    async with opened(f"sqlite://{copy}") as database:
        assert await database.pending() == steps()[1:]


async def test_without_room_for_a_copy_it_is_brought_up_to_date_all_the_same_and_that_is_said(tmp_path: Path) -> None:
    async with released(steps()[0], Kind.SQLITE, tmp_path) as url:
        async with opened(url):
            await query("INSERT INTO seen (key, at) VALUES (hex(zeroblob(?)), '2026-11-23')", [MEBIBYTE])
        with room_for(MEBIBYTE):
            said = await upkeep.migrate(url)

        async with opened(url) as database:
            assert await database.pending() == []
    assert said.startswith("The database as it was is not kept: no room for ")
    assert [name for name in os.listdir(tmp_path) if "bak" in name] == []


@contextmanager
def room_for(size: int) -> Any:
    """No file may grow beyond: as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_newer_database_is_left_alone(kind: Kind, tmp_path: Path) -> None:
    async with fresh_url(tmp_path / "loket.db", kind) as url, opened(url) as database:
        await query("INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', '9999_x', ?)", [MONDAY])

        for attempt in (database.migrate, database.ready):
            with pytest.raises(ConfigError, match=r"newer Loket \(it has 9999_x\); install that version, or restore"):
                await attempt(now=MONDAY)
