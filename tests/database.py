"""A real, migrated database for every test, made by copying one that was migrated once."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path

from bot.models.database import Database, connect
from tests import postgres
from tests.clock import MONDAY

_template: list[bytes] = []  # at most one
_making = threading.Lock()


class Kind(StrEnum):
    """The databases that everything must work on."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


@asynccontextmanager
async def fresh_url(path: Path, kind: Kind = Kind.SQLITE) -> AsyncIterator[str]:
    """The address of an empty database with all tables; SQLite has it in the file *path*."""
    if kind is Kind.POSTGRES:
        async with postgres.fresh_url() as url:
            yield url
        return
    if not _template:
        await asyncio.to_thread(_make_template, path)
    path.write_bytes(_template[0])  # noqa: ASYNC240 (tens of kilobytes)
    yield f"sqlite://{path}"


def _make_template(path: Path) -> None:
    """Once, although several may want it at the same moment, perhaps each in a loop of its own."""

    async def make() -> None:
        database = await connect(f"sqlite://{path}")
        await database.migrate(now=MONDAY)
        await database.close()

    with _making:
        if not _template:
            asyncio.run(make())
            _template.append(path.read_bytes())


@asynccontextmanager
async def empty_url(path: Path, kind: Kind = Kind.SQLITE) -> AsyncIterator[str]:
    """The address of a database without any table."""
    if kind is Kind.POSTGRES:
        async with postgres.empty_url() as url:
            yield url
    else:
        yield f"sqlite://{path}"


@asynccontextmanager
async def fresh_database(path: Path, kind: Kind = Kind.SQLITE) -> AsyncIterator[Database]:
    """
    An empty database with all tables, open until the end of the block.

    As a fixture::

        @pytest.fixture
        async def database(tmp_path: Path, kind: Kind) -> AsyncIterator[Database]:
            async with fresh_database(tmp_path / "loket.db", kind) as database:
                yield database
    """
    async with fresh_url(path, kind) as url:
        database = await connect(url)
        try:
            yield database
        finally:
            await database.close()
