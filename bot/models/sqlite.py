"""A database in one SQLite file: opening, migrating and locking it."""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.transactions import in_transaction
from typing_extensions import override

from bot.errors import ConfigError, NoRoom
from bot.models import copies
from bot.models.base import APPS, MIGRATIONS, Database, Upgrade
from bot.models.safe_sqlite import SafeSqliteClient

Made = TypeVar("Made")

PRAGMAS = {
    "busy_timeout": 5000,  # ms; first, because switching to WAL may have to wait too
    "journal_mode": "WAL",
    "synchronous": "FULL",  # what was acknowledged survives a power cut
    "foreign_keys": "ON",
}
#: SQLite counts a table's ids from its first row on
UNUSED_SEQUENCES = """
INSERT INTO sqlite_sequence (name, seq) SELECT name, 0 FROM sqlite_master
WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)
"""


class SqliteDatabase(Database):
    """A file. Before it is migrated, one that is not new is copied to ``NAME.before-STEP.TIME.bak`` beside it."""

    kind = "sqlite"

    def __init__(self, path: Path, context: TortoiseContext) -> None:
        super().__init__(str(path), context)
        self.path = path

    @override
    async def migrate(self, *, now: datetime) -> Upgrade:
        with _locked(_beside(self.path, ".migrating"), busy=f"another Loket is migrating {self.path}; wait for it"):
            pending = await self.pending()
            copy = await self._copied(pending[0], now=now) if pending and await self._applied() else ""
            client = get_connection("default")
            await client.execute_query("PRAGMA foreign_keys=OFF")  # or a table that is rebuilt would take its children
            try:
                for name in pending:
                    await self._apply(name)
            finally:
                await client.execute_query("PRAGMA foreign_keys=ON")
            return Upgrade(steps=pending, copy=copy)

    async def _copied(self, step: str, *, now: datetime) -> str:
        """Keep the database as it is before a step; what became of that. Want of room stops nobody."""
        target = _beside(self.path, f".before-{step}.{now:%Y%m%dT%H%M%SZ}.bak")
        try:
            await asyncio.to_thread(copies.copy, self.path, target, now=now)
        except NoRoom as reason:
            return f"The database as it was is not kept: {reason}"
        return f"The database as it was is kept in {target}"

    @override
    async def ready(self, *, now: datetime) -> Upgrade:
        return await self.migrate(now=now)

    @override
    async def check(self) -> None:
        async with in_transaction() as transaction:
            await transaction.execute_query("SELECT count(*) FROM sqlite_master")
            await transaction.execute_query("PRAGMA user_version=0")  # our value anyway; rewrites the file's header

    @override
    async def place(self) -> str:
        return ""

    @override
    async def leap(self, ids: int) -> None:
        client = get_connection("default")
        await client.execute_query(UNUSED_SEQUENCES)
        await client.execute_query("UPDATE sqlite_sequence SET seq = seq + ?", [ids])

    @override
    async def sequences(self) -> dict[str, int]:
        found = await get_connection("default").execute_query_dict("SELECT name, seq FROM sqlite_sequence")
        return {row["name"]: row["seq"] for row in found if row["name"] != MIGRATIONS}

    @override
    async def give_from(self, sequences: dict[str, int]) -> None:
        client = get_connection("default")
        await client.execute_query(UNUSED_SEQUENCES)
        for table, last in sequences.items():
            await client.execute_query("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", [last, table])

    @override
    async def _tables(self) -> Collection[str]:
        found = await get_connection("default").execute_query_dict("SELECT name FROM sqlite_master")
        return {row["name"] for row in found}

    @override
    async def _orphans(self, transaction: TransactionalDBClient) -> int:
        return len(await transaction.execute_query_dict("PRAGMA foreign_key_check"))


async def connect(path: Path) -> SqliteDatabase:
    """
    Open the file; a new one is readable by its owner only.

    :raises ConfigError: it cannot be opened, read and written; the text says what would mend it.
    """
    _probe(path)
    context = TortoiseContext()
    try:
        with context:  # known to this task while it starts, and from then on to all of them by the global fallback
            await context.init(_configuration(path), _enable_global_fallback=True)
        database = SqliteDatabase(path, context)
        await get_connection("default").create_connection(with_db=True)
        await database.check()
    except (sqlite3.Error, BaseORMException) as error:
        await context.close_connections()
        _refuse(path, error)
    except BaseException:
        await context.close_connections()
        raise
    return database


def read(path: Path, made: Callable[[Any], Made], sql: str, values: Sequence[object]) -> list[Made]:
    """What is made of each row that a SELECT finds, on a connection that can't write; waits, so call it in a thread."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
        connection.row_factory = sqlite3.Row
        return [made(row) for row in connection.execute(sql, tuple(values))]


class FileLock:
    """The start lock of a file, which ends with the process at the latest."""

    async def kept(self) -> None:
        """Never returns: the kernel takes it from nobody."""
        await asyncio.Event().wait()


@contextmanager
def exclusive(path: Path) -> Iterator[FileLock]:
    """
    Hold the start lock of the database *path*.

    :raises ConfigError: another process holds it.
    """
    busy = f"another Loket is running on {path}; stop it first, or name another file"
    with _locked(_beside(path, ".lock"), busy=busy):
        yield FileLock()


@contextmanager
def _locked(path: Path, *, busy: str) -> Iterator[None]:
    try:
        lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        _refuse(path, error)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ConfigError([f"DATABASE_URL: {busy}"]) from error
    else:
        yield
    finally:
        os.close(lock)  # the file stays: who removes a lock file can let two in


def _probe(path: Path) -> None:
    try:
        with suppress(FileExistsError):  # never open a file that SQLite may have locked: closing it drops the lock
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(path)) as probe:  # where aiosqlite fails to open, it leaves its thread behind
            probe.execute("PRAGMA schema_version")
    except (OSError, sqlite3.Error) as error:
        _refuse(path, error)


def _configuration(path: Path) -> dict[str, Any]:
    engine = SafeSqliteClient.__module__
    return {
        "connections": {"default": {"engine": engine, "credentials": {"file_path": str(path), **PRAGMAS}}},
        "apps": APPS,
    }


def _refuse(path: Path, error: Exception) -> NoReturn:
    mends: Sequence[tuple[str, str]] = (
        ("No such file", f"create the folder {path.parent.absolute()} or name another"),
        ("Not a directory", "name a file in a folder that exists"),
        ("Permission denied", "let Loket's user write the folder and the file"),
        ("unable to open", "let Loket's user write the folder and the file; it must not be a folder"),
        ("readonly", "let Loket's user write the folder and the file"),
        ("not a database", "name another file, or restore a copy"),
        ("malformed", "restore a copy"),
        ("is locked", "stop the program that holds it"),
        ("is full", "make room on the disk"),
    )
    mend = next((mend for words, mend in mends if words in str(error)), "name another file")
    raise ConfigError([f"DATABASE_URL: cannot use {path} ({error}); {mend}"]) from error


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
