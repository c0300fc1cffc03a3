"""Rows found and changed by values, with statements of our own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from tortoise.exceptions import DoesNotExist
from tortoise.transactions import in_transaction

from bot.models.database import query
from bot.models.row import Found
from bot.models.rows import CustomerRow, InboxRow, JournalRow
from tests.database import Kind, fresh_database

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def database(tmp_path: Path, kind: Kind) -> AsyncIterator[None]:
    async with fresh_database(tmp_path / "loket.db", kind):
        yield


async def arrived(key: str, *, state: str = "new") -> InboxRow:
    return await InboxRow.create(
        source="chat", key=key, lane="chat:ada", position=1, body='{"é": 1}', received_at=NOW, state=state, next_at=NOW
    )


async def test_a_row_is_found_as_tortoise_would_have_found_it() -> None:
    customer = await CustomerRow.create(name="Ada", language=None, created_at=NOW)
    row, entry = await arrived("a"), await JournalRow.create(at=NOW, event="It", actor="desk", data={"a": [1, None]})

    for written in (customer, row, entry):
        by_us, by_tortoise = await type(written).by_id(written.pk), await type(written).get(pk=written.pk)
        assert {name: getattr(by_us, name) for name in written._meta.fields_db_projection} == {
            name: getattr(by_tortoise, name) for name in written._meta.fields_db_projection
        }


async def test_all_values_must_be_right() -> None:
    row = await arrived("a")

    assert (await InboxRow.by(source="chat", key="a")).id == row.id
    assert await InboxRow.found(source="chat", key="b") is None
    with pytest.raises(DoesNotExist):
        await InboxRow.by_id(row.id + 1)


async def test_a_found_row_can_be_changed_and_saved() -> None:
    row = await arrived("a")

    found = await InboxRow.by_id(row.id)
    found.attempts = 2
    await found.save(update_fields=["attempts"])

    assert (await InboxRow.get(id=row.id)).attempts == 2


async def test_only_what_is_meant_is_changed() -> None:
    new, done, other = await arrived("a"), await arrived("b", state="done"), await arrived("c", state="parked")

    async with in_transaction():
        changed = await InboxRow.change(
            {"lane": "chat:ada", "state": ("new", "done")}, state="discarded", settled_at=NOW, error=None
        )

    assert changed == 2
    assert [(await InboxRow.get(id=row.id)).state for row in (new, done, other)] == ["discarded", "discarded", "parked"]
    assert (await InboxRow.get(id=new.id)).settled_at == NOW


async def test_what_is_stored_is_what_was_given() -> None:
    east = timezone(timedelta(hours=7))
    entry = await JournalRow.create(at=NOW.astimezone(east), event="It", actor="desk", data={"a": [1, None]})

    read = await JournalRow.by_id(entry.id)

    assert (read.at, read.at.tzinfo, read.data, read.ticket_id) == (NOW, UTC, {"a": [1, None]}, None)
    assert (await query("SELECT COUNT(*) AS found FROM journal WHERE at = ?", [NOW]))[0]["found"] == 1


async def test_a_value_can_be_found_as_the_row_is_stored() -> None:
    places = Found("SELECT COALESCE(MAX(position), 0) + 1 FROM inbox WHERE lane = ?", ("chat:ada",))

    async with in_transaction():
        stored = [
            await InboxRow.create(
                source="chat", key=key, lane="chat:ada", position=places, body="{}", received_at=NOW, state="new",
                next_at=NOW,
            )
            for key in ("a", "b")
        ]  # fmt: skip

    assert [row.position for row in stored] == [1, 2]
    assert [(row.key, row.position) for row in await InboxRow.all_with({"id": tuple(row.id for row in stored)})] == [
        ("a", 1), ("b", 2)
    ]  # fmt: skip


async def test_found_rows_come_in_order_and_not_too_many() -> None:
    for key in ("b", "c", "a"):
        await arrived(key)

    found = await InboxRow.all_with({"lane": "chat:ada", "state": ("new", "done")}, order="key DESC", limit=2)

    assert [row.key for row in found] == ["c", "b"]
