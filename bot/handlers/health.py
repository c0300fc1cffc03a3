"""What the HTTP server says of our health: alive, and ready or not, part by part."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from aiohttp import web

from bot.channels.base import Health
from bot.clock import Clock
from bot.delivery.standing import Standing, standing
from bot.models.database import query

SILENCE = timedelta(seconds=60)  #: without a sign of life, before a part counts as away


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
        counts: Mapping[str, int] = {}
        try:
            counts = _counts(await standing(query))
            parts["database"] = {"ready": True, "age_s": 0}
        except Exception as error:  # whatever it is, the answer is: not ready
            parts["database"] = {"ready": False, "problem": type(error).__name__}
        ready = all(part["ready"] for part in parts.values())
        body = {"status": "ready" if ready else "not ready", "parts": parts, "counts": counts}
        return web.json_response(body, status=200 if ready else 503)

    def _said(self, health: Health) -> dict[str, object]:
        age_s = None if health.seen_at is None else (self._clock.now() - health.seen_at).total_seconds()
        ready = is_well(health, now=self._clock.now())
        age_s = None if age_s is None else round(age_s, 1)
        return {"ready": ready, "age_s": age_s, "problem": health.problem, "details": health.details}


def is_well(health: Health, *, now: datetime) -> bool:
    """Whether the part was heard of lately, and nothing is known to be wrong with it."""
    return health.problem is None and health.seen_at is not None and now - health.seen_at < SILENCE


def is_away(health: Health, *, now: datetime) -> bool:
    """Whether a part is known to be away; one that has only just been started may not have spoken yet."""
    has_spoken = health.seen_at is not None or health.problem is not None
    return has_spoken and not is_well(health, now=now)


def _counts(found: Standing) -> dict[str, int]:
    return {
        "inbox_waiting": found.number("inbox", "new"),
        "inbox_parked": found.number("inbox", "parked"),
        "outbox_waiting": found.number("outbox", "queued", "later", "sending"),
        "outbox_held": found.number("outbox", "held"),
        "outbox_uncertain": found.number("outbox", "uncertain"),
        "outbox_failed": found.number("outbox", "failed"),
        "texts_undecided": found.number("outbox", "undecided"),
    }
