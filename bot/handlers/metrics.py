"""The page ``/metrics``: what was measured, and how things stand at the moment of the question."""

from collections.abc import Callable, Mapping, Sequence

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from bot.channels.base import Health
from bot.clock import Clock
from bot.delivery.losses import Loss, Stage, by_stage, losses
from bot.delivery.standing import STATES, Standing, standing
from bot.handlers.health import is_well
from bot.logs import trace
from bot.metrics import Metrics, stand
from bot.models.database import reading, writable

Values = dict[tuple[str, ...], float]  #: by labels

log = structlog.get_logger()


class MetricsPage:
    """
    ``/metrics``, for Prometheus.

    Args:
        parts: what shows signs of life, by name.
        busy: how many lanes of a queue are worked on, by the queue's name.
        connections: how many WebSockets to Slack are open.
    """

    def __init__(
        self,
        metrics: Metrics,
        parts: Mapping[str, Health],
        *,
        busy: Mapping[str, Callable[[], int]],
        connections: Callable[[], int],
        clock: Clock,
    ) -> None:
        self._metrics = metrics
        self._parts = parts
        self._busy = busy
        self._connections = connections
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        """Add the route."""
        app.router.add_get("/metrics", self._shown)

    async def _shown(self, _: web.Request) -> web.Response:
        found: Standing | None = None  # of a database that does not answer nothing is said, rather than something old
        lost: Sequence[Loss] = ()
        try:
            await writable()
            lost = await losses(reading, now=self._clock.now())
            found = await standing(reading)
        except Exception as error:  # a supervisor: what else is known must be seen just then
            log.warning("metrics.database_failed", **trace(error))
        self._stand_parts(answers=found is not None)
        self._stand_queues(found)
        self._stand_losses({} if found is None else by_stage(lost))
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    def _stand_losses(self, found: Mapping[Stage, Loss | None]) -> None:
        now = self._clock.now()
        numbers: Values = {(stage.value,): loss.number if loss else 0 for stage, loss in found.items()}
        ages: Values = {(stage.value,): loss.age(now).total_seconds() if loss else 0 for stage, loss in found.items()}
        stand(self._metrics.unfinished, numbers)
        stand(self._metrics.unfinished_age, ages)

    def _stand_parts(self, *, answers: bool) -> None:
        now = self._clock.now()
        up: Values = {("database",): answers}
        silence: Values = {}
        for name, health in self._parts.items():
            up[name,] = is_well(health, now=now)
            if health.seen_at is not None:
                silence[name,] = (now - health.seen_at).total_seconds()
        stand(self._metrics.up, up)
        stand(self._metrics.silence, silence)
        self._metrics.connections.set(self._connections())

    def _stand_queues(self, found: Standing | None) -> None:
        lanes: Values = {(queue, "busy"): count() for queue, count in self._busy.items()}
        oldest: Values = {}
        rows: dict[str, Values] = {queue: {} for queue in STATES}
        if found is not None:
            for queue, states in STATES.items():
                waiting = found.waiting(queue)
                lanes[queue, "waiting"] = 0 if waiting is None else max(0, waiting.lanes - lanes[queue, "busy"])
                oldest[queue,] = 0 if waiting is None else (self._clock.now() - waiting.since).total_seconds()
                rows[queue] = {(state,): found.number(queue, state) for state in states}
        stand(self._metrics.lanes, lanes)
        stand(self._metrics.oldest, oldest)
        stand(self._metrics.inbox, rows["inbox"])
        stand(self._metrics.outbox, rows["outbox"])
