"""What people decide about parts: taking back what is held, sending again or leaving what failed or is uncertain."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from tortoise.expressions import Q

from bot.delivery.entries import next_seq
from bot.delivery.outbox import part_of
from bot.delivery.ports import FETCH, SHOW, Part
from bot.domain.receipts import Receipt, of_parts
from bot.models.database import query
from bot.models.rows import DeliveryRow

TAKEN_BACK = "taken back"
_STATES = "SELECT state, tried_at FROM delivery WHERE message_id = ? AND kind = 'send' ORDER BY id"
_STATES_AND_REFUSED = """
SELECT state, tried_at FROM delivery WHERE message_id = ? AND kind = 'send'
UNION ALL SELECT 'refused', NULL FROM attachment WHERE message_id = ? AND state = 'failed'
"""
THERE = "there"  #: in the payload of a part that has reached the customer's device
OFFERED = "offered"  #: in the payload of a part that waits: the thread has asked whether it shall be sent now
_WAITING = """
SELECT d.id FROM delivery AS d JOIN ticket AS t ON t.id = d.ticket_id
WHERE t.identity_id = ? AND d.state = 'held' AND d.announced_at IS NOT NULL ORDER BY d.id
"""
STUCK = Q(state="failed") | Q(state="uncertain", announced_at__isnull=False)  #: what waits for somebody's decision


async def all_held(message: int) -> bool:
    """Whether nothing of the message has left its hold."""
    standing = await states(message)
    return bool(standing) and all(state == "held" for state in standing)


async def hold(message: int, *, refused: int, reason: str, now: datetime) -> None:
    """
    What is left of a message waits until a person says that it shall be sent; its lane goes on without it.

    That is the part that was ``refused`` for this reason, and what has not left yet.
    """
    waiting = Q(state__in=("held", "queued", "later"), announced_at__isnull=True) | Q(id=refused)
    rows = DeliveryRow.filter(waiting, message_id=message, kind="send")
    await rows.update(state="held", announced_at=now, settled_at=None, lease_until=None, error=reason)


async def drop(message: int, *, refused: int, reason: str, now: datetime) -> None:
    """Nothing of a message is tried any more: not the part that was ``refused`` for this reason, nor what follows."""
    rest = Q(state__in=("held", "queued", "later")) | Q(id=refused)
    rows = DeliveryRow.filter(rest, message_id=message, kind="send")
    await rows.update(state="discarded", error=reason, settled_at=now, lease_until=None)


async def waits(message: int) -> bool:
    """Whether parts of the message are held until a person says that they shall be sent."""
    return await DeliveryRow.exists(message_id=message, kind="send", state="held", announced_at__isnull=False)


async def release(message: int, *, now: datetime) -> None:
    """Send what waits so, behind all that is in the lane."""
    rows = await DeliveryRow.filter(message_id=message, kind="send", state="held", announced_at__isnull=False)
    for row in sorted(rows, key=attrgetter("id")):
        row.state, row.due_at, row.announced_at, row.error = "queued", now, None, None
        row.seq = await next_seq(row.lane)
        row.payload = {**row.payload, "released_at": now.isoformat(), OFFERED: False}
        await row.save(update_fields=["state", "due_at", "announced_at", "error", "seq", "payload"])


async def to_offer(identity: int) -> list[tuple[int, int]]:
    """Tickets and messages of this customer that wait so and have not been offered yet; now they have been."""
    found: dict[int, int] = {}
    for waiting in await query(_WAITING, [identity]):
        row = await DeliveryRow.by_id(waiting["id"])
        if not row.payload.get(OFFERED) and row.message_id is not None and row.ticket_id is not None:
            found[row.message_id] = row.ticket_id
            await DeliveryRow.filter(id=row.id).update(payload={**row.payload, OFFERED: True})
    return [(ticket, message) for message, ticket in found.items()]


async def withdraw(message: int, *, why: str, now: datetime) -> int | None:
    """Discard the held parts of a message; returns their place in the lane, for what may replace them."""
    held = await DeliveryRow.filter(message_id=message, kind="send", state="held").order_by("part")
    for row in held:
        row.state, row.error, row.settled_at = "discarded", why, now
        await row.save(update_fields=["state", "error", "settled_at"])
    return held[0].seq if held else None


async def take_back(ticket: int, *, author: str, now: datetime) -> None:
    """Discard what is still held of this author's words to a ticket's customer."""
    held = await DeliveryRow.filter(ticket_id=ticket, kind="send", state="held", message__author=author)
    rows = DeliveryRow.filter(id__in=[row.id for row in held])
    await rows.update(state="discarded", error=TAKEN_BACK, settled_at=now)


async def let_pass(ticket: int, *, author: str) -> None:
    """What is still held of this author's words to a ticket's customer goes behind all that waits there."""
    held = await DeliveryRow.filter(ticket_id=ticket, kind="send", state="held", message__author=author)
    for row in held:
        row.seq = await next_seq(row.lane)
        await row.save(update_fields=["seq"])


async def put_back(ticket: int, *, taken_back_at: datetime) -> None:
    """Hold again what was taken back at that moment; it leaves when it was due."""
    rows = DeliveryRow.filter(ticket_id=ticket, kind="send", state="discarded", error=TAKEN_BACK)
    await rows.filter(settled_at=taken_back_at).update(state="held", error=None, settled_at=None)


async def has_left(ticket: int, *, author: str, released_at: datetime) -> bool:
    """Whether this author's words to a ticket's customer whose hold ends at that moment are held no longer."""
    rows = DeliveryRow.filter(ticket_id=ticket, kind="send", message__author=author)
    gone = await rows.filter(state__not_in=("held", "discarded"))
    return any(row.payload["released_at"] == released_at.isoformat() for row in gone)


async def states(message: int) -> list[str]:
    """The states of the parts that carry a message to the customer; what was taken back in time is left out."""
    return _counting(await query(_STATES, [message]))


def _counting(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [row["state"] for row in rows if row["state"] != "discarded" or row["tried_at"] is not None]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a message to the customer stands."""

    parts: Receipt  #: what its parts come to
    shown: Receipt  #: what it shows: that, and trouble where a file could not become a part


