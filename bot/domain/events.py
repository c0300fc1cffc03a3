"""What can happen to a ticket: facts in the past tense, one closed union. The journal keeps every one of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.ids import AgentId, TicketNumber

MessageId = NewType("MessageId", int)  #: a message of a ticket, in our store
Actor = NewType("Actor", str)  #: ``agent:…``, ``customer``, ``desk`` (Loket itself), ``operator`` (the shell)

CUSTOMER = Actor("customer")
DESK = Actor("desk")
OPERATOR = Actor("operator")


class Offer(StrEnum):
    """A question that a held text asks: what its first button does besides sending."""

    CLAIM = "claim"
    REOPEN = "reopen"
    OUT_OF_REACH = "out_of_reach"  #: nothing reaches the customer now
    IN_REACH = "in_reach"  #: what was held for that reason may be sent now
    LOST = "lost"  #: it was written in a time that the database knows nothing of


class Hint(StrEnum):
    """What the writer of an internal text is told."""

    NOT_SENT = "not_sent"  #: quietly, with a button to send it after all


def acting(agent: AgentId) -> Actor:
    """The agent as an actor."""
    return Actor(f"agent:{agent}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    ticket: TicketNumber
    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(_Event):
    """A customer's message began a ticket; ``previous`` is the closed one that it follows."""

    message: MessageId
    previous: TicketNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerWrote(_Event):
    """A further message of the customer."""

    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEdited(_Event):
    """The customer changed a message: ``message`` is its new version, ``of`` what it was."""

    message: MessageId
    of: MessageId
    on_card: bool  #: it is the one that stands on the card


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierWordsCame(_Event):
    """What a message of the customer said before they changed it came after the change."""

    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDeleted(_Event):
    """The customer deleted a message on their side, for everybody; we keep its words."""

    message: MessageId | None  #: None: one that we don't know


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReacted(_Event):
    """The customer put a reaction on a message, or took it back (no ``emoji``)."""

    message: MessageId
    emoji: str
    sent_at: datetime  #: by the platform's clock
    as_emoji: bool  #: it can be shown as a reaction
    was_emoji: bool  #: so is the one that it replaces


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClaimed(_Event):
    """An agent owns the ticket now."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnclaimed(_Event):
    """Nobody owns the ticket any more; it was ``agent``'s."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAssigned(_Event):
    """Somebody gave the ticket to ``agent``."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeUndone(_Event):
    """An agent took a change back just after making it; ``what`` is the verb that had made it."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReopened(_Event):
    """A solved or closed ticket is worked on again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEscalated(_Event):
    """The next level shall look; ``to`` are opaque names of who was told."""

    agent: AgentId
    level: int
    to: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSolved(_Event):
    """An agent says that it is done; ``resolution`` is internal."""

    agent: AgentId
    resolution: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClosed(_Event):
    """The time for reopening has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerConfirmed(_Event):
    """The customer says that it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRated(_Event):
    """The customer said how it was: 1 (bad) to 5 (good)."""

    rating: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUnreachable(_Event):
    """The customer blocked us, or is gone: nothing can be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReachable(_Event):
    """The customer can be written to again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyQueued(_Event):
    """A text of an agent goes to the customer at ``due_at``; until then it can be taken back."""

    message: MessageId
    due_at: datetime
    post: bool = False  #: it came by command or modal, so the thread does not show it yet


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyChanged(_Event):
    """A reply was edited inside its hold, which begins again."""

    message: MessageId
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyWithdrawn(_Event):
    """A reply was taken back inside its hold; the customer never sees it."""

    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyOffered(_Event):
    """A text would go out if somebody said so; ``offer`` names the question."""

    message: MessageId
    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyAccepted(_Event):
    """The channel took the whole reply."""

    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFailed(_Event):
    """A part of a message to the customer will not arrive, for this ``reason``."""

    message: MessageId
    part: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyHeld(_Event):
    """What is left of a reply waits for the customer: they blocked us, are gone, or have to write first."""

    message: MessageId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyDelayed(_Event):
    """A reply should have left some time ago, and can't yet, for this ``reason``; it goes by itself."""

    message: MessageId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNotFetched(_Event):
    """A file of the customer can't be had, for this ``reason``."""

    message: MessageId
    part: int
    reason: str
    limit_mb: int | None = None  #: it is larger than this, and the customer has not been told yet


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNotShown(_Event):
    """Slack refuses a file of the customer, for this ``reason``."""

    message: MessageId
    part: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtesyDropped(_Event):
    """What the desk says by itself can't reach the customer now; later it would come too late."""

    message: MessageId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyUncertain(_Event):
    """Nobody can tell whether a part of a message to the customer arrived."""

    message: MessageId
    part: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDecided(_Event):
    """A person decided what shall become of a part that failed or is uncertain."""

    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTaken(_Event):
    """Something internal was written; its writer may be told what that means."""

    message: MessageId
    hint: Hint | None = None
    post: bool = False  #: it came by command or modal, so the thread does not show it yet


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSent(_Event):
    """An agent edited or deleted a reply after it had been sent, and it is to reach the customer, too."""

    message: MessageId
    what: str  #: ``edit`` or ``delete``


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCarried(_Event):
    """The customer's copy is as the reply is now; of ``edit_waits`` there is none yet, if it ever leaves it is so."""

    message: MessageId
    what: str  #: ``edit``, ``delete`` or ``edit_waits``


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeNotCarried(_Event):
    """An agent edited or deleted a reply after it had been sent, and the customer keeps what they have."""

    message: MessageId
    what: str  #: ``edit`` or ``delete``
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRefused(_Event):
    """A file of a reply can't go to the customer: Slack does not have it, or their channel does not take it."""

    message: MessageId
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesChanged(_Event):
    """An agent took files out of a message or put others in: how it was, now that the message no longer tells."""

    message: MessageId
    gone: tuple[str, ...]  #: names
    come: tuple[str, ...]


Event = (
    TicketOpened
    | CustomerWrote
    | CustomerEdited
    | EarlierWordsCame
    | CustomerDeleted
    | CustomerReacted
    | TicketClaimed
    | TicketUnclaimed
    | TicketAssigned
    | ChangeUndone
    | TicketReopened
    | TicketEscalated
    | TicketSolved
    | TicketClosed
    | CustomerConfirmed
    | TicketRated
    | CustomerUnreachable
    | CustomerReachable
    | ReplyQueued
    | ReplyChanged
    | ReplyWithdrawn
    | ReplyOffered
    | ReplyAccepted
    | FileNotFetched
    | FileNotShown
    | ReplyFailed
    | ReplyHeld
    | ReplyDelayed
    | CourtesyDropped
    | ReplyUncertain
    | PartDecided
    | NoteTaken
    | ChangeSent
    | ChangeCarried
    | ChangeNotCarried
    | FileRefused
    | FilesChanged
)
