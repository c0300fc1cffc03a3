"""What `loket check` finds about the database: it really is so."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from bot.findings import Finding, Mark
from bot.models import check
from bot.models.database import connect, exclusive
from tests.checking import SOUND
from tests.database import Kind, empty_url, fresh_url
from tests.postgres import rows
from tests.unit.test_database import migrated_by_a_newer_loket

NOBODY = 65534
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    """An SQLite database that is up to date."""
    async with fresh_url(tmp_path / "loket.db"):
        yield tmp_path / "loket.db"


def look(path: Path, **facts: object) -> list[Finding]:
    return check.look(f"sqlite://{path}", replace(SOUND, **facts)).findings  # type: ignore[arg-type]  # of any field


def everything_in(folder: Path) -> dict[str, bytes]:
    return {found.name: found.read_bytes() for found in folder.iterdir() if found.is_file()}


# --- a file


def test_a_file_that_is_up_to_date_and_one_that_is_not_there_yet(path: Path, tmp_path: Path) -> None:
    assert look(path) == [check.READY.found(name=path)]
    assert look(tmp_path / "new.db") == [check.NEW.found(name=tmp_path / "new.db")]
    assert not (tmp_path / "new.db").exists()


def test_looking_leaves_everything_as_it_is(path: Path) -> None:
    before = everything_in(path.parent)

    look(path)

    assert everything_in(path.parent) == before


async def test_a_file_that_is_in_use_is_read_with_its_journal(tmp_path: Path) -> None:
    database = await connect(f"sqlite://{tmp_path}/loket.db")
    try:
        assert look(tmp_path / "loket.db") == [check.NEW.found(name=tmp_path / "loket.db")]
        await database.migrate(now=NOW)
        assert (tmp_path / "loket.db-wal").exists()
        assert look(tmp_path / "loket.db") == [check.READY.found(name=tmp_path / "loket.db")]
    finally:
        await database.close()


def test_a_folder_that_is_not_there_and_a_file_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    assert look(tmp_path / "gone" / "loket.db") == [check.NO_FOLDER.found(folder=tmp_path / "gone")]
    assert look(tmp_path / "folder") == [check.NOT_A_FILE.found(name=tmp_path / "folder")]


@contextmanager
def as_nobody() -> Iterator[None]:
    """As a user who owns nothing; the administrator, whom no file keeps out, becomes that user meanwhile."""
    if os.geteuid():
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.mark.parametrize("locked", ["the file", "the folder"])
async def test_what_this_user_may_not_write(locked: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # whose parents everybody may enter
        path = Path(folder) / "loket.db"
        async with fresh_url(path):
            path.chmod(0o444 if locked == "the file" else 0o666)
            path.parent.chmod(0o555 if locked == "the folder" else 0o777)
            with as_nobody():
                found = look(path)
            path.parent.chmod(0o700)

    assert found == [check.NOT_WRITABLE.found(name=path, folder=folder)]


def test_what_is_no_database(path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 200)

    assert look(path) == [check.DAMAGED.found(name=path, error="file is not a database")]


def test_a_database_of_a_newer_loket_and_one_of_another_program(tmp_path: Path) -> None:
    migrated_by_a_newer_loket(tmp_path)
    other = tmp_path / "other.db"
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE t (a)')",
            other,
        ],
        check=True,
    )

    assert look(tmp_path / "loket.db") == [check.NEWER.found(name=tmp_path / "loket.db")]
    assert look(other) == [check.FOREIGN.found(name=other)]


async def test_a_database_of_an_older_loket(tmp_path: Path) -> None:
    database = await connect(f"sqlite://{tmp_path}/loket.db")
    await database._apply((await database.pending())[0])
    await database.close()

    assert look(tmp_path / "loket.db") == [check.BEHIND.found(name=tmp_path / "loket.db")]


def test_a_network_file_system(path: Path) -> None:
    mounts = f"25 1 254:1 / / rw - ext4 /dev/vda1 rw\n40 25 0:41 / {path.parent} rw - nfs4 files:/srv rw\n"

    assert look(path, mounts=mounts)[1:] == [check.ON_NETWORK.found(name=path, kind="nfs4")]


def test_a_disk_that_is_full_or_nearly(path: Path) -> None:
    nearly, full = look(path, free_bytes=lambda _: 900 << 20), look(path, free_bytes=lambda _: 3 << 20)

    assert nearly[1:] == [check.DISK_LOW.found(folder=path.parent, free=900)]
    assert full[1:] == [check.DISK_FULL.found(folder=path.parent, free=3)]


def test_an_sqlite_with_the_wal_reset_bug(path: Path) -> None:
    assert look(path, sqlite=(3, 40, 1))[1:] == [check.WAL_RESET.found(version="3.40.1")]


async def test_whether_a_loket_runs_on_it(path: Path) -> None:
    url = f"sqlite://{path}"
    async with exclusive(url):
        running = check.look(url, SOUND).is_running

    assert running
    assert not check.look(url, SOUND).is_running


# --- a server


async def test_a_server_that_is_up_to_date_and_who_runs_on_it() -> None:
    async with fresh_url(Path(), Kind.POSTGRES) as url:
        found = await check.ask(url)
        async with exclusive(url):
            running = await check.ask(url)

    assert [one.mark for one in found.findings] == [Mark.GOOD]
    assert (found.is_running, running.is_running) == (False, True)


def test_without_the_network_the_server_is_not_asked() -> None:
    found = check.look("postgres://loket:hush@db.example.org/loket", SOUND)

    assert found.findings == [check.POSTGRES_OFFLINE.found()]


async def test_tables_that_are_not_there_yet_and_those_of_an_older_loket() -> None:
    async with empty_url(Path(), Kind.POSTGRES) as url:
        empty = await check.ask(url)
        database = await connect(url)
        await database._apply((await database.pending())[0])
        await database.close()
        older = await check.ask(url)

    name = "the PostgreSQL database at the local socket"
    assert empty.findings == [check.POSTGRES_EMPTY.found(name=name)]
    assert older.findings == [check.POSTGRES_BEHIND.found(name=name)]


async def run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_server_that_is_too_old_keeps_texts_wrongly_or_only_takes_reads() -> None:
    async with empty_url(Path(), Kind.POSTGRES) as url:
        name = f"{urlsplit(url).path.removeprefix('/')}_ascii"
        await run(url, f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        await run(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        found = await check.ask(url.replace(urlsplit(url).path, f"/{name}"), oldest=99)
        shown = await rows(url, "SELECT current_setting('server_version')")
        await run(url, f"DROP DATABASE {name}")

    old, *others, empty = found.findings
    assert old == check.POSTGRES_OLD.found(version=shown[0][0], oldest=99)
    assert others == [
        check.POSTGRES_ENCODING.found(encoding="SQL_ASCII"),
        check.POSTGRES_COPY.found(host="the local socket"),
    ]
    assert empty == check.POSTGRES_EMPTY.found(name="the PostgreSQL database at the local socket")


async def test_a_user_who_may_not_make_tables_or_not_come_in_at_all() -> None:
    async with empty_url(Path(), Kind.POSTGRES) as url:
        guest = f"guest_{urlsplit(url).path.removeprefix('/')}"
        await run(url, f"CREATE ROLE {guest} LOGIN", "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        as_guest = url.replace("://loket@", f"://{guest}:hush@")
        poor = await check.ask(as_guest)
        await run(url, f"ALTER ROLE {guest} NOLOGIN")
        barred = await check.ask(as_guest)
        await run(url, f"DROP ROLE {guest}")

    host = {"host": "the local socket"}
    assert poor.findings[0] == check.POSTGRES_RIGHTS.found()
    assert barred.findings == [check.POSTGRES_DENIED.found(**host)]
    assert "hush" not in str(barred.findings)


async def test_a_server_or_a_database_that_is_not_there() -> None:
    async with empty_url(Path(), Kind.POSTGRES) as url:
        unknown = await check.ask(url.replace(urlsplit(url).path, "/nowhere"))
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))  # and listens to nobody
        away = await check.ask(f"postgres://loket:hush@127.0.0.1:{door.getsockname()[1]}/loket")

    assert unknown.findings == [check.POSTGRES_NO_DATABASE.found(host="the local socket")]
    assert away.findings == [check.POSTGRES_AWAY.found(host="127.0.0.1")]


async def test_a_server_that_takes_no_more_connections() -> None:
    async with empty_url(Path(), Kind.POSTGRES) as url:
        name = urlsplit(url).path.removeprefix("/")
        guest = f"crowd_{name}"
        await run(url, f"CREATE ROLE {guest} LOGIN CONNECTION LIMIT 0")
        found = await check.ask(url.replace("://loket@", f"://{guest}@"))
        await run(url, f"DROP ROLE {guest}")

    assert found.findings == [check.POSTGRES_REFUSES.found(host="the local socket", error="TooManyConnectionsError")]
