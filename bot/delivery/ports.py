"""What delivery is handed by the composition root: who processes, who sends, who is told of the outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.models.rows import DeliveryRow

FILE = "file"  #: in the payload of a part that carries a file: the number of its attachment
FETCH = "fetch_file"  #: the kind of a part that fetches a customer's file
SHOW = "post_files"  #: the kind of a part that shows such files in the thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One row of the inbox."""

    id: int
    source: str
    key: str
    lane: str
    position: int
    body: str
    attempts: int
    received_at: datetime


class Unprocessable(Exception):
    """This row can never be processed; it is parked and announced. The text holds no customer's words."""


class Processor(Protocol):
    """
    Turns one row of the inbox into decisions.

    It may be called again with the same row and must then change nothing. `bot.errors.Later` puts the row off,
    `Unprocessable` parks it at once, any other error parks it after a few tries.
    """

    async def __call__(self, arrived: Arrived) -> None:
        """Process the row."""
        ...


class Alarm(Protocol):
    """Tells the desk that a row was parked."""

    async def __call__(self, arrived: Arrived, *, now: datetime) -> None:
        """Say so, in the transaction that parks it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One row of the outbox."""

    id: int
    lane: str
    kind: str
    ticket: int | None  #: our row, not the number
    message: int | None
    payload: Mapping[str, Any]
    attempts: int  #: earlier ones
    budget: str
    due_at: datetime
    tried_at: datetime | None  #: when the attempt began whose end is not known
    origin: str = ""  #: what it all began with, by its id in the log
    also: "tuple[Part, ...]" = ()  #: those behind it in its lane that leave with it, as one

    @property
    def each(self) -> "tuple[Part, ...]":
        """The part and those that leave with it, each by itself, in order."""
        return (replace(self, also=()), *self.also) if self.also else (self,)

    @property
    def mark(self) -> str:
        """What identifies the part on the other side, where it can carry a mark."""
        return f"part-{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The other side has it: ``key`` is what it is called there, ``facts`` what else the answer told."""

    key: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """
    It will never be there; ``reason`` is a sentence for the agent.

    ``unreachable``: nor will anything else. ``waits``: it may be sent again once the customer lets us. ``limit_bytes``:
    it is a file that is larger than this.
    """

    reason: str
    unreachable: bool = False
    waits: bool = False
    limit_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell whether it is there; ``reason`` is a sentence for the agent."""

    reason: str


Outcome = Delivered | Refused | Unknown


class Sender(Protocol):
    """Delivers parts of some kinds, each once; never retries by itself."""

    async def send(self, part: Part) -> Delivered:
        """Deliver the part or raise `bot.errors.DeliveryError`."""
        ...

    async def find(self, part: Part) -> Delivered | None:
        """
        Say whether an attempt whose end is unknown arrived: what was delivered, or None when certainly not.

        Raises `bot.errors.Unconfirmed` where the other side can't be asked, `bot.errors.Later` when it is away.
        """
        ...


class Together(Protocol):
    """Knows which waiting parts of a lane may leave as one, and delivers them so."""

    async def behind(self, head: DeliveryRow, *, now: datetime) -> Sequence[DeliveryRow]:
        """
        Say what may leave with the head of a lane, in order and without a gap; of one whose end is unknown, what may be
        asked for with it. Asked inside the transaction that leases them.
        """
        ...

    async def send(self, parts: Sequence[Part]) -> Delivered:
        """Deliver all as one or raise `bot.errors.DeliveryError`, which then holds for all of them."""
        ...

    async def find(self, parts: Sequence[Part]) -> Sequence[Delivered | None]:
        """Say of each what `Sender.find` would say."""
        ...


class Holds(Protocol):
    """Knows whether a part that is held may leave when its time has come."""

    async def are_over(self, row: DeliveryRow) -> bool:
        """Say so; asked inside the transaction that would lease the part, and again with every look."""
        ...

    def left(self, row: DeliveryRow) -> timedelta:
        """How long, whatever the time of day says, what waits for its time may not leave; zero: it may."""
        ...

    def next_look(self) -> timedelta:
        """When `left` will have something to say that it does not say now; zero: never."""
        ...


class Settle(Protocol):
    """Is told of an outcome, inside the transaction that stores it."""

    async def __call__(self, part: Part, outcome: Outcome, *, now: datetime) -> None:
        """Draw the consequences."""
        ...
