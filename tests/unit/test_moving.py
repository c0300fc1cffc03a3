"""Carrying a database over into another one: all of it, or nothing."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from bot import upkeep
from bot.errors import ConfigError, MoveFailed
from bot.models import moving
from bot.models.database import Database, connect, exclusive, query
from bot.models.lost import at_home, copied_at
from bot.models.rows import CounterRow, CustomerRow, InboxRow, SeenRow
from tests.clock import MONDAY
from tests.database import Kind, empty_url, fresh_url
from tests.every_table import IDS, everything, fill

WAYS = [(Kind.SQLITE, Kind.POSTGRES), (Kind.POSTGRES, Kind.SQLITE), (Kind.SQLITE, Kind.SQLITE)]


@pytest.fixture(params=WAYS, ids=lambda way: f"{way[0]}-to-{way[1]}")
async def way(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """The addresses of a source with rows in every table, and of a target without tables."""
    (tmp_path / "old").mkdir()
    source_kind, target_kind = request.param
    async with AsyncExitStack() as stack:
        source = await stack.enter_async_context(fresh_url(tmp_path / "old" / "loket.db", source_kind))
        await filled(source)
        yield source, await stack.enter_async_context(empty_url(tmp_path / "new.db", target_kind))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = await connect(url)
    try:
        yield database
    finally:
        await database.close()


async def filled(url: str) -> None:
    async with opened(url) as database:
        await fill()
        await at_home(database)


async def move(source: str, target: str) -> list[str]:
    """What is told on the way, and the last word."""
    told: list[str] = []
    told.append(await upkeep.move(source, target, tell=told.append))
    return told


async def test_every_row_of_every_table_is_carried_over_as_it_is(way: tuple[str, str]) -> None:
    source, target = way
    async with opened(source) as database:
        before = await everything()

    told = await move(source, target)

    async with opened(target) as database:
        after, is_copy = await everything(), await copied_at(database)
    before["counter"] = [row for row in before["counter"] if row["name"] != "place"]
    assert after == before
    assert is_copy is None
    assert [line.partition(":")[0] for line in told[:-1]] == [str(kind._meta.db_table) for kind in moving.tables()]
    assert told[-1].startswith(f"{sum(map(len, after.values()))} rows were carried")


async def test_ids_go_on_where_the_source_stopped(way: tuple[str, str]) -> None:
    source, target = way
    async with opened(source) as database:
        await database.leap(1000)

    await move(source, target)

    async with opened(target) as database:
        customer = await CustomerRow.create(name="Ada", created_at=MONDAY)
    assert customer.id > 1000


async def test_whoever_went_back_to_the_source_would_be_on_a_copy(way: tuple[str, str]) -> None:
    source, target = way

    await move(source, target)

    async with opened(source) as database:
        assert await copied_at(database) is not None


async def test_a_large_table_is_carried_in_pieces_and_progress_is_told(tmp_path: Path) -> None:
    async with (
        fresh_url(tmp_path / "old.db") as source,
        empty_url(tmp_path / "new.db", Kind.POSTGRES) as target,
    ):
        async with opened(source):
            await SeenRow.bulk_create([SeenRow(key=f"{one:05}", at=MONDAY) for one in range(20_500)])

        told = await move(source, target)

        assert [line for line in told if line.startswith("seen")] == [
            "seen: 10,000 of 20,500 rows", "seen: 20,000 of 20,500 rows", "seen: 20,500 rows, compared"
        ]  # fmt: skip
        assert await count(target, "seen") == 20_500


async def count(url: str, table: str) -> int:
    async with opened(url):
        [row] = await query(f"SELECT count(*) AS n FROM {table}", [])  # noqa: S608
    return int(row["n"])


async def test_what_does_not_fit_leaves_the_target_empty_and_the_source_as_it_was(tmp_path: Path) -> None:
    async with (
        fresh_url(tmp_path / "old.db") as source,
        empty_url(tmp_path / "new.db", Kind.POSTGRES) as target,
    ):
        await filled(source)
        async with opened(source) as database:
            await query("UPDATE inbox SET raw = char(0) WHERE id = ?", [IDS[0]])  # which PostgreSQL can't hold

        with pytest.raises(MoveFailed, match=f"inbox, rows {IDS[0]} to {IDS[1]}: .* nothing was carried over"):
            await move(source, target)

        assert await count(target, "customer") == 0
        async with opened(source) as database:
            assert await copied_at(database) is None


async def test_a_row_that_arrives_changed_is_noticed(tmp_path: Path) -> None:
    async with (
        fresh_url(tmp_path / "old.db") as source,
        fresh_url(tmp_path / "new.db", Kind.POSTGRES) as target,
    ):
        await filled(source)
        async with opened(target):
            await query(
                "CREATE FUNCTION garbled() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN NEW.name := upper(NEW.name) || '!'; RETURN NEW; END $$", [],
            )  # fmt: skip
            await query("CREATE TRIGGER garble BEFORE INSERT ON customer FOR EACH ROW EXECUTE FUNCTION garbled()", [])

        with pytest.raises(MoveFailed, match=f"customer, row {IDS[0]}: not what it was"):
            await move(source, target)

        assert await count(target, "customer") == 0


async def test_a_target_that_is_in_use_is_refused(way: tuple[str, str]) -> None:
    source, target = way
    async with opened(target) as database:
        await database.migrate(now=MONDAY)
        await CounterRow.create(name="ticket", value=1)

    with pytest.raises(ConfigError, match=r"^DATABASE_URL: .* is not empty; name a new one"):
        await move(source, target)


async def test_a_source_on_which_a_service_runs_is_refused(way: tuple[str, str]) -> None:
    source, target = way

    async with exclusive(source):
        with pytest.raises(ConfigError, match=r"^--from: another Loket is running"):
            await move(source, target)


async def test_a_target_on_which_a_service_runs_is_refused(way: tuple[str, str]) -> None:
    source, target = way

    async with exclusive(target):
        with pytest.raises(ConfigError, match=r"^DATABASE_URL: another Loket is running"):
            await move(source, target)


async def test_a_source_that_is_not_up_to_date_or_not_there_is_refused(tmp_path: Path) -> None:
    old, new = f"sqlite://{tmp_path / 'old.db'}", f"sqlite://{tmp_path / 'new.db'}"

    with pytest.raises(ConfigError, match=r"^--from: there is no database"):
        await move(old, new)
    database = await connect(old)
    await database.close()
    with pytest.raises(ConfigError, match=r"^--from: .* lacks 0001_first_tables.*run `loket migrate`"):
        await move(old, new)
    with pytest.raises(ConfigError, match=r"^--from: this is the database of DATABASE_URL"):
        await move(old, old)
    with pytest.raises(ConfigError, match=r"^--from: must look like"):
        await move("old.db", new)


def test_every_table_is_carried_over_behind_those_that_it_refers_to() -> None:
    names = [kind.__name__ for kind in moving.tables()]

    assert {InboxRow.__name__, CounterRow.__name__} <= set(names)
    assert names.index("CustomerRow") < names.index("IdentityRow") < names.index("TicketRow")
    assert names.index("TicketRow") < names.index("MessageRow") < names.index("DeliveryRow")
