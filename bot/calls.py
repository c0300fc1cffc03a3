"""Calls over HTTP: what is certain of one that had no answer, and how much of an answer is taken."""

import aiohttp

MOST_BYTES = 32 << 20  #: of an answer, many times as many as a hundred updates of Telegram's have

#: These happen before the first byte of a request is written: the other side has certainly not got it.
NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


async def body_of(answer: aiohttp.ClientResponse, *, most_bytes: int = MOST_BYTES) -> bytes:
    """The answer's bytes; no answer can fill the memory: one with more ends like a broken connection."""
    pieces, size = [], 0
    async for piece in answer.content.iter_any():
        pieces.append(piece)
        size += len(piece)
        if size > most_bytes:
            raise aiohttp.ClientPayloadError("more than an answer may hold")
    return b"".join(pieces)
