"""
What all rows can do: be found and changed by the values of columns, with statements that are made once.

Tortoise builds every SELECT and UPDATE anew, which costs several times what SQLite needs to run it. What is found by
equal values, as most on the way of a message is, needs no more than these. Everything else is Tortoise's own queries.
"""

from collections.abc import Mapping
from functools import cache
from itertools import count
from typing import Any, Self

from tortoise.connection import get_connection
from tortoise.exceptions import DoesNotExist
from tortoise.models import Model

Columns = Mapping[str, object]  #: by name as in the database; a tuple means: one of these


class Row(Model):
    """A row of one of our tables."""

    class Meta:
        abstract = True

    @classmethod
    async def by_id(cls, number: object) -> Self:
        """The row with this id; raises `tortoise.exceptions.DoesNotExist`."""
        return await cls.by(id=number)

    @classmethod
    async def by(cls, **columns: object) -> Self:
        """The row with these values; raises `tortoise.exceptions.DoesNotExist`."""
        found = await cls.found(**columns)
        if found is None:
            raise DoesNotExist(cls)
        return found

    @classmethod
    async def found(cls, **columns: object) -> Self | None:
        """A row with these values, if there is one; locked against others for whoever is in a transaction."""
        connection = get_connection("default")
        sql = _select(cls, tuple(columns), connection.capabilities.dialect)
        for row in (await connection.execute_query(sql, list(columns.values())))[1]:
            return cls._init_from_db(**dict(row))
        return None

    @classmethod
    async def change(cls, where: Columns, **columns: object) -> int:
        """Give all rows with the values of ``where`` these; how many there were. Call inside a transaction."""
        connection = get_connection("default")
        lengths = tuple(len(value) if isinstance(value, tuple) else 0 for value in where.values())
        sql = _update(cls, tuple(columns), tuple(zip(where, lengths, strict=True)), connection.capabilities.dialect)
        values = list(columns.values())
        for value in where.values():
            values += value if isinstance(value, tuple) else [value]
        return int((await connection.execute_query(sql, values))[0])


@cache
def _select(model: type[Row], names: tuple[str, ...], dialect: str) -> str:
    marks = _marks(dialect)
    columns = ", ".join(f'"{name}"' for name in model._meta.db_fields)
    wanted = " AND ".join(f'"{name}" = {next(marks)}' for name in names)
    return f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {wanted} LIMIT 1'  # noqa: S608 - our own names


@cache
def _update(model: type[Row], names: tuple[str, ...], where: tuple[tuple[str, int], ...], dialect: str) -> str:
    marks = _marks(dialect)
    given = ", ".join(f'"{name}" = {next(marks)}' for name in names)
    wanted = " AND ".join(
        f'"{name}" IN ({", ".join(next(marks) for _ in range(length))})' if length else f'"{name}" = {next(marks)}'
        for name, length in where
    )
    return f'UPDATE "{model._meta.db_table}" SET {given} WHERE {wanted}'  # noqa: S608 - our own names


def _marks(dialect: str) -> Any:
    return (f"${number}" if dialect == "postgres" else "?" for number in count(1))
