"""Socket Mode: two connections, so that one stands while the other is renewed, and a watch over both."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.channels.base import Health
from bot.clock import Clock

CONNECTIONS = 2  #: Slack sends each event to any one of them; when it renews one, the other still listens
DEAD_AFTER = timedelta(seconds=45)  #: a connection that has not come back by then is built anew
LONG_SILENCE = timedelta(seconds=30)  #: without any connection so long, Slack may have given up on events
GOODBYE_S = 2.0  #: seconds for ending all connections
PING_EVERY_S = 5.0  #: seconds; the SDK takes four unanswered pings for the end of a connection

log = structlog.get_logger()


class SlackConnection:
    """
    The connections of one app. ``back`` is called after the first connection and after every long silence.

    One that stays open and says nothing any more is given up by the SDK after four pings; ``ping_every_s`` lie between.
    """

    def __init__(
        self,
        app: AsyncApp,
        *,
        app_token: str,
        clock: Clock,
        back: Callable[[], None],
        ping_every_s: float = PING_EVERY_S,
    ) -> None:
        self._app = app
        self._app_token = app_token
        self._clock = clock
        self._back = back
        self._handlers: list[AsyncSocketModeHandler] = []
        self._ping_every_s = ping_every_s
        self._stood_at: timedelta | None = None  # some connection, by the steady clock; None: never yet
        self._lost_at: dict[int, timedelta] = {}  # likewise
        self._connecting: set[asyncio.Task[None]] = set()
        self.health = Health()
        self.standing = 0  #: connections, as the last look saw

    async def open(self) -> None:
        """Begin to connect; needs no answer from Slack, and goes on trying until `close`."""
        self._handlers = [self._connect() for _ in range(CONNECTIONS)]

    def _connect(self) -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(self._app, self._app_token, ping_interval=self._ping_every_s)
        task = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]  # of the SDK
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        task.add_done_callback(self._connected)
        return handler

    def _connected(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is None:
            self._noticed()

    def _noticed(self) -> None:
        """A connection stands: was there none for long, events may be missing."""
        steady, stood_at = self._clock.steady(), self._stood_at
        self._stood_at = steady
        self.health.seen_at, self.health.problem = self._clock.now(), None
        if stood_at is None or steady - stood_at > LONG_SILENCE:
            self._back()

    async def watch(self) -> None:
        """Look after the connections; called every few seconds."""
        steady = self._clock.steady()
        for number, handler in enumerate(self._handlers):
            if await handler.client.is_connected():
                self._lost_at.pop(number, None)
                self._noticed()
            elif steady - self._lost_at.setdefault(number, steady) > DEAD_AFTER:
                log.warning("slack.connection_rebuilt", connection=number)
                del self._lost_at[number]
                await _closed(handler)
                self._handlers[number] = self._connect()
        self.standing = len(self._handlers) - len(self._lost_at)
        if self.standing == 0:
            self.health.problem = "There is no connection to Slack."

    async def close(self) -> None:
        """End the connections; what is not acknowledged comes again from Slack."""
        closing = [asyncio.create_task(_closed(handler)) for handler in self._handlers]
        if closing:  # a server that is away does not answer the goodbye, for which aiohttp waits long
            await asyncio.wait(closing, timeout=GOODBYE_S)
        tasks = (*closing, *self._connecting)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _closed(handler: AsyncSocketModeHandler) -> None:
    await handler.close_async()  # type: ignore[no-untyped-call]  # of the SDK
