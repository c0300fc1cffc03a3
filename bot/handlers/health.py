"""What the HTTP server says of our health: alive, and ready or not, part by part."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from aiohttp import web

from bot.channels.base import Health
from bot.clock import Clock
from bot.delivery.losses import Loss, Stage, by_stage, losses
from bot.delivery.standing import Standing, standing
from bot.models.database import query, writable

SILENCE = timedelta(seconds=60)  #: without a sign of life, before a part counts as away

PROBLEMS = {
    Stage.UNPROCESSED: "what was accepted has not been processed for too long; `loket failed` lists what was parked",
    Stage.UNPOSTED: "what agents should read has not reached Slack for too long",
    Stage.UNDELIVERED: "answers have not reached their customers for too long",
}


class HealthPages:
    """``/healthz`` and ``/readyz``. What has not come through for ``loss_after`` (zero: never) is a reason, too."""

    def __init__(self, parts: Mapping[str, Health], *, clock: Clock, loss_after: timedelta) -> None:
        self._parts = parts
        self._clock = clock
        self._loss_after = loss_after

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _ready(self, _: web.Request) -> web.Response:
        parts = {name: self._said(health) for name, health in self._parts.items()}
        lost: dict[str, dict[str, object]] = {}
        counts: Mapping[str, int] = {}
        try:
            await writable()
            counts = _counts(await standing(query))
            lost = self._lost(by_stage(await losses(query, now=self._clock.now())))
            parts["database"] = {"ready": True, "age_s": 0}
        except Exception as error:  # whatever it is, the answer is: not ready
            parts["database"] = {"ready": False, "problem": type(error).__name__}
        ready = all(one["ready"] for one in (*parts.values(), *lost.values()))
        body = {"status": "ready" if ready else "not ready", "parts": parts, "unfinished": lost, "counts": counts}
        return web.json_response(body, status=200 if ready else 503)

    def _lost(self, found: Mapping[Stage, Loss | None]) -> dict[str, dict[str, object]]:
        said: dict[str, dict[str, object]] = {}
        for stage, loss in found.items():
            age = timedelta() if loss is None else loss.age(self._clock.now())
            late = bool(self._loss_after) and age > self._loss_after
            said[stage.value] = {
                "ready": not late,
                "number": 0 if loss is None else loss.number,
                "oldest_s": round(age.total_seconds(), 1),
                "problem": PROBLEMS[stage] if late else None,
            }
        return said

    def _said(self, health: Health) -> dict[str, object]:
        now, problem = self._clock.now(), health.problem
        age_s = None if health.seen_at is None else round((now - health.seen_at).total_seconds(), 1)
        ready = is_well(health, now=now)
        if not ready and problem is None and age_s is not None:
            problem = f"no sign of life for {age_s:.0f} seconds"
        return {"ready": ready, "age_s": age_s, "problem": problem, "details": health.details}


def is_well(health: Health, *, now: datetime) -> bool:
    """Whether the part was heard of lately, and nothing is known to be wrong with it."""
    # Of a time to come it is when the computer's clock was set back; then that says nothing.
    is_heard = health.is_quiet or (health.seen_at is not None and abs(now - health.seen_at) < SILENCE)
    return health.problem is None and is_heard


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
