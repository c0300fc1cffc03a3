"""Carrying everything from one database into another, of the same or the other kind: all of it, or nothing."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from graphlib import TopologicalSorter
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import BaseORMException
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model
from tortoise.transactions import in_transaction

from bot.errors import MoveFailed
from bot.models import rows
from bot.models.base import Database
from bot.models.database import database_path
from bot.models.lost import PLACE
from bot.models.row import Row
from bot.models.safe_asyncpg import SafeAsyncpgClient
from bot.models.safe_sqlite import SafeSqliteClient
from bot.models.sqlite import PRAGMAS

BATCH = 1000  #: rows that are read, written and compared at once
TOLD_EVERY = 10_000  #: rows

Tell = Callable[[str], None]


def tables() -> list[type[Model]]:
    """The rows of every table, each behind those that it refers to."""
    kinds = {kind.__name__: kind for kind in vars(rows).values() if isinstance(kind, type) and issubclass(kind, Model)}
    del kinds[Row.__name__]
    order = TopologicalSorter({name: _parents(kind) for name, kind in kinds.items()}).static_order()
    return [kinds[name] for name in order]


def _parents(kind: type[Model]) -> list[str]:
    keys = [field for field in kind._meta.fields_map.values() if isinstance(field, ForeignKeyFieldInstance)]
    return [str(key.model_name).rpartition(".")[2] for key in keys]


async def is_empty() -> bool:
    """Whether no table of the open database has a row."""
    for kind in tables():
        if await kind.exists():
            return False
    return True


async def move(source_url: str, target: Database, *, sequences: dict[str, int], tell: Tell) -> int:
    """
    Carry all rows of an up-to-date database into the open, empty *target*, and compare them; returns how many.

    ``sequences`` are the last ids that were given in the source, by table (see `Database.sequences`).

    :raises MoveFailed: a row does not fit or is not what it was; then the target is as empty as before.
    """
    async with _opened(source_url) as source, in_transaction():
        moved = 0
        for kind in tables():
            moved += await _moved(kind, source, tell=tell)
        await target.give_from(sequences)
    return moved


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[BaseDBAsyncClient]:
    """A second connection beside that of the open database."""
    path = database_path(url)
    client: BaseDBAsyncClient
    if path is None:
        client = SafeAsyncpgClient(dsn=url, connection_name="source")
    else:
        client = SafeSqliteClient(str(path), connection_name="source", **PRAGMAS)
    try:
        await client.create_connection(with_db=True)
        yield client
    finally:
        await client.close()


async def _moved(kind: type[Model], source: BaseDBAsyncClient, *, tell: Tell) -> int:
    """Carry one table over; how many rows it has."""
    name, done = str(kind._meta.db_table), 0
    sql = f"SELECT count(*) AS total FROM {name} WHERE {_carried_over(kind)}"  # noqa: S608 - names of ours alone
    [counted] = await source.execute_query_dict(sql)
    total = int(counted["total"])
    async for batch in _batches(kind, source):
        await _carried(kind, batch)
        done += len(batch)
        if done < total and not done % TOLD_EVERY:
            tell(f"{name}: {done:,} of {total:,} rows")
    there = await kind.all().count()
    if there != total:
        raise MoveFailed(f"{name}: {there} rows instead of {total}; nothing was carried over")
    tell(f"{name}: {total:,} rows, compared")
    return total


async def _carried(kind: type[Model], batch: Sequence[Model]) -> None:
    """Write these rows and compare what is there then."""
    wanted = {row.pk: _values(row) for row in batch}
    try:
        await kind.bulk_create([kind(**values) for values in wanted.values()])
    except (BaseORMException, ValueError) as error:
        where = f"{kind._meta.db_table}, rows {batch[0].pk} to {batch[-1].pk}"
        raise MoveFailed(f"{where}: the target does not take them ({error}); nothing was carried over") from error
    found = {row.pk: _values(row) for row in await kind.filter(pk__in=list(wanted))}
    if different := [key for key, values in wanted.items() if found.get(key) != values]:
        raise MoveFailed(f"{kind._meta.db_table}, row {different[0]}: not what it was; nothing was carried over")


async def _batches(kind: type[Model], source: BaseDBAsyncClient) -> AsyncIterator[Sequence[Model]]:
    """
    The rows in the order of their keys.

    By our own SQL: Tortoise would write it in the dialect of the open database, which may be another.
    """
    key, table = kind._meta.db_pk_column, kind._meta.db_table
    mark = "$1" if source.capabilities.dialect == "postgres" else "?"
    found = f"SELECT * FROM {table} WHERE {_carried_over(kind)}"  # noqa: S608 - names of ours alone
    order = f"ORDER BY {key} LIMIT {BATCH}"
    batch = await _rows(kind, source, f"{found} {order}", [])
    while batch:
        yield batch
        batch = await _rows(kind, source, f"{found} AND {key} > {mark} {order}", [batch[-1].pk])


async def _rows(kind: type[Model], source: BaseDBAsyncClient, sql: str, values: list[Any]) -> Sequence[Model]:
    return [kind._init_from_db(**row) for row in await source.execute_query_dict(sql, values)]


def _carried_over(kind: type[Model]) -> str:
    """All but the note of where the source stands."""
    return f"name <> '{PLACE}'" if kind is rows.CounterRow else "1 = 1"


def _values(row: Model) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row._meta.fields_db_projection}
