"""What platforms sent is emptied when it has been kept long enough, and not while anybody waits for it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.delivery.pruning import _EMPTY, prune
from bot.models.database import Database, query
from bot.models.rows import InboxRow
from tests.clock import MONDAY
from tests.database import Kind, fresh_database

NUMBERS = count(1)
EARLIER = MONDAY - timedelta(microseconds=1)
LATER = MONDAY + timedelta(microseconds=1)


@pytest.fixture
async def database(tmp_path: Path, kind: Kind) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path / "loket.db", kind) as database:
        yield database


async def came(state: str, at: datetime = MONDAY) -> int:
    number = next(NUMBERS)
    row = await InboxRow.create(
        source="chat", key=str(number), lane="chat:ada", position=number, body="{}", received_at=at, state=state,
        next_at=at, error="nobody's", settled_at=None if state == "new" else at,
    )  # fmt: skip
    return int(row.id)


async def pruned(*, until: datetime = MONDAY) -> int:
    async def give_way() -> None:
        pass

    return await prune(until=until, give_way=give_way)


@pytest.mark.usefixtures("database")
async def test_what_is_settled_and_old_enough_loses_its_words_and_nothing_else() -> None:
    done, discarded = await came("done"), await came("discarded", EARLIER)
    kept = [await came(state, at) for state, at in (("done", LATER), ("new", EARLIER), ("parked", EARLIER))]

    assert await pruned() == 2

    rows = {row.id: row for row in await InboxRow.all()}
    assert [(rows[number].body, rows[number].state) for number in (done, discarded)] == [("", "pruned")] * 2
    assert [rows[number].body for number in kept] == ["{}"] * 3
    assert (rows[discarded].error, rows[discarded].settled_at) == ("nobody's", EARLIER)
    assert await pruned() == 0


@pytest.mark.usefixtures("database")
async def test_many_are_done_in_batches_and_what_is_left_the_next_time() -> None:
    for _ in range(5):
        await came("done")
    ways: list[int] = []

    async def give_way() -> None:
        ways.append(await InboxRow.filter(state="done").count())

    assert await prune(until=MONDAY, give_way=give_way, batch=2, batches=2) == 4
    assert ways[:2] == [5, 3]
    assert await pruned() == 1


async def test_no_row_is_looked_at_in_vain(tmp_path: Path) -> None:
    async with fresh_database(tmp_path / "loket.db"):
        select = _EMPTY[_EMPTY.index("SELECT") : _EMPTY.index(")\nRETURNING")]
        (step,) = await query(f"EXPLAIN QUERY PLAN {select}", ["done", MONDAY, 1])

    assert step["detail"].endswith("(state=? AND next_at<?)")
