"""Rows in every table, whatever tables there are: one with a value in each column, one without what may be missing."""

from datetime import timedelta
from typing import Any

from tortoise import fields
from tortoise.models import Model

from bot.models.moving import tables
from bot.models.rows import MessageRow
from tests.clock import MONDAY

IDS = (7, 40)  #: with a gap, as after a restore
WORDS = "Où? 🦊 \"'\\ \n— "


async def fill() -> None:
    """Give every table of the open database two rows."""
    for kind in tables():
        for number in IDS:
            await kind.create(**_values(kind, number))


async def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of the open database, by table."""
    return {
        str(kind._meta.db_table): [_read(row) for row in await kind.all().order_by(kind._meta.pk_attr)]
        for kind in tables()
    }


def _read(row: Model) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row._meta.fields_db_projection}


def _values(kind: type[Model], number: int) -> dict[str, Any]:
    columns = {name: kind._meta.fields_map[name] for name in kind._meta.fields_db_projection}
    return {name: _value(kind, name, field, number) for name, field in columns.items()}


def _value(kind: type[Model], name: str, field: fields.Field[Any], number: int) -> object:
    if field.null and number == IDS[-1]:
        return None
    match field:
        case fields.DatetimeField():
            return MONDAY + timedelta(days=number, microseconds=123456)
        case fields.JSONField():
            found = {"text": WORDS, "number": number, "nothing": None, "yes": True, "more": [1.5, []]}
            return [found] if kind is MessageRow else found
        case fields.CharField():
            return f"{number}{WORDS}{name}"[: field.max_length]
        case fields.TextField():
            return f"{name} {WORDS * 3}{number}"
        case fields.BooleanField():
            return True
        case fields.BigIntField() if not field.pk:
            return 2**40 + number
        case _:
            return number
