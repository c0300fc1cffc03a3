"""
HTTP mode: the workspace posts to the app's request URLs, signed.

Source: docs.slack.dev/authentication/verifying-requests-from-slack and docs.slack.dev/apis/events-api.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.proxy import behind
from bot.sandbox.slack.socket import NotAcknowledged
from bot.sandbox.slack.state import Json

TOO_OLD = timedelta(minutes=6)  # apps refuse what is older than five


@dataclass(slots=True)
class Requests:
    """
    Calls the app.

    Attributes:
        clock: Dates the requests.
        within_s: How long the app has to answer, in real time.
        proxy: Public beginnings of addresses → where they lead on this machine.
        urls: Where the app wants ``events_api``, ``interactive`` and each command.
        forged: What is wrong on purpose with every request.
    """

    signing_secret: str
    clock: Callable[[], datetime]
    within_s: float
    proxy: dict[str, str] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    forged: Literal["signature", "timestamp"] | None = None

    async def exchange(self, kind: str, payload: Json, retry: Json) -> Json:
        """
        Post it once and return what was answered.

        Raises:
            NotAcknowledged: the app did not answer with 2xx in time.
        """
        url = self.urls.get(payload["command"] if kind == "slash_commands" else kind, "")
        try:
            status, answer = await self.post(url, _body(kind, payload), kind=kind, headers=_retry_headers(retry))
        except TimeoutError:
            raise NotAcknowledged("timeout" if kind != "events_api" else "http_timeout") from None
        except aiohttp.ClientError:
            raise NotAcknowledged("dispatch_failed" if kind != "events_api" else "connection_failed") from None
        if status >= 300:
            raise NotAcknowledged("dispatch_failed" if kind != "events_api" else "http_error")
        return _answer(answer)

    async def verifies(self) -> bool:
        """Whether the app gives the challenge back, as Slack asks when a request URL is saved."""
        challenge = secrets.token_hex(16)
        body = json.dumps({"type": "url_verification", "token": "sandbox-verification", "challenge": challenge})
        status, answer = await self.post(self.urls["events_api"], body, kind="events_api", headers={})
        return status == 200 and challenge in answer

    async def post(self, url: str, body: str, *, kind: str, headers: Mapping[str, str]) -> tuple[int, str]:
        """Post a signed body; returns the status and the text of the answer."""
        address = behind(url, self.proxy)
        if address is None:
            raise aiohttp.ClientConnectionError
        sort = "application/json" if kind == "events_api" else "application/x-www-form-urlencoded"
        signed = {"Content-Type": sort, **self._signature(body), **headers}
        timeout = aiohttp.ClientTimeout(self.within_s)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(address, data=body.encode(), headers=signed) as answer,
        ):
            return answer.status, await answer.text()

    def _signature(self, body: str) -> dict[str, str]:
        at = self.clock() - (TOO_OLD if self.forged == "timestamp" else timedelta(0))
        timestamp = str(int(at.timestamp()))
        key = "somebody else" if self.forged == "signature" else self.signing_secret
        digest = hmac.new(key.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def request_urls(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The addresses in an app manifest; none for Socket Mode."""
    settings = manifest.get("settings", {})
    if settings.get("socket_mode_enabled", True):
        return {}
    commands = manifest.get("features", {}).get("slash_commands", [])
    return {
        "events_api": settings["event_subscriptions"]["request_url"],
        "interactive": settings["interactivity"]["request_url"],
        **{command["command"]: command["url"] for command in commands},
    }


def _body(kind: str, payload: Json) -> str:
    match kind:
        case "events_api":
            return json.dumps(payload)
        case "interactive":
            return urlencode({"payload": json.dumps(payload)})
        case _:
            return urlencode(payload)


def _retry_headers(retry: Json) -> dict[str, str]:
    if not retry.get("retry_attempt"):
        return {}
    return {"X-Slack-Retry-Num": str(retry["retry_attempt"]), "X-Slack-Retry-Reason": str(retry["retry_reason"])}


def _answer(text: str) -> Json:
    """An empty answer acknowledges; a text is shown; anything else is JSON."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {"text": text}
    return found if isinstance(found, dict) else {"text": text}
