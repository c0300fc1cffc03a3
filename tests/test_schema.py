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
FIRST_ROWS: dict[str, dict[str, object]] = {  # parents first
    "counter": {"name": "ticket", "value": 42},
    "customer": {"id": 1, "name": "Ada", "language": "id", "created_at": NOON},
    "identity": {"id": 1, "customer_id": 1, "channel": "telegram", "account": "7", "key": "8", "created_at": NOON},
    "inbox": {
        "id": 1, "source": "telegram", "key": "k", "lane": "l", "position": 2, "raw": "{}", "received_at": NOON,
        "state": "done", "attempts": 1, "next_at": NOON, "error": "e", "settled_at": NOON,
    },
    "seen": {"key": "s", "at": NOON},
    "ticket": {
        "id": 1, "number": 42, "desk": "Support", "customer_id": 1, "identity_id": 1, "subject": "Lost", "level": 2,
        "status": "open", "owner": "U1", "opened_at": NOON, "last_customer_at": NOON, "version": 3, "previous": 41,
    },
    "journal": {"id": 1, "at": NOON, "event": "TicketOpened", "ticket_id": 1, "actor": "customer", "data": '{"a": 1}'},
    "message": {
        "id": 1, "ticket_id": 1, "seq": 1, "direction": "in", "author": "customer", "author_name": "Ada",
        "body": '[{"text": "Lost"}]', "kind": "text", "sent_at": NOON, "arrived_at": NOON, "external_key": "x",
    },
    "delivery": {
        "id": 1, "lane": "slack:1", "seq": 1, "kind": "open_thread", "budget": "b", "ticket_id": 1, "message_id": 1,
        "payload": "{}", "state": "done", "rank": 0, "attempts": 1, "due_at": NOON, "external_key": "9", "cause": "c",
        "part": 0, "created_at": NOON,
    },
}  # fmt: skip
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


async def test_a_first_database_is_brought_up_to_date_with_every_row(database: Database, kind: Kind) -> None:
    await database._apply("0001_first_tables")
    if kind is Kind.SQLITE:
        await query('DROP INDEX "idx_ticket_identit_91f5e8"', [])
        await query('CREATE INDEX "idx_ticket_identit_20ad99" ON "ticket" ("identity", "status")', [])
    for table, row in FIRST_ROWS.items():
        marks = ", ".join("?" * len(row))
        await query(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))  # noqa: S608
    before = {table: await query(f"SELECT * FROM {table}", []) for table in FIRST_ROWS}  # noqa: S608

    await database.migrate(now=NOON)

    for table, (old,) in before.items():
        (new,) = await query(f"SELECT * FROM {table}", [])  # noqa: S608
        assert {name: new[name] for name in old} == old
        assert {new[name] for name in new.keys() - old.keys()} <= {None}
    assert (await schema(kind)).keys() >= {"alias"}
    if kind is Kind.SQLITE:
        assert "idx_ticket_identit_91f5e8" in await schema(kind)
        assert "idx_ticket_identit_20ad99" not in await schema(kind)


def test_the_first_rows_are_in_every_table() -> None:
    first = Path(migrations.__path__[0], "0001_first_tables.py").read_text()

    assert set(FIRST_ROWS) == set(re.findall(r'"table": "(\w+)"', first))


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
