"""What only a server can do to us: go away, come back, refuse, be shared."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from tortoise.connection import get_connections
from tortoise.exceptions import BaseORMException, IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from bot.errors import ConfigError
from bot.models.database import Database, connect, exclusive, is_temporary, query, reading, reading_each
from bot.models.postgres import RUNNING, SessionLock
from bot.models.rows import CounterRow
from bot.models.safe_asyncpg import PIECE
from tests import postgres
from tests.clock import MONDAY
from tests.crashes.process import ROOT, until

CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
HOLDERS = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
WAITING = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
SECRET = "hunter2"  # of an address that leads nowhere


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with postgres.fresh_url() as url:
        yield url


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = await connect(url)
    yield database
    await database.close()


async def add_one() -> None:
    async with in_transaction():
        counter, _ = await CounterRow.get_or_create(name="sum", defaults={"value": 0})
        counter.value += 1
        await counter.save()


@pytest.mark.usefixtures("database")
async def test_decisions_side_by_side_never_meet_half_way() -> None:
    await asyncio.gather(*(add_one() for _ in range(40)))

    assert (await CounterRow.get(name="sum")).value == 40


@pytest.mark.usefixtures("database")
async def test_reading_waits_for_no_writer() -> None:
    async with in_transaction():
        await CounterRow.create(name="unfinished", value=1)
        seen = asyncio.create_task(elsewhere())
        async with asyncio.timeout(5):
            found = await seen

    assert found == []


async def elsewhere() -> list[str]:
    """The names that somebody outside the transaction sees."""
    get_connections().set("default", get_connections().get("default")._parent)
    return [row["name"] for row in await reading("SELECT name FROM counter", [])]


@pytest.mark.usefixtures("database")
async def test_the_loop_goes_on_between_the_pieces_of_what_is_read() -> None:
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    seen = await reading_each(lambda row: (row["n"], turns), "SELECT n FROM generate_series(1, 10 * ?) AS n", [PIECE])
    turning.cancel()

    assert [n for n, _ in seen] == [*range(1, 10 * PIECE + 1)]
    assert len({at for _, at in seen}) >= 10


@pytest.mark.usefixtures("database")
async def test_a_transaction_that_goes_on_after_a_failed_statement_says_that_it_was_undone() -> None:
    async def goes_on() -> None:
        async with in_transaction():
            await CounterRow.create(name="twice", value=1)
            with suppress(IntegrityError):
                await CounterRow.create(name="twice", value=2)

    with pytest.raises(OperationalError, match="rolled back"):
        await goes_on()

    assert not await CounterRow.exists()


async def cut_short(url: str) -> None:
    """A transaction whose connection the server ends."""
    async with in_transaction():
        await CounterRow.create(name="lost", value=1)
        await postgres.rows(url, CUT)
        await CounterRow.create(name="never", value=1)


@pytest.mark.usefixtures("database")
async def test_a_cut_connection_is_a_temporary_trouble_and_then_none(url: str) -> None:
    with pytest.raises(OperationalError) as caught:
        await cut_short(url)

    assert is_temporary(caught.value)
    await CounterRow.create(name="kept", value=1)
    assert [row.name for row in await CounterRow.all()] == ["kept"]


async def write(name: str) -> None:
    async with in_transaction():
        await CounterRow.create(name=name, value=1)
        await CounterRow.create(name=f"{name}+", value=1)


async def read() -> None:
    await CounterRow.filter(name="nobody").first()


@pytest.mark.usefixtures("database")
async def test_connections_cut_at_any_moment_leave_nothing_half_done_and_no_other_trouble(url: str) -> None:
    chance = random.Random(7)  # noqa: S311 (reproducible, not secret)
    errors: list[BaseException] = []

    for round_ in range(40):
        tasks = [asyncio.create_task(write(f"{round_}.{n}")) for n in range(6)]
        tasks += [asyncio.create_task(read()) for _ in range(4)]
        await asyncio.sleep(chance.random() / 50)
        await postgres.rows(url, CUT)
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        errors += [error for error in ended if isinstance(error, BaseException)]

    assert [error for error in errors if not is_temporary(error)] == []
    ((written,),) = await postgres.rows(url, "SELECT count(*) FROM counter")
    assert isinstance(written, int)
    assert written % 2 == 0


@pytest.mark.parametrize(
    ("code", "may_pass"),
    [
        ("53100", True),  # disk full
        ("53300", True),  # too many connections
        ("57P01", True),  # the server stops
        ("57P03", True),  # the server starts
        ("40001", True),  # serialization
        ("40P01", True),  # deadlock
        ("55P03", True),  # lock not available
        ("25006", True),  # a standby took over, and we are on the wrong one
        ("58030", True),  # input, output
        ("23505", False),  # unique
        ("22001", False),  # too long
        ("42P01", False),  # no such table
    ],
)
@pytest.mark.usefixtures("database")
async def test_what_may_pass_by_itself_is_told_from_what_will_not(code: str, may_pass: bool) -> None:  # noqa: FBT001 (a table)
    with pytest.raises(BaseORMException) as caught:
        await query(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$", [])

    assert is_temporary(caught.value) is may_pass


async def found(url: str, sql: str) -> None:
    """Return when the query finds something."""
    async with asyncio.timeout(10):
        while not await postgres.rows(url, sql):  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0)


async def test_a_start_lock_is_taken_again_when_its_connection_was_cut(url: str) -> None:
    async with exclusive(url) as lock:
        keeping = asyncio.create_task(lock.kept())
        await postgres.rows(url, CUT)
        await found(url, HOLDERS)

        assert not keeping.done()
        keeping.cancel()


async def test_who_lost_the_start_lock_to_another_process_learns_it(url: str) -> None:
    other = SessionLock(url, RUNNING)
    async with exclusive(url) as lock:
        others = asyncio.create_task(other.take())
        await found(url, WAITING)
        await postgres.rows(url, HOLDERS.replace("pid", "pg_terminate_backend(pid)", 1))

        assert await others
        async with asyncio.timeout(10):
            await lock.kept()
    await other.release()


async def test_a_service_does_not_start_before_somebody_has_migrated() -> None:
    async with postgres.empty_url() as url:
        database = await connect(url)
        with pytest.raises(ConfigError, match="loket migrate"):
            await database.ready(now=MONDAY)

        assert (await database.migrate(now=MONDAY)).steps
        await database.ready(now=MONDAY)
        await database.close()


@pytest.mark.parametrize(
    ("address", "mend"),
    [
        (f"postgres://me:{SECRET}@127.0.0.1:1/loket", "host and port"),
        (f"postgres://me:{SECRET}@localhost/x?host=/nowhere", "host and port"),
        (f"postgres://me:{SECRET}@host:{SECRET}/loket", "%2F"),
    ],
)
async def test_a_server_that_cant_be_used_is_refused_without_repeating_its_address(address: str, mend: str) -> None:
    for attempt in (connect(address), exclusive(address).__aenter__()):
        with pytest.raises(ConfigError, match=mend) as caught:
            await attempt
        assert SECRET not in str(caught.value)


async def test_a_database_that_is_not_there_is_named_with_its_mend(url: str) -> None:
    with pytest.raises(ConfigError, match="create the database"):
        await connect(url.replace("/loket_", "/nothing_"))


async def test_the_server_of_the_tests_goes_with_a_process_that_is_killed() -> None:
    code = "from tests import postgres; print(postgres.server_url(), flush=True); input()"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env={}
    )
    assert child.stdout is not None
    folder = Path((await child.stdout.readline()).decode().strip().rpartition("host=")[2])
    assert (folder / "data" / "postmaster.pid").exists()

    child.kill()
    await child.wait()

    await until(lambda: not folder.exists(), "the server and its files are gone")
