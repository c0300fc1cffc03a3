"""Failing on demand: what a sandbox server does wrong on purpose, call by call."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Throttled:
    """429; the call is not performed."""

    retry_after_s: int = 1
    performed: Literal[False] = False


@dataclass(frozen=True, slots=True)
class ServerError:
    """A gateway's 5xx page, not in the platform's own format; performed or not, as real gateways leave open."""

    status: int = 503
    performed: bool = False


@dataclass(frozen=True, slots=True)
class PlatformError:
    """The platform's own error body with this code, e.g. Slack's ``internal_error``."""

    code: str
    performed: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset after the request was read: before it is performed, or after (the answer is lost)."""

    performed: bool


@dataclass(frozen=True, slots=True)
class TooDeep:
    """The call is performed; the answer is JSON that no parser can follow to its bottom."""

    performed: Literal[True] = True


@dataclass(slots=True)
class Hold:
    """
    The call waits for `release`, before or after it is performed.

    `reached` returns when a call stands at the gate, so that a test can act just then (kill the process, say).
    """

    performed: bool
    _reached: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def reached(self) -> None:
        """Return when a call has come to the gate."""
        await self._reached.wait()

    def release(self) -> None:
        """Let the waiting call, and all later ones, pass."""
        self._released.set()

    async def wait(self) -> None:
        """Stand at the gate (called by the server)."""
        self._reached.set()
        await self._released.wait()


@dataclass(frozen=True, slots=True)
class CutOff:
    """The answer's first half comes, with the length of all of it in the header; then the connection is reset."""

    performed: Literal[True] = True


@dataclass(frozen=True, slots=True)
class TooShort:
    """The answer's first half comes as if it were all of it."""

    performed: Literal[True] = True


@dataclass(slots=True)
class Stall(Hold):
    """The answer's first half comes; the call was performed, and the rest waits for `release`."""

    performed: bool = True


Fault = Throttled | ServerError | PlatformError | Reset | TooDeep | CutOff | TooShort | Stall | Hold
Matcher = Callable[[Mapping[str, object]], bool]


@dataclass(slots=True)
class _Planned:
    method: str
    fault: Fault
    times: int
    matches: Matcher


@dataclass(slots=True)
class Faults:
    """
    The faults that are planned for one server.

    ``throttled`` and ``failed`` write the platform's own answers; ``refusing`` closes every new request unanswered, as
    a platform that is away does (the nearest that a listening server can come to a refused connection). ``clock_off``
    is how far the server's clock, which dates every answer, goes ahead of the real one.
    """

    throttled: Callable[[int], web.Response]
    failed: Callable[[str], web.Response]
    refusing: bool = False
    chance: Callable[[str, Mapping[str, object]], "Fault | None"] = lambda _method, _arguments: None
    clock_off: timedelta = timedelta(0)
    _planned: list[_Planned] = field(default_factory=list)

    def plan(self, method: str, fault: Fault, *, times: int = 1, matches: Matcher = lambda _: True) -> Fault:
        """Let the next ``times`` calls of ``method`` (``*``: any) whose arguments match fail in this way."""
        self._planned.append(_Planned(method, fault, times, matches))
        return fault

    def hold(self, method: str, *, performed: bool, matches: Matcher = lambda _: True) -> Hold:
        """Plan a gate for the next such call, and hand it out."""
        gate = Hold(performed=performed)
        self.plan(method, gate, matches=matches)
        return gate

    def stall(self, method: str, *, matches: Matcher = lambda _: True) -> Stall:
        """Plan that the next such answer stops half-way, and hand its gate out."""
        gate = Stall()
        self.plan(method, gate, matches=matches)
        return gate

    def is_planned(self, fault: Fault) -> bool:
        """Whether this very fault is still to come."""
        return any(planned.fault is fault and planned.times > 0 for planned in self._planned)

    def cancel(self, fault: Fault) -> None:
        """Let this very fault not happen any more; an unknown one is none."""
        self._planned = [planned for planned in self._planned if planned.fault is not fault]

    def clear(self) -> None:
        """Be well again; calls that stand at a gate pass."""
        self.refusing = False
        for planned in self._planned:
            if isinstance(planned.fault, Hold):
                planned.fault.release()
        self._planned.clear()

    def _next(self, method: str, arguments: Mapping[str, object]) -> Fault | None:
        for planned in self._planned:
            if planned.method in {method, "*"} and planned.times > 0 and planned.matches(arguments):
                planned.times -= 1
                return planned.fault
        return self.chance(method, arguments)

    async def answer(
        self,
        request: web.Request,
        method: str,
        arguments: Mapping[str, object],
        perform: Callable[[], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Perform the call, or fail as planned."""
        answer = await self._answer(request, method, arguments, perform)
        if self.clock_off:
            answer.headers["Date"] = format_datetime(_real_time() + self.clock_off, usegmt=True)
        return answer

    async def _answer(
        self,
        request: web.Request,
        method: str,
        arguments: Mapping[str, object],
        perform: Callable[[], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        if self.refusing:
            return _cut(request)
        fault = self._next(method, arguments)
        if fault is None:
            return await perform()
        if isinstance(fault, CutOff | TooShort | Stall):
            return await _halved(request, fault, await perform())
        if isinstance(fault, Hold):
            return await _gated(fault, perform)
        if fault.performed:
            await perform()
        return self._failure(request, fault)

    def _failure(
        self, request: web.Request, fault: Throttled | ServerError | PlatformError | Reset | TooDeep
    ) -> web.Response:
        match fault:
            case Throttled(retry_after_s=seconds):
                return self.throttled(seconds)
            case ServerError(status=status):
                page = "<html><body>upstream error</body></html>"
                return web.Response(status=status, text=page, content_type="text/html")
            case PlatformError(code=code):
                return self.failed(code)
            case TooDeep():
                return web.Response(text="[" * 100_000, content_type="application/json")
            case Reset():
                return _cut(request)


def _real_time() -> datetime:
    """What a web server writes into the header ``Date``, whatever the clock of the test says."""
    return datetime.fromtimestamp(time.time(), UTC)


async def _gated(gate: Hold, perform: Callable[[], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    if gate.performed:
        response = await perform()
        await gate.wait()
        return response
    await gate.wait()
    return await perform()


async def _halved(
    request: web.Request, fault: CutOff | TooShort | Stall, whole: web.StreamResponse
) -> web.StreamResponse:
    """Answer with the first half of a body, and what then follows."""
    body = whole.body if isinstance(whole, web.Response) and isinstance(whole.body, bytes) else b""
    half = len(body) // 2
    if isinstance(fault, TooShort):
        return web.Response(status=whole.status, body=body[:half], content_type=whole.content_type)
    answer = web.StreamResponse(status=whole.status, headers={"Content-Type": whole.content_type})
    answer.content_length = len(body)
    await answer.prepare(request)
    await answer.write(body[:half])
    if isinstance(fault, CutOff):
        return _cut(request)
    await fault.wait()
    with suppress(ConnectionError):  # whoever asked did not wait for it
        await answer.write(body[half:])
    return answer


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
