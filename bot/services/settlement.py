"""What follows from how a part ended; runs inside the transaction that stores the outcome."""

from datetime import datetime

from bot.delivery import decide, outbox
from bot.delivery.outbox import Entry
from bot.delivery.ports import Arrived, Delivered, Outcome, Part, Refused, Unknown
from bot.domain.events import DESK, Event, MessageId, ReplyAccepted, ReplyFailed, ReplyUncertain
from bot.domain.ids import Cause, TicketNumber
from bot.domain.intents import ShowReceipt, UpdateCard
from bot.domain.receipts import Receipt, advanced, of_parts
from bot.domain.ticket import Change, answered
from bot.models.mapping import ticket_of
from bot.models.rows import MessageRow, TicketRow
from bot.services.commit import commit_change, put_intents
from bot.services.context import Context


class Settlement:
    """Draws the consequences of deliveries."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def settle(self, part: Part, outcome: Outcome, *, now: datetime) -> None:
        """A part ended: keep what was learnt, and tell who must know."""
        cause = Cause(f"settled:{part.id}:{part.attempts}:{type(outcome).__name__}")
        match part.kind, outcome:
            case "send", _ if part.ticket is not None and part.message is not None:
                await self._sent(part, outcome, cause=cause, now=now)
            case "open_thread" | "update_card", Delivered():
                await self._card_stands(part, outcome, cause=cause, now=now)
            case "post_message", Delivered(key=key):
                await self._shown(part, key, cause=cause, now=now)
            case "show_receipt", Delivered(facts=facts):
                await MessageRow.filter(id=part.message).update(receipt_shown=facts.get("shown"))
            case _:
                pass
        self._context.wake()

    async def _card_stands(self, part: Part, outcome: Delivered, *, cause: Cause, now: datetime) -> None:
        """Remember where it is; if the ticket has changed since it was drawn, it is drawn again."""
        row = await TicketRow.select_for_update().get(id=part.ticket)
        facts = outcome.facts
        if part.kind == "open_thread":
            row.slack_channel, row.thread_ts = facts["channel"], facts["ts"]
            await row.save(update_fields=["slack_channel", "thread_ts"])
            await MessageRow.filter(ticket_id=row.id, seq=1).update(slack_ts=facts["ts"])
        if facts.get("version", row.version) != row.version:
            await put_intents(self._context, row, [UpdateCard()], cause=cause, now=now)

    async def _shown(self, part: Part, ts: str | None, *, cause: Cause, now: datetime) -> None:
        message = await MessageRow.get(id=part.message)
        message.slack_ts = ts
        await message.save(update_fields=["slack_ts"])
        if message.receipt is not None:
            row = await TicketRow.get(id=message.ticket_id)
            await put_intents(self._context, row, [ShowReceipt(MessageId(message.id))], cause=cause, now=now)

    async def _sent(self, part: Part, outcome: Outcome, *, cause: Cause, now: datetime) -> None:
        """A part to the customer ended: the receipt says so, and what went wrong stands in the thread."""
        row = await TicketRow.select_for_update().get(id=part.ticket)
        message = await MessageRow.get(id=part.message)
        mid = MessageId(message.id)
        word = of_parts(await decide.states(mid))
        message.receipt = advanced(None if message.receipt is None else Receipt(message.receipt), word).value
        await message.save(update_fields=["receipt"])
        number, ticket = TicketNumber(row.number), ticket_of(row)
        events: tuple[Event, ...] = ()
        match outcome:
            case Refused(reason=reason):
                events = (ReplyFailed(ticket=number, actor=DESK, at=now, message=mid, part=part.id, reason=reason),)
            case Unknown(reason=reason):
                events = (ReplyUncertain(ticket=number, actor=DESK, at=now, message=mid, part=part.id, reason=reason),)
            case Delivered() if word is Receipt.ACCEPTED and message.author != DESK:
                released_at = datetime.fromisoformat(part.payload["released_at"])
                ticket = answered(ticket, released_at=released_at)
                events = (ReplyAccepted(ticket=number, actor=DESK, at=now, message=mid),)
            case _:
                pass
        await commit_change(self._context, row, Change(ticket, events), cause=cause, now=now)

    async def alarm(self, arrived: Arrived, *, now: datetime) -> None:
        """Say in the desk's Slack channel that something could not be read; it stays stored."""
        desk = self._context.config.desks[0]
        entry = Entry(
            lane=f"desk:{desk.name}",
            kind="post_alarm",
            budget=f"slack:post:{desk.name}",
            payload={"name": "parked", "words": {"source": arrived.source, "id": f"in-{arrived.id}"}},
        )
        await outbox.put([entry], cause=f"parked:{arrived.id}", now=now)
        self._context.wake()
