"""The life of a ticket: claimed, escalated, solved, reopened, closed."""

from collections.abc import Callable
from datetime import datetime

from bot.delivery import decide
from bot.domain import ticket as tickets
from bot.domain.events import DESK, acting
from bot.domain.ids import AgentId, Cause, TicketNumber
from bot.domain.ticket import Change, Ticket
from bot.domain.undo import UNDO_WITHIN, UNDOABLE, Done, undo
from bot.errors import AlreadyDecided, TooLateToUndo
from bot.models.mapping import ticket_of, with_standing
from bot.models.rows import JournalRow, TicketRow
from bot.services.commit import commit_change, first_time
from bot.services.context import Context
from bot.services.tickets import by_number, locked

DUE_AT_ONCE = 100  #: tickets that one look at the timers takes up


class Lifecycle:
    """What agents and time do to tickets. Each returns the ticket as it is then; a repeated cause changes nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def claim(self, number: TicketNumber, *, agent: AgentId, cause: Cause, now: datetime) -> Ticket:
        """Give the ticket to the agent who asked first, or raise `AlreadyClaimed`."""
        return await self._decide(number, lambda it: tickets.claim(it, agent=agent, now=now), cause=cause, now=now)

    async def escalate(
        self, number: TicketNumber, *, agent: AgentId, to: tuple[str, ...], reason: str, cause: Cause, now: datetime
    ) -> Ticket:
        """Raise the level; without ``to`` the supervisors are told."""
        targets = to or tuple(f"supervisor:{name}" for name in self._context.config.supervisors)

        def decision(it: Ticket) -> Change:
            return tickets.escalate(it, agent=agent, to=targets, reason=reason, now=now)

        return await self._decide(number, decision, cause=cause, now=now)

    async def solve(
        self, number: TicketNumber, *, agent: AgentId, resolution: str | None, cause: Cause, now: datetime
    ) -> Ticket:
        """The agent says that it is done; the customer is told."""
        within = self._context.config.tickets.reopen_within

        def decision(it: Ticket) -> Change:
            return tickets.solve(it, agent=agent, resolution=resolution, reopen_within=within, now=now)

        return await self._decide(number, decision, cause=cause, now=now)

    async def reopen(self, number: TicketNumber, *, agent: AgentId, cause: Cause, now: datetime) -> Ticket:
        """Work on a solved or closed ticket again."""
        return await self._decide(
            number, lambda it: tickets.reopen(it, actor=acting(agent), now=now), cause=cause, now=now
        )

    async def unclaim(self, number: TicketNumber, *, agent: AgentId, cause: Cause, now: datetime) -> Ticket:
        """Nobody owns it any more."""
        return await self._decide(number, lambda it: tickets.unclaim(it, agent=agent, now=now), cause=cause, now=now)

    async def assign(self, number: TicketNumber, *, agent: AgentId, to: AgentId, cause: Cause, now: datetime) -> Ticket:
        """Give it ``to`` a person, whoever has it."""
        return await self._decide(
            number, lambda it: tickets.assign(it, agent=agent, to=to, now=now), cause=cause, now=now
        )

    async def undoable(self, number: TicketNumber, *, agent: AgentId, at: datetime) -> int | None:
        """The change that the agent made at that moment and can take back, by its place in the journal."""
        row = await by_number(number)
        found = JournalRow.filter(ticket_id=row.id, event__in=UNDOABLE, actor=acting(agent), at=at)
        entry = await found.order_by("-id").first()
        return None if entry is None else entry.id

    async def undo(self, change: int, *, agent: AgentId, cause: Cause, now: datetime) -> Ticket:
        """Take a change back, if `bot.domain.undo.undo` lets it and the customer has not been told of it."""
        async with self._context.transaction():
            entry = await JournalRow.get_or_none(id=change, event__in=UNDOABLE, actor=acting(agent))
            if entry is None:
                raise AlreadyDecided
            row = await TicketRow.by_id(entry.ticket_id)
            if not await first_time(cause, now=now):
                return ticket_of(row)
            before = with_standing(ticket_of(row), entry.data["before"])
            age = now - entry.at - self._context.set_forward(within=UNDO_WITHIN)
            done = Done(event=entry.event, age=age, version=entry.data["version"], before=before)
            undone = undo(ticket_of(row), done, version=row.version, actor=acting(agent), now=now)
            if await decide.has_left(row.id, author=DESK, released_at=entry.at + UNDO_WITHIN):
                raise TooLateToUndo(number=row.number)
            await commit_change(self._context, row, undone, cause=cause, now=now)
            await decide.put_back(row.id, taken_back_at=entry.at)  # by the reopening that is undone
            return ticket_of(row)

    async def close_due(self, *, now: datetime) -> None:
        """Close the solved tickets whose time for reopening has passed; work is proportional to what is due."""
        due = await TicketRow.filter(next_due_at__lte=now).order_by("next_due_at").limit(DUE_AT_ONCE)
        for row in due:
            cause = Cause(f"due:{row.number}:{row.version}")
            await self._decide(
                TicketNumber(row.number), lambda it: tickets.close_when_due(it, now=now), cause=cause, now=now
            )

    async def _decide(
        self, number: TicketNumber, decision: Callable[[Ticket], Change], *, cause: Cause, now: datetime
    ) -> Ticket:
        async with self._context.transaction():
            row = await locked(number)
            if await first_time(cause, now=now):
                change = decision(ticket_of(row))
                await commit_change(self._context, row, change, cause=cause, now=now)
            return ticket_of(row)
