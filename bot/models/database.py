"""The database that `DATABASE_URL` names, be it a file of SQLite or a server of PostgreSQL."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from bot.errors import ConfigError
from bot.models import copies, postgres, safe_asyncpg, safe_sqlite, sqlite
from bot.models.base import APPS, Database, Upgrade

__all__ = [
    "APPS", "Database", "Upgrade", "backup", "connect", "database_path", "exclusive", "insert", "instant",
    "is_temporary", "query", "reading", "reading_each", "urgent", "writable",
]  # fmt: skip

Made = TypeVar("Made")
TURN_S = 0.0005  #: so long a thread that computes keeps the event loop waiting; Python's own 5 ms add up in a commit


class Lock(Protocol):
    """The right to be the only service on a database."""

    async def kept(self) -> None:
        """Keep it; returns only when it is lost for good, and then the service must end."""
        ...


def database_path(url: str) -> Path | None:
    """
    The file that *url* names: ``sqlite://relative.db`` or ``sqlite:///absolute.db``; None: it names a server.

    :raises ConfigError: it names neither. The text does not repeat the URL, which may hold a password.
    """
    scheme, found, path = url.partition("://")
    if scheme in {"postgres", "postgresql"} and path:
        return None
    if scheme != "sqlite" or not found or not path or path == ":memory:":
        raise ConfigError(
            [
                "DATABASE_URL: must look like sqlite://loket.db, sqlite:///srv/loket/loket.db or postgres://user:pw@host/name"
            ]
        )
    return Path(path)


async def connect(url: str) -> Database:
    """
    Open the database that *url* names (see `database_path`).

    :raises ConfigError: it cannot be opened, read and written; the text says what would mend it.
    """
    sys.setswitchinterval(TURN_S)  # of the process; nothing happens more often unless two threads want to compute
    path = database_path(url)
    return await (postgres.connect(url) if path is None else sqlite.connect(path))


@asynccontextmanager
async def exclusive(url: str) -> AsyncIterator[Lock]:
    """
    Hold the start lock of the database that *url* names; it ends with the process at the latest.

    :raises ConfigError: another process holds it.
    """
    path = database_path(url)
    if path is not None:
        with sqlite.exclusive(path) as file_lock:
            yield file_lock
    else:
        busy = f"another Loket is running on {postgres.NAME}; stop it first, or name another one"
        async with postgres.held(url, postgres.RUNNING, busy=busy) as session_lock:
            yield session_lock


async def backup(url: str, target: Path, *, now: datetime) -> None:
    """
    Write a copy of the database that *url* names to the new file *target*, while a service may run on it.

    :raises ConfigError: see `copies.copy`; or it is a server's, which has tools of its own for that.
    :raises CopyFailed: see `copies.copy`.
    """
    path = database_path(url)
    if path is None:
        raise ConfigError(
            [f'{postgres.NAME} is copied by pg_dump: `pg_dump --format=custom --file={target} "$DATABASE_URL"`']
        )
    await asyncio.to_thread(copies.copy, path, target, now=now)


def is_temporary(error: BaseException) -> bool:
    """Whether the same may succeed later, without a change of ours: locked, full, away or overloaded."""
    return safe_sqlite.is_temporary(error) or safe_asyncpg.is_temporary(error)


def urgent() -> TransactionContext:
    """A transaction that does not wait behind others; for what somebody waits for. Not inside of another one."""
    client: Any = get_connection("default")
    context: TransactionContext = client.urgent()
    return context


async def writable() -> None:
    """Return when something could be written now, or raise what Tortoise raises."""
    async with in_transaction():
        pass


async def insert(transaction: TransactionalDBClient, sql: str, rows: Sequence[Sequence[object]]) -> None:
    """An INSERT with ``?`` marks for each of the rows, for many at once: Tortoise's own costs several times as much."""
    await transaction.execute_many(_marked(sql), [list(row) for row in rows])


async def query(sql: str, values: Sequence[object]) -> list[dict[str, Any]]:
    """The rows that a SELECT with ``?`` marks finds, for what Tortoise's own queries can't say."""
    return await get_connection("default").execute_query_dict(_marked(sql), list(values))


async def reading(sql: str, values: Sequence[object]) -> list[dict[str, Any]]:
    """Like `query`, on a connection of its own that only reads: however long it takes, no commit waits for it."""
    return await reading_each(dict, sql, values)


async def reading_each(made: Callable[[Any], Made], sql: str, values: Sequence[object]) -> list[Made]:
    """Like `reading`, for very many rows: what is made of each, in a thread, of its columns by name."""
    client: Any = get_connection("default")
    if isinstance(client, safe_sqlite.SafeSqliteClient):
        return await asyncio.to_thread(sqlite.read, Path(client.filename), made, sql, values)
    found: list[Made] = await client.read_each(made, _marked(sql), values)
    return found


def instant(value: str | datetime) -> datetime:
    """A point in time as `query` and `reading` find it: SQLite hands over texts, PostgreSQL instants."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _marked(sql: str) -> str:
    """With the marks of the database at hand; our SQL has no question mark for anything else."""
    return sql if get_connection("default").capabilities.dialect != "postgres" else _numbered(sql)


@lru_cache(maxsize=500)  # few texts; some differ by how many values they take
def _numbered(sql: str) -> str:
    numbers = count(1)
    return "".join(f"${next(numbers)}" if char == "?" else char for char in sql)
