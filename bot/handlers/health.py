"""What the HTTP server says of our health: alive, and ready or not, part by part."""

from collections.abc import Mapping

from aiohttp import web

from bot.channels.base import Health
from bot.clock import Clock
from bot.models.database import query

SILENCE_S = 60  #: seconds without a sign of life before a part counts as away

_COUNTS = """
SELECT
    (SELECT COUNT(*) FROM inbox WHERE state = 'new') AS inbox_waiting,
    (SELECT COUNT(*) FROM inbox WHERE state = 'parked') AS inbox_parked,
    (SELECT COUNT(*) FROM delivery WHERE state IN ('queued', 'later', 'sending')) AS outbox_waiting,
    (SELECT COUNT(*) FROM delivery WHERE state = 'held' AND kind = 'send') AS outbox_held,
    (SELECT COUNT(*) FROM delivery WHERE state = 'uncertain') AS outbox_uncertain,
    (SELECT COUNT(*) FROM delivery WHERE state = 'failed') AS outbox_failed,
    (SELECT COUNT(*) FROM message WHERE receipt = 'held') AS texts_undecided
"""


class HealthPages:
    """``/healthz`` and ``/readyz``."""

    def __init__(self, parts: Mapping[str, Health], *, clock: Clock) -> None:
        self._parts = parts
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _ready(self, _: web.Request) -> web.Response:
        parts = {name: self._said(health) for name, health in self._parts.items()}
        counts: Mapping[str, object] = {}
        try:
            (counts,) = await query(_COUNTS, [])
            parts["database"] = {"ready": True, "age_s": 0}
        except Exception as error:  # whatever it is, the answer is: not ready
            parts["database"] = {"ready": False, "problem": type(error).__name__}
        ready = all(part["ready"] for part in parts.values())
        body = {"status": "ready" if ready else "not ready", "parts": parts, "counts": counts}
        return web.json_response(body, status=200 if ready else 503)

    def _said(self, health: Health) -> dict[str, object]:
        age_s = None if health.seen_at is None else (self._clock.now() - health.seen_at).total_seconds()
        ready = health.problem is None and age_s is not None and age_s < SILENCE_S
        age_s = None if age_s is None else round(age_s, 1)
        return {"ready": ready, "age_s": age_s, "problem": health.problem, "details": health.details}
