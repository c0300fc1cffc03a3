"""The demo is for this machine: no other page in the same browser reaches it, by whatever name."""

from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.live import Live
from bot.sandbox.only_here import only_here


async def _done(_: web.Request) -> web.Response:
    return web.Response()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    app, live = web.Application(middlewares=[only_here]), Live()
    app.router.add_get("/live", live.watch)
    app.router.add_post("/act", _done)
    app.router.add_get("/", _done)
    async with TestServer(app) as server, aiohttp.ClientSession(server.make_url("/")) as session:
        yield session
        live.stop()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "127.0.0.1:8420"},
        {"Host": "localhost:9", "Origin": "http://localhost:9"},
        {"Host": "[::1]:8420", "Origin": "http://[::1]:8420"},
    ],
)
async def test_who_is_from_here_is_served(session: aiohttp.ClientSession, headers: Mapping[str, str]) -> None:
    assert (await session.get("/", headers=headers)).status == 200
    assert (await session.post("/act", headers=headers)).status == 200
    socket = await session.ws_connect("/live", headers=headers)
    await socket.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.rebound.example:8420"},
        {"Host": "127.0.0.1:x"},
        {"Host": "localhost:9", "Origin": "http://elsewhere.example"},
        {"Host": "localhost:9", "Origin": "http://localhost:10"},
        {"Host": "localhost:9", "Origin": "https://localhost:9"},
        {"Host": "localhost:9", "Origin": "null"},
    ],
)
async def test_who_is_not_from_here_is_refused(session: aiohttp.ClientSession, headers: Mapping[str, str]) -> None:
    assert (await session.get("/", headers=headers)).status == 403
    assert (await session.post("/act", headers=headers)).status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await session.ws_connect("/live", headers=headers)
