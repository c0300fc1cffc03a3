"""The page is served with everything it asks for, and with a policy that lets nothing else in."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.page import HERE, add_page


@pytest.fixture
async def page() -> AsyncIterator[aiohttp.ClientSession]:
    app = web.Application()
    add_page(app)
    async with TestServer(app) as server, aiohttp.ClientSession(server.make_url("/")) as session:
        yield session


async def test_a_strict_policy_goes_with_every_file(page: aiohttp.ClientSession) -> None:
    for path in ("/", "/main.js", "/style.css"):
        answer = await page.get(path)

        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy


async def test_all_that_the_page_asks_for_is_there_and_of_this_origin(page: aiohttp.ClientSession) -> None:
    index = await (await page.get("/")).text()
    named = re.findall(r'(?:src|href)="([^"]+)"', index)
    for script in HERE.glob("*.js"):
        named += [
            one.removeprefix("./") for one in re.findall(r'^(?:import|\}).* from "(.+)";$', script.read_text(), re.M)
        ]

    for name in named:
        if not name.startswith("data:"):
            assert (await page.get(f"/{name}")).status == 200, name
    assert "main.js" in named
    assert "dom.js" in named


async def test_nothing_beside_the_page_is_served(page: aiohttp.ClientSession) -> None:
    for path in ("/__init__.py", "/..%2F__init__.py", "/nothing.js", "/main.js.map"):
        assert (await page.get(path)).status == 404, path
