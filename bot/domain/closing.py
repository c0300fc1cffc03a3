"""
The end of a ticket, as the customer lives it: is it solved, how was it, anything to add. Each is asked and taken once.

The questions go out as `bot.channels.base.Choice`s whose ids are made and read here.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.events import CUSTOMER, CustomerConfirmed, CustomerWrote, MessageId, TicketRated
from bot.domain.ids import TicketNumber
from bot.domain.ticket import Change, Status, Survey, Ticket, reopen

COMMENT_WITHIN = timedelta(minutes=30)  #: so long after the rating a message is its comment, and reopens nothing
BEST = 5


@dataclass(frozen=True, slots=True)
class Solved:
    """Yes, it is solved."""

    number: TicketNumber


@dataclass(frozen=True, slots=True)
class NotYet:
    """No, it is not."""

    number: TicketNumber


@dataclass(frozen=True, slots=True)
class Rated:
    """One (bad) to five (good)."""

    number: TicketNumber
    rating: int


Answer = Solved | NotYet | Rated

_ID = re.compile(r"(solved|not-yet|rate-([1-5])):([0-9]{1,9})")
_SOLVED = frozenset({"solved", "yes", "selesai", "sudah", "sudah selesai", "ya"})
_NOT_YET = frozenset({"not yet", "no", "belum", "belum selesai", "tidak"})


def id_of(answer: Answer) -> str:
    """The id of the choice that gives this answer."""
    match answer:
        case Solved(number=number):
            return f"solved:{number}"
        case NotYet(number=number):
            return f"not-yet:{number}"
        case Rated(number=number, rating=rating):
            return f"rate-{rating}:{number}"


def pressed(choice: str) -> Answer | None:
    """The answer that a choice's id gives; None for any other."""
    found = _ID.fullmatch(choice)
    if found is None:
        return None
    number = TicketNumber(int(found[3]))
    if found[2]:
        return Rated(number, int(found[2]))
    return Solved(number) if found[1] == "solved" else NotYet(number)


def said(plain: str, *, ticket: Ticket) -> Answer | None:
    """The answer that words alone give, while that question stands; anything longer is a message."""
    words = " ".join(re.findall(r"\w+", plain.casefold()))
    if ticket.survey is Survey.ASKED:
        if words in _SOLVED:
            return Solved(ticket.number)
        return NotYet(ticket.number) if words in _NOT_YET else None
    if ticket.survey is Survey.CONFIRMED and words in {"1", "2", "3", "4", "5"}:
        return Rated(ticket.number, int(words))
    return None


def confirm(ticket: Ticket, *, now: datetime) -> Change:
    """The customer says that it is done: it is closed, and how it was is asked. Said again, it changes nothing."""
    if ticket.status is Status.CLOSED:
        return Change(ticket, ())
    after = replace(
        ticket,
        status=Status.CLOSED,
        solved_at=ticket.solved_at or now,
        closed_at=now,
        due_at=None,
        survey=Survey.CONFIRMED,
    )
    return Change(after, (CustomerConfirmed(ticket=ticket.number, actor=CUSTOMER, at=now),))


def disagree(ticket: Ticket, *, now: datetime) -> Change:
    """The customer says that it is not solved: it is worked on again."""
    return reopen(ticket, actor=CUSTOMER, now=now) if ticket.status.is_done else Change(ticket, ())


def rate(ticket: Ticket, *, rating: int, now: datetime) -> Change:
    """One to five, taken once."""
    if ticket.survey is not Survey.CONFIRMED or not 1 <= rating <= BEST:
        return Change(ticket, ())
    after = replace(ticket, rating=rating, rated_at=now, survey=Survey.RATED)
    return Change(after, (TicketRated(ticket=ticket.number, actor=CUSTOMER, at=now, rating=rating),))


def is_comment(ticket: Ticket, *, now: datetime) -> bool:
    """Whether a message is what the customer adds to the rating."""
    rated_at = ticket.rated_at
    return ticket.survey is Survey.RATED and rated_at is not None and now - rated_at < COMMENT_WITHIN


def comment(ticket: Ticket, *, text: str, message: MessageId, now: datetime) -> Change:
    """What the customer adds to the rating, taken once; the thread shows it, and nothing is reopened."""
    after = replace(ticket, rating_comment=text, survey=Survey.COMMENTED)
    return Change(after, (CustomerWrote(ticket=ticket.number, actor=CUSTOMER, at=now, message=message),))
