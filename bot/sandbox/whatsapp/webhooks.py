"""
What the business is told, by signed requests to its address.

Source: WhatsApp Cloud API, "Webhooks": a verification request before the first; the signature over the raw body; every
answer but 200 leads to retries for seven days; nothing about order is promised, and things may come more than once.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

LIFETIME = timedelta(days=7)
PATIENCE_S = 5.0
CHALLENGE = "1158201444"

Json = dict[str, Any]
Change = tuple[str, Json]  #: field and value


@dataclass(slots=True)
class _Delivery:
    body: bytes
    date: datetime
    tries: int = 0
    not_before: float = 0.0  # by the event loop's clock


@dataclass(slots=True)
class Webhooks:
    """What waits to be told. It belongs to the server: the bot's restart changes nothing in it."""

    clock: Callable[[], datetime]
    app_secret: str
    verify_token: str
    account: str  #: of the business (WABA)
    phone_number_id: str
    display_number: str
    redeliver_after_s: Sequence[float] = (0.05, 0.1, 0.2)  #: the last one again and again
    url: str = ""  #: the bot's address; nothing is sent without one
    duplicates: int = 0  #: how often each body is posted once more, at the same time
    tampered: int = 0  #: so many of the next requests carry a wrong signature; the retry has the right one
    answers: list[int] = field(default_factory=list)  #: the status of each answer; 0: none came
    _waiting: list[_Delivery] = field(default_factory=list)
    _batch: list[Change] | None = None
    _verified_url: str = ""
    _is_held: bool = False
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def pending(self) -> int:
        """How many bodies the bot has not answered with 200."""
        self._expire()
        return len(self._waiting)

    @property
    def untaken(self) -> tuple[bytes, ...]:
        """The bodies that the bot has not answered with 200."""
        return tuple(delivery.body for delivery in self._waiting)

    def listen_at(self, url: str) -> None:
        """The bot's address is this one from now on."""
        self.url = url
        self._wake()

    def add(self, value: Json, *, name: str = "messages") -> None:
        """Tell of something that happened to our number."""
        metadata = {"display_phone_number": self.display_number, "phone_number_id": self.phone_number_id}
        self.add_change(name, {"messaging_product": "whatsapp", "metadata": metadata, **value})

    def add_change(self, name: str, value: Json) -> None:
        """Tell of a change as it stands."""
        if self._batch is not None:
            self._batch.append((name, value))
        else:
            self.post(self._envelope([[(name, value)]]))

    def post(self, body: bytes) -> None:
        """Send these bytes, signed, until they are taken."""
        self._waiting.append(_Delivery(body, self.clock()))
        self._wake()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """What happens inside comes in one body: several entries, of several changes, of several messages."""
        batch: list[Change] = []
        self._batch = batch
        try:
            yield
        finally:
            self._batch = None
            if batch:
                changes = _merged(batch)
                self.post(self._envelope([changes[at : at + 2] for at in range(0, len(changes), 2)]))

    @property
    def is_held(self) -> bool:
        """Whether nothing is told for now."""
        return self._is_held

    @is_held.setter
    def is_held(self, held: bool) -> None:
        self._is_held = held
        self._wake()

    @contextmanager
    def reordered(self) -> Iterator[None]:
        """What happens inside comes in the opposite order."""
        before, self._is_held = {id(delivery) for delivery in self._waiting}, True
        try:
            yield
        finally:
            old = [delivery for delivery in self._waiting if id(delivery) in before]
            new = [delivery for delivery in self._waiting if id(delivery) not in before]
            self._waiting, self._is_held = [*old, *reversed(new)], False
            self._wake()

    async def quiet(self) -> None:
        """Return when everything is told."""
        while self.pending:
            await self._changed.wait()

    async def verify(self, session: aiohttp.ClientSession | None = None) -> bool:
        """Ask the address whether it is the business's; nothing is told before it said yes."""
        if session is None:
            async with aiohttp.ClientSession() as own:
                return await self.verify(own)
        asked = {"hub.mode": "subscribe", "hub.verify_token": self.verify_token, "hub.challenge": CHALLENGE}
        url = self.url
        try:
            async with session.get(url, params=asked) as answer:
                is_right = answer.status == 200 and await answer.text() == CHALLENGE
        except (aiohttp.ClientError, TimeoutError, OSError):
            is_right = False
        if is_right:
            self._verified_url = url
        return is_right

    async def run(self) -> None:
        """Tell, one after the other, until cancelled; what was not taken lets the others pass and comes again."""
        loop = asyncio.get_running_loop()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_S)) as session:
            while True:
                self._expire()
                due = min(self._waiting, key=lambda delivery: delivery.not_before, default=None)
                if due is None or not self.url or self._is_held:
                    await self._changed.wait()
                elif due.not_before > loop.time():
                    await self._wait(due.not_before - loop.time())
                elif self._verified_url == self.url or await self.verify(session):
                    await self._deliver(session, due)
                else:
                    due.not_before = self._later(due)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass

    async def _deliver(self, session: aiohttp.ClientSession, delivery: _Delivery) -> None:
        answers = await asyncio.gather(*(self._post(session, delivery.body) for _ in range(1 + self.duplicates)))
        self.answers += answers
        if all(status == 200 for status in answers):
            self._waiting = [one for one in self._waiting if one is not delivery]
            self._wake()
        else:
            delivery.not_before = self._later(delivery)

    def _later(self, delivery: _Delivery) -> float:
        delay_s = self.redeliver_after_s[min(delivery.tries, len(self.redeliver_after_s) - 1)]
        delivery.tries += 1
        return asyncio.get_running_loop().time() + delay_s

    async def _post(self, session: aiohttp.ClientSession, body: bytes) -> int:
        signature = hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()
        if self.tampered:
            self.tampered -= 1
            signature = signature[::-1]
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
        try:
            async with session.post(self.url, data=body, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0

    def _envelope(self, entries: list[list[Change]]) -> bytes:
        listed = [
            {"id": self.account, "changes": [{"value": value, "field": name} for name, value in changes]}
            for changes in entries
        ]
        # As the platform writes it: letters beyond ASCII are escaped, so that the raw bytes matter for the signature.
        return json.dumps({"object": "whatsapp_business_account", "entry": listed}, separators=(",", ":")).encode()

    def _expire(self) -> None:
        since = self.clock() - LIFETIME
        kept = [delivery for delivery in self._waiting if delivery.date > since]
        if len(kept) < len(self._waiting):
            self._waiting = kept
            self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _merged(changes: list[Change]) -> list[Change]:
    """With two neighbouring messages, or statuses, in one change."""
    merged: list[Change] = []
    for name, value in changes:
        last = merged[-1][1] if merged else {}
        kind = next((kind for kind in ("messages", "statuses") if kind in value), "")
        is_same = kind in last and last["metadata"] == value["metadata"]
        if kind and is_same and len(last[kind]) == 1:
            contacts = [*last.get("contacts", []), *value.get("contacts", [])]
            merged[-1] = (name, {**last, "contacts": contacts, kind: [*last[kind], *value[kind]]})
        else:
            merged.append((name, value))
    return merged
