"""What every customer channel can do, and the values that cross its border."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from bot.domain.ids import Address
from bot.domain.text import RichText
from bot.findings import Finding, Inquiry
from bot.rates import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """What a platform handed over, untouched."""

    key: str  #: unique within the source; the de-duplication key
    lane: str  #: the conversation it belongs to; order holds inside it
    position: int  #: where it stands in its lane, as the platform counts
    body: str  #: JSON as it came


Put = Callable[[Sequence[Raw]], Awaitable[None]]  #: returns when all of it is durable
NOT_WHOLE = "The file did not come through whole."
Sink = Callable[[bytes], Awaitable[None]]  #: takes the next bytes of a file
Menus = Mapping[str, Mapping[str, str]]  #: language ("" for all others) → command → what it does


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The customer as the channel shows them; all of it is hostile text until shown literally."""

    address: Address
    name: str
    language: str | None = None  #: IETF tag, the platform's hint
    aliases: tuple[Address, ...] = ()  #: further addresses of the same customer that came along


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundFile:
    """A file that came with a message; its bytes are fetched later, by `Fetching.fetch`."""

    kind: str  #: photo, document, voice, …; a name of texts' ``kind.*``
    name: str  #: as the customer's side calls it, hostile; may be empty
    mime: str = ""  #: as the platform calls it; may be empty or wrong
    size_bytes: int | None = None  #: as the platform says; None: it does not
    source: Mapping[str, str]  #: what the platform needs to hand the bytes over


@dataclass(frozen=True, slots=True)
class Detail:
    """What the channel says about a message, beside its words: the text ``detail.<name>`` and what fills its blanks."""

    name: str
    blanks: Mapping[str, str] = field(default_factory=dict)  #: hostile


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """A customer's message."""

    key: str  #: unique within the channel's account, e.g. chat and message id
    sender: Sender
    sent_at: datetime  #: the platform's own time
    text: RichText  #: the words, or a file's caption; may be empty
    kind: str = "text"  #: text, photo, document, voice, …; a name of texts' ``kind.*``
    edit: bool = False  #: a new version of a message that came before
    revises: str | None = None  #: the key of that message
    command: str | None = None  #: of the platform's commands that we know; the text is what follows it
    quotes: str | None = None  #: the key of the message that it answers, the customer's or ours
    choice: str | None = None  #: the id of the `Choice` that was pressed; the text is its label
    files: tuple[InboundFile, ...] = ()  #: what came with it
    album: str | None = None  #: what several messages with files have in common that were sent as one
    link: str | None = None  #: an address that we made ourselves, of a map; shown as a link
    details: tuple[Detail, ...] = ()  #: lines about it, shown above its words


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The customer deleted a message of theirs, for everybody."""

    who: Sender
    key: str  #: of that message


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """The customer put their reaction on a message, theirs or ours; the last one counts."""

    who: Sender
    key: str  #: of that message
    emoji: str  #: empty: they took it back
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachability:
    """The customer blocked us, or can be written to again."""

    address: Address
    reachable: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChanged:
    """The customer moved: what was sent to ``old`` goes to ``new`` from now on."""

    old: Address
    new: Address


class Word(StrEnum):
    """What a platform says later about something that was sent; the order is how far it got."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A word about something sent before, in any order, and perhaps more than once."""

    word: Word
    mark: str | None  #: the `OutboundPart.mark`, where the platform gives it back
    key: str | None  #: the `Sent.key`
    reason: str = ""  #: of a failure, a sentence for the agent
    waits: bool = False  #: what failed may be sent again once the customer lets us


@dataclass(frozen=True, slots=True)
class Ignored:
    """Understood, and of no concern to the desk; ``reason`` is kept with the row."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Not understood; parked and announced, never dropped. ``reason`` holds no word of the customer."""

    reason: str


