"""
Tortoise's SQLite engine with one writer, group commit, and transactions that survive being cancelled.

**Statements run where they are called.** SQLite answers in microseconds from memory; to hand each to a thread, as
aiosqlite does, costs ten times of that. Only what waits for the disk, the COMMIT, runs in a thread. A write lock that
another program holds is waited for without holding up anything else.

**Transactions share a commit.** Each is a savepoint; those that are waiting for their turn when one ends are done
behind it, then one COMMIT makes all of them durable, and only then does any of them return. An urgent one (see
`bot.models.database.urgent`) goes first and is committed at once.

**Reading outside of a transaction** has a connection of its own, which can't write. So it waits for nobody, and never
sees what is not committed.

A cancelled transaction may have been committed or not, but never by halves: inside there is nothing to cancel but
between two statements, and the commit belongs to no task that anybody cancels.

The name of this module must contain "sqlite": Tortoise's migrations look at it.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError
from typing_extensions import override

from bot.clock import stopwatch
from bot.models.timing import Timed, untimed
from bot.models.turns import LAST, NORMAL, URGENT, Turns

TEMPORARY = ("is locked", "disk is full", "disk I/O error")  # as SQLite words them, see sqlite3_errstr()
LOOK_EVERY_S = 0.005  #: at a lock that another program holds
READING = ("SELECT", "EXPLAIN", "WITH")
UNBOUND = ("PRAGMA", "VACUUM", "ANALYZE")  #: statements that must not, or need not, stand in a transaction

Connection = Any  # sqlite3.Connection, of whichever library `bot.models` has chosen


def is_temporary(error: BaseException) -> bool:
    """Whether the same statement may succeed later, without a change of ours: a lock, a full or failing disk."""
    return isinstance(error, OperationalError) and any(words in str(error) for words in TEMPORARY)


class SafeTransaction(SqliteTransactionWrapper):
    """The connection inside a transaction; useless afterwards."""

    _connection: Connection

    @override
    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(SafeTransaction(self))

    @override
    async def execute_insert(self, query: str, values: list[Any]) -> int:
        return int(self._run(query, values).lastrowid)

    @override
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        self._refuse_if_over()
        with _translated():
            self._connection.executemany(query, values)

    @override
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        before = self._connection.total_changes
        rows = self._run(query, values or ()).fetchall()
        return (self._connection.total_changes - before) or len(rows), rows

    @override
    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return [dict(row) for row in self._run(query, values or ()).fetchall()]

    @override
    async def execute_script(self, query: str) -> None:
        self._refuse_if_over()
        with _translated():
            self._connection.executescript(query)

    @override
    async def savepoint(self) -> None:
        self._run("SAVEPOINT inner", ())

    @override
    async def savepoint_rollback(self) -> None:
        self._run("ROLLBACK TO inner", ())
        await self.release_savepoint()

    @override
    async def release_savepoint(self) -> None:
        self._run("RELEASE inner", ())

    def end(self, *, failed: bool) -> None:
        """Keep it for the commit, or undo it; it can't be used any more."""
        if failed:
            self._run("ROLLBACK TO one", ())
        self._run("RELEASE one", ())
        self._finalized = True

    def _run(self, query: str, values: Sequence[Any]) -> Any:
        self._refuse_if_over()
        with _translated():
            return self._connection.execute(_terminated(query), values)

    def _refuse_if_over(self) -> None:
        """Refuse a task that was started inside the transaction and outlives it: its writes would join another one."""
        if self._finalized:
            raise TransactionManagementError("this task was started inside a transaction that is over")


class SafeTransactionContext(TransactionContext):
    """Begin and end of a transaction; ``client.timed`` is told how long it waited and took."""

    def __init__(self, client: "SafeSqliteClient", urgency: int) -> None:
        self._client = client
        self._urgency = urgency
        self.connection_name = client.connection_name

    @override
    async def __aenter__(self) -> TransactionalDBClient:
        client, waiting = self._client, stopwatch()
        await client.turns.take(self._urgency)
        try:
            self._group = await client.joined()
            self._transaction = SafeTransaction(client)
            await self._transaction.execute_query("SAVEPOINT one")
        except BaseException:
            client.pass_on(self._urgency)
            raise
        self.token = get_connections().set(self.connection_name, self._transaction)
        self._waited_s, self._lasting = waiting(), stopwatch()
        return self._transaction

    @override
    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        get_connections().reset(self.token)
        try:
            self._client.fail_if_undone(exc_val)
            self._transaction.end(failed=exc_type is not None)
        finally:
            self._transaction._finalized = True
            self._client.pass_on(self._urgency)
        if exc_type is None:
            await asyncio.shield(self._group)
        self._client.timed(self._waited_s, self._lasting())


