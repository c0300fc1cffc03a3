"""Bad weather: what platforms do wrong, at a stated rate, drawn from a seed."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from bot.sandbox.faults import CutOff, Fault, Hold, PlatformError, Reset, ServerError, Throttled
from bot.sandbox.whatsapp import WhatsAppSandbox
from tests.crashes.desk import Desk

SLOW_S = 0.6
LATE_S = 0.7  #: at most so much later than others an event of Slack's comes
DISCONNECT_EVERY_S = (1.0, 6.0)

#: What calls may suffer. At the start the service asks who it is; a platform that fails just then is no matter here.
SLACK = frozenset(
    {"chat.postMessage", "chat.update", "conversations.replies", "conversations.history", "reactions.add"}
    | {"reactions.remove", "reactions.get", "users.info", "chat.postEphemeral"}
    | {"files.getUploadURLExternal", "files.completeUploadExternal", "files.info"}
)
TELEGRAM = frozenset({"sendMessage", "getUpdates", "editMessageText", "deleteMessage", "getFile"})
TELEGRAM |= {"sendPhoto", "sendDocument", "sendAudio"}
WHATSAPP = frozenset({"messages", "media_upload", "media"})
BYTES = frozenset({"upload", "file", "download"})  #: a file itself, at any of them

FAULTS: Mapping[str, Callable[[], Fault]] = {
    "429": partial(Throttled, 1),
    "5xx, not performed": partial(ServerError, 503, performed=False),
    "5xx, performed": partial(ServerError, 502, performed=True),
    "reset, not performed": partial(Reset, performed=False),
    "reset, performed": partial(Reset, performed=True),
    "slow answer": partial(Hold, performed=False),
}
SLACKS: Mapping[str, Callable[[], Fault]] = {
    **FAULTS,
    "internal_error, not performed": partial(PlatformError, "internal_error", performed=False),
    "internal_error, performed": partial(PlatformError, "internal_error", performed=True),
}
BYTES_FAULTS: Mapping[str, Callable[[], Fault]] = {**FAULTS, "reset in the middle": CutOff}


class Weather:
    """
    Over one desk.

    Args:
        rate: The part of all calls that fail, and of all messages that are handed over twice, late or in another order.
    """

    def __init__(self, desk: Desk, whatsapp: WhatsAppSandbox, chance: random.Random, *, rate: float) -> None:
        self._desk = desk
        self._whatsapp = whatsapp
        self._chance = chance
        self._rate = rate
        self.counts = Counter[str]()

    def turn_bad(self) -> None:
        """From now on calls fail."""
        self._desk.slack.faults.chance = partial(self._fault, SLACK, SLACKS)
        self._desk.telegram.faults.chance = partial(self._fault, TELEGRAM, FAULTS)
        self._whatsapp.faults.chance = partial(self._fault, WHATSAPP, FAULTS)
        self._desk.slack.hub.late_s = self._late_s

    def clear_up(self) -> None:
        """From now on all is well."""
        self._rate = 0.0

    def strikes(self, kind: str) -> bool:
        """Draw whether this happens now; it counts."""
        if self._chance.random() >= self._rate:
            return False
        self.counts[kind] += 1
        return True

    async def breaks_connections(self) -> None:
        """End Socket Mode's connections now and then, with a word or without, until cancelled."""
        while True:
            await asyncio.sleep(self._chance.uniform(*DISCONNECT_EVERY_S))
            if self._chance.random() < 0.5:
                self.counts["Slack disconnects with a word"] += 1
                await self._desk.slack.disconnect()
            else:
                self.counts["Slack disconnects without a word"] += 1
                self._desk.slack.drop_connections()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What people do inside may be handed over twice."""
        twice = self.strikes("handed over twice")
        self._desk.slack.duplicate_events = int(twice)
        self._desk.telegram.duplicate(int(twice))
        before = set(self._whatsapp.webhooks.untaken)
        try:
            yield
        finally:
            self._desk.slack.duplicate_events = 0
            self._desk.telegram.duplicate(0)
            for body in set(self._whatsapp.webhooks.untaken) - before if twice else ():
                self._whatsapp.webhooks.post(body)

    def _fault(
        self,
        methods: frozenset[str],
        faults: Mapping[str, Callable[[], Fault]],
        method: str,
        _: Mapping[str, object],
    ) -> Fault | None:
        if method not in methods | BYTES or self._chance.random() >= self._rate:
            return None
        if method in BYTES:
            faults = BYTES_FAULTS
        kind = self._chance.choice(list(faults))
        self.counts[kind] += 1
        fault = faults[kind]()
        if isinstance(fault, Hold):
            asyncio.get_running_loop().call_later(SLOW_S, fault.release)
        return fault

    def _late_s(self) -> float:
        return self._chance.uniform(0.05, LATE_S) if self.strikes("handed over late") else 0
