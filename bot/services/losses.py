"""The alarm about what does not come through: said once in the desk's Slack channel, and once when it is over."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.config import Desk
from bot.delivery.losses import Loss, Stage, losses
from bot.domain.ids import Cause
from bot.models.database import reading
from bot.models.rows import SeenRow
from bot.services.announce import announce
from bot.services.commit import first_time
from bot.services.context import Context

CALM = 2  #: it is over when the oldest is younger than this part of the limit: what drains slowly is said once, too

log = structlog.get_logger()


class Losses:
    """Watches over every desk. What has been said is stored, so that a restart does not repeat it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def watch(self, *, now: datetime) -> None:
        """Look, and say what is new; called every few seconds. With the setting at zero, nobody looks."""
        limit = self._context.config.alarms.loss_after
        if not limit:
            return
        found = await losses(reading, now=now)
        said = {row.key for row in await SeenRow.filter(key__startswith=_PREFIX)}
        for stage in Stage:
            for desk in self._context.config.desks:
                here = self._of(found, stage, desk)
                age = max((loss.age(now) for loss in here), default=None)
                if age is not None and age > limit and _key(stage, desk) not in said:
                    await self._begin(stage, desk, number=sum(loss.number for loss in here), now=now)
                elif (age is None or age < limit / CALM) and _key(stage, desk) in said:
                    await self._end(stage, desk, now=now)

    def _of(self, found: Sequence[Loss], stage: Stage, desk: Desk) -> list[Loss]:
        """What concerns this desk; what belongs to none, or to none any more, concerns the first."""
        return [one for one in found if one.stage is stage and self._context.config.desk_named(one.desk or "") == desk]

    async def _begin(self, stage: Stage, desk: Desk, *, number: int, now: datetime) -> None:
        after = self._context.texts.span(desk.language, self._context.config.alarms.loss_after)
        async with self._context.transaction():
            if await first_time(Cause(_key(stage, desk)), now=now):
                words = {"number": str(number), "after": after}
                await announce(desk, f"loss.{stage.value}", words, cause=_cause(stage, desk, now), now=now)
        log.error("loss.found", stage=stage.value, desk=desk.name, number=number)

    async def _end(self, stage: Stage, desk: Desk, *, now: datetime) -> None:
        async with self._context.transaction():
            if await SeenRow.filter(key=_key(stage, desk)).delete():
                await announce(desk, f"loss_over.{stage.value}", {}, cause=_cause(stage, desk, now), now=now)
        log.info("loss.over", stage=stage.value, desk=desk.name)


_PREFIX = "loss:"


def _key(stage: Stage, desk: Desk) -> str:
    return f"{_PREFIX}{stage.value}:{desk.name}"


def _cause(stage: Stage, desk: Desk, now: datetime) -> Cause:
    return Cause(f"{_key(stage, desk)}:{now.isoformat()}")
