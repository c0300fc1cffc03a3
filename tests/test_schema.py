"""Rows and migrations say the same."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tortoise.apps import Apps
from tortoise.connection import get_connection
from tortoise.context import get_current_context
from tortoise.migrations.autodetector import MigrationAutodetector

from bot.models import migrations
from bot.models.database import APPS, Database, connect, query
from tests.database import Kind, empty_url

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
POSTGRES = """
SELECT table_name AS name, concat_ws(' ', column_name, data_type, character_maximum_length, is_nullable,
    column_default, is_identity) AS sql
FROM information_schema.columns WHERE table_schema = current_schema()
UNION ALL SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()
UNION ALL SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid <> 0 AND connamespace = current_schema()::regnamespace
ORDER BY 1, 2
"""
SQLITE = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"


@pytest.fixture
async def database(tmp_path: Path, kind: Kind) -> AsyncIterator[Database]:
    async with empty_url(tmp_path / "loket.db", kind) as url:
        database = await connect(url)
        yield database
        await database.close()


async def schema(kind: Kind) -> dict[str, list[str]]:
    """Every table and index, with its lines, without comments and in any order."""
    found: dict[str, list[str]] = {}
    for row in await query(POSTGRES if kind is Kind.POSTGRES else SQLITE, []):
        if row["name"] != "tortoise_migrations":
            found.setdefault(row["name"], []).extend(normalised(row["sql"]))
    return found


def normalised(sql: str) -> list[str]:
    bare = re.sub(r"/\*.*?\*/", "", sql).replace("IF NOT EXISTS ", "")
    lines = re.split(r'\n|, (?=")', bare)  # SQLite writes an added column behind the last one
    return sorted(" ".join(line.strip(" ,)").split()) for line in lines if line.strip(" ,)"))


def context_apps() -> Apps:
    context = get_current_context()
    assert context is not None
    assert context.apps is not None
    return context.apps


async def test_the_migrations_make_the_tables_of_the_rows(database: Database, kind: Kind) -> None:
    await database.migrate(now=NOON)
    migrated = await schema(kind)
    for name in migrated:
        cascade = " CASCADE" if kind is Kind.POSTGRES else ""
        off = "" if kind is Kind.POSTGRES else "PRAGMA foreign_keys=OFF; "
        await get_connection("default").execute_script(f"{off}DROP TABLE IF EXISTS {name}{cascade}")

    context = get_current_context()
    assert context is not None
    await context.generate_schemas()

    assert migrated == await schema(kind)


async def test_no_index_is_over_a_constant(database: Database, kind: Kind) -> None:
    """SQLite takes a name in double quotes that is no column for a text, and says nothing."""
    await database.migrate(now=NOON)
    indexes = "SELECT name FROM sqlite_master WHERE type = 'index'"

    names = [row["name"] for row in await query(indexes, [])] if kind is Kind.SQLITE else []
    columns = {name: await query(f"PRAGMA index_info({name})", []) for name in names}

    assert [name for name, found in columns.items() if any(column["name"] is None for column in found)] == []


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
