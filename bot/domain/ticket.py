"""The ticket and the decisions about it: each is ``f(ticket, facts, *, now) -> Change`` and touches nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.events import (
    CUSTOMER,
    DESK,
    Actor,
    CustomerEdited,
    CustomerWrote,
    Event,
    MessageId,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketEscalated,
    TicketReopened,
    TicketSolved,
    TicketUnclaimed,
    acting,
)
from bot.domain.ids import AgentId, TicketNumber
from bot.errors import AlreadyClaimed, AlreadySolved, NotClaimed, NotSolved


class Status(StrEnum):
    """Where a ticket stands. The level of escalation is separate from it."""

    NEW = "new"  #: nobody owns it
    OPEN = "open"  #: owned, we are to act
    PENDING = "pending"  #: the customer is to act
    ON_HOLD = "on_hold"  #: a third party, or snoozed
    SOLVED = "solved"  #: the agent says so
    CLOSED = "closed"  #: the customer agreed, or the time for reopening has passed

    @property
    def is_done(self) -> bool:
        """Nobody works on it."""
        return self in {Status.SOLVED, Status.CLOSED}


class Survey(StrEnum):
    """How far the questions at the end have come."""

    ASKED = "asked"  #: whether it is solved
    CONFIRMED = "confirmed"  #: it is; how it was is asked
    RATED = "rated"  #: a comment may follow
    COMMENTED = "commented"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """The last one: by whom, to whom, when and why."""

    by: AgentId
    to: tuple[str, ...]
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One customer's matter, from the first message to the closing. Instants are aware UTC."""

    number: TicketNumber
    status: Status
    owner: AgentId | None = None
    level: int = 1
    escalation: Escalation | None = None
    resolution: str | None = None
    opened_at: datetime
    first_reply_at: datetime | None = None  #: when the first reply accepted by the channel left its hold
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    last_customer_at: datetime
    last_agent_at: datetime | None = None
    due_at: datetime | None = None  #: the next moment at which time alone changes something
    survey: Survey | None = None
    rating: int | None = None  #: 1 (bad) to 5 (good)
    rating_comment: str | None = None
    rated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A decision: the ticket after it, and what happened. No events: nothing changed."""

    ticket: Ticket
    events: tuple[Event, ...]


def claim(ticket: Ticket, *, agent: AgentId, now: datetime) -> Change:
    """An agent takes the ticket; claiming one's own again changes nothing."""
    if ticket.owner == agent:
        return Change(ticket, ())
    if ticket.owner is not None:
        raise AlreadyClaimed(number=ticket.number, agent=ticket.owner)
    after = replace(ticket, owner=agent, status=Status.OPEN if ticket.status is Status.NEW else ticket.status)
    return Change(after, (TicketClaimed(ticket=ticket.number, actor=acting(agent), at=now, agent=agent),))


def unclaim(ticket: Ticket, *, agent: AgentId, now: datetime) -> Change:
    """Nobody owns it any more, whoever of the team says so; one that we were to act on is new again."""
    if ticket.owner is None:
        raise NotClaimed(number=ticket.number)
    after = replace(ticket, owner=None, status=Status.NEW if ticket.status is Status.OPEN else ticket.status)
    event = TicketUnclaimed(ticket=ticket.number, actor=acting(agent), at=now, agent=ticket.owner)
    return Change(after, (event,))


def assign(ticket: Ticket, *, agent: AgentId, to: AgentId, now: datetime) -> Change:
    """An agent gives the ticket, whoever has it, ``to`` a person; to its owner, it changes nothing."""
    if ticket.owner == to:
        return Change(ticket, ())
    after = replace(ticket, owner=to, status=Status.OPEN if ticket.status is Status.NEW else ticket.status)
    return Change(after, (TicketAssigned(ticket=ticket.number, actor=acting(agent), at=now, agent=to),))


def escalate(ticket: Ticket, *, agent: AgentId, to: tuple[str, ...], reason: str, now: datetime) -> Change:
    """Raise the level by one and remember who asked whom, and why. A solved ticket is reopened first by its agent."""
    if ticket.status.is_done:
        raise AlreadySolved(number=ticket.number)
    level = ticket.level + 1
    after = replace(ticket, level=level, escalation=Escalation(by=agent, to=to, at=now, reason=reason))
    event = TicketEscalated(
        ticket=ticket.number, actor=acting(agent), at=now, agent=agent, level=level, to=to, reason=reason
    )
    return Change(after, (event,))


