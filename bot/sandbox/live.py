"""Frames for the pages that watch, one WebSocket each."""

import asyncio
from typing import Any

from aiohttp import web


class Live:
    """Whoever watches."""

    def __init__(self) -> None:
        self._watchers: set[asyncio.Queue[dict[str, Any] | None]] = set()

    def publish(self, frame: dict[str, Any]) -> None:
        """Show the frame to everybody; who comes later asks for the state first."""
        for watcher in self._watchers:
            watcher.put_nowait(frame)

    def stop(self) -> None:
        """Close every socket."""
        for watcher in self._watchers:
            watcher.put_nowait(None)

    async def watch(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one page until it leaves, or until `stop`."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        frames: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._watchers.add(frames)
        writer = asyncio.create_task(_write(socket, frames))
        try:
            async for _ in socket:
                pass  # nothing is expected; the loop ends when the page leaves
        finally:
            self._watchers.discard(frames)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return socket


async def _write(socket: web.WebSocketResponse, frames: asyncio.Queue[dict[str, Any] | None]) -> None:
    while (frame := await frames.get()) is not None:
        await socket.send_json(frame)
    await socket.close()
