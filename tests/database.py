"""A real, migrated database for every test, made by copying one that was migrated once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.models.database import Database, connect

_template: list[bytes] = []  # at most one


@asynccontextmanager
async def fresh_database(path: Path) -> AsyncIterator[Database]:
    """
    An empty database with all tables at *path*, open until the end of the block.

    As a fixture::

        @pytest.fixture
        async def database(tmp_path: Path) -> AsyncIterator[Database]:
            async with fresh_database(tmp_path / "loket.db") as database:
                yield database
    """
    if _template:
        path.write_bytes(_template[0])  # noqa: ASYNC240 (tens of kilobytes)
    database = await connect(f"sqlite://{path}")
    try:
        if not _template:
            await database.migrate()
            await database.close()
            _template.append(path.read_bytes())  # noqa: ASYNC240
            database = await connect(f"sqlite://{path}")
        yield database
    finally:
        await database.close()