def solve(ticket: Ticket, *, agent: AgentId, resolution: str | None, reopen_within: timedelta, now: datetime) -> Change:
    """The agent says that it is done; for ``reopen_within`` a word of the customer opens it again."""
    if ticket.status.is_done:
        raise AlreadySolved(number=ticket.number)
    after = replace(
        ticket,
        status=Status.SOLVED,
        resolution=resolution,
        solved_at=now,
        closed_at=None,
        due_at=now + reopen_within,
        survey=Survey.ASKED,
    )
    event = TicketSolved(ticket=ticket.number, actor=acting(agent), at=now, agent=agent, resolution=resolution)
    return Change(after, (event,))


def close_when_due(ticket: Ticket, *, now: datetime) -> Change:
    """A solved ticket whose time for reopening has passed is closed."""
    if ticket.status is not Status.SOLVED or ticket.due_at is None or ticket.due_at > now:
        return Change(ticket, ())
    after = replace(ticket, status=Status.CLOSED, closed_at=now, due_at=None, survey=None)
    return Change(after, (TicketClosed(ticket=ticket.number, actor=DESK, at=now),))


def reopen(ticket: Ticket, *, actor: Actor, now: datetime) -> Change:
    """Work on it again; its owner keeps it."""
    if not ticket.status.is_done:
        raise NotSolved(number=ticket.number)
    status = Status.NEW if ticket.owner is None else Status.OPEN
    after = replace(ticket, status=status, solved_at=None, closed_at=None, due_at=None, survey=None)
    return Change(after, (TicketReopened(ticket=ticket.number, actor=actor, at=now),))


class Place(StrEnum):
    """What a customer's message does."""

    OPENS = "opens"  #: a new ticket begins
    JOINS = "joins"  #: it goes into the ticket; a waiting one is ours again
    REOPENS = "reopens"  #: it goes into the ticket, which is worked on again
    RESTS = "rests"  #: it goes into the ticket and changes nothing (thanks, 👍)


def place(latest: Ticket | None, *, courtesy: bool, reopen_within: timedelta, now: datetime) -> Place:
    """
    Say where a message belongs, given the customer's latest ticket.

    Within ``reopen_within`` after solving it reopens, later it opens a new one; a courtesy alone does neither.
    """
    if latest is None:
        return Place.OPENS
    if not latest.status.is_done:
        return Place.JOINS
    if courtesy:
        return Place.RESTS
    solved_at = latest.solved_at or latest.opened_at
    return Place.REOPENS if now - solved_at < reopen_within else Place.OPENS


def receive(ticket: Ticket, *, message: MessageId, at_place: Place, sent_at: datetime, now: datetime) -> Change:
    """A further message of the customer; see `place` for what it does."""
    wrote = CustomerWrote(ticket=ticket.number, actor=CUSTOMER, at=now, message=message)
    if at_place is Place.RESTS:
        return Change(ticket, (wrote,))
    before: tuple[Event, ...] = ()
    if at_place is Place.REOPENS:
        change = reopen(ticket, actor=CUSTOMER, now=now)
        ticket, before = change.ticket, change.events
    ours = Status.NEW if ticket.owner is None else Status.OPEN
    status = ours if ticket.status is Status.PENDING else ticket.status
    after = replace(ticket, status=status, last_customer_at=max(ticket.last_customer_at, sent_at))
    return Change(after, (*before, wrote))


def revised(
    ticket: Ticket, *, message: MessageId, of: MessageId, on_card: bool, sent_at: datetime, now: datetime
) -> Change:
    """A new version of a customer's message. A waiting ticket is ours again; one that is done rests."""
    where = Place.RESTS if ticket.status.is_done else Place.JOINS
    after = receive(ticket, message=message, at_place=where, sent_at=sent_at, now=now).ticket
    event = CustomerEdited(
        ticket=ticket.number, actor=CUSTOMER, at=now, message=message, of=of, on_card=on_card
    )  # fmt: skip
    return Change(after, (event,))


def answered(ticket: Ticket, *, released_at: datetime) -> Ticket:
    """
    The channel accepted a reply that left its hold at ``released_at``.

    The first one is the first response, dated by its release. The customer is to act, unless they wrote since.
    """
    waits = ticket.status is Status.OPEN and ticket.last_customer_at <= released_at
    return replace(
        ticket,
        first_reply_at=ticket.first_reply_at or released_at,
        last_agent_at=released_at,
        status=Status.PENDING if waits else ticket.status,
    )


def bounced(ticket: Ticket, *, replies: Sequence[datetime]) -> Ticket:
    """
    A reply will not arrive, perhaps one that the channel had accepted: it counts for nothing.

    ``replies`` are the moments at which those that do count left their holds, in order.
    """
    last = replies[-1] if replies else None
    is_theirs = last is not None and ticket.last_customer_at <= last
    ours = Status.NEW if ticket.owner is None else Status.OPEN
    return replace(
        ticket,
        first_reply_at=replies[0] if replies else None,
        last_agent_at=last,
        status=ours if ticket.status is Status.PENDING and not is_theirs else ticket.status,
    )
