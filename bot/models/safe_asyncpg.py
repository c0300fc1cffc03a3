"""
Tortoise's PostgreSQL engine with one writer at a time, and transactions that survive being cancelled.

Every transaction, and every single statement that writes, first takes one lock of the whole database, as
``BEGIN IMMEDIATE`` does on SQLite. So a decision never meets another one half way, in this process or beside it, and no
code above needs to know which database it is on; docs/adr/0007 says what that costs. Reading waits for nobody.

Tortoise 1.1.9 does not give a connection back when a task is cancelled, or PostgreSQL refuses, while a transaction
begins; after a few of these the pool is empty and everything hangs. Here whatever goes wrong at either end gives it
back, and a connection that comes back inside a transaction is rolled back by asyncpg. So a cancelled transaction may
have been committed or not, but never by halves.

The name of this module must contain "asyncpg": Tortoise's migrations look at it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, TypeVar

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError
from typing_extensions import override

from bot.clock import stopwatch
from bot.models.timing import Timed, untimed
from bot.models.turns import NORMAL, URGENT, Turns

Made = TypeVar("Made")

PIECE = 500  #: rows that are taken over at once, a millisecond's work
CONNECTIONS = 10  #: at most, of the service; its start lock and short commands have their own
OPEN_S = 10  #: seconds until a server that does not answer is given up
ANSWER_S = 120  #: seconds for one statement; only a server that is gone, or a step on a very large table, takes longer
#: What the server is told of us: to write a commit to the disk before it says so, and to notice within a minute when
#: our machine has died (seconds, seconds, probes), for until then it keeps our locks.
SERVER_SETTINGS = {
    "synchronous_commit": "on",
    "default_transaction_isolation": "read committed",  # so that a writer sees all that was before its turn
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "5",
    "jit": "off",  # compiling a report takes a second, several times what the report then takes
    "lock_timeout": "10s",  # for a writer that does not come to its end; waiting for it longer would help nobody
}
WRITING = int.from_bytes(b"loket\x02")  #: the key of the writers' lock, for pg_advisory_xact_lock
#: Source: PostgreSQL, "Appendix A. Error Codes": classes 08, 25006, 40, 53, 55P03, 57 and 58.
TEMPORARY = (
    asyncpg.PostgresConnectionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    OSError,  # of the connection; TimeoutError is one
    asyncpg.InternalClientError,  # what asyncpg says of a connection that was cut but has not noticed yet
)
#: all that a call may raise
TROUBLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
CLOSED = (
    "released back to the pool",
    "is closed",
    "closing",
)  #: how asyncpg words the use of a connection that was cut


class Unavailable(OperationalError):
    """PostgreSQL is away, overloaded or full, or two transactions were in each other's way."""


def is_temporary(error: BaseException) -> bool:
    """Whether the same statement may succeed later, without a change of ours."""
    return isinstance(error, Unavailable)


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    @override
    def get_reset_query(self) -> str:
        """Nothing to reset, which spares a round trip per statement: we never change a session."""
        return ""


