"""Webhooks: what platforms post to us, read within limits and handed to the channel that it is for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import structlog
from aiohttp import web

from bot.channels.base import Channel, Health, Hooked, HookRequest, Raw
from bot.logs import trace
from bot.metrics import Metrics

LARGEST_BYTES = 1024 * 1024  #: of a body; the platforms' own stay far below
PATIENCE = timedelta(seconds=10)  #: for a body to arrive, so that a slow sender can't hold a connection for ever

Keep = Callable[[str, Sequence[Raw]], Awaitable[None]]  #: the inbox's `put`

log = structlog.get_logger()


async def body_of(request: web.Request, *, within: timedelta) -> bytes:
    """
    What was posted, as it came.

    Raises:
        web.HTTPRequestEntityTooLarge: more than `LARGEST_BYTES`.
        web.HTTPRequestTimeout: it did not arrive in time.
        web.HTTPBadRequest: it ended before its end.
    """
    try:
        if request.content.is_eof():  # all of it came together with the head: no need to wait
            body = request.content.read_nowait()
            _refuse_if_large(len(body))
            return body
        return await _arriving(request, within=within)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, ConnectionError):
        raise web.HTTPBadRequest from None


async def _arriving(request: web.Request, *, within: timedelta) -> bytes:
    body = bytearray()
    async with asyncio.timeout(within.total_seconds()):
        async for chunk in request.content.iter_any():
            body += chunk
            _refuse_if_large(len(body))
    return bytes(body)


def _refuse_if_large(length: int) -> None:
    if length > LARGEST_BYTES:
        raise web.HTTPRequestEntityTooLarge(max_size=LARGEST_BYTES, actual_size=length)


def counted(source: str, health: Health, status: int, metrics: Metrics) -> None:
    """Remember what was refused: shown in the details of `/readyz` and in `/metrics`, and gone with the process."""
    if status >= 400:
        metrics.refused(source, status)
        name = f"answered_{status}"
        health.details[name] = str(int(health.details.get(name, "0")) + 1)


class Webhooks:
    """``/webhooks/<channel>`` for every channel that the platform calls; ``keep`` returns when all of it is durable."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        *,
        keep: Keep,
        patience: timedelta = PATIENCE,
        metrics: Metrics | None = None,
    ) -> None:
        self._channels = channels
        self._metrics = metrics or Metrics()
        self._keep = keep
        self._patience = patience

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        for channel in self._channels.values():
            if isinstance(channel, Hooked):
                serve = self._serving(channel, channel)
                app.router.add_get(f"/webhooks/{channel.name}", serve, allow_head=False)
                app.router.add_post(f"/webhooks/{channel.name}", serve)

    def _serving(self, channel: Channel, hooked: Hooked) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def put(raws: Sequence[Raw]) -> None:
            await self._keep(channel.name, raws)

        async def serve(request: web.Request) -> web.Response:
            try:
                answer = await hooked.hook(await self._posted(request), put)
                response = web.Response(status=answer.status, text=answer.text)
            except web.HTTPException as refused:
                response = web.Response(status=refused.status, text=refused.reason)
            except Exception as error:  # a supervisor: the sender keeps it and tries again
                log.error("webhook.failed", channel=channel.name, **trace(error))
                response = web.Response(status=503)
            counted(channel.name, channel.health, response.status, self._metrics)
            return response

        return serve

    async def _posted(self, request: web.Request) -> HookRequest:
        return HookRequest(
            method=request.method,
            headers={name.lower(): value for name, value in request.headers.items()},
            query=dict(request.query),
            body=await body_of(request, within=self._patience),
        )
