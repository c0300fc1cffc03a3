"""
Socket Mode: connections, envelopes, acknowledgements, redelivery (which HTTP mode shares).

Source: docs.slack.dev/apis/events-api/using-socket-mode; the retries are those of docs.slack.dev/apis/events-api.
"""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import WSMsgType, web

from bot.sandbox.slack.state import Json

MOST_CONNECTIONS = 10
DisconnectReason = Literal["refresh_requested", "warning", "link_disabled", "too_many_websockets"]


class NotAcknowledged(Exception):
    """Nobody acknowledged an envelope; the message is Slack's reason."""


@dataclass(slots=True, eq=False)
class _Link:
    """
    One connection; ``leaving`` once it was told to go, and then it gets nothing more.

    A ``silent`` one is open, and nothing comes through it in either direction.
    """

    ws: web.WebSocketResponse
    request: web.Request
    leaving: bool = False
    silent: bool = False
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)

    def acknowledged(self, frame: str) -> None:
        ack = json.loads(frame)
        future = self.waiting.pop(ack.get("envelope_id"), None)
        if future is not None and not future.done():
            future.set_result(ack.get("payload") or {})

    def broke(self) -> None:
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(ConnectionResetError())


@dataclass(slots=True)
class Hub:
    """
    All connections of the app.

    Attributes:
        duplicate_events: How many extra times each event is delivered, in parallel.
        late_s: How long each waits before it is handed over for the first time; so later ones may come first.
        lost: The events that nobody acknowledged after the last retry.
        over_http: Hands over in HTTP mode, instead of the connections.
    """

    app_id: str
    ack_within_s: float
    redeliver_after_s: Sequence[float]
    duplicate_events: int = 0
    late_s: Callable[[], float] = lambda: 0
    lost: list[Json] = field(default_factory=list)
    over_http: Callable[[str, Json, Json], Awaitable[Json]] | None = None
    _links: list[_Link] = field(default_factory=list)
    _tickets: set[str] = field(default_factory=set)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _unacked: int = 0
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)
    _linked: asyncio.Event = field(default_factory=asyncio.Event)
    _turn: int = 0

    @property
    def unacked(self) -> int:
        """Envelopes that are neither acknowledged nor given up, those that wait for a retry included."""
        return self._unacked

    async def connected(self, count: int = 1) -> None:
        """Return when this many connections are open; those that were told to go do not count, nor silent ones."""
        while sum(not (link.leaving or link.silent) for link in self._links) < count:
            self._linked.clear()
            await self._linked.wait()

    async def quiet(self) -> None:
        """Return when nothing is in flight."""
        while self._unacked:
            self._quiet.clear()
            await self._quiet.wait()

    def new_ticket(self) -> str:
        """The secret of a connection address, good for one use."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its handshake to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid_ticket")
        self._tickets.discard(ticket)
        link = _Link(web.WebSocketResponse(), request)
        await link.ws.prepare(request)
        if len(self._links) >= MOST_CONNECTIONS:
            await _say_goodbye(link, "too_many_websockets")
            return link.ws
        self._links.append(link)
        self._linked.set()
        try:
            await self._listen(link)
        finally:
            self._links.remove(link)
            link.broke()
        return link.ws

    async def _listen(self, link: _Link) -> None:
        hello = {
            "type": "hello",
            "num_connections": len(self._links),
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 3600},
            "connection_info": {"app_id": self.app_id},
        }
        await link.ws.send_json(hello)
        async for frame in link.ws:
            if frame.type is WSMsgType.TEXT:
                link.acknowledged(frame.data)

    def send_event(self, payload: Json) -> None:
        """Deliver an event in the background, with Slack's retries."""
        for _ in range(1 + self.duplicate_events):
            self._start(self._deliver(payload))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._unacked += 1
        task.add_done_callback(self._settled)

    def _settled(self, _task: object) -> None:
        self._unacked -= 1
        self._quiet.set()

    async def _deliver(self, payload: Json) -> None:
        reason = ""
        for attempt, pause_s in enumerate((self.late_s(), *self.redeliver_after_s)):
            if pause_s:
                await asyncio.sleep(pause_s)
            retry = {"retry_attempt": attempt, "retry_reason": reason}
            try:
                await self._hand_over("events_api", payload, retry)
            except NotAcknowledged as failure:
                reason = str(failure)
            else:
                return
        self.lost.append(payload)

    async def ask(self, kind: Literal["slash_commands", "interactive"], payload: Json) -> Json:
        """
        Hand over a command or an interaction, once, and return what came with the acknowledgement.

        Raises:
            NotAcknowledged: ``dispatch_failed`` without a connection, ``timeout``, or ``connection_failed``.
        """
        self._unacked += 1
        try:
            return await self._hand_over(kind, payload, {})
        finally:
            self._settled(None)

    async def _hand_over(self, kind: str, payload: Json, retry: Json) -> Json:
        if self.over_http is not None:
            return await self.over_http(kind, payload, retry)
        accepts = {"accepts_response_payload": kind != "events_api"}
        return await self._exchange({**_envelope(kind, payload), **accepts, **retry})

    async def _exchange(self, envelope: Json) -> Json:
        link = self._next_link()
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        link.waiting[envelope["envelope_id"]] = future
        try:
            async with asyncio.timeout(self.ack_within_s):
                if not link.silent:
                    await link.ws.send_json(envelope)
                return await future
        except TimeoutError:
            if link.silent:  # Slack, too, gives it up then
                _abort(link)
            raise NotAcknowledged("timeout") from None
        except ConnectionError:
            raise NotAcknowledged("connection_failed") from None
        finally:
            link.waiting.pop(envelope["envelope_id"], None)

    def _next_link(self) -> _Link:
        open_links = [link for link in self._links if not link.leaving]
        if not open_links:
            raise NotAcknowledged("dispatch_failed")
        self._turn += 1
        return open_links[self._turn % len(open_links)]

    async def disconnect(self, reason: DisconnectReason) -> None:
        """Tell all connections to go (``warning``: that they will have to)."""
        for link in list(self._links):
            link.leaving = reason != "warning"
            await _say_goodbye(link, reason)

    def drop_connections(self) -> None:
        """Cut all connections without a word."""
        for link in list(self._links):
            _abort(link)

    def silence_connections(self) -> None:
        """Let all connections of now stay open, and carry nothing any more: no event, no acknowledgement, no pong."""
        for link in self._links:
            link.silent = True
            if isinstance(link.request.transport, asyncio.ReadTransport):
                link.request.transport.pause_reading()

    async def close(self) -> None:
        """Forget what is in flight, close all connections."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for link in list(self._links):
            if link.silent:  # nobody would answer the goodbye
                _abort(link)
            await link.ws.close()


def _abort(link: _Link) -> None:
    if link.request.transport is not None:
        link.request.transport.abort()


async def _say_goodbye(link: _Link, reason: DisconnectReason) -> None:
    try:
        await link.ws.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
        if reason in {"link_disabled", "too_many_websockets"}:
            await link.ws.close()
    except ConnectionError:
        link.broke()


def _envelope(kind: str, payload: Json) -> Json:
    return {"envelope_id": secrets.token_hex(16), "type": kind, "payload": payload}
