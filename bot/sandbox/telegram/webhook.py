"""
Handing updates over by webhook, with Telegram's rules of retries.

Source: Telegram Bot API, setWebhook; WebhookActor.cpp of its open-source server: the messages of one chat, edits
included, go one at a time and in order; every other kind has a queue of its own; what is not answered with 2xx is tried
again at once and then less and less often, or when ``Retry-After`` says, until it is too old.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from bot.sandbox.proxy import behind
from bot.sandbox.telegram.updates import Update, Updates

PATIENCE_S = 10.0
REDELIVER_AFTER_S = (0, 2, 4, 8, 16, 32, 60)


@dataclass(slots=True)
class Courier:
    """
    Brings the updates of one bot to its webhook.

    Attributes:
        retry_after_s: The pauses before the tries of one update; the last one holds for all further ones.
        proxy: Public beginnings of addresses → where they lead on this machine.
        last_error: Why the last try that failed did; ``last_error_at`` when.
        failed: Set once a try has failed.
        secret: What is sent along; a test that changes it plays somebody else.
    """

    updates: Updates
    retry_after_s: Sequence[float]
    proxy: dict[str, str] = field(default_factory=dict)
    last_error: str = ""
    last_error_at: datetime | None = None
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    secret: str = ""
    _task: asyncio.Task[None] | None = None
    _lanes: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def start(self) -> None:
        """Begin to hand over, if there is a webhook."""
        if self.url and self._task is None:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Hand nothing over any more; what is on its way may have arrived."""
        tasks = [*([self._task] if self._task else []), *self._lanes.values()]
        self._task = None
        self._lanes.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE_S)) as session:
            while True:
                for lane in {_lane(update) for update in self.updates.waiting} - self._lanes.keys():
                    self._lanes[lane] = asyncio.create_task(self._empty(lane, session))
                await self.updates.changed()

    async def _empty(self, lane: str, session: aiohttp.ClientSession) -> None:
        """Hand over everything of one lane, the oldest first."""
        tries = 0
        while update := next((each for each in self.updates.waiting if _lane(each) == lane), None):
            pause_s = await self._refused(update, session)
            if pause_s is None:
                tries = 0
                self.updates.delivered(update)
            else:
                self.failed.set()
                await asyncio.sleep(pause_s or self.retry_after_s[min(tries, len(self.retry_after_s) - 1)])
                tries += 1
        self._lanes.pop(lane, None)

    async def _refused(self, update: Update, session: aiohttp.ClientSession) -> float | None:
        """Hand over one update: None, or in how many seconds to try again (0: as our own pauses say)."""
        address = behind(self.url, self.proxy)
        if address is None:
            self._failed("Connection refused")
            return 0
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        try:
            async with session.post(address, json=update.as_json(), headers=headers) as answer:
                if answer.status < 300:
                    return None
                self._failed(f"Wrong response from the webhook: {answer.status} {answer.reason}")
                return float(answer.headers.get("Retry-After", 0))
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(f"Connection failed: {type(error).__name__}")
            return 0

    def _failed(self, why: str) -> None:
        self.last_error, self.last_error_at = why, self.updates.clock()


def _lane(update: Update) -> str:
    body: dict[str, Any] = update.body
    chat = (body.get("chat") or body.get("message", {}).get("chat") or body["from"])["id"]
    return f"{'message' if update.kind in {'message', 'edited_message'} else update.kind}:{chat}"
