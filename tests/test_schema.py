"""Rows and migrations say the same."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tortoise.apps import Apps
from tortoise.connection import get_connection
from tortoise.context import get_current_context
from tortoise.migrations.autodetector import MigrationAutodetector

from bot.models import migrations
from bot.models.database import APPS, Database, connect


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await connect(f"sqlite://{tmp_path / 'loket.db'}")
    yield database
    await database.close()


async def schema() -> dict[str, list[str]]:
    """Every table and index, with its lines, without comments and in any order."""
    rows = await get_connection("default").execute_query_dict(
        "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name <> 'tortoise_migrations'"
    )
    return {row["name"]: normalised(row["sql"]) for row in rows}


def normalised(sql: str) -> list[str]:
    bare = re.sub(r"/\*.*?\*/", "", sql).replace("IF NOT EXISTS ", "")
    lines = re.split(r'\n|, (?=")', bare)  # SQLite writes an added column behind the last one
    return sorted(" ".join(line.strip(" ,)").split()) for line in lines if line.strip(" ,)"))


def context_apps() -> Apps:
    context = get_current_context()
    assert context is not None
    assert context.apps is not None
    return context.apps


async def test_the_migrations_make_the_tables_of_the_rows(database: Database) -> None:
    await database.migrate()
    migrated = await schema()
    for name in migrated:
        await get_connection("default").execute_script(f"PRAGMA foreign_keys=OFF; DROP TABLE IF EXISTS {name}")

    context = get_current_context()
    assert context is not None
    await context.generate_schemas()

    assert migrated == await schema()


@pytest.mark.usefixtures("database")
async def test_makemigrations_finds_nothing_to_do() -> None:
    apps = context_apps()
    for row in apps["models"].values():
        row._meta.table_description = ""  # Tortoise takes docstrings for the tables' comments; to us they are none

    missing = await MigrationAutodetector(apps, APPS).changes()

    assert [step.as_string() for step in missing] == []  # else: review it, and add it as the next step


def test_no_step_alters_or_removes_a_column_by_tortoise() -> None:
    steps = {path.name: path.read_text() for path in Path(migrations.__path__[0]).glob("0*.py")}

    assert steps
    assert [name for name, text in steps.items() if re.search(r"AlterField|RemoveField|orjson", text)] == []
