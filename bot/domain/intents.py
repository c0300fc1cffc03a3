"""What must happen outside because of an event: intents, and the one function that derives them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.events import (
    Actor,
    ChangeCarried,
    ChangeNotCarried,
    ChangeSent,
    ChangeUndone,
    CourtesyDropped,
    CustomerConfirmed,
    CustomerDeleted,
    CustomerEdited,
    CustomerReachable,
    CustomerReacted,
    CustomerUnreachable,
    CustomerWrote,
    EarlierWordsCame,
    Event,
    FileNotFetched,
    FileNotShown,
    FileRefused,
    FilesChanged,
    Hint,
    MessageId,
    NoteTaken,
    Offer,
    PartDecided,
    ReplyAccepted,
    ReplyChanged,
    ReplyDelayed,
    ReplyFailed,
    ReplyHeld,
    ReplyOffered,
    ReplyQueued,
    ReplyUncertain,
    ReplyWithdrawn,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketEscalated,
    TicketOpened,
    TicketRated,
    TicketReopened,
    TicketSolved,
    TicketUnclaimed,
    acting,
)
from bot.domain.undo import UNDO_WITHIN

REMIND_AFTER = timedelta(minutes=15)  #: then whoever must decide what becomes of a text is reminded, once


@dataclass(frozen=True, slots=True)
class OpenThread:
    """Post the card, with the first message on it."""


@dataclass(frozen=True, slots=True)
class UpdateCard:
    """Let the card show the truth; many waiting ones are one."""


@dataclass(frozen=True, slots=True)
class PostMessage:
    """Show a message in the thread: the customer's, or an agent's that did not come from there."""

    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class PostNotice:
    """Say in the thread what happened: a text ``notice.<name>`` of the catalogue, its people and its words."""

    name: str
    people: tuple[str, ...] = ()  #: opaque names of whom it mentions
    words: dict[str, str] = field(default_factory=dict)
    about: MessageId | None = None  #: the message that it speaks of


@dataclass(frozen=True, slots=True)
class PostOffer:
    """Ask in the thread what shall become of a held text."""

    message: MessageId
    offer: Offer
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTrouble:
    """Say in the thread that a part was not delivered, or that nobody knows, and offer what can be done."""

    message: MessageId
    part: int
    reason: str
    uncertain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SendToCustomer:
    """Send a message's text and files to the customer when it is due."""

    message: MessageId
    due_at: datetime  #: the end of its hold


@dataclass(frozen=True, slots=True, kw_only=True)
class TellCustomer:
    """Send the customer a text of the catalogue, in their language, unless it is taken back before ``due_at``."""

    name: str
    due_at: datetime | None = None  #: None: at once
    words: dict[str, str] = field(default_factory=dict)  #: what else fills its blanks


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Never send what `TellCustomer` still holds back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    """Ask again, at ``due_at``, what shall become of a held text, or of a part of which nobody knows."""

    message: MessageId
    due_at: datetime
    part: int | None = None  #: None: the text is held


@dataclass(frozen=True, slots=True)
class ShowReceipt:
    """Let the message's reaction show its state; many waiting ones are one."""

    message: MessageId


@dataclass(frozen=True, slots=True)
class ShowReaction:
    """Let the message bear the customer's reaction, or none; many waiting ones are one."""

    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper:
    """A hint that only one person sees, in the thread; best effort."""

    to: str
    name: str  #: of a text ``whisper.<name>``, or ``answer``: what stands in ``text``
    message: MessageId | None = None
    text: str = ""
    undo: int | None = None  #: the change that it offers to take back


Intent = (
    OpenThread
    | UpdateCard
    | PostMessage
    | PostNotice
    | PostOffer
    | PostTrouble
    | SendToCustomer
    | TellCustomer
    | TakeBack
    | Remind
    | ShowReceipt
    | ShowReaction
    | Whisper
)


