"""The far sides of the customer channels: a customer, Ada, and the platform between, the same for every channel."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiohttp import web
from typing_extensions import override

from bot.calls import MOST_BYTES
from bot.channels.base import Channel, InboundMessage, Raw
from bot.channels.telegram.adapter import TelegramChannel
from bot.channels.whatsapp.adapter import PROBE, WhatsAppChannel
from bot.domain.ids import Address
from bot.handlers.webhooks import Webhooks
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.telegram import TelegramSandbox
from bot.sandbox.whatsapp import WhatsAppSandbox

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANSWER = timedelta(seconds=0.3)


class Kept:
    """An inbox that a test can look into."""

    def __init__(self) -> None:
        self.raws: list[Raw] = []
        self.refusals = 0  #: how many batches are still refused
        self.came = asyncio.Event()

    async def put(self, raws: Sequence[Raw]) -> None:
        if raws and self.refusals:
            self.refusals -= 1
            raise OSError("database is locked")
        self.raws += raws
        if raws:
            self.came.set()


class Far(ABC):
    """A platform with one customer, who has said hello, and the channel that leads there."""

    channel: Channel
    ada: Address
    method: str  #: what the platform calls sending
    language: str | None  #: what the platform tells of Ada's
    faults: Faults
    token: str

    def __init__(self) -> None:
        self.pauses: list[timedelta] = []
        self.paused = asyncio.Event()
        self.problems: list[str | None] = []  #: what the channel's health said at each pause

    def fails(self, fault: Fault) -> Fault:
        """The next message fails in this way."""
        return self.faults.plan(self.method, fault)

    @asynccontextmanager
    async def running(self, kept: Kept) -> AsyncIterator[None]:
        """The channel receives."""
        task = asyncio.create_task(self.channel.run(kept.put))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _pause(self, time: timedelta) -> None:
        self.pauses.append(time)
        self.paused.set()
        self.problems.append(self.channel.health.problem)
        await asyncio.sleep(0)

    @abstractmethod
    async def start(self) -> None: ...
    @abstractmethod
    async def away(self) -> None: ...
    @abstractmethod
    async def back(self) -> None: ...
    @abstractmethod
    async def quiet(self) -> None:
        """Return when everything is handed over."""

    @abstractmethod
    def writes(self, text: str, *, answering: str | None = None) -> str:
        """Ada writes; returns the key that the message has, and answers the one with the key ``answering``."""

    @abstractmethod
    def presses(self, choice: str) -> None:
        """Ada presses a choice of the last message."""

    @abstractmethod
    def received(self) -> list[str]: ...
    @abstractmethod
    def blocks(self) -> None: ...
    @abstractmethod
    def bold(self, words: str) -> str:
        """How bold words stand in `received`."""


class TelegramFar(Far):
    """Telegram, which is asked."""

    method = "sendMessage"
    language = "id"

    @override
    async def start(self) -> None:
        self.sandbox = TelegramSandbox(clock=lambda: NOON)
        self.faults, self.token = self.sandbox.faults, self.sandbox.token
        await self.sandbox.start()
        self.channel = self.another(token=self.sandbox.token)
        self._ada = self.sandbox.add_person("Ada", language_code="id")
        self.writes("hello")
        self.ada = Address(channel="telegram", account=self.sandbox.token.partition(":")[0], key=str(self._ada))

    def another(self, *, token: str) -> TelegramChannel:
        return TelegramChannel(
            token=token, now=lambda: NOON, pause=self._pause, api_url=self.sandbox.api_url, answer=ANSWER
        )

    @override
    def writes(self, text: str, *, answering: str | None = None) -> str:
        reply_to = None if answering is None else int(answering.rpartition(":")[2])
        return f"{self._ada}:{self.sandbox.writes(self._ada, text, reply_to=reply_to)}"

    @override
    def presses(self, choice: str) -> None:
        self.sandbox.presses(self._ada, self.sandbox.chat(self._ada)[-1]["message_id"], choice)

    @override
    def received(self) -> list[str]:
        return self.sandbox.received(self._ada)

    @override
    def blocks(self) -> None:
        self.sandbox.blocks(self._ada)

    @override
    def bold(self, words: str) -> str:
        return words

    def receiving_fails(self, fault: Fault, *, times: int = 1) -> None:
        self.sandbox.faults.plan("getUpdates", fault, times=times)

    @override
    async def away(self) -> None:
        await self.sandbox.stop()

    @override
    async def back(self) -> None:
        await self.sandbox.start(port=int(self.sandbox.address.rpartition(":")[2]))

    @override
    async def quiet(self) -> None:
        await self.sandbox.quiet()


class WhatsAppFar(Far):
    """WhatsApp, which calls us."""

    method = "messages"
    language = None
    channel: WhatsAppChannel

    @override
    async def start(self) -> None:
        self.sandbox = WhatsAppSandbox(clock=lambda: self.now, redeliver_after_s=(0.005,))
        self.now = NOON
        self.faults, self.token = self.sandbox.faults, self.sandbox.token
        self.sandbox.reports_statuses = False
        await self.sandbox.start()
        self.probe_again = asyncio.Event()
        self.channel = self.another()
        self.person = self.sandbox.add_person("Ada", phone="6281200001", bsuid="ID.1349")
        self.writes("hello")
        self.ada = Address(channel="whatsapp", account=self.sandbox.phone_number_id, key="6281200001")

    def another(
        self, *, token: str | None = None, phone_number_id: str | None = None, most_bytes: int = MOST_BYTES
    ) -> WhatsAppChannel:
        return WhatsAppChannel(
            token=token or self.sandbox.token,
            phone_number_id=phone_number_id or self.sandbox.phone_number_id,
            app_secret=self.sandbox.app_secret,
            verify_token=self.sandbox.verify_token,
            now=lambda: NOON,
            pause=self._pause,
            api_url=self.sandbox.api_url,
            answer=ANSWER,
            most_bytes=most_bytes,
        )

    @override
    async def _pause(self, time: timedelta) -> None:
        await super()._pause(time)
        assert time == PROBE
        await self.probe_again.wait()
        self.probe_again.clear()

    @override
    @asynccontextmanager
    async def running(self, kept: Kept) -> AsyncIterator[None]:
        async def keep(_: str, raws: Sequence[Raw]) -> None:
            await kept.put(raws)

        app = web.Application()
        Webhooks({"whatsapp": self.channel}, keep=keep).add_to(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.sandbox.webhook_url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/whatsapp"
        try:
            async with super().running(kept):
                yield
        finally:
            await runner.cleanup()

    @override
    def writes(self, text: str, *, answering: str | None = None) -> str:
        return self.sandbox.writes(self.person, text, reply_to=answering)

    @override
    def presses(self, choice: str) -> None:
        self.sandbox.presses(self.person, self.sandbox.chat(self.person)[-1]["message_id"], choice)

    @override
    def received(self) -> list[str]:
        return self.sandbox.received(self.person)

    @override
    def blocks(self) -> None:
        self.sandbox.blocks(self.person)

    @override
    def bold(self, words: str) -> str:
        return f"*{words}*"

    @override
    async def away(self) -> None:
        await self.sandbox.stop()

    @override
    async def back(self) -> None:
        await self.sandbox.start(port=int(self.sandbox.address.rpartition(":")[2]))

    @override
    async def quiet(self) -> None:
        await self.sandbox.quiet()
        await self.paused.wait()  # our number has been looked at


def messages(channel: Channel, raws: Sequence[Raw]) -> list[InboundMessage]:
    """The customers' messages among the rows."""
    return [inbound for raw in raws if isinstance(inbound := channel.read(raw), InboundMessage)]


def texts(channel: Channel, raws: Sequence[Raw]) -> list[str]:
    """Their texts."""
    return [message.text.plain for message in messages(channel, raws)]
