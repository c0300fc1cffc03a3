"""Between the rows and the domain's frozen values: the only place that knows both."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.ids import AgentId, TicketNumber
from bot.domain.ticket import Escalation, Status, Survey, Ticket
from bot.models.rows import TicketRow


def ticket_of(row: TicketRow) -> Ticket:
    """The row as a value."""
    return Ticket(
        number=TicketNumber(row.number),
        status=Status(row.status),
        owner=None if row.owner is None else AgentId(row.owner),
        level=row.level,
        escalation=_escalation_of(row),
        resolution=row.resolution,
        opened_at=row.opened_at,
        first_reply_at=row.first_reply_at,
        solved_at=row.solved_at,
        closed_at=row.closed_at,
        last_customer_at=row.last_customer_at,
        last_agent_at=row.last_agent_at,
        due_at=row.next_due_at,
        survey=None if row.survey is None else Survey(row.survey),
        rating=row.rating,
        rating_comment=row.rating_comment,
        rated_at=row.rated_at,
    )


def _escalation_of(row: TicketRow) -> Escalation | None:
    if row.escalated_by is None or row.escalated_at is None:
        return None
    return Escalation(
        by=AgentId(row.escalated_by),
        to=tuple((row.escalated_to or "").split()),
        at=row.escalated_at,
        reason=row.escalation_reason or "",
    )


def take(row: TicketRow, ticket: Ticket) -> None:
    """Let the row say what the value says; it is not saved here."""
    row.status = ticket.status.value
    row.owner = ticket.owner
    row.level = ticket.level
    if ticket.escalation is not None:
        row.escalated_by = ticket.escalation.by
        row.escalated_to = " ".join(ticket.escalation.to)
        row.escalated_at = ticket.escalation.at
        row.escalation_reason = ticket.escalation.reason
    row.resolution = ticket.resolution
    row.first_reply_at = ticket.first_reply_at
    row.solved_at = ticket.solved_at
    row.closed_at = ticket.closed_at
    row.last_customer_at = ticket.last_customer_at
    row.last_agent_at = ticket.last_agent_at
    row.next_due_at = ticket.due_at
    row.survey = ticket.survey
    row.rating = ticket.rating
    row.rating_comment = ticket.rating_comment
    row.rated_at = ticket.rated_at


def standing_of(ticket: Ticket) -> dict[str, Any]:
    """What an agent's change may change and undoing it brings back, for the journal."""
    return {
        "status": ticket.status,
        "owner": ticket.owner,
        "resolution": ticket.resolution,
        "survey": ticket.survey,
        "solved_at": _written(ticket.solved_at),
        "closed_at": _written(ticket.closed_at),
        "due_at": _written(ticket.due_at),
    }


def with_standing(ticket: Ticket, was: Mapping[str, Any]) -> Ticket:
    """The ticket as it stood; see `standing_of`."""
    return replace(
        ticket,
        status=Status(was["status"]),
        owner=None if was["owner"] is None else AgentId(was["owner"]),
        resolution=was["resolution"],
        survey=None if was["survey"] is None else Survey(was["survey"]),
        solved_at=_read(was["solved_at"]),
        closed_at=_read(was["closed_at"]),
        due_at=_read(was["due_at"]),
    )


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read(moment: str | None) -> datetime | None:
    return None if moment is None else datetime.fromisoformat(moment)
