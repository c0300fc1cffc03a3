"""A line that is cut refuses callers, and ends who is calling; mended, it is at the same address."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox.line import Line

HOST = "127.0.0.1"


class Platform:
    """Answers at once, or holds."""

    def __init__(self) -> None:
        self.held = asyncio.Event()
        self.port = 0

    async def at_once(self, request: web.Request) -> web.Response:
        return web.Response(text=f"{request.host} said {await request.text()}")

    async def hold(self, _: web.Request) -> web.Response:
        self.held.set()
        await asyncio.Event().wait()
        return web.Response()

    async def chat(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for word in socket:
            await socket.send_str(word.data.upper())
        return socket


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    platform, app = Platform(), web.Application()
    app.router.add_post("/", platform.at_once)
    app.router.add_get("/hold", platform.hold)
    app.router.add_get("/chat", platform.chat)
    runner = web.AppRunner(app, shutdown_timeout=0, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    platform.port = runner.addresses[0][1]
    yield platform
    await runner.cleanup()


@pytest.fixture
async def line(platform: Platform) -> AsyncIterator[Line]:
    line = Line(host=HOST, to_port=platform.port)
    await line.mend()
    yield line
    await line.cut()


@pytest.fixture
async def caller(line: Line) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://{HOST}:{line.port}") as session:
        yield session


async def test_a_line_carries_calls_unchanged(line: Line, caller: aiohttp.ClientSession) -> None:
    long = "a" * 300_000

    async with caller.post("/", data=long) as answer:
        said = await answer.text()

    assert said == f"{HOST}:{line.port} said {long}"


async def test_a_line_carries_sockets(caller: aiohttp.ClientSession) -> None:
    async with caller.ws_connect("/chat") as socket:
        await socket.send_str("hello")

        assert await socket.receive_str() == "HELLO"


async def test_a_cut_line_refuses_callers(line: Line, caller: aiohttp.ClientSession) -> None:
    await line.cut()

    assert line.is_cut
    with pytest.raises(aiohttp.ClientConnectorError):
        await caller.post("/", data="hello")


async def test_a_cut_ends_who_is_calling(line: Line, caller: aiohttp.ClientSession, platform: Platform) -> None:
    call = asyncio.create_task(caller.get("/hold"))
    await platform.held.wait()

    await line.cut()

    with pytest.raises(aiohttp.ClientError):
        await call


async def test_a_mended_line_is_where_it_was(line: Line, caller: aiohttp.ClientSession) -> None:
    await line.cut()
    await line.mend()
    await line.mend()  # again changes nothing

    async with caller.post("/", data="hello") as answer:
        assert (await answer.text()).endswith("said hello")
