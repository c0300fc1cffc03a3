"""How a database knows that it was brought back from a copy, and that no id means two things."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from bot.models import copies
from bot.models.database import Database, connect
from bot.models.lost import PLACE, Lost, at_home, call_it_a_copy, copied_at, lost_time, remember
from bot.models.rows import CounterRow, CustomerRow, InboxRow
from tests import postgres
from tests.clock import MONDAY
from tests.database import Kind, fresh_database, fresh_url

LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
async def database(tmp_path: Path, kind: Kind) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path / "loket.db", kind) as database:
        yield database


async def came_in() -> None:
    await InboxRow.create(
        source="telegram", key="1", lane="l", position=1, body="{}", received_at=MONDAY, state="done", next_at=MONDAY
    )


async def test_a_database_that_stays_where_it_is_is_no_copy(database: Database) -> None:
    before = await copied_at(database)
    await at_home(database)

    assert before is None
    assert await copied_at(database) is None
    assert await lost_time() is None


async def test_a_copy_of_a_file_knows_when_it_was_taken(tmp_path: Path) -> None:
    async with fresh_database(tmp_path / "loket.db"):
        copies.copy(tmp_path / "loket.db", tmp_path / "copy.db", now=LATER)

    copy = await connect(f"sqlite://{tmp_path / 'copy.db'}")
    try:
        assert await copied_at(copy) == LATER
    finally:
        await copy.close()


async def test_a_dump_in_another_database_is_a_copy_from_when_something_last_happened() -> None:
    async with postgres.fresh_url() as url:
        database = await connect(url)
        await came_in()
        await at_home(database)
        await database.close()
        async with postgres.copied_url(url) as elsewhere:
            copy = await connect(elsewhere)
            taken = await copied_at(copy)
            await copy.close()

    assert taken == MONDAY


async def test_a_dump_that_replaces_the_tables_is_a_copy(tmp_path: Path) -> None:
    async with fresh_url(tmp_path / "unused", Kind.POSTGRES) as url:
        database = await connect(url)
        await at_home(database)
        await database.close()
        await postgres.rows(url, "CREATE TABLE again AS SELECT * FROM counter")
        await postgres.rows(url, "DROP TABLE counter")
        await postgres.rows(url, "ALTER TABLE again RENAME TO counter")

        database = await connect(url)
        taken = await copied_at(database)
        await database.close()

    assert taken is not None


async def test_a_user_of_the_server_who_may_do_little_is_enough() -> None:
    async with postgres.fresh_url() as url:
        await postgres.script(
            url,
            "DO $$ BEGIN CREATE ROLE little LOGIN PASSWORD 'little'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
            "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC;"
            "GRANT ALL ON ALL TABLES IN SCHEMA public TO little;",
        )
        host = urlsplit(url).netloc.rpartition("@")[2]
        database = await connect(urlunsplit(urlsplit(url)._replace(netloc=f"little:little@{host}")))
        await at_home(database)
        known = await CounterRow.exists(name=PLACE)
        taken = await copied_at(database)
        await postgres.script(url, "DROP OWNED BY little")
        await database.close()

    assert known
    assert taken is None


async def test_an_operator_can_say_that_it_is_a_copy(database: Database) -> None:
    await came_in()

    said = await call_it_a_copy()

    assert said == await copied_at(database) == MONDAY


async def test_taken_note_of_it_is_a_copy_no_more_and_the_lost_time_is_kept(database: Database) -> None:
    await call_it_a_copy()

    await remember(database, Lost(MONDAY, LATER))

    assert await copied_at(database) is None
    assert await lost_time() == Lost(MONDAY, LATER)


async def test_ids_are_left_out_in_tables_with_rows_and_without(database: Database) -> None:
    first = await CustomerRow.create(name="Ada", created_at=MONDAY)

    await database.leap(1000)

    second = await CustomerRow.create(name="Budi", created_at=MONDAY)
    await came_in()
    assert first.id < 1000 < second.id
    assert (await InboxRow.get(key="1")).id > 1000