def intents_for(event: Event) -> tuple[Intent, ...]:  # noqa: C901, PLR0912, PLR0915 - a table, one row for each event
    """What must happen outside. The card follows every change of its ticket by itself; here it follows other news."""
    actor = event.actor
    match event:
        case TicketOpened():
            return (OpenThread(), TellCustomer(name="ticket.received"))
        case CustomerWrote(message=message) | EarlierWordsCame(message=message):
            return (PostMessage(message),)
        case CustomerEdited(message=message, on_card=on_card):
            return (PostMessage(message), UpdateCard()) if on_card else (PostMessage(message),)
        case CustomerDeleted(message=None):
            return (PostNotice(name="customer_deleted_unknown", people=(actor,)),)
        case CustomerDeleted(message=message):
            return (PostNotice(name="customer_deleted", people=(actor,), about=message),)
        case CustomerReacted(message=message, emoji=emoji, as_emoji=as_emoji, was_emoji=was_emoji):
            said = PostNotice(
                name="customer_reacted" if emoji else "customer_unreacted", people=(actor,), words={"emoji": emoji},
                about=message,
            )  # fmt: skip
            line = () if as_emoji or (was_emoji and not emoji) else (said,)
            return (ShowReaction(message), *line) if as_emoji or was_emoji else line
        case TicketClaimed():
            return (PostNotice(name="claimed", people=(actor,)),)
        case TicketUnclaimed(agent=agent) if actor == acting(agent):
            return (PostNotice(name="unclaimed", people=(actor,)),)
        case TicketUnclaimed(agent=agent):
            return (PostNotice(name="unclaimed_from", people=(actor, acting(agent))),)
        case TicketAssigned(agent=agent):
            return (PostNotice(name="assigned", people=(actor, acting(agent))),)
        case ChangeUndone(what=what):
            notice = PostNotice(name=f"undone.{what}", people=(actor,))
            return (notice, TakeBack()) if what == "close" else (notice,)
        case TicketReopened():
            return (PostNotice(name="reopened", people=(actor,)), TakeBack())
        case TicketEscalated(to=to, level=level, reason=reason):
            name = "escalated" if to else "escalated_to_nobody"
            return (PostNotice(name=name, people=(actor, *to), words={"level": str(level), "reason": reason}),)
        case TicketSolved(resolution=resolution):
            name, words = ("solved_with", {"resolution": resolution}) if resolution else ("solved", {})
            told = TellCustomer(name="ticket.solved", due_at=event.at + UNDO_WITHIN)
            return (PostNotice(name=name, people=(actor,), words=words), told)
        case TicketClosed() | FilesChanged():
            return ()
        case CustomerConfirmed():
            return (TakeBack(), PostNotice(name="confirmed", people=(actor,)), TellCustomer(name="ticket.rate"))
        case TicketRated(rating=rating):
            notice = PostNotice(name="rated", people=(actor,), words={"stars": "★" * rating + "☆" * (5 - rating)})
            return (notice, TellCustomer(name="ticket.rated"))
        case CustomerUnreachable():
            return (PostNotice(name="unreachable", people=(actor,)), UpdateCard())
        case CustomerReachable():
            return (PostNotice(name="reachable", people=(actor,)), UpdateCard())
        case ReplyQueued(message=message, due_at=due_at, post=post):
            first = PostMessage(message) if post else ShowReceipt(message)
            return (first, SendToCustomer(message=message, due_at=due_at))
        case ReplyChanged(message=message) | ReplyAccepted(message=message):
            return (ShowReceipt(message),)
        case ReplyWithdrawn(message=message):
            return (ShowReceipt(message), UpdateCard())
        case ReplyOffered(message=message, offer=offer):
            reminder = Remind(message=message, due_at=event.at + REMIND_AFTER)
            return (PostOffer(message, offer), ShowReceipt(message), reminder)
        case FileNotFetched(message=message, part=part, reason=reason, limit_mb=limit_mb):
            trouble = PostTrouble(message=message, part=part, reason=reason, uncertain=False)
            told = TellCustomer(name="ticket.file_too_big", words={"limit": f"{limit_mb} MB"})
            return (trouble,) if limit_mb is None else (trouble, told)
        case FileNotShown(message=message, part=part, reason=reason):
            return (PostTrouble(message=message, part=part, reason=reason, uncertain=False),)
        case ReplyFailed(message=message, part=part, reason=reason):
            trouble = PostTrouble(message=message, part=part, reason=reason, uncertain=False)
            return (trouble, ShowReceipt(message), UpdateCard())
        case ReplyHeld(message=message, reason=reason):
            return (PostOffer(message, Offer.OUT_OF_REACH, reason), ShowReceipt(message), UpdateCard())
        case ReplyDelayed(message=message, reason=reason):
            return (PostNotice(name="reply_delayed", people=(actor,), words={"why": reason}, about=message),)
        case CourtesyDropped(message=message, reason=reason):
            words = {"reason": reason}
            return (PostNotice(name="courtesy_not_carried", people=(actor,), words=words, about=message),)
        case ReplyUncertain(message=message, part=part, reason=reason):
            trouble = PostTrouble(message=message, part=part, reason=reason, uncertain=True)
            reminder = Remind(message=message, part=part, due_at=event.at + REMIND_AFTER)
            return (trouble, ShowReceipt(message), UpdateCard(), reminder)
        case PartDecided(message=message):
            return (ShowReceipt(message), UpdateCard())
        case NoteTaken(message=message, hint=hint, post=post):
            return (PostMessage(message) if post else ShowReceipt(message), *_hinting(hint, message, whom=actor))
        case ChangeSent(message=message):
            return (ShowReceipt(message),)
        case ChangeCarried(message=message, what=what):
            return (PostNotice(name=f"{what}_carried", people=(actor,), about=message),)
        case FileRefused(message=message, name=name, reason=reason):
            notice = PostNotice(name="file_refused", people=(actor,), words={"file": name, "why": reason})
            return (notice, ShowReceipt(message))
        case ChangeNotCarried(message=message, what=what, reason=reason):
            notice = PostNotice(name=f"{what}_not_carried", people=(actor,), words={"reason": reason}, about=message)
            return (notice, ShowReceipt(message))
        case _:
            assert_never(event)


def _hinting(hint: Hint | None, message: MessageId, *, whom: Actor) -> tuple[Intent, ...]:
    match hint:
        case None:
            return ()
        case Hint.NOT_SENT:
            return (Whisper(to=whom, name="not_sent", message=message),)
        case _:
            assert_never(hint)
