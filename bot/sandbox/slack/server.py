"""The sandbox workspace as one server: Web API, Socket Mode, answers to interactions, and the page's own door."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web
from typing_extensions import override

from bot.sandbox.faults import Faults
from bot.sandbox.pacing import Pace
from bot.sandbox.serving import Served, utc_now
from bot.sandbox.slack.api import BURST, Api, Call, failed, throttled
from bot.sandbox.slack.api_files import share_all, take
from bot.sandbox.slack.arguments import ApiError
from bot.sandbox.slack.client import Client
from bot.sandbox.slack.core import Core, Installed
from bot.sandbox.slack.live import Live
from bot.sandbox.slack.people import People
from bot.sandbox.slack.requests import Requests, request_urls
from bot.sandbox.slack.responses import respond_at
from bot.sandbox.slack.socket import DisconnectReason, Hub
from bot.sandbox.slack.state import Json, Kind, Role, Workspace


class SlackSandbox(Served, People):
    """
    A local Slack workspace with one app in it, empty but for the app's bot.

    Args:
        clock: Dates messages, and ages trigger_ids and response_urls.
        ack_within_s: How long the app has to acknowledge an envelope, in real time.
        redeliver_after_s: The pauses before an event's retries, in real time.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = utc_now,
        ack_within_s: float = 3.0,
        redeliver_after_s: Sequence[float] = (0.2, 60, 300),
    ) -> None:
        self.bot_token = f"xoxb-sandbox-{secrets.token_hex(8)}"
        self.signing_secret = secrets.token_hex(16)
        self.faults = Faults(throttled=throttled, failed=failed)
        self.workspace = Workspace(clock)
        self.app_token = f"xapp-1-{self.workspace.app_id}-1-{secrets.token_hex(8)}"
        bot = self.workspace.bot_user
        self.workspace.keep_user(bot, "sandbox_bot", real_name="Sandbox Bot", language="en", role="bot")
        self.hub = Hub(self.workspace.app_id, ack_within_s, redeliver_after_s)
        self.requests = Requests(self.signing_secret, clock, ack_within_s)
        super().__init__(Core(self.workspace, self.hub, Live()))
        self._api = Api(self.core, self.faults, self.bot_token, self.app_token)

    # --- serving

    @override
    def add_to(self, app: web.Application, *, prefix: str = "") -> None:
        """Serve under a prefix of another application."""
        self._api.prefix = prefix
        client = Client(self)
        app.router.add_route("GET", f"{prefix}/api/{{method}}", self._api.serve)
        app.router.add_route("POST", f"{prefix}/api/{{method}}", self._api.serve)
        app.router.add_get(f"{prefix}/socket", self.hub.serve)
        app.router.add_post(f"{prefix}/respond/{{secret}}", self._respond)
        app.router.add_post(f"{prefix}/upload/{{secret}}", self._upload)
        app.router.add_get(f"{prefix}/files/{{file}}/{{name}}", self._download)
        app.router.add_get(f"{prefix}/client/files/{{id}}", client.file)
        app.router.add_get(f"{prefix}/client/state", client.state)
        app.router.add_get(f"{prefix}/client/live", client.live)
        app.router.add_post(f"{prefix}/client/{{name}}", client.act)
        app.on_shutdown.append(self._shut_down)

    async def _shut_down(self, _app: web.Application) -> None:
        self.faults.clear()
        self.core.live.close()
        await self.hub.close()

    @override
    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 is any free one. The workspace knows where, for the addresses that it hands out."""
        await super().start(host=host, port=port)
        self.core.base = self.address

    @property
    def api_url(self) -> str:
        """The base address for SDKs; known after `start`, or after the first call to another application's server."""
        return f"{self.core.base}/api/"

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)

        async def perform() -> web.StreamResponse:
            try:
                respond_at(self.core, request.match_info["secret"], body)
            except ApiError as refusal:
                return web.json_response(refusal.body, status=404)
            return web.Response(text="ok")

        return await self.faults.answer(request, "response_url", body, perform)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()

        async def perform() -> web.StreamResponse:
            try:
                return web.Response(text=take(self.core, request.match_info["secret"], content))
            except ApiError as refusal:
                return web.Response(text=str(refusal), status=400)

        return await self.faults.answer(request, "upload", {"length": len(content)}, perform)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """Hand a file out to the app; who may not have it is shown the page where people sign in."""
        given = {"file": request.match_info["file"], "name": request.match_info["name"]}

        async def perform() -> web.StreamResponse:
            scopes = self.core.installed.scopes
            is_ours = request.headers.get("Authorization") == f"Bearer {self.bot_token}"
            if not is_ours or (scopes is not None and "files:read" not in scopes):
                return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
            file = self.workspace.files.get(given["file"])
            if file is None:
                return web.Response(status=404)
            return web.Response(body=file.content, headers={"Content-Type": file.mime})

        return await self.faults.answer(request, "file", given, perform)

    # --- setting up

    def add_user(
        self, name: str, *, real_name: str, language: str = "en", role: Role = "member", title: str = ""
    ) -> str:
        """A new person; returns the id."""
        return self.workspace.add_user(name, real_name=real_name, language=language, role=role, title=title).id

    def add_channel(self, name: str, members: Sequence[str] = (), *, kind: Kind = "channel") -> str:
        """A new channel (``group``: private); returns the id. Only those named are in it, not the bot by itself."""
        return self.workspace.add_channel(name, members, kind=kind).id

    def add_group(self, handle: str, members: Sequence[str]) -> str:
        """A new user group; returns the id."""
        return self.workspace.add_group(handle, members).id

    def install(self, manifest: Mapping[str, Any]) -> None:
        """Install the app from its manifest; from now on only what it names is allowed and delivered, where it says."""
        self.core.installed = Installed.from_manifest(manifest)
        self.requests.urls = request_urls(manifest)
        self.hub.over_http = self.requests.exchange if self.requests.urls else None

    @property
    def commands(self) -> dict[str, str]:
        """The registered commands with their descriptions."""
        return {name: one.get("description", "") for name, one in self.core.installed.commands.items()}

    def shares_later(self) -> None:
        """From now on files of the app stand in their channel only after `shares_now`: Slack looks at them first."""
        self.workspace.shares_later = True

    def shares_now(self) -> None:
        """Let all files of the app stand where they were shared to."""
        self.workspace.shares_later = False
        share_all(self.core)

    def refuse_tokens(self, code: str) -> None:
        """From now on refuse every call for this reason, such as ``token_revoked``; an empty one ends it."""
        self._api.refusal = code

    def grant_app_token(self, *scopes: str) -> None:
        """What the app-level token may do; ``connections:write`` unless told otherwise."""
        self._api.app_token_scopes = frozenset(scopes)

    # --- the wire

    @property
    def calls(self) -> list[Call]:
        """All Web API calls that arrived."""
        return self._api.calls

    @property
    def posts_per_second(self) -> float | None:
        """Posts that each channel takes in a second; None: any number."""
        return self._api.pace.per_second if self._api.pace else None

    @posts_per_second.setter
    def posts_per_second(self, rate: float | None) -> None:
        self._api.pace = Pace(rate, burst=BURST) if rate else None

    @property
    def duplicate_events(self) -> int:
        """How many extra times each event is delivered, in parallel."""
        return self.hub.duplicate_events

    @duplicate_events.setter
    def duplicate_events(self, times: int) -> None:
        self.hub.duplicate_events = times

    @property
    def unacked(self) -> int:
        """Envelopes in flight."""
        return self.hub.unacked

    async def quiet(self) -> None:
        """Return when no envelope is in flight."""
        await self.hub.quiet()

    async def connected(self, count: int = 1) -> None:
        """Return when the app has this many connections."""
        await self.hub.connected(count)

    async def disconnect(self, reason: DisconnectReason = "refresh_requested") -> None:
        """Tell all connections to go."""
        await self.hub.disconnect(reason)

    def drop_connections(self) -> None:
        """Cut all connections."""
        self.hub.drop_connections()

    def silence_connections(self) -> None:
        """Let all connections of now stay open, and carry nothing any more in either direction."""
        self.hub.silence_connections()

    def drops_events(self) -> None:
        """Drop all events from now on, and say so; Slack, above 30,000 an hour, says it again every minute."""
        self.core.drops = True
        self.core.rate_limited()

    def tells_events(self) -> None:
        """Drop none any more, of which nothing is said."""
        self.core.drops = False

    # --- reading

    def messages(self, channel: str) -> list[Json]:
        """A channel's messages without replies, oldest first."""
        found = self.workspace.channels[channel].messages.values()
        return [self.workspace.shown(message) for message in found if message.root is None]

    def thread(self, channel: str, ts: str) -> list[Json]:
        """A root and its replies, oldest first."""
        where = self.workspace.channels[channel]
        return [self.workspace.shown(one) for one in (where.messages[ts], *where.replies(ts))]

    def ephemerals(self, user: str) -> list[Json]:
        """What only this person sees, oldest first."""
        return [one.shown() for one in self.workspace.ephemerals if one.user == user]

    def views(self, user: str) -> list[Json]:
        """A person's stack of modals, topmost last."""
        return [view.body for view in self.workspace.stacks.get(user, [])]

    def home(self, user: str) -> Json | None:
        """A person's Home tab; None: nothing was published yet."""
        view = self.workspace.homes.get(user)
        return None if view is None else view.body

    def reactions(self, channel: str, ts: str) -> dict[str, list[str]]:
        """Who reacted with what."""
        message = self.workspace.channels[channel].messages[ts]
        return {name: list(people) for name, people in message.reactions.items()}

    def notices(self, user: str) -> list[str]:
        """What Slack itself told this person."""
        return [text for person, text in self.workspace.notices if person == user]
