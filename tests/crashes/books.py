"""The database of a service that runs, seen and locked from outside."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from itertools import count
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import asyncpg
from typing_extensions import override

from bot.models.safe_asyncpg import WRITING
from tests.database import Kind, fresh_url

ANSWER_S = 10
TABLES = ("ticket", "message", "inbox", "delivery", "journal", "identity", "customer", "attachment")


class Books(ABC):
    """One database. Queries have ``?`` for their values."""

    url: str

    @abstractmethod
    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds."""

    @abstractmethod
    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep everybody else from writing, as a backup or a person with a database tool may."""

    @abstractmethod
    def keep(self, folder: Path) -> None:
        """Leave a copy there, for whoever wants to look into it."""

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Let go of it."""


class SqliteBooks(Books):
    """A file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"

    @override
    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        import sqlite3  # only now: the one that bot.models has chosen

        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=5)) as database:
            return database.execute(sql, values).fetchall()

    @override
    @contextmanager
    def locked(self) -> Iterator[None]:
        import sqlite3

        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=5)) as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                database.execute("ROLLBACK")

    @override
    def keep(self, folder: Path) -> None:
        import sqlite3

        with closing(sqlite3.connect(self.path)) as ours, closing(sqlite3.connect(folder / "loket.db")) as copy:
            ours.backup(copy)


class PostgresBooks(Books):
    """A database of a server, asked on a connection that lives in a thread, since nobody here may wait for it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._one_at_a_time = Lock()  # whoever asks, from whatever thread
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connection = self._run(asyncpg.connect(url))

    @override
    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        numbers = count(1)
        numbered = "".join(f"${next(numbers)}" if letter == "?" else letter for letter in sql)
        return [tuple(row) for row in self._run(self._connection.fetch(numbered, *values))]

    @override
    @contextmanager
    def locked(self) -> Iterator[None]:
        self.rows("SELECT pg_advisory_lock(?)", WRITING)
        try:
            yield
        finally:
            self.rows("SELECT pg_advisory_unlock(?)", WRITING)

    @override
    def keep(self, folder: Path) -> None:
        for table in TABLES:
            found = self._run(self._connection.fetch(f"SELECT * FROM {table}"))  # noqa: S608 - of our own list
            lines = [json.dumps(dict(row), default=str) + "\n" for row in found]
            (folder / f"{table}.jsonl").write_text("".join(lines))

    @override
    def close(self) -> None:
        self._run(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        with self._one_at_a_time:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWER_S)


@asynccontextmanager
async def new_books(folder: Path, kind: Kind = Kind.SQLITE) -> AsyncIterator[Books]:
    """A database of its own with all tables: SQLite's is a file in this folder."""
    path = folder / "loket.db"
    async with fresh_url(path, kind) as url:
        books = SqliteBooks(path) if kind is Kind.SQLITE else PostgresBooks(url)
        try:
            yield books
        finally:
            books.close()