class SafeTransaction(TransactionWrapper):
    """The connection inside a transaction; useless afterwards."""

    @override
    def acquire_connection(self) -> ConnectionWrapper[Any]:
        """Refuse a task that was started inside the transaction and outlives it."""
        if self._finalized:
            raise TransactionManagementError("this task was started inside a transaction that is over")
        return super().acquire_connection()

    @override
    async def begin(self) -> None:
        """Begin, as the only writer; both in one round trip."""
        await self._do(f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})")

    @override
    async def commit(self) -> None:
        await self._end("COMMIT")

    @override
    async def rollback(self) -> None:
        await self._end("ROLLBACK")

    @override
    async def savepoint(self) -> None:
        await self._do("SAVEPOINT step")

    @override
    async def savepoint_rollback(self) -> None:
        await self._end("ROLLBACK TO step; RELEASE step")

    @override
    async def release_savepoint(self) -> None:
        await self._end("RELEASE step")

    async def _end(self, how: str) -> None:
        done = await self._do(how)
        self._finalized = True
        if how == "COMMIT" != done:  # so PostgreSQL says that something had failed, and that it has undone all
            raise OperationalError("the transaction was rolled back, since a statement in it had failed")

    async def _do(self, what: str) -> object:
        with _translated():
            return await self._connection.execute(what)

    @override
    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(SafeTransaction(self))

    @override
    async def _translate_exceptions(self, func: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        with _translated():
            return await func(self, *args, **kwargs)


class SafeTransactionContext(TransactionContextPooled):
    """
    Begin and end of a transaction; ``timed`` is told how long it waited and took.

    Those of this process take turns before they ask the server for the lock, so that the urgent can go first.
    """

    def __init__(
        self, client: SafeTransaction, pool_init_lock: asyncio.Lock, *, turns: Turns, urgency: int, timed: Timed
    ) -> None:
        super().__init__(client, pool_init_lock)
        self._turns, self._urgency, self._timed = turns, urgency, timed

    @override
    async def __aenter__(self) -> TransactionalDBClient:
        waiting = stopwatch()
        await self._turns.take(self._urgency)
        try:
            await self._begin()
        except BaseException:
            self._turns.give()
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        self._waited_s, self._lasting = waiting(), stopwatch()
        return self.client

    @override
    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        get_connections().reset(self.token)
        try:
            if not self.client._finalized:
                await (self._roll_back() if exc_type else self.client.commit())
        finally:
            self.client._finalized = True
            try:
                await self._give_back()
            finally:
                self._turns.give()
        self._timed(self._waited_s, self._lasting())

    async def _begin(self) -> None:
        with _translated():
            await self.ensure_connection()
            self.client._connection = await self._pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await self._give_back()
            raise

    @property
    def _pool(self) -> Any:
        return self.client._parent._pool

    async def _roll_back(self) -> None:
        with suppress(Exception):  # it adds nothing to the error that brought us here, and giving back rolls back too
            await self.client.rollback()

    async def _give_back(self) -> None:
        """Is finished also when the task is cancelled meanwhile: asyncpg shields it."""
        with suppress(*TROUBLE):  # then asyncpg has closed it
            await self._pool.release(self.client._connection)


class SafeAsyncpgClient(AsyncpgDBClient):
    """The pool of the process. ``timed`` is told of transactions that ended: seconds waited and taken."""

    timed: Timed = staticmethod(untimed)

    def __init__(self, *, dsn: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dsn = dsn  # read by asyncpg alone, which knows all its forms
        self._turns = Turns()

    @override
    async def create_connection(self, with_db: bool) -> None:
        with _translated():
            self._pool = await asyncpg.create_pool(
                self.dsn, min_size=1, max_size=CONNECTIONS, timeout=OPEN_S, command_timeout=ANSWER_S,
                connection_class=_Connection, server_settings=SERVER_SETTINGS,
            )  # fmt: skip
        await self._post_connect()

    @override
    def _in_transaction(self) -> TransactionContext:
        return self._writing(NORMAL)

    def urgent(self) -> TransactionContext:
        """A transaction that goes before all of this process that wait."""
        return self._writing(URGENT)

    def _writing(self, urgency: int) -> TransactionContext:
        return SafeTransactionContext(
            SafeTransaction(self), self._pool_init_lock, turns=self._turns, urgency=urgency, timed=self.timed
        )

    @override
    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        async with self._in_transaction() as transaction:
            return await transaction.execute_insert(query, values)

    @override
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    @override
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Any]:
        if query.lstrip()[:6].upper() == "SELECT":
            found: tuple[int, Any] = await super().execute_query(query, values)
            return found
        async with self._in_transaction() as transaction:
            changed: tuple[int, Any] = await transaction.execute_query(query, values)
            return changed

    async def read_each(self, made: Callable[[Any], Made], query: str, values: Sequence[object]) -> list[Made]:
        """What is made of each row, in a thread, some at a time: all at once would hold up the event loop."""
        found: list[Made] = []
        pool: Any = self._pool
        with _translated():
            async with pool.acquire() as connection, connection.transaction(readonly=True):
                cursor = await connection.cursor(query, *values)
                while rows := await cursor.fetch(PIECE):
                    found += await asyncio.to_thread(_each, made, rows)
        return found

    @override
    async def _translate_exceptions(self, func: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        with _translated():
            return await func(self, *args, **kwargs)


def _each(made: Callable[[Any], Made], rows: Sequence[Any]) -> list[Made]:
    return [made(row) for row in rows]


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(error) from error
    except TEMPORARY as error:
        raise Unavailable(error) from error
    except asyncpg.InvalidTransactionStateError as error:
        raise TransactionManagementError(error) from error
    except (asyncpg.SyntaxOrAccessError, asyncpg.DataError) as error:
        raise OperationalError(error) from error
    except asyncpg.InterfaceError as error:
        if any(words in str(error) for words in CLOSED):
            raise Unavailable(error) from error
        raise


client_class = SafeAsyncpgClient  # where Tortoise looks for an engine's client