async def standing(message: int) -> Standing:
    """How a message to the customer stands."""
    found = _counting(await query(_STATES_AND_REFUSED, [message, message]))
    parts = of_parts([state for state in found if state != "refused"])
    return Standing(parts, Receipt.TROUBLE if "refused" in found and parts is not Receipt.WAITING else parts)


async def receipt(message: int) -> Receipt:
    """What a message to the customer shows."""
    return (await standing(message)).shown


async def accepted(ticket: int, *, but: str) -> list[datetime]:
    """When the messages to a ticket's customer that were accepted whole left their holds; not those of one author."""
    rows = DeliveryRow.filter(ticket_id=ticket, kind="send").exclude(message__author=but).order_by("message_id")
    parts = [row for row in await rows if row.state != "discarded" or row.tried_at is not None]
    messages = [list(group) for _, group in groupby(parts, key=attrgetter("message_id"))]
    whole = [group for group in messages if of_parts([row.state for row in group]) is Receipt.ACCEPTED]
    return sorted(max(datetime.fromisoformat(row.payload["released_at"]) for row in group) for group in whole)


async def is_last(part: Part) -> bool:
    """Whether nothing of the part's message comes after it."""
    rest = DeliveryRow.filter(message_id=part.message, kind="send", id__gt=part.id)
    return not await rest.exclude(state="discarded").exists()


async def again(part: int, *, now: datetime) -> bool:
    """Queue a failed or uncertain part again; False when it is neither any more. It is released anew."""
    row = await DeliveryRow.get_or_none(STUCK, id=part)
    if row is None:
        return False
    row.state, row.due_at, row.error = "queued", now, None
    row.announced_at = row.settled_at = None
    row.payload = {**row.payload, "released_at": now.isoformat()}
    await row.save(update_fields=["state", "due_at", "error", "announced_at", "settled_at", "payload"])
    return True


async def reported(*, mark: str | None, key: str | None) -> tuple[Part, bool] | None:
    """
    The part to a customer that a platform's later word is about, by our mark or by the platform's own key.

    With it, whether the word is about the last attempt: an earlier one's may come late.
    """
    number, _, attempt = (mark or "").removeprefix("part-").partition(".")
    row = await DeliveryRow.get_or_none(id=int(number), kind="send") if number.isdecimal() else None
    if row is not None:
        return part_of(row), not attempt or attempt == str(row.attempts)
    row = None if key is None else await DeliveryRow.filter(kind="send", external_key=key).first()
    return None if row is None else (part_of(row), True)


async def arrived(part: int, *, from_states: Collection[str], key: str | None, now: datetime) -> bool:
    """The platform says that it has the part after all; False when that is no news."""
    row = DeliveryRow.filter(id=part, state__in=from_states)
    settled = {"state": "done", "announced_at": None, "settled_at": now, "error": None, "lease_until": None}
    return bool(await row.update(**settled, **({} if key is None else {"external_key": key})))


async def is_there(part: Part) -> None:
    """The customer's device has it: no later word takes that back."""
    if not part.payload.get(THERE):
        await DeliveryRow.filter(id=part.id).update(payload={**part.payload, THERE: True})


async def bounced(part: int, *, reason: str, now: datetime) -> bool:
    """The platform says that the part will not arrive after all; False when that is no news."""
    row = DeliveryRow.filter(id=part, state__in=("sending", "uncertain", "done"))
    return bool(await row.update(state="failed", announced_at=None, settled_at=now, error=reason, lease_until=None))


async def leave(part: int, *, why: str, now: datetime) -> bool:
    """Let an uncertain or failed part be; False when it is neither any more."""
    row = DeliveryRow.filter(STUCK, id=part)
    return bool(await row.update(state="discarded", error=why, settled_at=now))


async def message_of(part: int) -> int | None:
    """The message that a part carries to the customer, or of which it fetches or shows a file."""
    row = await DeliveryRow.get_or_none(id=part, kind__in=("send", FETCH, SHOW))
    return None if row is None else row.message_id
