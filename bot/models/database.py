"""Opening, migrating, checking, copying and closing the database."""

import fcntl
import os
import pkgutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.transactions import in_transaction
from typing_extensions import override

from bot.errors import ConfigError
from bot.models import migrations
from bot.models.safe_sqlite import SafeSqliteClient, is_temporary

__all__ = ["APPS", "Database", "connect", "database_path", "exclusive", "is_temporary", "query"]

APPS: dict[str, dict[str, Any]] = {
    "models": {
        "models": ["bot.models.rows"],
        "migrations": migrations.__name__,
        "default_connection": "default",
    }
}
PRAGMAS = {
    "busy_timeout": 5000,  # ms; first, because switching to WAL may have to wait too
    "journal_mode": "WAL",
    "synchronous": "FULL",  # what was acknowledged survives a power cut
    "foreign_keys": "ON",
}


class Database:
    """
    The open database of this process; there can be only one at a time.

    Close it whatever happens: aiosqlite's thread keeps a process alive that forgets to, even after a crash.
    """

    def __init__(self, path: Path, context: TortoiseContext) -> None:
        self.path = path
        self._context = context

    async def pending(self) -> list[str]:
        """
        The names of the migrations that are not applied yet, in their order.

        :raises ConfigError: the file is newer than this program, or belongs to another one.
        """
        known = sorted(name for _, name, _ in pkgutil.iter_modules(migrations.__path__))
        applied = await self._applied()
        if newer := applied - set(known):
            raise ConfigError(
                [
                    f"DATABASE_URL: {self.path} was written by a newer Loket (it has {', '.join(sorted(newer))}); "
                    "install that version, or restore a copy from before the upgrade"
                ]
            )
        return [name for name in known if name not in applied]

    async def migrate(self) -> list[str]:
        """
        Bring the tables up to date, each step wholly or not at all, and return the names of the steps.

        A database that is not new is first copied to ``NAME.before-STEP.bak`` beside it.

        :raises ConfigError: see `pending`; or another process is migrating.
        """
        with _locked(_beside(self.path, ".migrating"), busy=f"another Loket is migrating {self.path}; wait for it"):
            pending = await self.pending()
            if pending and await self._applied():
                await self.copy_to(_beside(self.path, f".before-{pending[0]}.bak"))
            client = get_connection("default")
            await client.execute_query("PRAGMA foreign_keys=OFF")  # or a table that is rebuilt would take its children
            try:
                for name in pending:
                    await _apply(name)
            finally:
                await client.execute_query("PRAGMA foreign_keys=ON")
            return pending

    async def check(self) -> None:
        """Read and durably write something, or raise what Tortoise raises."""
        async with in_transaction() as transaction:
            await transaction.execute_query("SELECT count(*) FROM sqlite_master")
            await transaction.execute_query("PRAGMA user_version=0")  # our value anyway; rewrites the file's header

    async def copy_to(self, target: Path) -> None:
        """
        Write a consistent copy, readable by the owner only, in the place of *target*; other processes go on meanwhile.

        :raises ConfigError: *target* is the database itself. OSError or OperationalError: it can't be written.
        """
        if os.path.realpath(target) == os.path.realpath(self.path):  # noqa: ASYNC240 (one look at the disk)
            raise ConfigError([f"{target} is the database itself; name another file for its copy"])
        partial = _beside(target, ".partial")
        file = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)  # SQLite fills an empty file
        try:
            await get_connection("default").execute_query("VACUUM INTO ?", [str(partial)])
            os.fsync(file)
        finally:
            os.close(file)
        os.replace(partial, target)

    async def close(self) -> None:
        """Finish what is under way and end aiosqlite's thread; closing twice is harmless."""
        await self._context.close_connections()

    async def _applied(self) -> set[str]:
        client = get_connection("default")
        tables = {row["name"] for row in await client.execute_query_dict("SELECT name FROM sqlite_master")}
        if "tortoise_migrations" in tables:
            return {row["name"] for row in await client.execute_query_dict("SELECT name FROM tortoise_migrations")}
        if tables:
            raise ConfigError([f"DATABASE_URL: {self.path} belongs to another program; name another file"])
        return set()


def database_path(url: str) -> Path:
    """
    The file that *url* names: ``sqlite://relative.db`` or ``sqlite:///absolute.db``.

    :raises ConfigError: it names no file. The text does not repeat the URL, which may hold a password.
    """
    scheme, found, path = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        raise ConfigError(["DATABASE_URL: PostgreSQL comes with a later release; use sqlite://loket.db"])
    if scheme != "sqlite" or not found or not path or path == ":memory:":
        raise ConfigError(["DATABASE_URL: must look like sqlite://loket.db or sqlite:///srv/loket/loket.db"])
    return Path(path)


async def connect(url: str) -> Database:
    """
    Open the database that *url* names (see `database_path`); a new file is readable by its owner only.

    :raises ConfigError: it cannot be opened, read and written; the text says what would mend it.
    """
    path = database_path(url)
    _prove(path)
    context = TortoiseContext()
    try:
        with context:  # known to this task while it starts, and from then on to all of them by the global fallback
            await context.init(_configuration(path), _enable_global_fallback=True)
        database = Database(path, context)
        await get_connection("default").create_connection(with_db=True)
        await database.check()
    except (sqlite3.Error, BaseORMException) as error:
        await context.close_connections()
        _refuse(path, error)
    except BaseException:
        await context.close_connections()
        raise
    return database


async def query(sql: str, values: Sequence[object]) -> list[dict[str, Any]]:
    """The rows that a SELECT with ``?`` marks finds, for what Tortoise's own queries can't say."""
    return await get_connection("default").execute_query_dict(sql, list(values))


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """
    Hold the start lock of the database *path*, which ends with the process at the latest.

    :raises ConfigError: another process holds it.
    """
    busy = f"another Loket is running on {path}; stop it first, or name another file"
    with _locked(_beside(path, ".lock"), busy=busy):
        yield


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


def _prove(path: Path) -> None:
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


class _Recorder(MigrationRecorder):
    """Tortoise's book of applied steps, made by a plain statement: its own script would commit our transaction."""

    @override
    async def ensure_schema(self, schema_editor: BaseSchemaEditor) -> None:
        table = schema_editor._get_model_sql_data(self.model).table_sql
        await self.connection.execute_query(table.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1))


async def _apply(name: str) -> None:
    async with in_transaction() as transaction:
        executor = MigrationExecutor(transaction, APPS)
        executor.recorder = executor.loader.recorder = _Recorder(transaction)
        await executor.migrate([MigrationTarget("models", name)], direction="forward")
        if broken := await transaction.execute_query_dict("PRAGMA foreign_key_check"):
            raise RuntimeError(f"{name} leaves {len(broken)} rows without the row that they belong to")
