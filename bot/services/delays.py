"""The line for a reply that can't leave: said once in its thread for each outage, and nothing when it is over."""

from datetime import datetime

from bot.domain.events import DESK, Actor, MessageId, ReplyDelayed
from bot.domain.ids import Cause, TicketNumber
from bot.domain.ticket import Change
from bot.models.database import reading
from bot.models.mapping import ticket_of
from bot.models.rows import DeliveryRow, MessageRow, TicketRow
from bot.services.commit import commit_change, first_time
from bot.services.context import Context

AT_ONCE = 20  #: tickets that are told of in one look: their lines pass through Slack's narrow door

# A ticket's outage began when the last part left its lane; what it was told since then it is not told again. A lane
# that moves, however slowly, is none. What is being sent just now may be there in a moment.
_DELAYED = """
SELECT MIN(d.id) AS part FROM delivery AS d JOIN message AS m ON m.id = d.message_id
WHERE d.state IN ('held', 'queued', 'later') AND (d.state <> 'held' OR d.due_at <= ?) AND d.announced_at IS NULL
AND d.kind = 'send' AND m.author <> ? AND d.payload ->> 'released_at' <= ?
AND NOT EXISTS (SELECT 1 FROM delivery AS e WHERE e.lane = d.lane AND e.state = 'done' AND e.settled_at > ?)
AND NOT EXISTS (SELECT 1 FROM journal AS j WHERE j.ticket_id = d.ticket_id AND j.event = 'ReplyDelayed'
    AND NOT EXISTS (SELECT 1 FROM delivery AS e WHERE e.lane = d.lane AND e.state = 'done' AND e.settled_at > j.at))
GROUP BY d.ticket_id ORDER BY 1 LIMIT ?
"""
_WAITING = ("held", "queued", "later")


class Delays:
    """Looks after the replies that should have left. What was said is in the journal, so a restart repeats nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def watch(self, *, now: datetime) -> None:
        """Look, and say what is new; called every few seconds. With the setting at zero, nobody looks."""
        after = self._context.config.alarms.reply_after
        if not after:
            return
        values = [now, DESK, (now - after).isoformat(), now - after, AT_ONCE]
        for found in await reading(_DELAYED, values):
            async with self._context.transaction():
                await self._tell(await DeliveryRow.by_id(found["part"]), now=now)

    async def _tell(self, part: DeliveryRow, *, now: datetime) -> None:
        cause = Cause(f"delayed:{part.id}:{part.payload['released_at']}")
        if part.state not in _WAITING or not await first_time(cause, now=now):
            return
        message, row = await MessageRow.by_id(part.message_id), await TicketRow.by_id(part.ticket_id)
        head = await DeliveryRow.filter(lane=part.lane, state__in=_WAITING).order_by("seq", "part", "id").first()
        event = ReplyDelayed(
            ticket=TicketNumber(row.number), actor=Actor(message.author), at=now, message=MessageId(message.id),
            reason=(head and head.error) or "",
        )  # fmt: skip
        await commit_change(self._context, row, Change(ticket_of(row), (event,)), cause=cause, now=now)
