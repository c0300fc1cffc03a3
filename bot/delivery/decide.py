"""What people decide about parts: taking back what is held, sending again or leaving what failed or is uncertain."""

from datetime import datetime

from bot.models.rows import DeliveryRow


async def all_held(message: int) -> bool:
    """Whether nothing of the message has left its hold."""
    standing = await states(message)
    return bool(standing) and all(state == "held" for state in standing)


async def withdraw(message: int, *, why: str, now: datetime) -> int | None:
    """Discard the held parts of a message; returns their place in the lane, for what may replace them."""
    held = await DeliveryRow.filter(message_id=message, kind="send", state="held").order_by("part")
    for row in held:
        row.state, row.error, row.settled_at = "discarded", why, now
        await row.save(update_fields=["state", "error", "settled_at"])
    return held[0].seq if held else None


async def states(message: int) -> list[str]:
    """The states of the parts that carry a message to the customer; what was taken back in time is left out."""
    rows = await DeliveryRow.filter(message_id=message, kind="send").order_by("id")
    return [row.state for row in rows if row.state != "discarded" or row.tried_at is not None]


async def again(part: int, *, now: datetime) -> bool:
    """Queue a failed or uncertain part again; False when it is neither any more."""
    row = DeliveryRow.filter(id=part, state__in=("failed", "uncertain"), kind="send")
    return bool(await row.update(state="queued", due_at=now, announced_at=None, settled_at=None, error=None))


async def leave(part: int, *, why: str, now: datetime) -> bool:
    """Let an uncertain or failed part be; False when it is neither any more."""
    row = DeliveryRow.filter(id=part, state__in=("failed", "uncertain"), kind="send")
    return bool(await row.update(state="discarded", error=why, settled_at=now))


async def message_of(part: int) -> int | None:
    """The message that a part carries to the customer."""
    row = await DeliveryRow.get_or_none(id=part, kind="send")
    return None if row is None else row.message_id
