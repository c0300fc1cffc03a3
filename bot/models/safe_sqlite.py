"""
Tortoise's SQLite engine with transactions that survive being cancelled.

Tortoise 1.1.9 has one connection, guarded by one lock. When a task is cancelled, or SQLite refuses, while a transaction
begins or ends, it leaves the lock taken (everything hangs) or the transaction open (the next one commits the rest).
Here whatever goes wrong at either end queues a rollback behind the statement that may still be on its way in
aiosqlite's thread, and gives the lock back when that has run. So a cancelled transaction may have been committed or
not, but never by halves.

The name of this module must contain "sqlite": Tortoise's migrations look at it.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from tortoise.backends.base.client import ConnectionWrapper, TransactionalDBClient
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError
from typing_extensions import override

from bot.clock import stopwatch
from bot.models.timing import Timed, untimed

TEMPORARY = ("is locked", "disk is full", "disk I/O error")  # as SQLite words them, see sqlite3_errstr()


def is_temporary(error: BaseException) -> bool:
    """Whether the same statement may succeed later, without a change of ours: a lock, a full or failing disk."""
    return isinstance(error, OperationalError) and any(words in str(error) for words in TEMPORARY)


class SafeTransaction(SqliteTransactionWrapper):
    """The connection inside a transaction; useless afterwards."""

    @override
    async def begin(self) -> None:
        """
        Take the write lock at once.

        A transaction that reads first and writes then would fail beside another writer however long it may wait.
        """
        with _translated():
            await self._connection.execute("BEGIN IMMEDIATE")

    @override
    async def commit(self) -> None:
        with _translated():
            await super().commit()

    @override
    def acquire_connection(self) -> ConnectionWrapper[Any]:
        """Refuse a task that was started inside the transaction and outlives it: its writes would join another one."""
        if self._finalized:
            raise TransactionManagementError("this task was started inside a transaction that is over")
        return super().acquire_connection()

    def give_up(self, lock: asyncio.Lock) -> None:
        """Roll back behind whatever is still on its way, then release *lock*; does not wait, so can't be cancelled."""

        def over(rollback: asyncio.Task[None]) -> None:
            if not rollback.cancelled():
                rollback.exception()  # retrieved: that it failed adds nothing to the error that brought us here
            lock.release()

        self._finalized = True
        asyncio.ensure_future(self._undo()).add_done_callback(over)

    async def _undo(self) -> None:
        await self._connection.rollback()


class SafeTransactionContext(SqliteTransactionContext):
    """Begin and end of a transaction; ``timed`` is told how long it waited and took."""

    connection: SafeTransaction

    def __init__(self, connection: SafeTransaction, lock: asyncio.Lock, *, timed: Timed) -> None:
        super().__init__(connection, lock)
        self._timed = timed

    @override
    async def __aenter__(self) -> TransactionalDBClient:
        waiting = stopwatch()
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self.connection.give_up(self._trxlock)
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        self._waited_s, self._lasting = waiting(), stopwatch()
        return self.connection

    @override
    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        get_connections().reset(self.token)
        try:
            if not self.connection._finalized:
                await (self.connection.rollback() if exc_type else self.connection.commit())
        except BaseException:
            self.connection.give_up(self._trxlock)
            raise
        self._trxlock.release()
        self._timed(self._waited_s, self._lasting())


class SafeSqliteClient(SqliteClient):
    """The one connection of the process. ``timed`` is told of transactions that ended: seconds waited and taken."""

    timed: Timed = staticmethod(untimed)

    @override
    def _in_transaction(self) -> SafeTransactionContext:
        return SafeTransactionContext(SafeTransaction(self), self._lock, timed=self.timed)

    @override
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """All of it or nothing, also when cancelled."""
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise IntegrityError(error) from error
    except sqlite3.OperationalError as error:
        raise OperationalError(error) from error


client_class = SafeSqliteClient  # where Tortoise looks for an engine's client
