"""The line between a service and a platform, which can be cut: then whoever calls is refused, as in an outage."""

import asyncio
from contextlib import suppress

CHUNK_BYTES = 2**16


class Line:
    """
    Carries bytes both ways from an address of its own to a server on this machine; nothing of them is changed.

    The address stays the same however often the line is cut and mended.
    """

    def __init__(self, *, host: str, to_port: int) -> None:
        self._host, self._to_port = host, to_port
        self.port = 0  #: known once it was mended for the first time
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._calls: set[asyncio.Task[None]] = set()

    @property
    def is_cut(self) -> bool:
        """Whether callers are refused."""
        return self._server is None

    async def mend(self) -> None:
        """Take calls (again)."""
        if self._server is None:
            self._server = await asyncio.start_server(self._take, self._host, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Refuse calls, and end those that are under way."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for end in self._ends:
            end.transport.abort()
        await asyncio.gather(*self._calls)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.create_task(self._carry(reader, writer))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = {writer}
        self._ends.add(writer)
        with suppress(OSError):  # nobody there, or cut
            far_reader, far_writer = await asyncio.open_connection(self._host, self._to_port)
            ends.add(far_writer)
            self._ends.add(far_writer)
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        self._ends -= ends
        for end in ends:
            end.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry one direction until it ends; then the other ends too, as neither HTTP nor WebSocket half closes."""
    with suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()
