"""Replies that are edited or deleted after they began to leave: what can still be changed is, also at the customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channels.base import Revising
from bot.delivery import decide, revise
from bot.delivery.entries import put
from bot.delivery.ports import Delivered, Outcome, Part
from bot.domain.enclosures import Enclosed
from bot.domain.events import (
    Actor,
    ChangeCarried,
    ChangeNotCarried,
    ChangeSent,
    Event,
    MessageId,
    ReplyChanged,
    ReplyWithdrawn,
)
from bot.domain.ids import Cause, TicketNumber
from bot.domain.receipts import Receipt, advanced
from bot.domain.revisions import Act, SentPart, Step, revised, taken_back
from bot.domain.text import RichText
from bot.domain.ticket import Change
from bot.errors import Rejected
from bot.models.mapping import ticket_of
from bot.models.rows import IdentityRow, MessageRow, TicketRow
from bot.services import enclosures
from bot.services.commit import commit_change, pieces_of
from bot.services.context import Context

_HERE = frozenset({Act.REWRITE, Act.DROP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """
    A change that an agent made to a reply in its thread: ``what`` is ``edit`` or ``delete``.

    Everything is called inside the transaction of the decision.
    """

    context: Context
    row: TicketRow
    message: MessageRow
    what: str
    actor: Actor
    cause: Cause
    now: datetime

    async def edit(self, text: RichText, files: Sequence[Enclosed], *, is_internal: bool) -> tuple[Event, ...]:
        """
        Let the customer read the new words, without the files that were taken away.

        If the words are internal, whatever has not left stays here.
        """
        try:
            parts = await self._parts()
            if is_internal:
                away = await self._made_here(taken_back(parts))
                if away or _is_in_doubt(parts):
                    raise Rejected("It now holds something internal, which is never carried.")
                return (await self._withdrawn(text),)
            words = [part for part in parts if part.file is None]
            steps = revised(words, await pieces_of(self.context, self.row, self.message, text))
            if steps is None:
                raise Rejected("It now needs more messages than were sent.")
            mid = MessageId(self.message.id)
            if await enclosures.added(mid, files):
                raise Rejected("It now has a file that was not sent; a file goes only with a new message.")
            gone = await enclosures.taken_away(mid, files)
            steps = (*steps, *taken_back([part for part in parts if part.file in gone]))
            await self._check(steps)
        except Rejected as refusal:
            return (self._refused(str(refusal)),)
        self.message.body = text.to_json()
        await self.message.save(update_fields=["body"])
        changed = await enclosures.follow(self.row, mid, files, actor=self.actor, now=self.now)
        return (*changed, *await self._made(steps, parts))

    async def delete(self) -> tuple[Event, ...]:
        """Let the customer's copy be gone; whatever has not left stays here."""
        try:
            parts = await self._parts()
            away = await self._made_here(taken_back(parts))
            if _is_in_doubt(parts) or not parts:
                raise Rejected("Nobody can tell whether the customer has it, so it can't be changed there.")
            await self._check(away)
        except Rejected as refusal:
            return (self._refused(str(refusal)),)
        if not away:
            return (await self._withdrawn(None),)
        return (await self._sent(away),)

    async def _parts(self) -> list[SentPart]:
        """What there is to change. What an agent said by command stands in a post of the bot: no agent changes that."""
        if self.message.author != self.actor:
            raise Rejected("Nobody but its writer can change it.")
        await revise.overtaken(self.message.id, now=self.now)
        return await revise.sent_parts(self.message.id)

    async def _check(self, steps: Sequence[Step]) -> None:
        """Whether the channel can make those steps that are made at the customer."""
        identity = await IdentityRow.by_id(self.row.identity_id)
        channel = self.context.channels[identity.channel]
        if any(step.act not in _HERE for step in steps) and not isinstance(channel, Revising):
            raise Rejected(f"{channel.capabilities.label} does not let us change what was sent.")

    async def _made(self, steps: Sequence[Step], parts: Sequence[SentPart]) -> tuple[Event, ...]:
        if not steps:
            return ()
        away = await self._made_here(steps)
        if away:
            return (await self._sent(away),)
        await self._receipt()
        number, mid, touched = TicketNumber(self.row.number), MessageId(self.message.id), {step.part for step in steps}
        if any(part.id in touched and part.state in {"failed", "uncertain"} for part in parts):
            waits = ChangeCarried(ticket=number, actor=self.actor, at=self.now, message=mid, what="edit_waits")
            return (waits,)
        return (ReplyChanged(ticket=number, actor=self.actor, at=self.now, message=mid, due_at=self.now),)

    async def _made_here(self, steps: Sequence[Step]) -> list[Step]:
        """Make the steps that need no platform; returns the others."""
        away: list[Step] = []
        for step in steps:
            if step.act not in _HERE:
                away.append(step)
            elif not await revise.done_here(step, why=f"{self.what} by its writer", now=self.now):
                away.append(revise.elsewhere(step))
        return away

    async def _sent(self, steps: Sequence[Step]) -> Event:
        entries = [await revise.entry(step, what=self.what, actor=self.actor) for step in steps]
        await put(entries, cause=self.cause, now=self.now)
        await self._receipt()
        mid = MessageId(self.message.id)
        return ChangeSent(
            ticket=TicketNumber(self.row.number), actor=self.actor, at=self.now, message=mid, what=self.what
        )

    async def _receipt(self) -> None:
        """What was given up counts no more; what waits for the customer still does."""
        if await decide.waits(self.message.id):
            return
        before = None if self.message.receipt is None else Receipt(self.message.receipt)
        self.message.receipt = advanced(before, await decide.receipt(self.message.id)).value
        await self.message.save(update_fields=["receipt"])

    async def _withdrawn(self, text: RichText | None) -> Event:
        """Nothing of it has left, nor will: it is a note."""
        if text is not None:
            self.message.body = text.to_json()
        self.message.direction, self.message.receipt = "note", Receipt.INTERNAL.value
        await self.message.save(update_fields=["body", "direction", "receipt"])
        mid = MessageId(self.message.id)
        return ReplyWithdrawn(ticket=TicketNumber(self.row.number), actor=self.actor, at=self.now, message=mid)

    def _refused(self, reason: str) -> Event:
        return ChangeNotCarried(
            ticket=TicketNumber(self.row.number), actor=self.actor, at=self.now, message=MessageId(self.message.id),
            what=self.what, reason=reason,
        )  # fmt: skip


def _is_in_doubt(parts: Sequence[SentPart]) -> bool:
    """Whether nobody can tell of some part if the customer has it."""
    return any(part.state == "discarded" or (part.state == "uncertain" and part.announced) for part in parts)


async def settled(context: Context, part: Part, outcome: Outcome, *, cause: Cause, now: datetime) -> None:
    """A change at the customer ended: the thread says how."""
    row, what, reason = await TicketRow.by_id(part.ticket), part.payload["what"], None
    if isinstance(outcome, Delivered):
        await revise.arrived(part)
    else:
        reason = outcome.reason
    if not await revise.ends(part, gives_up=reason, now=now):
        return
    if reason is not None and part.kind == "edit" and await revise.waits(part):
        what, reason = "edit_waits", None
    number, actor, mid = TicketNumber(row.number), Actor(part.payload["actor"]), MessageId(part.message or 0)
    event: Event = ChangeCarried(ticket=number, actor=actor, at=now, message=mid, what=what)
    if reason is not None:
        event = ChangeNotCarried(ticket=number, actor=actor, at=now, message=mid, what=what, reason=reason)
    await commit_change(context, row, Change(ticket_of(row), (event,)), cause=cause, now=now)
