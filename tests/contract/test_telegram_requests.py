"""The requests to the Bot API themselves: how they end where the sandbox, which is a good server, never lets them."""

import asyncio
import gzip
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from telegram import Bot, InputFile
from telegram.error import TelegramError

from bot.calls import MOST_BYTES
from bot.channels.telegram.errors import translated
from bot.channels.telegram.request import Requests
from bot.errors import Later, Unconfirmed
from bot.metrics import untold

TOKEN = "1234:never-told"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def calling(serve: Serve, *, patience_s: float = 10, most_bytes: int = MOST_BYTES) -> AsyncIterator[Bot]:
    """A bot whose server does this with each connection, until it is closed."""
    over = asyncio.Event()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve(reader, writer)
        await over.wait()
        writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    requests = Requests(1, patience_s=patience_s, told=untold, most_bytes=most_bytes)
    port = server.sockets[0].getsockname()[1]
    try:
        yield Bot(TOKEN, f"http://127.0.0.1:{port}/bot", request=requests, get_updates_request=requests)
    finally:
        over.set()
        server.close()
        await requests.shutdown()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take nothing in but what the buffers hold."""


def answering(head: bytes, body: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (head, len(body), body))

    return serve


async def test_a_file_that_does_not_get_on_is_given_up_and_may_have_arrived() -> None:
    file = InputFile(io.BytesIO(bytes(32 << 20)), filename="long.bin", read_file_handle=False)

    async with calling(silent, patience_s=0.1) as bot:
        with pytest.raises(TelegramError) as end:
            await bot.send_document(1, file)

    assert isinstance(translated(end.value), Unconfirmed)


async def test_a_port_where_nobody_listens_took_nothing() -> None:
    async with calling(silent) as bot:
        nowhere = Bot(TOKEN, "http://127.0.0.1:1/bot", request=bot.request, get_updates_request=bot.request)
        with pytest.raises(TelegramError) as end:
            await nowhere.send_message(1, "hello")

    assert isinstance(translated(end.value), Later)
    assert TOKEN not in str(end.value)


async def test_an_answer_that_is_too_long_is_not_kept() -> None:
    async with calling(
        answering(b"", b'{"ok": true, "result": true, "more": "%s"}' % (b"x" * 5_000)), most_bytes=999
    ) as bot:
        with pytest.raises(TelegramError) as end:
            await bot.delete_webhook()

    assert isinstance(translated(end.value), Unconfirmed)


async def test_an_answer_that_is_packed_is_not_unpacked() -> None:
    packed = gzip.compress(b'{"ok": true, "result": true}')

    async with calling(answering(b"Content-Encoding: gzip\r\n", packed)) as bot:
        with pytest.raises(TelegramError) as end:
            await bot.delete_webhook()

    assert isinstance(translated(end.value), Unconfirmed)
