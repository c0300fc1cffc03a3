"""What customers' reactions do: they are shown, and change nothing else."""

from datetime import datetime

from bot.channels.base import Reaction
from bot.domain.events import CUSTOMER, DESK, CustomerReacted, MessageId
from bot.domain.ids import Cause, TicketNumber
from bot.domain.reactions import name_of
from bot.domain.ticket import Change
from bot.models.mapping import ticket_of
from bot.models.rows import JournalRow, MessageRow, TicketRow
from bot.services import versions
from bot.services.commit import commit_change, first_time
from bot.services.context import Context
from bot.services.identities import find

EVENT = CustomerReacted.__name__


async def received(context: Context, reaction: Reaction, *, cause: Cause, now: datetime) -> None:
    """Show it at the message, in whatever ticket that is. One that comes late, or to nothing that we know, is none."""
    async with context.transaction():
        identity = await find((reaction.who.address, *reaction.who.aliases))
        if not await first_time(cause, now=now) or identity is None:
            return
        message = await versions.named(reaction.who.address, reaction.key, identity)
        if message is None:
            return
        last = await latest(message)
        before = "" if last is None else str(last.data["emoji"])
        late = last is not None and datetime.fromisoformat(last.data["sent_at"]) > reaction.at
        if late or before == reaction.emoji:
            return
        row, can_be_shown = await TicketRow.by_id(message.ticket_id), name_of(reaction.emoji) is not None
        event = CustomerReacted(
            ticket=TicketNumber(row.number), actor=CUSTOMER, at=now, message=MessageId(message.id),
            emoji=reaction.emoji, sent_at=reaction.at, as_emoji=can_be_shown and await _stands(message),
            was_emoji=last is not None and bool(last.data["as_emoji"]),
        )  # fmt: skip
        await commit_change(context, row, Change(ticket_of(row), (event,)), cause=cause, now=now)


async def latest(message: MessageRow) -> JournalRow | None:
    """The customer's last word on the message."""
    said = await JournalRow.filter(ticket_id=message.ticket_id, event=EVENT).order_by("-id")
    return next((entry for entry in said if entry.data["message"] == message.id), None)


async def _stands(message: MessageRow) -> bool:
    """Whether it is in Slack already, in a post of its own, and is none of the desk's own, which never are."""
    if message.slack_ts is None or message.author == DESK:
        return False
    return await MessageRow.filter(ticket_id=message.ticket_id, slack_ts=message.slack_ts).count() == 1
