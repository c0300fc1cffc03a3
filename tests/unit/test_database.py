"""Opening, migrating, copying and locking the database."""

import asyncio
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tortoise.connection import get_connection

from bot.errors import ConfigError
from bot.models import has_wal_reset_bug
from bot.models.database import Database, connect, database_path, exclusive
from bot.models.rows import CounterRow
from tests.clock import MONDAY
from tests.database import Kind, fresh_database, fresh_url
from tests.dumps import steps

ROOT = Path(__file__).parents[2]
NEXT_STEP = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = [("models", "0002_second_channel")]
    operations = [ops.AddField(model_name="CounterRow", name="note", field=fields.CharField(null=True, max_length=9))]
"""
MIGRATE = """
import asyncio
from datetime import UTC, datetime
from bot.models.database import connect

async def main():
    database = await connect("sqlite://loket.db")
    try:
        print(*(await database.migrate(now=datetime(2026, 11, 23, 9, tzinfo=UTC))).steps)
    finally:
        await database.close()

asyncio.run(main())
"""


def migrated_by_a_newer_loket(folder: Path) -> list[str]:
    """Run a copy of our code that has one more migration, as a process of its own in *folder*."""
    (folder / "bot").mkdir()
    for name in ("__init__.py", "errors.py"):
        shutil.copy(ROOT / "bot" / name, folder / "bot" / name)
    shutil.copytree(ROOT / "bot" / "models", folder / "bot" / "models")
    (folder / "bot" / "models" / "migrations" / "0999_notes.py").write_text(NEXT_STEP)
    return subprocess.check_output([sys.executable, "-c", MIGRATE], cwd=folder, text=True).split()


async def pragma(name: str) -> object:
    [row] = await get_connection("default").execute_query_dict(f"PRAGMA {name}")
    return next(iter(row.values()))


async def opened(path: Path) -> Database:
    return await connect(f"sqlite://{path}")


async def test_a_new_database_is_durable_migrated_and_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "loket.db"

    database = await opened(path)
    pending = await database.pending()
    applied = await database.migrate(now=MONDAY)

    assert applied.steps == pending == steps()
    assert await database.pending() == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [await pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys")] == ["wal", 2, 1]
    assert not list(tmp_path.glob("*.bak"))  # noqa: ASYNC240 (a new one has nothing to keep)
    await database.close()


async def test_what_was_written_is_there_after_closing_and_opening_again(tmp_path: Path) -> None:
    async with fresh_database(tmp_path / "loket.db"):
        await CounterRow.create(name="tickets", value=41)

    again = await opened(tmp_path / "loket.db")
    assert (await CounterRow.get(name="tickets")).value == 41
    await again.close()
    await again.close()


async def test_a_failing_migration_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    database = await opened(tmp_path / "loket.db")
    obstacle = "CREATE TABLE tortoise_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT, applied_at TEXT)"
    await get_connection("default").execute_script(f"{obstacle}; CREATE TABLE ticket (in_the_way INT)")

    with pytest.raises(Exception, match="already exists"):
        await database.migrate(now=MONDAY)

    tables = await get_connection("default").execute_query_dict("SELECT name FROM sqlite_master WHERE type = 'table'")
    assert {row["name"] for row in tables} == {"tortoise_migrations", "ticket"}
    assert await pragma("foreign_keys") == 1
    await database.close()


async def test_an_upgrade_copies_a_database_in_use_and_keeps_what_is_in_it(tmp_path: Path) -> None:
    async with fresh_database(tmp_path / "loket.db"):
        await CounterRow.create(name="tickets", value=41)

    applied = migrated_by_a_newer_loket(tmp_path)

    assert applied == ["0999_notes"]
    copy = tmp_path / "loket.db.before-0999_notes.20261123T090000Z.bak"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    for path, columns in ((copy, 2), (tmp_path / "loket.db", 3)):
        database = await opened(path)
        [row] = await get_connection("default").execute_query_dict("SELECT * FROM counter WHERE name = 'tickets'")
        assert (row["value"], len(row)) == (41, columns)
        await database.close()


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    database = await opened(tmp_path / "other.db")
    await get_connection("default").execute_script("CREATE TABLE recipe (name TEXT)")

    with pytest.raises(ConfigError, match="belongs to another program"):
        await database.migrate(now=MONDAY)

    await database.close()


async def test_a_missing_folder_is_named_with_its_mend(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="create the folder"):
        await opened(tmp_path / "missing" / "loket.db")


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("buy milk\n" * 100)

    with pytest.raises(ConfigError, match="not a database"):
        await opened(path)

    assert path.read_text() == "buy milk\n" * 100


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="must not be a folder"):
        await opened(tmp_path)


async def test_a_refused_database_leaves_room_for_the_next_attempt(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        await opened(tmp_path)

    async with fresh_database(tmp_path / "loket.db") as database:
        await database.check()


async def test_a_task_with_a_context_of_its_own_reaches_the_database(tmp_path: Path) -> None:
    async with fresh_database(tmp_path / "loket.db"):
        await asyncio.create_task(CounterRow.create(name="elsewhere", value=1))
        assert await CounterRow.all().count() == 1


@pytest.mark.parametrize(
    ("url", "path"), [("sqlite://loket.db", "loket.db"), ("sqlite:///srv/loket/loket.db", "/srv/loket/loket.db")]
)
def test_a_url_names_a_relative_or_an_absolute_file(url: str, path: str) -> None:
    assert database_path(url) == Path(path)


@pytest.mark.parametrize("url", ["", "loket.db", "sqlite://", "sqlite://:memory:", "mysql://me:secret@host/db"])
def test_any_other_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigError, match="must look like sqlite://") as caught:
        database_path(url)
    assert "secret" not in str(caught.value)


async def test_only_one_loket_runs_on_a_database(tmp_path: Path, kind: Kind) -> None:
    async with fresh_url(tmp_path / "loket.db", kind) as url:
        async with exclusive(url):
            with pytest.raises(ConfigError, match="another Loket is running on"):
                async with exclusive(url):
                    pass

        async with exclusive(url):
            pass


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
    ],
)
def test_the_releases_with_the_wal_reset_bug_are_known(version: tuple[int, int, int], affected: bool) -> None:  # noqa: FBT001 (a table)
    assert has_wal_reset_bug(version) is affected


def test_the_sqlite_in_use_is_sound_and_the_only_one() -> None:
    script = "import bot.models.rows, aiosqlite, sqlite3; print(aiosqlite.sqlite_version, sqlite3.sqlite_version)"

    ours, everybodys = subprocess.check_output([sys.executable, "-c", script], cwd=ROOT, text=True).split()

    major, minor, patch = (int(number) for number in ours.split("."))
    assert ours == everybodys
    assert not has_wal_reset_bug((major, minor, patch))
