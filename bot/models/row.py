"""
What all rows can do: be found, stored and changed by the values of columns, with statements that are made once.

Tortoise builds every SELECT and UPDATE anew, which costs several times what SQLite needs to run it, and passes every
value of a row through hooks that we don't use. What is found by equal values, as most on the way of a message is, needs
no more than these. Everything else is Tortoise's own queries, whose rows are read from the database here as well.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any, Self

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.exceptions import DoesNotExist
from tortoise.fields import DatetimeField, Field
from tortoise.models import Model
from typing_extensions import override

Columns = Mapping[str, object]  #: by name as in the database; a tuple means: one of these


@dataclass(frozen=True, slots=True)
class Found:
    """A value that the database finds as it stores the row: what a SELECT of one value with ``?`` marks says."""

    sql: str
    values: tuple[object, ...]


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
        for row in await cls.all_with(columns, limit=1):
            return row
        return None

    @classmethod
    async def all_with(cls, where: Columns, *, order: str = "", limit: int = 0) -> list[Self]:
        """The rows with these values, in the ``order`` of ``ORDER BY``; locked as those of `found` are."""
        connection = get_connection("default")
        sql = _select(cls, _shape(where), order, limit, connection.capabilities.dialect)
        return [cls.of(row) for row in await connection.execute_query_dict(sql, _flat(where))]

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Self:
        """The row that a query has found, by all of its columns as the database gives them."""
        return cls._init_from_db(**columns)

    @classmethod
    @override
    async def create(cls, using_db: BaseDBAsyncClient | None = None, **columns: Any) -> Self:
        """Store a new row. Where a value is `Found`, call inside a transaction."""
        if not columns.keys() <= cls._meta.fields_db_projection.keys():
            return await super().create(using_db, **columns)  # by a related row
        row = cls.__new__(cls)
        kept = row.__dict__
        kept.update(_partial=False, _saved_in_db=False, _await_when_save={})
        kept["_custom_generated_pk"] = cls._meta.pk.generated and cls._meta.pk_attr in columns
        for name, default, read in _fields(cls):
            value = columns.get(name, default)
            kept[name] = value if read is None or isinstance(value, Found) else read(value)
        await row.save()
        return row

    @override
    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """Store it as it is now, or only these fields of it."""
        columns, pk = self._meta.fields_db_projection, self._meta.pk_attr
        if self._saved_in_db:
            names = update_fields or [name for name in columns if name != pk]
            written = {columns[name]: self._written(name) for name in names}
            await self.change({columns[pk]: self.pk}, **written)
            return
        if any(isinstance(value, Found) for value in self.__dict__.values()):
            await self._store_found()
        else:
            connection: Any = get_connection("default")
            await connection.executor_class(model=type(self), db=connection).execute_insert(self)
        self._saved_in_db = True

    async def _store_found(self) -> None:
        connection = get_connection("default")
        columns = {column: getattr(self, name) for name, column in self._meta.fields_db_projection.items()}
        if not self._custom_generated_pk:
            del columns[self._meta.db_pk_column]
        found = {column: value for column, value in columns.items() if isinstance(value, Found)}
        sql = _insert(
            type(self),
            tuple((column, found[column].sql if column in found else "") for column in columns),
            connection.capabilities.dialect,
        )
        values: list[object] = []
        for name, column in self._meta.fields_db_projection.items():
            if column in found:
                values += found[column].values
            elif column in columns:
                values.append(self._written(name))
        for stored in await connection.execute_query_dict(sql, values):
            self.__dict__.update({self._meta.fields_db_projection_reverse[column]: stored[column] for column in stored})

    def _written(self, name: str) -> object:
        return self._meta.fields_map[name].to_db_value(getattr(self, name), self)

    @override
    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # Tortoise asks each time whether it is a relation; we set their ids

    @classmethod
    @override
    def _init_from_db(cls, **columns: Any) -> Self:
        if len(columns) != len(cls._meta.db_fields):
            return super()._init_from_db(**columns)
        row = cls.__new__(cls)
        kept = row.__dict__
        kept.update(_partial=False, _saved_in_db=True, _await_when_save={})
        kept["_custom_generated_pk"] = not cls._meta.pk.generated
        names = cls._meta.fields_db_projection
        for name, _, read in _fields(cls):
            value = columns[names[name]]
            kept[name] = value if read is None else read(value)
        return row

    @classmethod
    async def change(cls, where: Columns, **columns: object) -> int:
        """Give all rows with the values of ``where`` these; how many there were. Call inside a transaction."""
        connection = get_connection("default")
        sql = _update(cls, tuple(columns), _shape(where), connection.capabilities.dialect)
        return int((await connection.execute_query(sql, [*columns.values(), *_flat(where)]))[0])


Shape = tuple[tuple[str, int], ...]  #: names of columns, and how many values each may have; 0: it has this one


def _shape(where: Columns) -> Shape:
    return tuple((name, len(value) if isinstance(value, tuple) else 0) for name, value in where.items())


def _flat(where: Columns) -> list[object]:
    values: list[object] = []
    for value in where.values():
        values += value if isinstance(value, tuple) else [value]
    return values


@cache
def _fields(model: type[Row]) -> list[tuple[str, Any, Callable[[Any], Any] | None]]:
    """The fields: name, default, and what makes a value of the database's one, if it needs that."""
    made: list[tuple[str, Any, Callable[[Any], Any] | None]] = []
    for name in model._meta.fields_db_projection:
        field = model._meta.fields_map[name]
        own = field.to_python_value if field.to_python_value.__func__ is not _PLAIN else None  # type: ignore[attr-defined]
        made.append((name, field.default, _instant if isinstance(field, DatetimeField) else own))
    return made


_PLAIN = Field.to_python_value  #: changes nothing in what our columns hold


def _instant(value: str | datetime | None) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


@cache
def _select(model: type[Row], where: Shape, order: str, limit: int, dialect: str) -> str:
    columns = ", ".join(f'"{name}"' for name in model._meta.db_fields)
    wanted = _wanted(where, _marks(dialect))
    ending = (f" ORDER BY {order}" if order else "") + (f" LIMIT {limit}" if limit else "")
    return f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {wanted}{ending}'  # noqa: S608 - our own names


@cache
def _update(model: type[Row], names: tuple[str, ...], where: Shape, dialect: str) -> str:
    marks = _marks(dialect)
    given = ", ".join(f'"{name}" = {next(marks)}' for name in names)
    return f'UPDATE "{model._meta.db_table}" SET {given} WHERE {_wanted(where, marks)}'  # noqa: S608 - our own names


@cache
def _insert(model: type[Row], columns: tuple[tuple[str, str], ...], dialect: str) -> str:
    marks = _marks(dialect)
    names = ", ".join(f'"{name}"' for name, _ in columns)
    values = ", ".join(f"({_numbered(sql, marks)})" if sql else next(marks) for _, sql in columns)
    told = ", ".join(f'"{name}"' for name in (model._meta.db_pk_column, *(name for name, sql in columns if sql)))
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({values}) RETURNING {told}'  # noqa: S608 - as above


def _numbered(sql: str, marks: Any) -> str:
    return "".join(next(marks) if char == "?" else char for char in sql)


def _wanted(where: Shape, marks: Any) -> str:
    return " AND ".join(
        f'"{name}" IN ({", ".join(next(marks) for _ in range(length))})' if length else f'"{name}" = {next(marks)}'
        for name, length in where
    )


def _marks(dialect: str) -> Any:
    return (f"${number}" if dialect == "postgres" else "?" for number in count(1))
