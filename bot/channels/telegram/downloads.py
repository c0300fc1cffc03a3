"""
The bytes of the files that customers send by Telegram.

Source: Telegram Bot API, "getFile": at most 20 MB on Telegram's own servers, and an address that holds for an hour.
"""

from collections.abc import Mapping
from datetime import timedelta

import aiohttp
from telegram import Bot, File
from telegram.error import BadRequest, TelegramError

from bot.channels.base import NOT_WHOLE, Sink
from bot.channels.telegram.convert import NAME
from bot.channels.telegram.errors import translated
from bot.channels.telegram.request import session
from bot.errors import DeliveryError, Later, LaterOrNever, Rejected, TooBig, Unconfirmed, Unreachable
from bot.metrics import Calls, tracing

MOST_BYTES = 20 << 20  #: of what Telegram's own servers hand to a bot
LONGEST_S = 900.0  #: seconds that a whole download may take
PIECE_BYTES = 1 << 16
AT_ONCE = 16  #: connections
_GONE = "Telegram no longer has this file."


class Downloads:
    """Fetches files. Their addresses hold the bot's token: they are used here, and are in no error and no log."""

    def __init__(self, bot: Bot, *, patience_s: float, told: Calls) -> None:
        self._bot = bot
        self._patience = aiohttp.ClientTimeout(total=LONGEST_S, connect=patience_s, sock_read=patience_s)
        self._traces = [tracing(told, platform=NAME, method=lambda _: "file")]
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()

    async def fetch(self, source: Mapping[str, str], sink: Sink) -> None:
        """Give a file's bytes to ``sink``; an address that holds no longer is asked for once more."""
        if not await self._taken(source, sink) and not await self._taken(source, sink):
            raise Rejected(_GONE)

    async def _taken(self, source: Mapping[str, str], sink: Sink) -> bool:
        """False: nothing is there."""
        file = await self._asked(source)
        if file.file_path is None:
            return False
        if self._session is None:
            self._session = session(AT_ONCE, traces=self._traces)
        came_bytes = 0
        try:
            async with self._session.get(file.file_path, timeout=self._patience, allow_redirects=False) as answer:
                if answer.status in {404, 410}:
                    return False
                _check(answer)
                async for piece in answer.content.iter_chunked(PIECE_BYTES):
                    await sink(piece)
                    came_bytes += len(piece)
        except (aiohttp.ClientError, TimeoutError):
            raise Later("Telegram can't be reached.") from None  # what it was raised from knows the address
        if file.file_size and came_bytes != file.file_size:
            raise LaterOrNever(NOT_WHOLE)
        return True

    async def _asked(self, source: Mapping[str, str]) -> File:
        try:
            return await self._bot.get_file(source["file_id"])
        except TelegramError as error:
            raise _of_question(error) from error
        except (LookupError, TypeError, ValueError, AttributeError) as error:  # the library does not check it
            raise Later("Telegram says that it has a problem of its own.") from error


def _of_question(error: TelegramError) -> DeliveryError:
    """Asking changes nothing, so that a lost answer is no doubt."""
    if isinstance(error, BadRequest) and "file is too big" in error.message.lower():
        return TooBig(MOST_BYTES)
    if isinstance(error, BadRequest) and "temporarily unavailable" in error.message.lower():
        return LaterOrNever(_GONE)  # "wrong file_id or the file is temporarily unavailable"
    if isinstance(error, BadRequest) and "invalid file_id" in error.message.lower():
        return Rejected(_GONE)
    reason = translated(error)
    if isinstance(reason, Unreachable):  # it is the file that can't be reached
        return Rejected(str(reason))
    return Later(str(reason)) if isinstance(reason, Unconfirmed) else reason


def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status == 429:
        wait = answer.headers.get("Retry-After", "")
        raise Later("Telegram asks to wait.", after=timedelta(seconds=int(wait)) if wait.isdecimal() else None)
    if answer.status >= 500:
        raise Later("Telegram says that it has a problem of its own.")
    if answer.status != 200:
        raise Later("Something between here and Telegram refuses the connection.")
