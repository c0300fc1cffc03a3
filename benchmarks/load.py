"""An HTTP load generator lighter than what it measures: keep-alive connections that write ready-made requests."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import cast

from typing_extensions import override


class _Connection(asyncio.Protocol):
    """One request at a time; ``answered`` is set with the status when its answer is complete."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer = b""
        self._answered: asyncio.Future[int] | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found or self._answered is None:
            return
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
        if len(body) >= length and not self._answered.done():
            self._answered.set_result(int(head.split(b" ", 2)[1]))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionError("the server closed the connection"))

    async def ask(self, request: bytes) -> int:
        """The status of the answer."""
        assert self._transport is not None
        self._answer, self._answered = b"", asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


async def _connected(port: int, count: int) -> list[_Connection]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(_Connection, "127.0.0.1", port))[1] for _ in range(count)]


async def as_fast_as_possible(port: int, requests: Iterator[bytes], *, connections: int, for_s: float) -> float:
    """Answers a second: each connection asks again as soon as it is answered."""
    lanes = await _connected(port, connections)
    done, ends_at = 0, perf_counter() + for_s

    async def drive(lane: _Connection) -> None:
        nonlocal done
        while perf_counter() < ends_at:
            assert await lane.ask(next(requests)) == 200
            done += 1

    started = perf_counter()
    await asyncio.gather(*map(drive, lanes))
    took_s = perf_counter() - started
    for lane in lanes:
        lane.close()
    return done / took_s


async def at_rate(port: int, requests: Sequence[bytes], *, per_second: float, connections: int) -> list[float]:
    """
    Milliseconds until each answer, when requests come at an even pace whether or not the server keeps up.

    Counted from the moment at which a request was due, so that a stalled server can't hide the ones that wait.
    """
    lanes = deque(await _connected(port, connections))
    every, free = list(lanes), asyncio.Semaphore(connections)
    taken_ms: list[float] = []
    started = perf_counter()

    async def one(request: bytes, due: float) -> None:
        async with free:
            lane = lanes.popleft()
            assert await lane.ask(request) == 200
            lanes.append(lane)
        taken_ms.append((perf_counter() - due) * 1000)

    async with asyncio.TaskGroup() as tasks:
        for number, request in enumerate(requests):
            due = started + number / per_second
            if (wait := due - perf_counter()) > 0:
                await asyncio.sleep(wait)
            tasks.create_task(one(request, due))
    for lane in every:
        lane.close()
    return taken_ms
