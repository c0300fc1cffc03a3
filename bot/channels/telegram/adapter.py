"""Telegram as a channel: long polling that confirms nothing before it is stored, and one call to send."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar, cast

import structlog
from telegram import Bot, BotCommand, InputFile, Message, ReplyParameters
from telegram.error import BadRequest, TelegramError

from bot.channels.base import (
    Capabilities,
    Health,
    Inbound,
    Menus,
    OutboundFile,
    OutboundPart,
    Pace,
    Put,
    Raw,
    Sent,
    Sink,
)
from bot.channels.sizes import MB, fitting
from bot.channels.telegram import check, convert, format  # noqa: A004  # the folder's name for it
from bot.channels.telegram.downloads import Downloads
from bot.channels.telegram.errors import translated
from bot.channels.telegram.request import Requests
from bot.domain.ids import Address
from bot.domain.text import RichText
from bot.errors import Down, Later, Unconfirmed
from bot.findings import Finding, Inquiry
from bot.logs import trace
from bot.metrics import Calls, untold
from bot.rates import Rate

API_URL = "https://api.telegram.org"
IN_FLIGHT = 16  #: requests at once
POLL = timedelta(seconds=25)  #: Telegram holds a poll open for so long; it allows up to 50 s
ANSWER = timedelta(seconds=20)  #: patience for an answer: what is given up too early is uncertain
LONGEST_PAUSE = timedelta(seconds=30)
UNNUMBERED = timedelta(seconds=1)  #: before the next poll while there are only updates that can't be confirmed
# Refusals that say that there is nothing left to do. Source: tdlib/telegram-bot-api, Client.cpp.
IS_SO_ALREADY = "message is not modified"
IS_GONE_ALREADY = "message to delete not found"
FILES_IN_FLIGHT = 3  #: of the requests at once, so that texts always find room
FORWARDED_BYTES_PER_S = MB  #: so fast, at least, Telegram passes a file on before it answers

#: Source: Telegram, "Bots FAQ", "My bot is hitting limits": no more than a message per second in a chat, apart from
#: short bursts, and about thirty per second to all. How short is not said, nor whether edits count: here they do.
PACE = Pace(chat=Rate(per_second=1, burst=4), overall=Rate(per_second=30, burst=10))

#: Bytes. Source: Telegram Bot API, "Sending files".
MOST_BYTES = {
    "photo": 10 * MB,
    **dict.fromkeys(("animation", "audio", "document", "video", "voice"), 50 * MB),
}
#: Source: Telegram Bot API, sendPhoto, sendAnimation, sendVideo, sendVoice, sendAudio: other types go as documents.
KINDS = {
    **dict.fromkeys(("image/jpeg", "image/png", "image/webp"), "photo"),
    "image/gif": "animation",
    "video/mp4": "video",
    "audio/ogg": "voice",
    **dict.fromkeys(("audio/mpeg", "audio/mp4", "audio/x-m4a"), "audio"),
}

#: What the library raises over an answer that it did not expect, since it does not check what it digests.
ODD = (LookupError, TypeError, ValueError, AttributeError, RecursionError)

_Result = TypeVar("_Result")

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
        menus: the commands that customers are shown.
        told: hears of every call.
    """

    name = convert.NAME
    capabilities = Capabilities(label="Telegram", pace=PACE)

    def __init__(
        self,
        *,
        token: str,
        now: Callable[[], datetime],
        pause: Callable[[timedelta], Awaitable[None]],
        api_url: str = API_URL,
        answer: timedelta = ANSWER,
        menus: Menus | None = None,
        told: Calls = untold,
    ) -> None:
        self.account = token.partition(":")[0]
        self.health = Health()
        self._now, self._pause = now, pause
        patience_s = answer.total_seconds()
        self._requests = (
            Requests(1, patience_s=POLL.total_seconds() + patience_s, told=told),
            Requests(IN_FLIGHT, patience_s=patience_s, told=told),
        )
        self._api_url = api_url.rstrip("/")
        self._bot = Bot(
            token, base_url=f"{self._api_url}/bot", base_file_url=f"{self._api_url}/file/bot",
            get_updates_request=self._requests[0], request=self._requests[1],
        )  # fmt: skip
        self._downloads = Downloads(self._bot, patience_s=patience_s, told=told)
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self._free_for_files = asyncio.Semaphore(FILES_IN_FLIGHT)
        self._patience_s = patience_s
        self._menus = menus or {}
        self._courtesies: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Connections come with the first calls; `Bot.initialize` would ask Telegram, and fail when it is away."""

    async def close(self) -> None:
        """Give the connections back."""
        for task in self._courtesies:
            task.cancel()
        await asyncio.gather(*self._courtesies, return_exceptions=True)
        for request in self._requests:
            await request.shutdown()
        await self._downloads.close()

    async def run(self, put: Put) -> None:
        """Receive until cancelled; an update is confirmed by the poll after the one that brought it."""
        await self._insist(partial(self._bot.delete_webhook, drop_pending_updates=False))  # else Telegram refuses polls
        self._soon(self._show_menus())
        offset = 0
        while True:
            offset = await self._insist(partial(self._receive, offset, put))

    def look(self) -> Sequence[Finding]:
        """What can be told of the set-up without the network."""
        return ()

    async def ask(self, inquiry: Inquiry) -> Sequence[Finding]:
        """What only Telegram can tell of the set-up."""
        return await check.ask(token=self._bot.token, api_url=self._api_url, url=None, inquiry=inquiry)

    def read(self, raw: Raw) -> Inbound:
        """Say what a stored raw update means."""
        return convert.inbound(raw.body, account=self.account)

    def pieces(self, text: RichText) -> tuple[RichText, ...]:
        """Cut a text into parts that fit into one message each, in order."""
        return format.pieces(text)

    def carried_as(self, *, mime: str, size_bytes: int) -> str:
        """The kind as which a file would go; raises `Rejected` where it can't."""
        kind = KINDS.get(mime, "document")
        return fitting(kind, size_bytes=size_bytes, most_bytes=MOST_BYTES, label=self.capabilities.label)

    async def send(self, part: OutboundPart) -> Sent:
        """Deliver one part, once."""
        if part.file is None:
            return await self._sent(part, self._text)
        async with self._free_for_files:
            return await self._sent(part, partial(self._file, file=part.file))

    async def _sent(self, part: OutboundPart, send: Callable[[OutboundPart], Awaitable[Message]]) -> Sent:
        async with self._free:
            try:
                message = await send(part)
            except TelegramError as error:
                raise translated(error) from error
            except ODD as error:
                raise Unconfirmed("Telegram's answer can't be understood: the message may have arrived.") from error
        return Sent(f"{part.to.key}:{message.message_id}")

    async def edit(self, to: Address, key: str, text: RichText) -> None:
        """Put other words in the place of those that were sent; possible at any time."""
        words, entities = format.render(text)
        number = _number_in(key)
        await self._revise(
            self._bot.edit_message_text(words, chat_id=to.key, message_id=number, entities=entities), IS_SO_ALREADY
        )

    async def delete(self, to: Address, key: str) -> None:
        """Let a message be gone; Telegram allows it for 48 hours."""
        await self._revise(self._bot.delete_message(to.key, _number_in(key)), IS_GONE_ALREADY)

    async def _revise(self, call: Coroutine[Any, Any, object], done: str) -> None:
        """Make a call whose refusal with the words *done* says that all is as it should be."""
        async with self._free:
            try:
                await call
            except TelegramError as error:
                if done not in error.message.lower():
                    raise translated(error) from error
            except ODD as error:
                raise Unconfirmed("Telegram's answer can't be understood: the message may have arrived.") from error

    async def _text(self, part: OutboundPart) -> Message:
        text, entities = format.render(part.text)
        keyboard = format.keyboard(part.choices)
        quoted = None if part.quotes is None else _number_in(part.quotes)
        answered = None if quoted is None else ReplyParameters(quoted, allow_sending_without_reply=True)
        return await self._bot.send_message(
            part.to.key, text, entities=entities, reply_markup=keyboard, reply_parameters=answered
        )

    async def _file(self, part: OutboundPart, file: OutboundFile) -> Message:
        """As its kind, or as a document if Telegram refuses that: it can say more against a photo than we can see."""
        try:
            return await self._upload(part, file, kind=file.kind)
        except BadRequest:
            if file.kind == "document":
                raise
            return await self._upload(part, file, kind="document")

    async def _upload(self, part: OutboundPart, file: OutboundFile, *, kind: str) -> Message:
        send = cast(Callable[..., Awaitable[Message]], getattr(self._bot, f"send_{kind}"))
        more = {"disable_content_type_detection": True} if kind == "document" else {}
        with file.path.open("rb") as handle:  # read piece by piece while it is sent
            content = InputFile(handle, filename=file.name, read_file_handle=False)
            return await send(
                part.to.key,
                content,
                read_timeout=self._patience_s + file.size_bytes / FORWARDED_BYTES_PER_S,
                **more,
            )

    async def fetch(self, source: Mapping[str, str], sink: Sink) -> None:
        """Give the bytes of a customer's file to ``sink``."""
        await self._downloads.fetch(source, sink)

    async def _receive(self, offset: int, put: Put) -> int:
        """Fetch what there is and keep it; returns the offset that confirms it."""
        # The first poll answers at once: until one has, nobody knows whether Telegram can be reached.
        hold_s = int(POLL.total_seconds()) if self.health.seen_at else 0
        arguments = {"offset": offset, "timeout": hold_s, "allowed_updates": convert.UPDATES}
        # In this spelling: `Bot.get_updates` gives objects instead of what came, and warns if called by its own name.
        answer = await self._bot.do_api_request(
            "get_Updates", api_kwargs=arguments, read_timeout=hold_s + self._patience_s
        )
        updates = cast(list[object], answer)
        self._alive()
        await put([convert.raw(update, account=self.account) for update in updates])
        for update in updates:
            self._acknowledge(update)
        numbers = [number for update in updates if (number := convert.number_of(update)) is not None]
        if unnumbered := len(updates) - len(numbers):
            log.warning("telegram.unnumbered", updates=unnumbered)  # kept; those behind it confirm it
            seen = int(self.health.details.get("unnumbered_updates", "0"))
            self.health.details["unnumbered_updates"] = str(seen + unnumbered)
        if updates and not numbers:
            await self._pause(UNNUMBERED)  # it comes again at once, until a later one can be confirmed
            return offset
        # After an empty poll everything below the offset is confirmed. To ask without one is then the same,
        # and right, too, when Telegram numbers anew (it does after a week of silence).
        return max(numbers, default=-1) + 1

    async def _insist(self, step: Callable[[], Awaitable[_Result]]) -> _Result:
        """Do it, again and again until it succeeds."""
        failures = 0
        while True:
            try:
                return await step()
            except Exception as error:  # a supervisor: whatever fails, customers must be heard again
                failures += 1
                await self._pause(self._noticed(error, failures=failures))

    def _alive(self) -> None:
        self.health.seen_at, self.health.problem = self._now(), None

    def _noticed(self, error: Exception, *, failures: int) -> timedelta:
        """Say what is wrong, and how long to wait."""
        verdict = translated(error) if isinstance(error, TelegramError) else None
        self.health.problem = str(verdict) if isinstance(verdict, Down) else None
        log.warning("telegram.receiving_failed", error=type(error).__name__, failures=failures, verdict=str(verdict))
        if isinstance(verdict, Later) and verdict.after is not None:
            return verdict.after
        return min(LONGEST_PAUSE, timedelta(seconds=2 ** min(failures - 1, 10)))

    # What is done for good manners: at once, beside the work, and without a second try

    def _soon(self, courtesy: Coroutine[Any, Any, object]) -> None:
        async def attempt() -> None:
            try:
                await courtesy
            except Exception as error:  # a supervisor: nothing depends on it
                log.info("telegram.courtesy_failed", **trace(error))

        task = asyncio.create_task(attempt())
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)

    def _acknowledge(self, update: object) -> None:
        """End the waiting at a button that was pressed, and take the buttons away, since they have been used."""
        press = convert.pressed(update)
        if press is None:
            return
        query, chat, message = press
        self._soon(self._bot.answer_callback_query(query))
        if chat is not None and message is not None:
            self._soon(self._bot.edit_message_reply_markup(chat_id=chat, message_id=message))

    async def _show_menus(self) -> None:
        for language, menu in self._menus.items():
            commands = [BotCommand(command, words) for command, words in menu.items()]
            await self._bot.set_my_commands(commands, language_code=language or None)


def _number_in(key: str) -> int:
    """The message's number, from a key of ours."""
    return int(key.rpartition(":")[2])
