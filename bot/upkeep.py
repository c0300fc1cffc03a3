"""What ``loket`` does to the database for its operator: bringing it up to date, copying it."""

from pathlib import Path

from bot.clock import SystemClock
from bot.models.database import backup, connect, exclusive


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