class SafeSqliteClient(SqliteClient):
    """The connections of the process. ``timed`` is told of transactions that ended: seconds waited and taken."""

    timed: Timed = staticmethod(untimed)
    _connection: Connection

    def __init__(self, file_path: str, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self.turns = Turns()
        self._reader: Connection = None
        self._group: asyncio.Future[None] | None = None  #: is done when what has joined is durable
        self._committers: set[asyncio.Task[None]] = set()
        self._is_queued = False  # one of them waits for its turn
        self._changes = 0  # of the connection when the group began

    @override
    async def create_connection(self, with_db: bool) -> None:
        if self._connection is None:
            self._disk = ThreadPoolExecutor(1, thread_name_prefix="commit")
            self._connection, self._reader = self._opened(), self._opened()
            self._connection.execute("PRAGMA busy_timeout=0")  # from now on we wait ourselves, see `_patiently`
            self._reader.execute("PRAGMA query_only=ON")
            await self._post_connect()

    def _opened(self) -> Connection:
        connection = sqlite3.connect(self.filename, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            connection.execute(f"PRAGMA {pragma}={value}")
        return connection

    @override
    async def close(self) -> None:
        await self.turns.take(LAST)
        try:
            if self._connection is not None:
                await self._commit()
                self._disk.shutdown()  # waits for a commit whose task was cancelled
                self._connection.close()
                self._reader.close()
                self._connection = self._reader = None
        finally:
            self.turns.give()

    @override
    def _in_transaction(self) -> SafeTransactionContext:
        return SafeTransactionContext(self, NORMAL)

    def urgent(self) -> SafeTransactionContext:
        """A transaction that goes before all that wait, and is committed at once."""
        return SafeTransactionContext(self, URGENT)

    @override
    async def execute_insert(self, query: str, values: list[Any]) -> int:
        async with self._in_transaction() as transaction:
            return int(await transaction.execute_insert(query, values))

    @override
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """All of it or nothing, also when cancelled."""
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    @override
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        begins_with = query.lstrip()[:8].upper()
        if begins_with.startswith(READING):
            rows = self._read(query, values)
            return len(rows), rows
        if begins_with.startswith(UNBOUND):
            return await self._alone(lambda connection: connection.execute(query, values or ()).fetchall())
        async with self._in_transaction() as transaction:
            changed: tuple[int, Sequence[Any]] = await transaction.execute_query(query, values)
            return changed

    @override
    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return [dict(row) for row in (await self.execute_query(query, values))[1]]

    @override
    async def execute_script(self, query: str) -> None:
        await self._alone(lambda connection: connection.executescript(query).fetchall())

    def _read(self, query: str, values: Sequence[Any] | None) -> Sequence[Any]:
        with _translated():
            rows: Sequence[Any] = self._reader.execute(_terminated(query), values or ()).fetchall()
            return rows

    async def _alone(self, act: Callable[[Connection], Sequence[Any]]) -> tuple[int, Sequence[Any]]:
        """Do it on the writing connection, in no transaction."""
        await self.turns.take()
        try:
            await self._commit()
            with _translated():
                rows = act(self._connection)
                return len(rows), rows
        finally:
            self.turns.give()

    # --- the commit that transactions share; whoever calls has the turn

    async def joined(self) -> "asyncio.Future[None]":
        """Begin, unless others have; returns what is done when all of it is durable."""
        if self._connection is None:
            await self.create_connection(with_db=True)
        if self._group is None:
            await self._patiently("BEGIN IMMEDIATE")
            self._changes = self._connection.total_changes
            self._group = asyncio.get_running_loop().create_future()
            self._group.add_done_callback(lambda group: group.exception())  # known to all that still wait for it
        return self._group

    def pass_on(self, urgency: int) -> None:
        """Have it committed: now, if that is urgent or nobody waits, else behind those who wait now."""
        if urgency is URGENT or not self.turns.is_wanted:
            self._in_background(self._commit_and_give())
        else:
            if not self._is_queued:
                self._is_queued = True
                self._in_background(self._commit_in_turn())
            self.turns.give()

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """In a task that nobody cancels."""
        task = asyncio.create_task(work)
        self._committers.add(task)
        task.add_done_callback(self._committers.discard)

    async def _commit_in_turn(self) -> None:
        await self.turns.take()
        self._is_queued = False
        await self._commit_and_give()

    async def _commit_and_give(self) -> None:
        try:
            await self._commit()
        finally:
            self.turns.give()

    async def _commit(self) -> None:
        """Make durable what has joined, or undo all of it and say so to everybody who waits."""
        group, self._group = self._group, None
        if group is None:
            return
        try:
            with _translated():
                if self._connection.total_changes == self._changes:
                    self._connection.commit()  # nothing to wait for
                else:
                    await asyncio.get_running_loop().run_in_executor(self._disk, self._connection.commit)
        except Exception as error:
            self._connection.rollback()
            group.set_exception(error)
        except BaseException:  # cancelled, as the loop ends: nobody waits for it any more
            group.cancel()
            raise
        else:
            group.set_result(None)

    def fail_if_undone(self, reason: BaseException | None) -> None:
        """SQLite itself undoes everything where the disk is full or fails: whoever has joined must know."""
        if self._group is not None and not self._connection.in_transaction:
            group, self._group = self._group, None
            error = reason if isinstance(reason, OperationalError) else OperationalError("disk I/O error")
            group.set_exception(error)
            raise error

    async def _patiently(self, statement: str) -> None:
        """Wait for a lock of another program, as long as ``busy_timeout`` says."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.pragmas["busy_timeout"] / 1000
        while True:
            try:
                with _translated():
                    self._connection.execute(statement)
                return
            except OperationalError as error:
                if "is locked" not in str(error) or loop.time() > until:
                    raise
            await asyncio.sleep(LOOK_EVERY_S)


def _terminated(query: str) -> str:
    """Without the one character that would end a statement early, as Tortoise writes it."""
    return query.replace("\x00", "'||CHAR(0)||'")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise IntegrityError(error) from error
    except sqlite3.OperationalError as error:
        raise OperationalError(error) from error


client_class = SafeSqliteClient  # where Tortoise looks for an engine's client
