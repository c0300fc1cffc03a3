"""The door of the webhooks: limits, refusals and what is counted of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.base import (
    Capabilities,
    Health,
    HookAnswer,
    HookRequest,
    Ignored,
    Inbound,
    OutboundPart,
    Put,
    Raw,
    Sent,
)
from bot.domain.text import RichText
from bot.handlers.webhooks import Webhooks

RAW = Raw(key="1", lane="1", position=1, body="{}")


class Pigeons:
    """A channel that takes whatever is posted."""

    name = "pigeons"
    capabilities = Capabilities(label="Pigeons")

    def __init__(self) -> None:
        self.health = Health()
        self.requests: list[HookRequest] = []

    async def open(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""

    async def run(self, put: Put) -> None:
        await put([])

    def read(self, raw: Raw) -> Inbound:
        return Ignored(raw.key)

    def pieces(self, text: RichText) -> tuple[RichText, ...]:
        return (text,)

    def carried_as(self, *, mime: str, size_bytes: int) -> str:
        return f"{mime} of {size_bytes}"

    async def send(self, part: OutboundPart) -> Sent:
        return Sent(part.mark)

    async def hook(self, request: HookRequest, put: Put) -> HookAnswer:
        self.requests.append(request)
        await put([RAW])
        return HookAnswer(200, "taken")


class Loft:
    """The pigeons behind our routes, and an inbox that may be full."""

    def __init__(self) -> None:
        self.pigeons = Pigeons()
        self.kept: list[tuple[str, Raw]] = []
        self.is_full = False
        self.port = 0

    async def keep(self, name: str, raws: Sequence[Raw]) -> None:
        if self.is_full:
            raise OSError("database or disk is full")
        self.kept += [(name, raw) for raw in raws]

    async def says(self, request: bytes) -> bytes:
        """What is answered to bytes on the wire, after which nothing more is written."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        answer = await reader.readuntil(b"\r\n")
        writer.close()
        await writer.wait_closed()
        return answer.strip()


@pytest.fixture
async def loft() -> AsyncIterator[Loft]:
    it = Loft()
    app = web.Application()
    Webhooks({"pigeons": it.pigeons}, keep=it.keep, patience=timedelta(seconds=0.05)).add_to(app)
    async with TestServer(app) as server:
        it.port = server.make_url("").port or 0
        yield it


def post(body: bytes, *, length: int | None = None) -> bytes:
    head = (
        f"POST /webhooks/pigeons?a=b HTTP/1.1\r\nHost: x\r\nX-Ring: 7\r\nContent-Length: {length or len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def test_what_is_posted_is_kept_before_the_answer(loft: Loft) -> None:
    assert await loft.says(post(b"coo")) == b"HTTP/1.1 200 OK"

    (request,) = loft.pigeons.requests
    assert (request.method, request.headers["x-ring"], request.query, request.body) == ("POST", "7", {"a": "b"}, b"coo")
    assert loft.kept == [("pigeons", RAW)]
    assert loft.pigeons.health.details == {}


async def test_a_question_reaches_the_channel_too(loft: Loft) -> None:
    assert await loft.says(b"GET /webhooks/pigeons HTTP/1.1\r\nHost: x\r\n\r\n") == b"HTTP/1.1 200 OK"
    assert loft.pigeons.requests[0].method == "GET"


async def test_a_full_inbox_makes_the_sender_try_again_and_is_counted(loft: Loft) -> None:
    loft.is_full = True

    answers = [await loft.says(post(b"coo")) for _ in range(2)]

    assert answers == [b"HTTP/1.1 503 Service Unavailable"] * 2
    assert loft.pigeons.health.details == {"answered_503": "2"}


async def test_a_sender_that_never_ends_is_shown_the_door(loft: Loft) -> None:
    assert await loft.says(post(b"co", length=1000)) == b"HTTP/1.1 408 Request Timeout"
    assert loft.pigeons.requests == []
    assert loft.pigeons.health.details == {"answered_408": "1"}


async def test_a_body_without_a_known_length_is_limited_too(loft: Loft) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = b"POST /webhooks/pigeons HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    assert await loft.says(head + chunk * 17) == b"HTTP/1.1 413 Request Entity Too Large"
    assert loft.pigeons.requests == []
