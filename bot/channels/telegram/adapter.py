"""Telegram as a channel: long polling that confirms nothing before it is stored, and one call to send."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

import httpx
import structlog
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.channels.base import Capabilities, Health, Inbound, OutboundPart, Put, Raw, Sent
from bot.channels.telegram import convert, format  # noqa: A004  # the folder's name for it
from bot.channels.telegram.errors import translated
from bot.domain.text import RichText
from bot.errors import Down, Later, Unconfirmed

API_URL = "https://api.telegram.org"
IN_FLIGHT = 8  #: requests at once: with more, httpx becomes slower (encode/httpx, issue 3215)
POLL = timedelta(seconds=25)  #: Telegram holds a poll open for so long; it allows up to 50 s
ANSWER = timedelta(seconds=20)  #: patience for an answer: what is given up too early is uncertain
LONGEST_PAUSE = timedelta(seconds=30)

log = structlog.get_logger()


class TelegramChannel:
    """
    One bot's private chats.

    Args:
        token: of the bot; what stands before the colon is the account.
        now: reads the clock.
        pause: waits; called after every failed poll.
        api_url: of the Bot API, without ``/bot``.
        answer: how long to wait for an answer.
    """

    name = convert.NAME
    capabilities = Capabilities(label="Telegram")

    def __init__(
        self,
        *,
        token: str,
        now: Callable[[], datetime],
        pause: Callable[[timedelta], Awaitable[None]],
        api_url: str = API_URL,
        answer: timedelta = ANSWER,
    ) -> None:
        self.account = token.partition(":")[0]
        self.health = Health()
        self._now, self._pause = now, pause
        patience_s, tls = answer.total_seconds(), {"verify": _tls()}
        self._requests = (
            HTTPXRequest(1, read_timeout=POLL.total_seconds() + patience_s, httpx_kwargs=tls),
            HTTPXRequest(IN_FLIGHT, read_timeout=patience_s, write_timeout=patience_s, httpx_kwargs=tls),
        )
        base_url = f"{api_url.rstrip('/')}/bot"
        self._bot = Bot(token, base_url=base_url, get_updates_request=self._requests[0], request=self._requests[1])
        self._free = asyncio.Semaphore(IN_FLIGHT)

    async def open(self) -> None:
        """Make the connections; `Bot.initialize` would ask Telegram, and fail when it is away."""
        for request in self._requests:
            await request.initialize()

    async def close(self) -> None:
        """Give the connections back."""
        for request in self._requests:
            await request.shutdown()

    async def run(self, put: Put) -> None:
        """Receive until cancelled; an update is confirmed by the poll after the one that brought it."""
        offset = failures = 0
        while True:
            try:
                raws = await self._poll(offset)
                await put(raws)
            except Exception as error:  # a supervisor: whatever fails, customers must be heard again
                failures += 1
                await self._pause(self._noticed(error, failures=failures))
            else:
                failures = 0
                # After an empty poll everything below the offset is confirmed. To ask without one is then the same,
                # and right, too, when Telegram numbers anew (it does after a week of silence).
                offset = max((raw.position for raw in raws), default=-1) + 1

    def read(self, raw: Raw) -> Inbound:
        """Say what a stored raw update means."""
        return convert.inbound(raw.body, account=self.account)

    def pieces(self, text: RichText) -> tuple[RichText, ...]:
        """Cut a text into parts that fit into one message each, in order."""
        return format.pieces(text)

    async def send(self, part: OutboundPart) -> Sent:
        """Deliver one part, once."""
        text, entities = format.render(part.text)
        async with self._free:
            try:
                message = await self._bot.send_message(part.to.key, text, entities=entities)
            except TelegramError as error:
                raise translated(error) from error
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                # the library does not check what it digests
                raise Unconfirmed("Telegram's answer can't be understood: the message may have arrived.") from error
        return Sent(f"{part.to.key}:{message.message_id}")

    async def _poll(self, offset: int) -> list[Raw]:
        arguments = {"offset": offset, "timeout": int(POLL.total_seconds()), "allowed_updates": convert.UPDATES}
        # In this spelling: `Bot.get_updates` gives objects instead of what came, and warns if called by its own name.
        answer = await self._bot.do_api_request("get_Updates", api_kwargs=arguments)
        raws = [convert.raw(update, account=self.account) for update in cast(list[dict[str, Any]], answer)]
        self.health.seen_at, self.health.problem = self._now(), None
        return raws

    def _noticed(self, error: Exception, *, failures: int) -> timedelta:
        """Say what is wrong, and how long to wait."""
        verdict = translated(error) if isinstance(error, TelegramError) else None
        self.health.problem = str(verdict) if isinstance(verdict, Down) else None
        log.warning("telegram.poll_failed", error=type(error).__name__, failures=failures, verdict=str(verdict))
        if isinstance(verdict, Later) and verdict.after is not None:
            return verdict.after
        return min(LONGEST_PAUSE, timedelta(seconds=2 ** min(failures - 1, 10)))


@cache
def _tls() -> ssl.SSLContext:
    """One for all connections: reading the certificates takes a tenth of a second."""
    return httpx.create_ssl_context()
