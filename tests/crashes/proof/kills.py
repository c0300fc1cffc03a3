"""SIGKILL at random and at every named step, each reached from outside the process."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum

import aiohttp

from bot.sandbox.faults import Faults, Hold
from bot.sandbox.whatsapp import WhatsAppSandbox
from tests.crashes.desk import Desk
from tests.crashes.process import until

START_S = 90  #: within which a process is up, on a busy machine
REACH_S = 5  #: a step that is not reached in this time becomes a kill at random
WHILE_STARTING_S = 1.5
AT_RANDOM_S = 0.8


class Step(StrEnum):
    """Where the service is when it dies."""

    RANDOM = "at random"
    STARTING = "while it starts"
    BEFORE_INBOX = "before the inbox commits"
    BEFORE_DECISION = "after the inbox commits, before the decision does"
    AFTER_DECISION = "after the decision commits, before a call"
    CALL_LOST = "before a call, which is lost"
    CALL_LATE = "before a call, which comes late"
    BEFORE_ANSWER = "after a call, before its answer"
    BEFORE_OUTCOME = "after an answer, before the outcome is stored"
    AFTER_OUTCOME = "after the outcome is stored"


UNDECIDED = "SELECT COUNT(*) FROM inbox WHERE state = 'new' AND next_at = received_at AND id > ?"
UNSENT = "SELECT COUNT(*) FROM delivery WHERE state = 'queued' AND attempts = 0 AND id > ?"
STORED = "SELECT COUNT(*) FROM delivery WHERE state = 'done' AND id > ?"  # the id is 0: all


class Killer:
    """Kills the service of one desk, and starts it again."""

    def __init__(self, desk: Desk, whatsapp: WhatsAppSandbox, chance: random.Random) -> None:
        self._desk = desk
        self._chance = chance
        self.counts = Counter[str]()
        slack, telegram = desk.slack.faults, desk.telegram.faults
        self._calls: Sequence[tuple[Faults, str]] = [
            *((slack, "chat.postMessage"), (telegram, "sendMessage"), (whatsapp.faults, "messages")) * 2,
            *((slack, "files.completeUploadExternal"), (slack, "file"), (telegram, "file")),
        ]
        self._ways: Mapping[Step, Callable[[], Awaitable[bool]]] = {
            Step.RANDOM: self._at_random,
            Step.BEFORE_INBOX: self._before_inbox,
            Step.BEFORE_DECISION: lambda: self._caught(UNDECIDED, "SELECT COALESCE(MAX(id), 0) FROM inbox"),
            Step.AFTER_DECISION: lambda: self._caught(UNSENT, "SELECT COALESCE(MAX(id), 0) FROM delivery"),
            Step.CALL_LOST: lambda: self._at_a_call(performed=False),
            Step.CALL_LATE: self._at_a_late_call,
            Step.BEFORE_ANSWER: lambda: self._at_a_call(performed=True),
            Step.BEFORE_OUTCOME: self._before_outcome,
            Step.AFTER_OUTCOME: self._after_outcome,
        }
        self.is_up = False  #: a life runs, be it only starting

    async def start(self) -> None:
        """A new life; returns when it works."""
        self.is_up = True
        await self._desk.start(within_s=START_S)

    async def die_at(self, step: Step) -> None:
        """Let a life begin, reach the step and end there."""
        if step is Step.STARTING:
            if self.is_up:
                await self._kill(Step.RANDOM)
            self.is_up = True
            await self._desk.launch()
            await asyncio.sleep(self._chance.uniform(0, WHILE_STARTING_S))
            await self._kill(step)
            return
        if not self.is_up:
            await self.start()
        try:
            reached = await self._ways[step]()
        except (AssertionError, aiohttp.ClientError):  # waited in vain, or it had no time to answer
            reached = False
        await self._kill(step if reached else Step.RANDOM)

    async def _kill(self, step: Step) -> None:
        await self._desk.kill()  # at once, if it was not signalled yet
        self.is_up = False
        self.counts[step] += 1

    def _now(self) -> None:
        self._desk.process.signal(signal.SIGKILL)

    async def _at_random(self) -> bool:
        await asyncio.sleep(self._chance.uniform(0, AT_RANDOM_S))
        return True

    async def _before_inbox(self) -> bool:
        desk = self._desk
        with desk.database_locked():
            await desk.process.is_stuck()
            await until(desk.is_something_untaken, "something is handed over", within_s=REACH_S)
            self._now()
        return True

    async def _caught(self, sql: str, last: str) -> bool:
        return await asyncio.to_thread(self._stopped_when, sql, self._desk.count(last))

    def _stopped_when(self, sql: str, last: int) -> bool:
        """Look until a row is there that was not, and whether it is still there when nothing moves any more."""
        give_up_at = time.monotonic() + REACH_S
        while time.monotonic() < give_up_at:
            if self._desk.count(sql, last):
                self._desk.process.signal(signal.SIGSTOP)
                if self._desk.count(sql, last):
                    self._now()
                    return True
                self._desk.process.signal(signal.SIGCONT)
        return False

    async def _gate(self, *, performed: bool) -> Hold:
        """The next call of a message, to one platform or another, which stands at a gate."""
        faults, method = self._chance.choice(self._calls)
        gate = faults.hold(method, performed=performed, matches=_is_a_message)
        try:
            async with asyncio.timeout(REACH_S):
                await gate.reached()
        except TimeoutError:
            faults.cancel(gate)
            raise AssertionError("no such call") from None
        return gate

    async def _at_a_call(self, *, performed: bool) -> bool:
        await self._gate(performed=performed)
        self._now()
        return True

    async def _at_a_late_call(self) -> bool:
        gate = await self._gate(performed=False)
        self._now()
        asyncio.get_running_loop().call_later(self._chance.uniform(0, 2), gate.release)
        return True

    async def _before_outcome(self) -> bool:
        gate = await self._gate(performed=True)
        with self._desk.database_locked():
            gate.release()
            await self._desk.process.is_stuck()
            self._now()
        return True

    async def _after_outcome(self) -> bool:
        gate = await self._gate(performed=True)
        before = self._desk.count(STORED, 0)
        gate.release()
        await until(lambda: self._desk.count(STORED, 0) > before, "it is stored", within_s=REACH_S)
        self._now()
        return True


def _is_a_message(arguments: Mapping[str, object]) -> bool:
    """What WhatsApp calls messages are also receipts, which have no type."""
    return "messaging_product" not in arguments or "type" in arguments
