"""Nobody holds a connection for ever, and nobody takes all of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.handlers.door import Limits, listening

HOST = "127.0.0.1"
SOON = timedelta(seconds=0.1)
REQUEST = b"GET /little HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = bytes(32 << 20)  #: more than lies in the buffers of two sockets
PATIENCE_S = 20

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
def ended() -> asyncio.Event:
    """Whoever asked for what is large is no longer served."""
    return asyncio.Event()


@pytest.fixture
async def port(ended: asyncio.Event) -> AsyncIterator[int]:
    async def little(_: web.Request) -> web.Response:
        return web.Response(text="little")

    async def large(request: web.Request) -> web.Response:
        request.task.add_done_callback(lambda _: ended.set())
        return web.Response(body=LARGE)

    async def late(request: web.Request) -> web.Response:
        request.task.add_done_callback(lambda _: ended.set())
        while request.transport is not None:  # noqa: ASYNC110 - aiohttp tells a handler in no other way
            await asyncio.sleep(0)
        if request.path == "/late":
            return web.Response(text="too late")
        raise web.HTTPNotFound

    pages = web.Application()
    pages.add_routes([web.get("/little", little), web.get("/large", large), web.get("/{late:late.*}", late)])
    async with listening(pages, host=HOST, port=0, limits=Limits(connections=2, head=SOON, take=SOON)) as port:
        yield port


async def closed(ends: Ends) -> bytes:
    """All that is read until the other side has closed the connection."""
    read = bytearray()
    async with asyncio.timeout(PATIENCE_S):
        try:
            while piece := await ends[0].read(1 << 20):
                read += piece
        except ConnectionError:
            pass
    ends[1].close()
    return bytes(read)


@pytest.mark.parametrize("head", [b"", b"GET /little HTT", REQUEST[:-2], REQUEST + REQUEST[:-2]])
async def test_a_head_that_does_not_end_is_not_waited_for(port: int, head: bytes) -> None:
    ends = await asyncio.open_connection(HOST, port)
    ends[1].write(head)

    answer = await closed(ends)

    assert answer.count(b"200 OK") == head.count(REQUEST)


async def test_a_head_that_comes_in_drops_gains_no_time(port: int) -> None:
    ends = await asyncio.open_connection(HOST, port)
    ends[1].write(REQUEST[:-2])

    async def drips() -> None:
        while True:
            ends[1].write(b"X-Drop: 1\r\n")
            await asyncio.sleep(SOON.total_seconds() / 10)

    dripping = asyncio.create_task(drips())
    answer = await closed(ends)
    dripping.cancel()

    assert answer == b""


async def test_an_answer_that_nobody_reads_is_not_kept(port: int, ended: asyncio.Event) -> None:
    ends = await asyncio.open_connection(HOST, port)
    ends[1].write(REQUEST.replace(b"little", b"large"))
    async with asyncio.timeout(PATIENCE_S):
        await ended.wait()

    answer = await closed(ends)

    assert len(answer) < len(LARGE)


@pytest.mark.parametrize("answer", ["late", "late-refusal"])
async def test_who_leaves_before_the_answer_is_no_error(
    port: int, ended: asyncio.Event, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection(HOST, port)
    writer.write(REQUEST.replace(b"little", answer.encode()))
    await writer.drain()
    writer.close()

    async with asyncio.timeout(PATIENCE_S):
        await ended.wait()
    assert caplog.records == []


async def test_one_connection_too_many_is_refused_and_the_others_are_served(port: int) -> None:
    first, second = [await asyncio.open_connection(HOST, port) for _ in range(2)]
    async with asyncio.timeout(PATIENCE_S):
        second[1].write(REQUEST)
        await second[0].readuntil(b"little")  # both are in
    third = await asyncio.open_connection(HOST, port)
    third[1].write(REQUEST)

    assert await closed(third) == b""
    first[1].write(REQUEST)
    assert b"200 OK" in await closed(first)
    second[1].close()
    fourth = await asyncio.open_connection(HOST, port)
    fourth[1].write(REQUEST)
    assert b"200 OK" in await closed(fourth)


async def test_no_answer_is_kept_and_nothing_of_it_runs(port: int) -> None:
    async with aiohttp.ClientSession(f"http://{HOST}:{port}") as session:
        for path in ("/little", "/nowhere"):
            answer = await session.get(path)

            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
