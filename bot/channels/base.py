"""What every customer channel can do, and the values that cross its border."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.ids import Address
from bot.domain.text import RichText


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """What a platform handed over, untouched."""

    key: str  #: unique within the source; the de-duplication key
    lane: str  #: the conversation it belongs to; order holds inside it
    position: int  #: where it stands in its lane, as the platform counts
    body: str  #: JSON as it came


Put = Callable[[Sequence[Raw]], Awaitable[None]]  #: returns when all of it is durable


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The customer as the channel shows them; all of it is hostile text until shown literally."""

    address: Address
    name: str
    language: str | None = None  #: IETF tag, the platform's hint


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """A customer's message."""

    key: str  #: unique within the channel's account, e.g. chat and message id
    sender: Sender
    sent_at: datetime  #: the platform's own time
    text: RichText  #: the words, or a file's caption; may be empty
    kind: str = "text"  #: text, photo, document, voice, …; a name of texts' ``kind.*``
    edit: bool = False  #: a new version of a message that came before
    command: str | None = None  #: ``start`` and the like, when the platform marks the text as a command to the bot


@dataclass(frozen=True, slots=True)
class Ignored:
    """Understood, and of no concern to the desk; ``reason`` is kept with the row."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Not understood; parked and announced, never dropped. ``reason`` holds no word of the customer."""

    reason: str


Inbound = InboundMessage | Ignored | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundPart:
    """One thing to send: fits into one message of the channel."""

    to: Address
    text: RichText


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel took it; ``key`` is the platform's own id of the message."""

    key: str


@dataclass(slots=True)
class Health:
    """When a part last showed a sign of life, and what is wrong with it, if something is."""

    seen_at: datetime | None = None
    problem: str | None = None
    details: dict[str, str] = field(default_factory=dict)


class Channel(Protocol):
    """
    A place where customers are.

    `run` returns when cancelled, and confirms to the platform only what ``put`` has returned for. `read` is pure and
    total: what it can't digest becomes `Unreadable`, never an exception. `send` delivers one part, once, or raises
    `bot.errors.DeliveryError`; it never retries by itself.
    """

    name: str
    health: Health

    async def open(self) -> None:
        """Make the connections; needs no answer from the platform."""
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...

    async def run(self, put: Put) -> None:
        """Receive until cancelled."""
        ...

    def read(self, raw: Raw) -> Inbound:
        """Say what a stored raw update means."""
        ...

    def pieces(self, text: RichText) -> tuple[RichText, ...]:
        """Cut a text into parts that fit into one message each, in order."""
        ...

    async def send(self, part: OutboundPart) -> Sent:
        """Deliver one part, once."""
        ...
