"""The open database, whichever it is, and the steps that bring its tables up to date."""

import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.transactions import in_transaction
from typing_extensions import override

from bot.errors import ConfigError
from bot.models import migrations
from bot.models.timing import Timed

APPS: dict[str, dict[str, Any]] = {
    "models": {
        "models": ["bot.models.rows"],
        "migrations": migrations.__name__,
        "default_connection": "default",
    }
}


MIGRATIONS = "tortoise_migrations"  #: the table of the applied steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What was done to bring a database up to date."""

    steps: list[str]  #: their names; none: it was
    copy: str = ""  #: what became of the copy that is taken before, in words for the operator


def known_steps() -> list[str]:
    """The names of the migrations that this program knows, in their order."""
    return sorted(name for _, name, _ in pkgutil.iter_modules(migrations.__path__))


class Database(ABC):
    """
    The open database of this process; there can be only one at a time. ``name`` is how messages call it, ``kind``
    whose it is.

    Close it whatever happens: a driver's thread may keep a process alive that forgets to, even after a crash.
    """

    kind: str

    def __init__(self, name: str, context: TortoiseContext) -> None:
        self.name = name
        self._context = context

    def timed_by(self, told: Timed) -> None:
        """Tell of every transaction that ended: how many seconds it waited for its turn, and how many it took."""
        client: Any = get_connection("default")
        client.timed = told

    async def pending(self) -> list[str]:
        """
        The names of the migrations that are not applied yet, in their order.

        :raises ConfigError: the database is newer than this program, or belongs to another one.
        """
        known = known_steps()
        applied = await self._applied()
        if newer := applied - set(known):
            raise ConfigError(
                [
                    f"DATABASE_URL: {self.name} was written by a newer Loket (it has {', '.join(sorted(newer))}); "
                    "install that version, or restore a copy from before the upgrade"
                ]
            )
        return [name for name in known if name not in applied]

    @abstractmethod
    async def migrate(self, *, now: datetime) -> Upgrade:
        """
        Bring the tables up to date, each step wholly or not at all.

        :raises ConfigError: see `pending`; or another process is migrating.
        """

    @abstractmethod
    async def ready(self, *, now: datetime) -> Upgrade:
        """
        Let a service start, or not.

        :raises ConfigError: see `migrate`; or the tables are not up to date and somebody must decide when they are.
        """

    @abstractmethod
    async def check(self) -> None:
        """Read and durably write something, or raise what Tortoise raises."""

    @abstractmethod
    async def place(self) -> str:
        """Where the database stands, other than any copy of it; empty: that can't be told from inside."""

    @abstractmethod
    async def leap(self, ids: int) -> None:
        """Leave out so many ids in every table, so that what comes has none that was given elsewhere."""

    @abstractmethod
    async def sequences(self) -> dict[str, int]:
        """The last id that was given, by table; those of which none was are left out."""

    @abstractmethod
    async def give_from(self, sequences: dict[str, int]) -> None:
        """Give ids behind these from now on, by table."""

    async def close(self) -> None:
        """Finish what is under way and end the driver; closing twice is harmless."""
        await self._context.close_connections()
        EXECUTOR_CACHE.clear()  # statements by the connection's name; the next one may speak another dialect

    @abstractmethod
    async def _tables(self) -> Collection[str]:
        """The names of all tables."""

    async def _applied(self) -> set[str]:
        tables = await self._tables()
        if MIGRATIONS in tables:
            rows = await get_connection("default").execute_query_dict("SELECT name FROM tortoise_migrations")
            return {row["name"] for row in rows}
        if tables:
            raise ConfigError([f"DATABASE_URL: {self.name} belongs to another program; name another one"])
        return set()

    async def _apply(self, name: str) -> None:
        async with in_transaction() as transaction:
            executor = MigrationExecutor(transaction, APPS)
            executor.recorder = executor.loader.recorder = _Recorder(transaction)
            # before Tortoise looks into the book: on PostgreSQL a failed look would end the transaction
            await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
            await executor.migrate([MigrationTarget("models", name)], direction="forward")
            if orphans := await self._orphans(transaction):
                raise RuntimeError(f"{name} leaves {orphans} rows without the row that they belong to")

    @abstractmethod
    async def _orphans(self, transaction: TransactionalDBClient) -> int:
        """How many rows lack the row that they belong to, if a step can leave such."""


class _Recorder(MigrationRecorder):
    """Tortoise's book of applied steps, made by a plain statement: its own script would commit our transaction."""

    @override
    async def ensure_schema(self, schema_editor: BaseSchemaEditor) -> None:
        table = schema_editor._get_model_sql_data(self.model).table_sql
        await self.connection.execute_query(table.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1))
