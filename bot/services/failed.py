"""What did not get through, for the operator: parked on its way in, given up, uncertain or undecided on its way out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.delivery import decide
from bot.delivery.ports import FETCH, FILE, SHOW
from bot.domain.events import OPERATOR, MessageId, PartDecided
from bot.domain.ids import Cause, TicketNumber
from bot.domain.receipts import Receipt
from bot.domain.ticket import Change
from bot.errors import NotStuck
from bot.models.mapping import ticket_of
from bot.models.rows import DeliveryRow, InboxRow, JournalRow, MessageRow, TicketRow
from bot.services.commit import commit_change
from bot.services.context import Context

#: what parts carry, by kind; the others are called by their kind
_CARRIES = {
    "send": "text to customer",
    "edit": "edit for customer",
    "delete": "deletion for customer",
    FETCH: "file from customer",
    SHOW: "file for thread",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A row that somebody must look at; it holds no word of a customer."""

    id: str  #: ``in-12`` or ``out-34``
    state: str
    since: datetime
    what: str  #: where it came from, or what it carries to whom
    ticket: int | None  #: its number
    tries: int
    reason: str


class Failed:
    """Lists them, puts them back, discards them; the running service notices with its next tick."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def listed(self) -> list[Stuck]:
        """All of them, oldest first: in, out, and the texts whose writers have not decided."""
        parked = await InboxRow.filter(state="parked").order_by("id")
        parts = await DeliveryRow.filter(decide.STUCK).order_by("id")
        undecided = await MessageRow.filter(receipt=Receipt.HELD.value).values_list("id", flat=True)
        asked = await DeliveryRow.filter(kind="post_offer", message_id__in=undecided).order_by("id")
        offers = list({row.message_id: row for row in asked}.values())  # the last question about each
        tickets = {row.ticket_id for row in (*parts, *offers)}
        numbers = {row.id: row.number for row in await TicketRow.filter(id__in=tickets)}
        return [
            *map(_parked, parked),
            *(_part(row, numbers) for row in parts),
            *(_offer(row, numbers) for row in offers),
        ]

    async def retry(self, name: str, *, now: datetime) -> None:
        """Put a parked row or a part that failed or is uncertain back; `NotStuck` says why not."""
        place, number = _read(name)
        if place == "in":
            fresh = {"state": "new", "attempts": 0, "error": None, "settled_at": None}
            if not await InboxRow.filter(id=number, state="parked").update(**fresh):
                raise NotStuck(f"{name}: nothing is parked under this id")
            return
        async with self._context.transaction():
            part = await _stuck(number, name)
            await decide.again(number, now=now)
            await self._decided(part, now=now)

    async def discard(self, name: str, *, why: str, now: datetime) -> None:
        """Let it be, for this reason; `NotStuck` says why not."""
        place, number = _read(name)
        if place == "in":
            gone = {"state": "discarded", "error": why, "settled_at": now}
            if not await InboxRow.filter(id=number, state="parked").update(**gone):
                raise NotStuck(f"{name}: nothing is parked under this id")
            return
        async with self._context.transaction():
            part = await _stuck(number, name)
            await decide.leave(number, why=why, now=now)
            await self._decided(part, now=now)

    async def _decided(self, part: DeliveryRow, *, now: datetime) -> None:
        """The journal keeps it; what a customer was to read shows it, too."""
        if part.kind != "send" or part.message_id is None:
            data = {"part": part.id}
            await JournalRow.create(at=now, event="PartDecided", ticket_id=part.ticket_id, actor=OPERATOR, data=data)
            return
        row = await TicketRow.by_id(part.ticket_id)
        mid = MessageId(part.message_id)
        await MessageRow.filter(id=mid).update(receipt=(await decide.receipt(mid)).value)
        event = PartDecided(ticket=TicketNumber(row.number), actor=OPERATOR, at=now, message=mid)
        cause = Cause(f"operator:{part.id}:{now.isoformat()}")
        await commit_change(self._context, row, Change(ticket_of(row), (event,)), cause=cause, now=now)


def _read(name: str) -> tuple[str, int]:
    found = re.fullmatch(r"(in|out)-([0-9]{1,18})", name)
    if found is None:
        raise NotStuck(f"{name}: an id looks like in-12 or out-34")
    return found[1], int(found[2])


async def _stuck(number: int, name: str) -> DeliveryRow:
    part = await DeliveryRow.get_or_none(decide.STUCK, id=number)
    if part is not None:
        return part
    offer = await DeliveryRow.get_or_none(id=number, kind="post_offer")
    if offer is not None and await MessageRow.exists(id=offer.message_id, receipt=Receipt.HELD.value):
        ticket = await TicketRow.by_id(offer.ticket_id)
        raise NotStuck(f"{name}: its writer decides, by the buttons in the thread of ticket #{ticket.number}")
    raise NotStuck(f"{name}: nothing failed or is uncertain under this id")


def _parked(row: InboxRow) -> Stuck:
    return Stuck(
        id=f"in-{row.id}", state=row.state, since=row.settled_at or row.received_at, what=row.source, ticket=None,
        tries=row.attempts, reason=row.error or "",
    )  # fmt: skip


def _part(row: DeliveryRow, numbers: Mapping[int, int]) -> Stuck:
    is_file = row.kind == "send" and FILE in row.payload
    what = "file to customer" if is_file else _CARRIES.get(row.kind, row.kind.replace("_", " "))
    return Stuck(
        id=f"out-{row.id}", state=row.state, since=row.settled_at or row.announced_at or row.created_at, what=what,
        ticket=numbers.get(row.ticket_id or 0), tries=row.attempts, reason=row.error or "",
    )  # fmt: skip


def _offer(row: DeliveryRow, numbers: Mapping[int, int]) -> Stuck:
    return Stuck(
        id=f"out-{row.id}", state="held", since=row.created_at, what="reply", ticket=numbers.get(row.ticket_id or 0),
        tries=0, reason=row.payload.get("reason") or "Its writer has not decided yet.",
    )  # fmt: skip
