"""
python-telegram-bot's requests over aiohttp.

Its own go over httpx, which costs several times the processor time and slows down with every request beside another
(encode/httpx, issue 3215): docs/adr/0009-telegram-over-aiohttp.md.
"""

import asyncio
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from typing_extensions import override
from yarl import URL

from bot.calls import MOST_BYTES, body_of
from bot.channels.telegram.convert import NAME
from bot.metrics import Calls, tracing

CONNECT_S = 5.0  #: for a free connection, or a new one
FORM = "application/x-www-form-urlencoded"
PLAIN = {"User-Agent": BaseRequest.USER_AGENT, "Accept-Encoding": "identity"}  #: nothing is ever unpacked

_Progress = Callable[[], None]


class Requests(BaseRequest):
    """
    Calls to the Bot API over one pool of connections.

    Args:
        connections: at once.
        patience_s: so long a connection may stay silent while an answer is due, or while a file does not get on.
        told: hears of every call.
        traces: more that hears of them.
        most_bytes: of an answer.
    """

    def __init__(
        self,
        connections: int,
        *,
        patience_s: float,
        told: Calls,
        traces: Sequence[aiohttp.TraceConfig] = (),
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._connections = connections
        self._patience_s = patience_s
        self._most_bytes = most_bytes
        self._traces = [tracing(told, platform=NAME, method=_method), _uploading(), *traces]
        self._session: aiohttp.ClientSession | None = None

    @property
    @override
    def read_timeout(self) -> float:
        return self._patience_s

    @override
    async def initialize(self) -> None:
        """Nothing to do: the session comes with the first call."""

    @override
    async def shutdown(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @override
    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        *_: Any,  # those for writing and connecting: all calls have the same
        **__: Any,
    ) -> tuple[int, bytes]:
        """Make a call; no error holds its address, in which the token stands, except in what it was raised from."""
        patience_s = read_timeout if isinstance(read_timeout, int | float) else self._patience_s
        try:
            return await self._exchange(method, url, request_data, patience_s=patience_s)
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from error

    async def _exchange(
        self, method: str, url: str, given: RequestData | None, *, patience_s: float
    ) -> tuple[int, bytes]:
        if self._session is None:
            self._session = session(self._connections, traces=self._traces)
        connect_s = min(CONNECT_S, patience_s)
        if given is None or not given.contains_files:
            body = given.url_encoded_parameters().encode() if given else b""
            limits = aiohttp.ClientTimeout(connect=connect_s, sock_read=patience_s)
            async with self._session.request(
                method, url, data=body, headers={"Content-Type": FORM}, timeout=limits, allow_redirects=False
            ) as answer:
                return answer.status, await body_of(answer, most_bytes=self._most_bytes)
        async with asyncio.timeout(None) as limit:  # runs anew from each piece of the file that has left

            def got_on() -> None:
                limit.reschedule(asyncio.get_running_loop().time() + patience_s)

            async with self._session.request(
                method, url, data=_form(given), timeout=aiohttp.ClientTimeout(connect=connect_s),
                allow_redirects=False, trace_request_ctx=got_on,
            ) as answer:  # fmt: skip
                return answer.status, await body_of(answer, most_bytes=self._most_bytes)


def session(connections: int, *, traces: Sequence[aiohttp.TraceConfig] = ()) -> aiohttp.ClientSession:
    """To the Bot API, whose answers are taken as they come."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections),
        trust_env=True,  # a proxy that HTTPS_PROXY names is used, as the SDKs of the other platforms do
        trace_configs=list(traces),
        headers=PLAIN,
        auto_decompress=False,
    )


def _form(given: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData(given.json_parameters, quote_fields=False)  # names as they are
    for name, (filename, content, mime) in given.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form


def _uploading() -> aiohttp.TraceConfig:
    """Tells whoever waits for a file to leave of each piece that did."""

    async def left(_: object, context: SimpleNamespace, __: object) -> None:
        got_on = cast(_Progress | None, context.trace_request_ctx)
        if got_on is not None:
            got_on()

    config = aiohttp.TraceConfig()
    config.on_request_chunk_sent.append(left)
    return config


def _method(url: URL) -> str:
    """The method of the Bot API, which is the last step of the address."""
    return url.name.replace("_", "")
