"""What time does: one table of jobs, and APScheduler as the ticker. There is no job per ticket: timers are columns."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.logs import trace

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done again and again."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[None]]

    async def tick(self) -> None:
        """Do it; a failure is logged and the next time comes."""
        try:
            await self.run()
        except Exception as error:  # a supervisor: the ticker goes on
            log.error("job.failed", job=self.name, **trace(error))


class Ticker:
    """Runs the jobs, each at most once at a time; a late one is run late, not dropped."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        for job in jobs:
            self._scheduler.add_job(
                job.tick, "interval", seconds=job.every.total_seconds(), id=job.name, coalesce=True, max_instances=1,
                misfire_grace_time=None,
            )  # fmt: skip

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """End; a job that is running is cancelled with its task."""
        self._scheduler.shutdown(wait=False)
