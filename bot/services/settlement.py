"""What follows from how a part ended; runs inside the transaction that stores the outcome."""

from datetime import datetime

from bot.channels.base import Report, Word
from bot.delivery import decide
from bot.delivery.attachments import LIVE
from bot.delivery.ports import FILE, Arrived, Delivered, Outcome, Part, Refused, Unknown
from bot.domain.events import (
    DESK,
    CourtesyDropped,
    Event,
    MessageId,
    ReplyAccepted,
    ReplyFailed,
    ReplyHeld,
    ReplyUncertain,
)
from bot.domain.ids import Cause, TicketNumber
from bot.domain.intents import ShowReceipt, UpdateCard
from bot.domain.receipts import Receipt, advanced
from bot.domain.ticket import Change, answered, bounced
from bot.logs import also
from bot.models.mapping import ticket_of
from bot.models.rows import AttachmentRow, IdentityRow, MessageRow, TicketRow
from bot.services import files, revisions
from bot.services.announce import announce
from bot.services.commit import commit_change, first_time, put_intents
from bot.services.context import Context
from bot.services.customers import mark_reachable


class Settlement:
    """Draws the consequences of deliveries."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def settle(  # noqa: C901 - a table, one row for each kind of part
        self, part: Part, outcome: Outcome, *, now: datetime
    ) -> None:
        """A part ended: keep what was learnt, and tell who must know."""
        cause = Cause(f"settled:{part.id}:{part.attempts}:{type(outcome).__name__}")
        if isinstance(outcome, Refused) and outcome.unreachable and part.ticket is not None:
            await self._lost_touch(part, cause=cause, now=now)
        match part.kind, outcome:
            case "send", _ if part.ticket is not None and part.message is not None:
                await self._sent(part, outcome, cause=cause, now=now)
            case "send", Refused(waits=True, reason=reason):  # an answer outside of any ticket
                await decide.leave(part.id, why=reason, now=now)
            case "edit" | "delete", _:
                await revisions.settled(self._context, part, outcome, cause=cause, now=now)
            case ("fetch_file" | "gather_files", _) | ("post_files", Delivered() | Refused()):
                await files.settled(self._context, part, outcome, cause=cause, now=now)
            case "open_thread" | "update_card", Delivered():
                await self._card_stands(part, outcome, cause=cause, now=now)
            case "post_message", Delivered(key=key):
                await self._shown(part, key, cause=cause, now=now)
            case "show_receipt", Delivered(facts=facts):
                await MessageRow.change({"id": part.message}, receipt_shown=facts.get("shown"))
            case (
                ("open_thread" | "post_message" | "post_files" | "post_notice" | "post_offer" | "post_trouble"),
                Refused(reason=reason) | Unknown(reason=reason),
            ):
                await self._not_shown(part, reason, cause=cause, now=now)
            case _:
                pass  # nobody is woken: the outbox looks again when the part's work is over, and `reported` has its own

    async def reported(self, report: Report, *, cause: Cause, now: datetime) -> None:
        """
        A platform's later word about something sent. Words come late, twice and in any order.

        What reached the customer has arrived, whatever was said before; "accepted" is no news after a failure.
        """
        async with self._context.transaction():
            found = await decide.reported(mark=report.mark, key=report.key)
            if not await first_time(cause, now=now) or found is None:
                return
            part, of_last_attempt = found
            also(part=f"out-{part.id}", origin=part.origin or f"out-{part.id}")
            if report.word is Word.FAILED:
                is_news = of_last_attempt and not part.payload.get(decide.THERE)
                if is_news and await decide.bounced(part.id, reason=report.reason, now=now):
                    await self.settle(part, Refused(report.reason, waits=report.waits), now=now)
                return
            standing = ("sending", "uncertain", "queued", "later")  # also what a person has just asked to send again
            states = standing if report.word is Word.ACCEPTED else (*standing, "failed", "held")
            if report.word is not Word.ACCEPTED:
                await decide.is_there(part)
            if await decide.arrived(part.id, from_states=states, key=report.key, now=now):
                await self.settle(part, Delivered(key=report.key), now=now)
            if report.word is Word.READ and await decide.is_last(part):  # with the last, all before it are read
                await self._read(part, cause=cause, now=now)

    async def _read(self, part: Part, *, cause: Cause, now: datetime) -> None:
        """The customer has seen it: the receipt says so once all parts are there."""
        message = await MessageRow.get_or_none(id=part.message)
        if message is None or part.ticket is None or await decide.receipt(message.id) is not Receipt.ACCEPTED:
            return
        message.receipt = Receipt.READ.value
        await message.save(update_fields=["receipt"])
        row = await TicketRow.by_id(part.ticket)
        await put_intents(self._context, row, [ShowReceipt(MessageId(message.id))], cause=cause, now=now)

    async def _not_shown(self, part: Part, reason: str, *, cause: Cause, now: datetime) -> None:
        """Slack refuses what agents should see, or can't say whether it is there: the desk's channel is told."""
        row = await TicketRow.by_id(part.ticket)
        words = {"number": str(row.number), "reason": reason, "id": f"out-{part.id}"}
        await announce(self._context.config.desk_named(row.desk), "not_shown", words, cause=cause, now=now)

    async def _card_stands(self, part: Part, outcome: Delivered, *, cause: Cause, now: datetime) -> None:
        """Remember where it is; if the ticket has changed since it was drawn, it is drawn again."""
        row = await TicketRow.by_id(part.ticket)
        facts = outcome.facts
        if part.kind == "open_thread":
            self._context.metrics.shown(now - row.opened_at)
            row.slack_channel, row.thread_ts = facts["channel"], facts["ts"]
            await row.save(update_fields=["slack_channel", "thread_ts"])
            await MessageRow.change({"ticket_id": row.id, "seq": 1}, slack_ts=facts["ts"])
        if facts.get("version", row.version) != row.version:
            await put_intents(self._context, row, [UpdateCard()], cause=cause, now=now)

    async def _shown(self, part: Part, ts: str | None, *, cause: Cause, now: datetime) -> None:
        message = await MessageRow.by_id(part.message)
        if message.direction == "in":
            self._context.metrics.shown(now - message.arrived_at)
        message.slack_ts = ts
        await message.save(update_fields=["slack_ts"])
        if message.receipt is not None:
            row = await TicketRow.by_id(message.ticket_id)
            await put_intents(self._context, row, [ShowReceipt(MessageId(message.id))], cause=cause, now=now)

    async def _sent(self, part: Part, outcome: Outcome, *, cause: Cause, now: datetime) -> None:
        """A part to the customer ended: the receipt says so, and what went wrong stands in the thread."""
        if FILE in part.payload and isinstance(outcome, Delivered):
            await AttachmentRow.change({"id": part.payload[FILE], "state": LIVE}, state="done", settled_at=now)
        row = await TicketRow.by_id(part.ticket)
        message = await MessageRow.by_id(part.message)
        if isinstance(outcome, Refused) and outcome.waits:
            change = await self._out_of_reach(row, message, part.id, outcome.reason, now=now)
            await commit_change(self._context, row, change, cause=cause, now=now)
            return
        is_all_there = await _show_standing(message) is Receipt.ACCEPTED
        mid, number, ticket = MessageId(message.id), TicketNumber(row.number), ticket_of(row)
        events: tuple[Event, ...] = ()
        match outcome:
            case Refused(reason=reason):
                ticket = bounced(ticket, replies=await decide.accepted(row.id, but=DESK))
                events = (ReplyFailed(ticket=number, actor=DESK, at=now, message=mid, part=part.id, reason=reason),)
            case Unknown(reason=reason):
                events = (ReplyUncertain(ticket=number, actor=DESK, at=now, message=mid, part=part.id, reason=reason),)
            case Delivered() if message.author != DESK and is_all_there:
                released_at = datetime.fromisoformat(part.payload["released_at"])
                self._context.metrics.answered(now - released_at)
                ticket = answered(ticket, released_at=released_at)
                events = (ReplyAccepted(ticket=number, actor=DESK, at=now, message=mid),)
            case _:
                pass
        await commit_change(self._context, row, Change(ticket, events), cause=cause, now=now)

    async def _out_of_reach(
        self, row: TicketRow, message: MessageRow, part: int, reason: str, *, now: datetime
    ) -> Change:
        """
        Only the customer can change it, so what is left of a reply waits for them.

        What the desk says by itself would be of no use later: it is dropped.
        """
        ticket, mid, number = ticket_of(row), MessageId(message.id), TicketNumber(row.number)
        if message.author == DESK:
            await decide.drop(message.id, refused=part, reason=reason, now=now)
            return Change(ticket, (CourtesyDropped(ticket=number, actor=DESK, at=now, message=mid, reason=reason),))
        await decide.hold(message.id, refused=part, reason=reason, now=now)
        message.receipt = Receipt.HELD.value
        await message.save(update_fields=["receipt"])
        held = ReplyHeld(ticket=number, actor=DESK, at=now, message=mid, reason=reason)
        return Change(bounced(ticket, replies=await decide.accepted(row.id, but=DESK)), (held,))

    async def _lost_touch(self, part: Part, *, cause: Cause, now: datetime) -> None:
        """Nothing will reach this customer any more."""
        row = await TicketRow.by_id(part.ticket)
        identity = await IdentityRow.by_id(row.identity_id)
        await mark_reachable(self._context, identity, at=now, cause=cause, now=now)

    async def alarm(self, arrived: Arrived, *, now: datetime) -> None:
        """Say in the desk's Slack channel that something could not be read; it stays stored."""
        words = {"source": arrived.source, "id": f"in-{arrived.id}"}
        desk, cause = self._context.config.desks[0], Cause(f"parked:{arrived.id}")
        await announce(desk, "parked", words, cause=cause, now=now)


async def _show_standing(message: MessageRow) -> Receipt:
    """Bring the message's receipt up to date; returns what its parts come to."""
    shown, standing = None if message.receipt is None else Receipt(message.receipt), await decide.standing(message.id)
    message.receipt = advanced(shown, standing.shown).value
    await message.save(update_fields=["receipt"])
    return standing.parts
