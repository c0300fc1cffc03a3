"""What ``loket`` does to the database for its operator: bring it up to date, copy, move and restore it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from bot.clock import SystemClock
from bot.errors import ConfigError
from bot.models import moving
from bot.models.database import Database, Upgrade, backup, connect, database_path, exclusive
from bot.models.lost import call_it_a_copy


async def migrate(url: str) -> str:
    """Bring the database up to date; what was done, in words."""
    async with exclusive(url), _opened(url) as database:
        return _done(await database.migrate(now=SystemClock().now())) or "The database is up to date."


def _done(upgrade: Upgrade) -> str:
    return "\n".join([*([upgrade.copy] if upgrade.copy else []), *upgrade.steps])


async def move(source: str, target: str, *, tell: Callable[[str], None]) -> str:
    """
    Carry everything from the database *source* into the empty *target*; what was done, in words.

    The source stays as it is, but for a note that it is a copy from now on: who went back to it would send twice.
    """
    if source == target:
        raise ConfigError(["--from: this is the database of DATABASE_URL itself; name the one to carry over"])
    async with AsyncExitStack() as locks:
        with _said_of_the_source():
            _there(source)
            await locks.enter_async_context(exclusive(source))
            sequences = await _sequences(source)
        await locks.enter_async_context(exclusive(target))
        async with _opened(target) as database:
            await database.migrate(now=SystemClock().now())
            if not await moving.is_empty():
                raise ConfigError([f"DATABASE_URL: {database.name} is not empty; name a new one"])
            count = await moving.move(source, database, sequences=sequences, tell=tell)
        async with _opened(source):
            await call_it_a_copy()
    return f"{count:,} rows were carried into {database.name} and compared."


def _there(url: str) -> None:
    path = database_path(url)
    if path is not None and not path.exists():
        raise ConfigError([f"DATABASE_URL: there is no database {path}; name the one to carry over"])


async def _sequences(url: str) -> dict[str, int]:
    """The last ids of a database that must be up to date."""
    async with _opened(url) as database:
        if pending := await database.pending():
            missing = ", ".join(pending)
            raise ConfigError([f"DATABASE_URL: {database.name} lacks {missing}; run `loket migrate` on it first"])
        return await database.sequences()


@contextmanager
def _said_of_the_source() -> Iterator[None]:
    """What is wrong is not said of a setting, but of the option that names the source."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError([problem.replace("DATABASE_URL:", "--from:", 1) for problem in error.problems]) from error


async def copy(url: str, target: Path) -> str:
    """Copy the database; where the copy is, in words."""
    await backup(url, target, now=SystemClock().now())
    size_mib = target.stat().st_size / 2**20  # noqa: ASYNC240 (one look at the disk)
    return f"{target} is a complete copy, checked ({size_mib:.1f} MiB)."


async def restored(url: str) -> str:
    """Take down that the database was brought back; since when it knows nothing, in words."""
    async with exclusive(url), _opened(url) as database:
        await database.ready(now=SystemClock().now())
        since = await call_it_a_copy()
    return f"The next start takes the database for a copy of {since:%Y-%m-%d %H:%M} UTC, its last sign of life."


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = await connect(url)
    try:
        yield database
    finally:
        await database.close()
