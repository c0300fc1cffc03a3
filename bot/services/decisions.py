"""What agents decide about texts that are held, stayed internal, or are stuck on their way."""

from datetime import datetime

from bot.config import ReplyMode
from bot.delivery import decide
from bot.domain import ticket as tickets
from bot.domain.events import DESK, Event, MessageId, PartDecided, ReplyWithdrawn, acting
from bot.domain.ids import AgentId, Cause, TicketNumber
from bot.domain.receipts import Receipt
from bot.domain.ticket import Change, Ticket
from bot.errors import AlreadyDecided, NothingToUndo
from bot.models.mapping import ticket_of
from bot.models.rows import MessageRow, TicketRow
from bot.services.commit import commit_change, first_time
from bot.services.context import Context
from bot.services.replies import queued, withdraw
from bot.services.tickets import locked


class Decisions:
    """The buttons under the thread's questions, and Undo."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def send_held(self, mid: MessageId, *, agent: AgentId, cause: Cause, now: datetime) -> Ticket:
        """Send a text that is held still; its ticket is claimed or reopened first where that is what was asked."""
        async with self._context.transaction():
            message, row = await _message(mid)
            if not await first_time(cause, now=now):
                return ticket_of(row)
            if message.receipt != Receipt.HELD:
                raise AlreadyDecided  # also when its writer has made it a note, or deleted it
            if await decide.waits(mid):
                await decide.release(mid, now=now)
                await self._show(row, message, agent=agent, cause=cause, now=now)
                await decide.let_pass(row.id, author=DESK)
                return ticket_of(row)
            opened = self._opened(ticket_of(row), agent=agent, now=now)
            return await self._send(message, row, opened, agent=agent, cause=cause, now=now)

    async def send_note(self, mid: MessageId, *, agent: AgentId, cause: Cause, now: datetime) -> Ticket:
        """Send a text that stayed internal, after all."""
        async with self._context.transaction():
            message, row = await _message(mid)
            if not await first_time(cause, now=now):
                return ticket_of(row)
            if message.direction != "note" or message.receipt is None:
                raise AlreadyDecided  # it was sent, or its writer has deleted it
            return await self._send(message, row, Change(ticket_of(row), ()), agent=agent, cause=cause, now=now)

    async def _send(
        self, message: MessageRow, row: TicketRow, before: Change, *, agent: AgentId, cause: Cause, now: datetime
    ) -> Ticket:
        """An explicit act, so it goes without hold, and before what the desk itself still holds."""
        message.direction, message.receipt = "out", Receipt.WAITING.value
        await message.save(update_fields=["direction", "receipt"])
        ticket, mid = before.ticket, MessageId(message.id)
        leaving = await queued(self._context, row, mid, by=agent, due_at=now, now=now)
        await commit_change(self._context, row, Change(ticket, (*before.events, *leaving)), cause=cause, now=now)
        await decide.let_pass(row.id, author=DESK)
        return ticket

    def _opened(self, ticket: Ticket, *, agent: AgentId, now: datetime) -> Change:
        """Reopen and claim as far as the ticket needs it before a held text can go out."""
        events: tuple[Event, ...] = ()
        if ticket.status.is_done:
            ticket, events = (change := tickets.reopen(ticket, actor=acting(agent), now=now)).ticket, change.events
        if ticket.owner is None or self._context.config.replies.mode is ReplyMode.OWNER:
            claimed = tickets.claim(ticket, agent=agent, now=now)
            ticket, events = claimed.ticket, (*events, *claimed.events)
        return Change(ticket, events)

    async def keep_as_note(self, mid: MessageId, *, agent: AgentId, cause: Cause, now: datetime) -> Ticket:
        """A held text stays internal after all."""
        async with self._context.transaction():
            message, row = await _message(mid)
            ticket = ticket_of(row)
            if not await first_time(cause, now=now):
                return ticket
            if message.receipt != Receipt.HELD:
                raise AlreadyDecided
            if await decide.waits(mid) and not await decide.all_held(mid):  # the customer has the rest of it
                await decide.withdraw(mid, why=f"left by {agent}", now=now)
                await self._show(row, message, agent=agent, cause=cause, now=now)
                return ticket
            await withdraw(message, why="kept as a note", now=now)
            event = ReplyWithdrawn(ticket=ticket.number, actor=acting(agent), at=now, message=mid)
            await commit_change(self._context, row, Change(ticket, (event,)), cause=cause, now=now)
            return ticket

    async def undo(self, number: TicketNumber, *, agent: AgentId, cause: Cause, now: datetime) -> Ticket:
        """Take back the agent's replies that are still in their hold; they stay in the thread as notes."""
        async with self._context.transaction():
            row = await locked(number)
            ticket = ticket_of(row)
            if not await first_time(cause, now=now):
                return ticket
            mine = await MessageRow.filter(
                ticket_id=row.id, author=acting(agent), direction="out", receipt=Receipt.WAITING.value
            )
            held = [message for message in mine if await decide.all_held(message.id)]
            if not held:
                raise NothingToUndo(number=number)
            for message in held:
                await withdraw(message, why="undone", now=now)
            events = tuple(
                ReplyWithdrawn(ticket=number, actor=acting(agent), at=now, message=MessageId(message.id))
                for message in held
            )
            await commit_change(self._context, row, Change(ticket, events), cause=cause, now=now)
            return ticket

    async def send_part_again(self, part: int, *, agent: AgentId, cause: Cause, now: datetime) -> Ticket:
        """A person decides that a failed or uncertain part shall be sent (again)."""
        async with self._context.transaction():
            message, row = await _message(MessageId(await decide.message_of(part) or 0))
            if await first_time(cause, now=now):
                if not await decide.again(part, now=now):
                    raise AlreadyDecided
                await self._show(row, message, agent=agent, cause=cause, now=now)
            return ticket_of(row)

    async def leave_part(self, part: int, *, agent: AgentId, cause: Cause, now: datetime) -> Ticket:
        """A person decides that a failed or uncertain part shall be left as it is."""
        async with self._context.transaction():
            message, row = await _message(MessageId(await decide.message_of(part) or 0))
            if await first_time(cause, now=now):
                if not await decide.leave(part, why=f"left by {agent}", now=now):
                    raise AlreadyDecided
                await self._show(row, message, agent=agent, cause=cause, now=now)
            return ticket_of(row)

    async def _show(self, row: TicketRow, message: MessageRow, *, agent: AgentId, cause: Cause, now: datetime) -> None:
        mid = MessageId(message.id)
        if message.direction != "in":
            message.receipt = (await decide.receipt(mid)).value
            await message.save(update_fields=["receipt"])
        decided = PartDecided(ticket=TicketNumber(row.number), actor=acting(agent), at=now, message=mid)
        await commit_change(self._context, row, Change(ticket_of(row), (decided,)), cause=cause, now=now)


async def _message(mid: MessageId) -> tuple[MessageRow, TicketRow]:
    message = await MessageRow.get_or_none(id=mid)
    if message is None:
        raise AlreadyDecided
    return message, await TicketRow.by_id(message.ticket_id)