Inbound = InboundMessage | Deletion | Reaction | Reachability | AddressChanged | Report | Ignored | Unreadable


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that the customer can give by pressing it."""

    id: str  #: at most 64 bytes; comes back as `InboundMessage.choice`
    label: str  #: at most 20 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundFile:
    """A file to send, on our disk."""

    path: Path
    kind: str  #: what `Channel.carried_as` says: photo, video, audio, voice, animation, document
    name: str  #: made harmless
    mime: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundPart:
    """One thing to send: fits into one message of the channel."""

    to: Address
    text: RichText
    choices: tuple[Choice, ...] = ()  #: at most ten, under the text
    file: OutboundFile | None = None  #: then there is no text
    quotes: str | None = None  #: the `InboundMessage.key` of what it answers; shown where that is still there
    mark: str = ""  #: ours, for platforms that give it back with what they say later


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel took it; ``key`` is the platform's own id of the message."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast we may send, edit and delete."""

    chat: Rate  #: to one customer
    overall: Rate  #: to all together


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can do; asked for by name of the ability, never by name of the channel."""

    label: str  #: the channel as people call it
    window: timedelta | None = None  #: so long after the customer's last message we may write; None: always
    echo: timedelta | None = None  #: so long the platform may take to report an attempt by itself; None: it does not
    deletions: bool = False  #: it tells what customers delete
    pace: Pace | None = None  #: None: no limit is known


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRequest:
    """What a platform posts to our webhook, before anything of it is believed."""

    method: str
    headers: Mapping[str, str]  #: names in lower case
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What the platform is told; 200 only for what is durable."""

    status: int
    text: str = ""


@dataclass(slots=True)
class Health:
    """When a part last showed a sign of life, and what is wrong with it, if something is."""

    seen_at: datetime | None = None
    problem: str | None = None
    is_quiet: bool = False  #: it is heard of only when something is wrong with it
    details: dict[str, str] = field(default_factory=dict)


class Channel(Protocol):
    """
    A place where customers are.

    `run` returns when cancelled, and confirms to the platform only what ``put`` has returned for. `read` is pure and
    total: what it can't digest becomes `Unreadable`, never an exception. `send` delivers one part, once, or raises
    `bot.errors.DeliveryError`; it never retries by itself.
    """

    name: str
    capabilities: Capabilities
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

    def carried_as(self, *, mime: str, size_bytes: int) -> str:
        """
        The `OutboundFile.kind` as which a file of this type and size would go.

        Raises `bot.errors.Rejected` where it can't; the text is a sentence for the agent, with the limit.
        """
        ...

    async def send(self, part: OutboundPart) -> Sent:
        """Deliver one part, once."""
        ...


@runtime_checkable
class Hooked(Protocol):
    """An ability: the platform calls us. Without it, or beside it, `Channel.run` fetches."""

    async def hook(self, request: HookRequest, put: Put) -> HookAnswer:
        """
        Check what was posted, keep it, and say what to answer.

        What ``put`` raises is passed on: the answer is then 503, and the platform tries again.
        """
        ...


@runtime_checkable
class Fetching(Protocol):
    """An ability: hand over the files that customers sent."""

    async def fetch(self, source: Mapping[str, str], sink: Sink) -> None:
        """
        Give the bytes of an `InboundFile.source` to ``sink``, piece by piece, from the platform's own hosts only.

        Raises `bot.errors.Later` or `bot.errors.Rejected`, whose text is a sentence for the agent; what ``sink``
        raises is passed on.
        """
        ...


@runtime_checkable
class Revising(Protocol):
    """
    An ability: change and take back what was sent.

    Each names a message by its `Sent.key` and may be repeated: what is so already is no error. Both raise
    `bot.errors.DeliveryError`; what can't be changed (any more) is `bot.errors.Rejected`.
    """

    async def edit(self, to: Address, key: str, text: RichText) -> None:
        """Put other words, which fit into one message, in the place of those that were sent."""
        ...

    async def delete(self, to: Address, key: str) -> None:
        """Let the message be gone."""
        ...


@runtime_checkable
class Checkable(Protocol):
    """An ability: say whether the channel is set up rightly, without changing anything."""

    def look(self) -> Sequence[Finding]:
        """What can be told without the network."""
        ...

    async def ask(self, inquiry: Inquiry) -> Sequence[Finding]:
        """What only the platform can tell; the channel is open."""
        ...
