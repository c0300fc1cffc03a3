"""A database on a PostgreSQL server: opening, migrating and locking it. No message holds any part of its URL."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, NoReturn

import asyncpg
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.transactions import in_transaction
from typing_extensions import override

from bot.errors import ConfigError
from bot.models.base import APPS, MIGRATIONS, Database, Upgrade
from bot.models.safe_asyncpg import ANSWER_S, OPEN_S, SERVER_SETTINGS, TROUBLE, SafeAsyncpgClient

NAME = "the PostgreSQL database"
RUNNING, MIGRATING = int.from_bytes(b"loket\x00"), int.from_bytes(b"loket\x01")  #: keys of advisory locks
TAKE_MS = 2000  #: so long a lock is waited for, which a process that is just ending may still hold
RETRY_S = 1.0  #: between attempts to take a lost lock again while the server is away

#: A dump that is restored goes into another cluster, another database or at least another table.
PLACE = "SELECT concat_ws('/', oid, 'counter'::regclass::oid) AS it FROM pg_database WHERE datname = current_database()"
CLUSTER = "SELECT system_identifier AS it FROM pg_control_system()"
MAY_ASK = "SELECT has_function_privilege('pg_control_system()', 'execute') AS it"  # some who rent servers may not
LEAP = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, COALESCE(last_value, 0) + $1)
FROM pg_sequences WHERE schemaname = current_schema()
"""
SEQUENCES = """
SELECT c.relname AS name, s.last_value FROM pg_sequences AS s
JOIN pg_depend AS d ON d.objid = format('%I.%I', s.schemaname, s.sequencename)::regclass AND d.deptype IN ('a', 'i')
JOIN pg_class AS c ON c.oid = d.refobjid
WHERE s.schemaname = current_schema() AND s.last_value IS NOT NULL
"""


class PostgresDatabase(Database):
    """A database of a server. Copies of it are made with the server's own tools."""

    kind = "postgresql"

    def __init__(self, url: str, context: TortoiseContext) -> None:
        super().__init__(NAME, context)
        self._url = url

    @override
    async def migrate(self, *, now: datetime) -> Upgrade:
        async with held(self._url, MIGRATING, busy=f"another Loket is migrating {NAME}; wait for it"):
            pending = await self.pending()
            for name in pending:
                await self._apply(name)
            return Upgrade(steps=pending)

    @override
    async def ready(self, *, now: datetime) -> Upgrade:
        if pending := await self.pending():
            raise ConfigError(
                [
                    f"DATABASE_URL: {NAME} is not up to date (missing: {', '.join(pending)}); "
                    "run `loket migrate`, or start with `loket run --migrate`"
                ]
            )
        return Upgrade(steps=[])

    @override
    async def check(self) -> None:
        async with in_transaction() as transaction:
            # a record in the server's log that means nothing to anybody; also refused by a server that only reads
            await transaction.execute_query("SELECT pg_logical_emit_message(true, 'loket', 'check')")

    @override
    async def place(self) -> str:
        cluster = await _only(CLUSTER) if await _only(MAY_ASK) else ""
        return f"{cluster}/{await _only(PLACE)}"

    @override
    async def leap(self, ids: int) -> None:
        await get_connection("default").execute_query(LEAP, [ids])

    @override
    async def sequences(self) -> dict[str, int]:
        found = await get_connection("default").execute_query_dict(SEQUENCES)
        return {row["name"]: row["last_value"] for row in found if row["name"] != MIGRATIONS}

    @override
    async def give_from(self, sequences: dict[str, int]) -> None:
        client = get_connection("default")
        for table, last in sequences.items():
            await client.execute_query("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", [table, last])

    @override
    async def _tables(self) -> Collection[str]:
        sql = "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()"
        return {row["name"] for row in await get_connection("default").execute_query_dict(sql)}

    @override
    async def _orphans(self, transaction: TransactionalDBClient) -> int:
        return 0  # the server itself refuses such a step


async def _only(sql: str) -> object:
    """The value that a query finds."""
    [row] = await get_connection("default").execute_query_dict(sql)
    return row["it"]


