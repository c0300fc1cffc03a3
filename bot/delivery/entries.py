"""Putting into the outbox what a decision wants to leave: each part behind what waits in its lane already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.logs import origin
from bot.models.database import query
from bot.models.row import Found
from bot.models.rows import DeliveryRow

FROM = "<"  #: between a cause and what it all began with

_OF_CAUSE = "SELECT COUNT(*) FROM delivery WHERE cause = ?"
_NEXT_SEQ = "SELECT COALESCE(MAX(seq), 0) + 1 FROM delivery WHERE lane = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a decision puts into the outbox."""

    lane: str
    kind: str
    budget: str = ""
    rank: int = 0  #: lower leaves first among what is ready: messages before decoration
    ticket: int | None = None
    message: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None  #: later than now: held until then
    only_one_waits: bool = False  #: it says "show the truth", so one that waits already is enough


async def put(entries: Sequence[Entry], *, cause: str, now: datetime, seq: int | None = None) -> None:
    """
    Store parts behind what waits in their lanes, or at the place ``seq`` of parts that they replace.

    Call inside the transaction of the decision. What one call puts into a lane shares a place there.
    """
    if not entries:
        return
    cause = _traced(cause)
    places: dict[str, int] = {}
    for entry in entries:
        if entry.only_one_waits and await DeliveryRow.found(lane=entry.lane, state=("queued", "later")):
            continue
        held = entry.due_at is not None and entry.due_at > now
        row = await DeliveryRow.create(
            lane=entry.lane, seq=seq or places.get(entry.lane) or Found(_NEXT_SEQ, (entry.lane,)), kind=entry.kind,
            ticket_id=entry.ticket, message_id=entry.message, payload=dict(entry.payload),
            state="held" if held else "queued", rank=entry.rank, budget=entry.budget,
            due_at=entry.due_at if held else now, cause=cause, part=Found(_OF_CAUSE, (cause,)), created_at=now,
        )  # fmt: skip
        places[entry.lane] = row.seq


def _traced(cause: str) -> str:
    """With what it all began with at its end, so that the log can be searched for that."""
    began = origin()
    return f"{cause}{FROM}{began}" if began else cause


async def next_seq(lane: str) -> int:
    """The place behind all others in a lane."""
    ((seq,),) = [found.values() for found in await query(_NEXT_SEQ, [lane])]
    return int(seq)
