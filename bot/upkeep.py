"""What ``loket`` does to the database for its operator: bringing it up to date, copying it, bringing it back."""

from pathlib import Path

from bot.clock import SystemClock
from bot.models.database import backup, connect, exclusive
from bot.models.lost import call_it_a_copy


async def migrate(url: str) -> str:
    """Bring the database up to date; what was done, in words."""
    async with exclusive(url):
        database = await connect(url)
        try:
            upgrade = await database.migrate(now=SystemClock().now())
        finally:
            await database.close()
    if not upgrade.steps:
        return "The database is up to date."
    return "\n".join([*([upgrade.copy] if upgrade.copy else []), *upgrade.steps])


async def copy(url: str, target: Path) -> str:
    """Copy the database; where the copy is, in words."""
    await backup(url, target, now=SystemClock().now())
    size_mib = target.stat().st_size / 2**20  # noqa: ASYNC240 (one look at the disk)
    return f"{target} is a complete copy, checked ({size_mib:.1f} MiB)."


async def restored(url: str) -> str:
    """Take down that the database was brought back; since when it knows nothing, in words."""
    async with exclusive(url):
        database = await connect(url)
        try:
            await database.ready(now=SystemClock().now())
            since = await call_it_a_copy()
        finally:
            await database.close()
    return f"The next start takes the database for a copy of {since:%Y-%m-%d %H:%M} UTC, its last sign of life."
