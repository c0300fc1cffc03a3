"""Copies of the SQLite file: whole or not there, and never in the place of something else."""

import asyncio
import os
import resource
import sqlite3
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.errors import ConfigError, CopyFailed, NoRoom
from bot.models.copies import COPIED_AT, copy
from bot.models.database import backup, connect
from bot.models.rows import CounterRow, IdentityRow
from tests.clock import MONDAY
from tests.database import fresh_database

NOBODY = 65534


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[Path]:
    """A database that is open, with one row."""
    path = tmp_path / "loket.db"
    async with fresh_database(path):
        await CounterRow.create(name="ticket", value=41)
        yield path


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """An empty folder for copies."""
    shelf = tmp_path / "copies"
    shelf.mkdir()
    return shelf


def counters(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as database:
        return dict(database.execute("SELECT name, value FROM counter").fetchall())


def edit(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


async def test_a_copy_beside_the_running_service_is_complete_and_its_owners_only(source: Path, shelf: Path) -> None:
    await backup(f"sqlite://{source}", shelf / "copy.db", now=MONDAY)
    await CounterRow.create(name="later", value=1)

    assert counters(shelf / "copy.db") == {"ticket": 41, COPIED_AT: int(MONDAY.timestamp() * 1000)}
    assert stat.S_IMODE((shelf / "copy.db").stat().st_mode) == 0o600
    assert os.listdir(shelf) == ["copy.db"]


async def test_the_original_is_not_marked_as_a_copy(source: Path, shelf: Path) -> None:
    await backup(f"sqlite://{source}", shelf / "copy.db", now=MONDAY)

    assert counters(source) == {"ticket": 41}


async def test_a_copy_of_a_file_that_nobody_has_open_is_complete(source: Path, shelf: Path) -> None:
    await backup(f"sqlite://{source}", shelf / "first.db", now=MONDAY)

    copy(shelf / "first.db", shelf / "second.db", now=MONDAY)

    assert counters(shelf / "second.db")["ticket"] == 41


async def test_who_writes_is_not_in_the_way(source: Path, shelf: Path) -> None:
    with closing(sqlite3.connect(source, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO counter VALUES ('unfinished', 1)")

        await asyncio.to_thread(copy, source, shelf / "copy.db", now=MONDAY)

    assert "unfinished" not in counters(shelf / "copy.db")


def test_a_file_that_somebody_has_locked_is_not_copied(tmp_path: Path, shelf: Path) -> None:
    edit(tmp_path / "locked.db", "CREATE TABLE tortoise_migrations (name TEXT)")
    with closing(sqlite3.connect(tmp_path / "locked.db", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")

        with pytest.raises(CopyFailed, match="locked by another program"):
            copy(tmp_path / "locked.db", shelf / "copy.db", now=MONDAY, patience_s=0)

    assert os.listdir(shelf) == []


@pytest.mark.parametrize("taken", ["file", "folder", "dangling link", "itself"])
async def test_nothing_is_overwritten(taken: str, source: Path, shelf: Path) -> None:
    target = source if taken == "itself" else shelf / "copy.db"
    if taken == "file":
        target.write_text("wedding photos")
    elif taken == "folder":
        target.mkdir()
    elif taken == "dangling link":
        target.symlink_to(shelf / "nowhere")
    there = os.listdir(shelf)

    with pytest.raises(ConfigError, match="there already"):
        await backup(f"sqlite://{source}", target, now=MONDAY)

    assert os.listdir(shelf) == there
    assert taken != "file" or target.read_text() == "wedding photos"


@pytest.mark.parametrize("name", ["missing/copy.db", "file/copy.db", "n" * 250])
async def test_a_target_that_cant_be_is_refused_with_its_mend(name: str, source: Path, shelf: Path) -> None:
    (shelf / "file").touch()

    with pytest.raises(ConfigError, match="name a file in a folder that can be written"):
        await backup(f"sqlite://{source}", shelf / name, now=MONDAY)

    assert os.listdir(shelf) == ["file"]


async def test_a_folder_that_we_may_not_write_is_refused_with_its_mend(source: Path, shelf: Path) -> None:
    os.chmod(shelf, 0o500)

    with anybody(), pytest.raises(ConfigError, match=r"Permission denied\); name a file in a folder"):
        copy(source, shelf / "copy.db", now=MONDAY)


@contextmanager
def anybody() -> Iterator[None]:
    """Without the rights of root, which knows no permissions."""
    before = os.geteuid()
    if not before:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


async def test_a_full_disk_leaves_nothing(source: Path, shelf: Path) -> None:
    with room_for(16384), pytest.raises(NoRoom, match="make room"):
        copy(source, shelf / "copy.db", now=MONDAY)

    assert os.listdir(shelf) == []


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond: as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_damaged_database_gives_no_copy(source: Path, shelf: Path) -> None:
    copy(source, shelf / "good.db", now=MONDAY)
    pages = bytearray((shelf / "good.db").read_bytes())
    pages[8192:40960] = b"\xff" * (40960 - 8192)
    (shelf / "bad.db").write_bytes(pages)

    with pytest.raises(CopyFailed, match="restore an earlier copy"):
        copy(shelf / "bad.db", shelf / "copy.db", now=MONDAY)

    assert not (shelf / "copy.db").exists()


async def test_a_copy_whose_rows_do_not_belong_together_is_not_called_good(source: Path, shelf: Path) -> None:
    edit(
        source,
        "PRAGMA foreign_keys=OFF",
        "INSERT INTO identity (customer_id, channel, account, key, created_at) VALUES (9, 'x', 'y', 'z', '2026-11-23')",
    )
    assert await IdentityRow.all().count() == 1

    with pytest.raises(CopyFailed, match="1 rows lack"):
        copy(source, shelf / "copy.db", now=MONDAY)

    assert os.listdir(shelf) == []


async def test_what_is_no_database_of_ours_is_not_copied(tmp_path: Path, shelf: Path) -> None:
    edit(tmp_path / "other.db", "CREATE TABLE recipe (name TEXT)")

    for name, words in {"other.db": "no database of Loket's", "missing.db": "there is no database"}.items():
        with pytest.raises(ConfigError, match=words):
            copy(tmp_path / name, shelf / "copy.db", now=MONDAY)

    assert os.listdir(shelf) == []
    assert not (tmp_path / "missing.db").exists()


async def test_a_server_is_copied_by_its_own_tools_and_its_address_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pg_dump") as caught:
        await backup("postgres://loket:secret@host/loket", tmp_path / "loket.dump", now=MONDAY)

    assert "secret" not in str(caught.value)


async def test_a_copy_can_be_opened_and_written(tmp_path: Path) -> None:
    async with fresh_database(tmp_path / "loket.db"):
        copy(tmp_path / "loket.db", tmp_path / "copy.db", now=MONDAY)

    database = await connect(f"sqlite://{tmp_path / 'copy.db'}")
    await CounterRow.create(name="more", value=1)
    await database.close()

    assert counters(tmp_path / "copy.db")["more"] == 1
