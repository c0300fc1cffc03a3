"""
The door of our one HTTP server: how many may stand in it at once, and for how long.

No request holds a connection for ever, whatever it does: its head is waited for `HEAD`, its body as long as
`bot.handlers.webhooks` says, and its answer must be taken within `TAKE`. Peers are not told apart, as behind a reverse
proxy all of them have the proxy's address.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from typing_extensions import override

CLOSE_S = 1  #: for requests under way when we stop
BACKLOG = 128
#: with every answer: nobody keeps it, and should a browser show it, nothing of it runs
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one process can bear; the longest that its peers may take."""

    connections: int = 500  #: at once; of the 1,024 files that a process may have open, half are left for our own work
    head: timedelta = timedelta(minutes=3)  #: since the last answer, too: Caddy keeps idle connections for two minutes
    take: timedelta = timedelta(seconds=30)  #: for an answer


LIMITS = Limits()


@asynccontextmanager
async def listening(pages: web.Application, *, host: str, port: int, limits: Limits = LIMITS) -> AsyncIterator[int]:
    """Serve the pages inside the block; gives the port, which matters where ``port`` is 0."""
    pages.middlewares.append(_taking(limits.take))
    runner = web.AppRunner(
        pages, access_log=None, shutdown_timeout=CLOSE_S, keepalive_timeout=limits.head.total_seconds()
    )
    await runner.setup()

    def admitted() -> asyncio.Protocol:
        server = cast(web.Server, runner.server)  # there is one after `setup`
        return server() if len(server.connections) < limits.connections else _Refused()

    try:
        doors = await asyncio.get_running_loop().create_server(admitted, host, port, backlog=BACKLOG)
        try:
            yield doors.sockets[0].getsockname()[1]
        finally:
            doors.close()
    finally:
        await runner.cleanup()


class _Refused(asyncio.Protocol):
    """One too many."""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


def _taking(within: timedelta) -> Middleware:
    @web.middleware
    async def taken(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Write the answer already here, where the time for it can be limited."""
        try:
            answer = await handler(request)
        except web.HTTPException as refused:
            await _write(request, refused, within=within)
            raise
        await _write(request, answer, within=within)
        return answer

    return taken


async def _write(request: web.Request, answer: web.StreamResponse, *, within: timedelta) -> None:
    """Who does not read is left; who has gone is noticed by aiohttp as well."""
    answer.headers.update(HEADERS)
    try:
        async with asyncio.timeout(within.total_seconds()):
            await answer.prepare(request)
            await answer.write_eof()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
    except ConnectionError:
        pass
