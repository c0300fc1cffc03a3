"""Changing what has begun to leave: parts of the kinds ``edit`` and ``delete``, in the lane of what they change."""

from dataclasses import replace
from datetime import datetime

from tortoise.expressions import Q

from bot.delivery.entries import Entry
from bot.delivery.ports import FILE, Part
from bot.domain.revisions import Act, SentPart, Step
from bot.domain.text import RichText
from bot.models.rows import DeliveryRow

KINDS = ("edit", "delete")
GONE = "gone"  #: in the payload of a part whose copy was deleted at the customer
_WAITING = ("queued", "later")
_UNDER_WAY = ("sending", "uncertain")
_NOT_THERE = ("held", *_WAITING, "failed")


async def sent_parts(message: int) -> list[SentPart]:
    """
    The parts that carry a message to its customer, in order.

    Without those that were replaced or taken back before they left, and those whose copy is deleted.
    """
    rows = await DeliveryRow.filter(message_id=message, kind="send").order_by("id")
    changes = await DeliveryRow.filter(message_id=message, kind__in=KINDS, state__in=_UNDER_WAY)
    in_doubt = {row.payload["of"] for row in changes}
    return [
        SentPart(
            id=row.id, state=row.state, text=RichText.from_json(row.payload.get("text", ())),
            file=row.payload.get(FILE), in_doubt=row.id in in_doubt, announced=row.announced_at is not None,
        )
        for row in rows
        if not row.payload.get(GONE) and (row.state != "discarded" or row.tried_at is not None)
    ]  # fmt: skip


async def overtaken(message: int, *, now: datetime) -> None:
    """Changes of the message that still wait are not made any more: a newer one says how it shall be."""
    waiting = DeliveryRow.filter(message_id=message, kind__in=KINDS, state__in=_WAITING)
    await waiting.update(state="discarded", error="overtaken", settled_at=now)


async def done_here(step: Step, *, why: str, now: datetime) -> bool:
    """Make a step of those that need no platform; False when its part has begun to leave meanwhile."""
    standing = Q(state__in=_NOT_THERE) | Q(state="uncertain", announced_at__isnull=False)
    row = await DeliveryRow.get_or_none(standing, id=step.part)
    if row is None:
        return False
    if step.act is Act.REWRITE and step.text is not None:
        columns: dict[str, object] = {"payload": {**row.payload, "text": step.text.to_json()}}
    else:
        columns = {"state": "discarded", "error": why, "settled_at": now}
        if row.state in _NOT_THERE:
            columns["tried_at"] = None  # certainly, nothing of it was ever there
    return bool(await DeliveryRow.filter(standing, id=step.part).update(**columns))


def elsewhere(step: Step) -> Step:
    """The same for a part that has begun to leave meanwhile."""
    return replace(step, act=Act.EDIT if step.act is Act.REWRITE else Act.DELETE)


async def entry(step: Step, *, what: str, actor: str) -> Entry:
    """The part that makes a step at the customer; ``what`` the actor did, ``edit`` or ``delete``."""
    row = await DeliveryRow.by_id(step.part)
    payload = {"of": step.part, "what": what, "actor": actor}
    if step.text is not None:
        payload["text"] = step.text.to_json()
    return Entry(
        lane=row.lane, kind=step.act.value, budget=row.budget, ticket=row.ticket_id, message=row.message_id,
        payload=payload,
    )  # fmt: skip


async def arrived(part: Part) -> None:
    """The customer's copy is as the part says: keep that with the part that had brought it."""
    row = await DeliveryRow.by_id(part.payload["of"])
    changed = {GONE: True} if part.kind == "delete" else {"text": part.payload["text"]}
    await DeliveryRow.filter(id=row.id).update(payload={**row.payload, **changed})


async def waits(part: Part) -> bool:
    """Whether what should have been edited is not there: then it leaves, if it ever does, with the new words."""
    rewritten = Step(part.payload["of"], Act.REWRITE, RichText.from_json(part.payload["text"]))
    return await done_here(rewritten, why="", now=part.due_at)


async def ends(part: Part, *, gives_up: str | None, now: datetime) -> bool:
    """
    Whether this part was the last of its change. One that is given up is nobody's to decide, and takes the rest along.
    """
    row = await DeliveryRow.by_id(part.id)
    rest = DeliveryRow.filter(cause=row.cause, kind__in=KINDS, state__in=(*_WAITING, *_UNDER_WAY)).exclude(id=part.id)
    if gives_up is None:
        return not await rest.exists()
    await DeliveryRow.filter(id=part.id).update(
        state="discarded", error=gives_up, settled_at=now, announced_at=None, lease_until=None
    )
    await rest.update(state="discarded", error=gives_up, settled_at=now)
    return True
