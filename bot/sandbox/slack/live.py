"""What open pages are told, person by person, as it happens."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiohttp import web

from bot.sandbox.slack.state import Json


@dataclass(slots=True)
class Live:
    """The open pages; frames to a person whose page is not open are dropped."""

    _queues: dict[asyncio.Queue[Json | None], str] = field(default_factory=dict)

    def tell(self, people: Iterable[str], frame: Json) -> None:
        """Put a frame on every open page of these people."""
        told = set(people)
        for queue, person in self._queues.items():
            if person in told:
                queue.put_nowait(frame)

    async def serve(self, request: web.Request, person: str) -> web.WebSocketResponse:
        """Feed one page until either side closes."""
        page = web.WebSocketResponse(heartbeat=30)
        await page.prepare(request)
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._queues[queue] = person
        feeding = asyncio.create_task(_feed(page, queue))
        try:
            async for _ in page:
                pass
        finally:
            del self._queues[queue]
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
        return page

    def close(self) -> None:
        """Close every page."""
        for queue in self._queues:
            queue.put_nowait(None)


async def _feed(page: web.WebSocketResponse, queue: asyncio.Queue[Json | None]) -> None:
    while (frame := await queue.get()) is not None:
        await page.send_json(frame)
    await page.close()
