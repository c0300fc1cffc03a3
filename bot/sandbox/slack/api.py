"""The Web API's door: tokens, dispatch, pacing, faults and the shape of answers."""

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.sandbox.faults import Faults
from bot.sandbox.pacing import Pace
from bot.sandbox.slack import api_chat, api_files, api_read, api_views
from bot.sandbox.slack.arguments import ApiError, Args, read_arguments
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.state import Json

BURST = 4  # posts to a channel that may come at once before pacing begins

_METHODS: Mapping[str, Any] = {**api_chat.METHODS, **api_files.METHODS, **api_read.METHODS, **api_views.METHODS}


@dataclass(frozen=True, slots=True)
class Call:
    """A Web API call that arrived; ``arguments`` are without the token."""

    method: str
    arguments: Mapping[str, Any]
    at: datetime


def throttled(retry_after_s: int) -> web.Response:
    """Slack's 429."""
    headers = {"Retry-After": str(retry_after_s)}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


def failed(code: str) -> web.Response:
    """Slack's error body."""
    return web.json_response({"ok": False, "error": code})


@dataclass(slots=True)
class Api:
    """
    All methods behind one route; ``calls`` logs what arrived, whether or not it then failed.

    ``refusal`` is why both tokens, once good, are refused, such as ``token_revoked``.
    """

    core: Core
    faults: Faults
    bot_token: str
    app_token: str
    prefix: str = ""
    app_token_scopes: frozenset[str] = frozenset({"connections:write"})
    refusal: str = ""
    pace: Pace | None = None
    calls: list[Call] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        self.core.base = f"{request.scheme}://{request.host}{self.prefix}"
        method = request.match_info["method"]
        try:
            arguments = await read_arguments(request)
        except ApiError as refusal:
            return self._answer(refusal.body)
        token = arguments.pop("token", "") or request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.calls.append(Call(method, arguments, self.core.workspace.clock()))

        async def perform() -> web.StreamResponse:
            return self._perform(request, method, arguments, token)

        return await self.faults.answer(request, method, arguments, perform)

    def _perform(self, request: web.Request, method: str, arguments: Json, token: str) -> web.Response:
        wait_s = self._wait_s(arguments) if method == "chat.postMessage" else 0
        if wait_s:
            return throttled(wait_s)
        try:
            self._authorise(method, token)
            if method == "apps.connections.open":
                return self._answer({"ok": True, "url": self._socket_url(request)})
            return self._answer({"ok": True, **_METHODS[method](self.core, Args(arguments))})
        except ApiError as refusal:
            return self._answer(refusal.body)

    def _authorise(self, method: str, token: str) -> None:
        if method != "apps.connections.open" and method not in _METHODS:
            raise ApiError("unknown_method", req_method=method)
        if not token:
            raise ApiError("not_authed")
        if token not in {self.bot_token, self.app_token}:
            raise ApiError("invalid_auth")
        if self.refusal:
            raise ApiError(self.refusal)
        if (token == self.app_token) != (method == "apps.connections.open"):
            raise ApiError("not_allowed_token_type")
        if method == "apps.connections.open":
            self._may_connect()

    def _may_connect(self) -> None:
        if "connections:write" not in self.app_token_scopes:
            provided = ",".join(sorted(self.app_token_scopes))
            raise ApiError("missing_scope", needed="connections:write", provided=provided)
        if not self.core.installed.socket_mode:
            raise ApiError("socket_mode_not_enabled")

    def _socket_url(self, request: web.Request) -> str:
        scheme = "wss" if request.secure else "ws"
        return f"{scheme}://{request.host}{self.prefix}/socket?ticket={self.core.hub.new_ticket()}"

    def _answer(self, body: Json) -> web.Response:
        scopes = self.core.installed.scopes or ()
        headers = {"x-oauth-scopes": ",".join(sorted(scopes)), "x-slack-req-id": secrets.token_hex(16)}
        return web.json_response(body, headers=headers)

    def _wait_s(self, arguments: Json) -> int:
        """Seconds until this channel takes another post (0: it takes this one)."""
        if self.pace is None:
            return 0
        now, channel = self.core.workspace.clock(), str(arguments.get("channel"))
        wait_s = math.ceil(self.pace.wait_s(channel, now=now))
        if not wait_s:
            self.pace.take(channel, now=now)
        return wait_s