async def connect(url: str) -> PostgresDatabase:
    """
    Open the database.

    :raises ConfigError: it cannot be reached, read and written; the text says what would mend it.
    """
    context = TortoiseContext()
    try:
        with context:  # known to this task while it starts, and from then on to all of them by the global fallback
            await context.init(_configuration(url), _enable_global_fallback=True)
        database = PostgresDatabase(url, context)
        await database.check()
    except BaseException as error:
        await context.close_connections()
        if isinstance(error, BaseORMException):
            _refuse(error.__cause__ or error)
        if isinstance(error, (*TROUBLE, ValueError)):
            _refuse(error)
        raise
    return database


class SessionLock:
    """
    An advisory lock of the server, held by a session of its own.

    It is lost with its connection; `kept` takes it again before anybody can do much with it.
    """

    def __init__(self, dsn: str, key: int) -> None:
        self._dsn = dsn
        self._key = key
        self._name = f"loket lock {secrets.token_hex(8)}"  # of our sessions; nobody else has it
        self._connection: Any = None
        self._lost = asyncio.Event()

    async def take(self) -> bool:
        """Whether it is ours now."""
        connection = await asyncpg.connect(
            self._dsn, timeout=OPEN_S, command_timeout=ANSWER_S,
            server_settings={**SERVER_SETTINGS, "application_name": self._name, "lock_timeout": str(TAKE_MS)},
        )  # fmt: skip
        try:
            # A session of ours that was cut off may not have noticed yet, and would keep the lock from us.
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = $1 AND pid <> pg_backend_pid()",
                self._name,
            )
            await connection.execute("SELECT pg_advisory_lock($1)", self._key)
        except asyncpg.LockNotAvailableError:
            await connection.close()
            return False
        except BaseException:
            connection.terminate()
            raise
        connection.add_termination_listener(lambda _: self._lost.set())
        self._connection = connection
        return True

    async def release(self) -> None:
        """Give it up, by ending its session."""
        with suppress(*TROUBLE):
            await self._connection.close(timeout=OPEN_S)

    async def kept(self) -> None:
        """Keep it while the server comes and goes; return when another process has it."""
        while True:
            await self._lost.wait()
            self._lost.clear()
            if not await self._taken_again():
                return

    async def _taken_again(self) -> bool:
        while True:
            try:
                return await self.take()
            except TROUBLE:
                await asyncio.sleep(RETRY_S)  # the server is away, and so it is for everybody


@asynccontextmanager
async def held(url: str, key: int, *, busy: str) -> AsyncIterator[SessionLock]:
    """
    Hold an advisory lock of the database; the server ends it with our process at the latest.

    :raises ConfigError: another process holds it (*busy* says so), or the server cannot be reached.
    """
    lock = SessionLock(url, key)
    try:
        taken = await lock.take()
    except (*TROUBLE, ValueError) as error:
        _refuse(error)
    if not taken:
        raise ConfigError([f"DATABASE_URL: {busy}"])
    try:
        yield lock
    finally:
        await lock.release()


def _configuration(url: str) -> dict[str, Any]:
    engine = SafeAsyncpgClient.__module__
    return {"connections": {"default": {"engine": engine, "credentials": {"dsn": url}}}, "apps": APPS}


def _refuse(error: BaseException) -> NoReturn:
    """Without the error's own words, which may repeat what stands in the URL."""
    mends: Sequence[tuple[type[BaseException] | tuple[type[BaseException], ...], str]] = (
        (asyncpg.InvalidCatalogNameError, "create the database, or name one that exists"),
        (asyncpg.InvalidAuthorizationSpecificationError, "check the user and the password in it"),
        (asyncpg.InsufficientPrivilegeError, "make Loket's user the owner of the database"),
        (asyncpg.InvalidSchemaNameError, "make Loket's user the owner of the database"),
        (asyncpg.ReadOnlySQLTransactionError, "name the server that can be written, not its copy"),
        (
            asyncpg.TooManyConnectionsError,
            "let the server take more connections (max_connections); Loket uses up to 12",
        ),
        (asyncpg.PostgresError, "look into the server's log"),
        (OSError, "check host and port in it, and that the server runs and may be reached"),
        (
            (ValueError, asyncpg.InterfaceError),
            "write it as postgres://user:password@host:5432/name, with %2F for a / in the password",
        ),
    )
    mend = next((mend for kinds, mend in mends if isinstance(error, kinds)), "look into the server's log")
    raise ConfigError([f"DATABASE_URL: cannot use {NAME} ({type(error).__name__}); {mend}"]) from error
