"""Taking a change back, for a few seconds after it was made: the inverse of what an agent did to a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.events import (
    Actor,
    ChangeUndone,
    TicketAssigned,
    TicketClaimed,
    TicketReopened,
    TicketSolved,
    TicketUnclaimed,
)
from bot.domain.ticket import Change, Ticket
from bot.errors import ChangedSince, TooLateToUndo

UNDO_WITHIN = timedelta(seconds=10)
#: the events whose change can be taken back, and the verb that brings them about
UNDOABLE: Mapping[str, str] = {
    TicketClaimed.__name__: "claim",
    TicketUnclaimed.__name__: "unclaim",
    TicketAssigned.__name__: "assign",
    TicketSolved.__name__: "close",
    TicketReopened.__name__: "reopen",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A change that was made."""

    event: str  #: one of `UNDOABLE`
    age: timedelta  #: too small, if the clock was set back since; what was done meanwhile still stops it
    version: int  #: of the ticket, after it
    before: Ticket


def undo(ticket: Ticket, done: Done, *, version: int, actor: Actor, now: datetime) -> Change:
    """Put the ticket back as it was, if that was a moment ago and nothing has changed it since (``version``)."""
    if done.age >= UNDO_WITHIN:
        raise TooLateToUndo(number=ticket.number)
    if version != done.version:
        raise ChangedSince(number=ticket.number)
    event = ChangeUndone(ticket=ticket.number, actor=actor, at=now, what=UNDOABLE[done.event])
    return Change(done.before, (event,))
