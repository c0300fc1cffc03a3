"""What Bolt can't handle is told in our own words: its own hold what somebody has typed, or an error's text."""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.error import BoltUnhandledRequestError

from bot.logs import trace

log = structlog.get_logger()


def register(app: AsyncApp) -> None:
    """Log it; Bolt has chosen the answer, 404 for what nobody listens to and 500 for a fault."""

    @app.error
    async def failed(error: Exception, body: dict[str, Any]) -> None:
        if isinstance(error, BoltUnhandledRequestError):
            log.warning("slack.unhandled", type=_name(body.get("type")))
        else:
            log.error("slack.failed", **trace(error))


def _name(kind: object) -> str:
    """Slack's word for what it sent, and nothing that could be somebody else's."""
    return kind if isinstance(kind, str) and kind.isidentifier() and len(kind) <= 40 else "?"
