"""
What the bot has not confirmed yet, with Telegram's rules of offsets.

Source: Telegram Bot API, getUpdates: an update is confirmed as soon as getUpdates is called with an offset higher than
its update_id; a negative offset forgets all earlier ones; updates are kept no longer than 24 hours.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

LIFETIME = timedelta(hours=24)
FIRST_ID = 700_000_001
DEFAULT_KINDS_LEAVE_OUT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "terminated by setWebhook request"


@dataclass(slots=True)
class Update:
    """Something that happened and that the bot has not confirmed."""

    id: int
    kind: str
    body: dict[str, Any]
    date: datetime
    owed: int  #: how often it is still handed over whatever is confirmed; 0 unless duplicates are asked for
    handed: bool = False

    def as_json(self) -> dict[str, Any]:
        """The Bot API's ``Update``."""
        return {"update_id": self.id, self.kind: self.body}


class Terminated(Exception):  # a verdict over a poller, not an error of ours
    """This poller has lost its turn; the text is Telegram's reason."""


@dataclass(slots=True)
class Updates:
    """The queue of one bot. It belongs to the server: the bot's restart changes nothing in it."""

    clock: Callable[[], datetime]
    allowed: frozenset[str] = frozenset()  #: sticky, from the last call that named any; empty: the default kinds
    duplicates: int = 0  #: how often each new update is handed over once more although it was confirmed
    _queue: list[Update] = field(default_factory=list)
    _next_id: int = FIRST_ID
    _last: Update | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _poller: object = None
    _termination: str = ""
    _stopping: bool = False

    @property
    def pending(self) -> int:
        """How many are not confirmed."""
        self._expire()
        return len(self._queue)

    def add(self, kind: str, body: dict[str, Any]) -> None:
        """Queue an update of ``kind``, unless the bot did not ask for such."""
        if not (kind in self.allowed if self.allowed else kind not in DEFAULT_KINDS_LEAVE_OUT):
            return
        owed = self.duplicates + 1 if self.duplicates else 0
        self._last = Update(self._next_id, kind, body, self.clock(), owed)
        self._next_id += 1
        self._queue.append(self._last)
        self._wake()

    def repeat_last(self, times: int) -> None:
        """Hand the newest update over ``times`` times more, confirmed or not."""
        if self._last is None:
            return
        first = 0 if self._last.handed or self._last.owed else 1
        self._last.owed += first + times
        if self._last not in self._queue:
            self._queue.append(self._last)
        self._wake()

    def clear(self) -> None:
        """Forget everything (drop_pending_updates)."""
        self._queue.clear()
        self._wake()

    def terminate(self, reason: str) -> None:
        """Send away whoever polls now."""
        self._poller, self._termination = None, reason
        self._wake()

    def stop(self) -> None:
        """Let waiting pollers leave at once with what there is."""
        self._stopping = True
        self._wake()

    def restart(self) -> None:
        """Let pollers wait again."""
        self._stopping = False

    async def quiet(self) -> None:
        """Return when everything is confirmed."""
        while self.pending:
            await self._changed.wait()

    async def polled(self) -> None:
        """Return when somebody polls."""
        while self._poller is None:
            await self._changed.wait()

    async def poll(self, *, offset: int, limit: int, timeout_s: float) -> list[dict[str, Any]]:
        """
        Confirm below ``offset``, then wait for at least one update, or ``timeout_s`` seconds.

        Raises:
            Terminated: another poller came.
        """
        self.terminate(OTHER_POLLER)
        me = self._poller = object()
        self._confirm(offset)
        try:
            async with asyncio.timeout(timeout_s):
                while not self.pending and self._poller is me and not self._stopping:
                    await self._changed.wait()
        except TimeoutError:
            pass
        if self._poller is not me:
            raise Terminated(self._termination)
        self._poller = None
        return [self._handed(update) for update in self._queue[:limit]]

    @property
    def waiting(self) -> tuple[Update, ...]:
        """All that is not confirmed, the oldest first."""
        self._expire()
        return tuple(self._queue)

    def delivered(self, update: Update) -> None:
        """A webhook has taken it."""
        self._handed(update)
        if not update.owed and update in self._queue:
            self._queue.remove(update)
        self._wake()

    async def changed(self) -> None:
        """Return when something was added, confirmed or forgotten."""
        await self._changed.wait()

    def _confirm(self, offset: int) -> None:
        self._expire()
        if offset < 0:
            del self._queue[:offset]
        else:
            self._queue = [update for update in self._queue if update.id >= offset or update.owed > 0]
        self._wake()

    def _expire(self) -> None:
        since = self.clock() - LIFETIME
        self._queue = [update for update in self._queue if update.date > since]

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    @staticmethod
    def _handed(update: Update) -> dict[str, Any]:
        update.owed, update.handed = max(0, update.owed - 1), True
        return update.as_json()
