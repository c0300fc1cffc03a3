"""A customer writes: their message finds its ticket, or opens one."""

from datetime import datetime

from bot.channels.base import InboundMessage, Raw, Sender, Unreadable
from bot.delivery import outbox
from bot.delivery.outbox import Entry
from bot.delivery.ports import Arrived, Unprocessable
from bot.domain.courtesies import is_courtesy
from bot.domain.events import CUSTOMER, MessageId, TicketOpened
from bot.domain.ids import Cause, TicketNumber
from bot.domain.text import RichText
from bot.domain.ticket import Change, Place, Status, Ticket, place, receive
from bot.models.mapping import take, ticket_of
from bot.models.rows import CounterRow, CustomerRow, IdentityRow, MessageRow, TicketRow
from bot.services.commit import add_message, commit_change, first_time, inbox_cause
from bot.services.context import Context
from bot.texts import language_of

SUBJECT = 80  #: characters of the first line that name a ticket in lists


class Intake:
    """What becomes of what customers write."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def process(self, arrived: Arrived) -> None:
        """Turn one row of the inbox into decisions."""
        raw = Raw(key=arrived.key, lane=arrived.lane, position=arrived.position, body=arrived.body)
        match self._context.channels[arrived.source].read(raw):
            case InboundMessage() as inbound:
                await self.receive(inbound, cause=inbox_cause(arrived.id), now=arrived.received_at)
            case Unreadable(reason=reason):
                raise Unprocessable(reason)
            case _:
                pass  # TODO(#3): reachability, moved addresses, reports

    async def receive(self, inbound: InboundMessage, *, cause: Cause, now: datetime) -> None:
        """Put the message into its ticket; a redelivered one, by cause or by the platform's key, changes nothing."""
        async with self._context.transaction():
            if not await first_time(cause, now=now) or await MessageRow.exists(external_key=external_key(inbound)):
                return
            identity = await _identity(inbound.sender, now=now)
            if inbound.command == "start":
                await self._greet(identity, cause=cause, now=now)
                return
            latest = await TicketRow.filter(identity_id=identity.id).order_by("-number").first()
            await self._place(inbound, identity, latest, cause=cause, now=now)

    async def _place(
        self, inbound: InboundMessage, identity: IdentityRow, latest: TicketRow | None, *, cause: Cause, now: datetime
    ) -> None:
        where = place(
            None if latest is None else ticket_of(latest),
            courtesy=inbound.edit or (inbound.kind == "text" and is_courtesy(inbound.text.plain)),
            reopen_within=self._context.config.tickets.reopen_within,
            now=now,
        )
        if latest is None or where is Place.OPENS:
            await self._open(inbound, identity, latest, cause=cause, now=now)
            return
        message = await _stored(latest, inbound, now=now)
        change = receive(ticket_of(latest), message=message, at_place=where, sent_at=inbound.sent_at, now=now)
        await commit_change(self._context, latest, change, cause=cause, now=now)

    async def _open(
        self, inbound: InboundMessage, identity: IdentityRow, previous: TicketRow | None, *, cause: Cause, now: datetime
    ) -> None:
        ticket = Ticket(
            number=await _next_number(),
            status=Status.NEW,
            opened_at=now,
            last_customer_at=inbound.sent_at,
        )
        row = TicketRow(
            number=ticket.number,
            desk=self._context.desk_for(identity.channel).name,
            customer_id=identity.customer_id,
            identity_id=identity.id,
            subject=_subject(inbound),
            opened_at=now,
            previous=None if previous is None else previous.number,
        )
        take(row, ticket)
        await row.save()
        message = await _stored(row, inbound, now=now)
        opened = TicketOpened(
            ticket=ticket.number,
            actor=CUSTOMER,
            at=now,
            message=message,
            previous=None if previous is None else TicketNumber(previous.number),
        )
        await commit_change(self._context, row, Change(ticket, (opened,)), cause=cause, now=now)

    async def _greet(self, identity: IdentityRow, *, cause: Cause, now: datetime) -> None:
        """A messenger's start button is no request: it is answered, and opens nothing."""
        customer = await CustomerRow.get(id=identity.customer_id)
        language = language_of(customer.language, default=self._context.desk_for(identity.channel).language)
        text = RichText.of(self._context.texts.say(language, "customer.greeting", name=customer.name))
        entry = Entry(
            lane=f"greeting:{identity.id}",
            kind="send",
            budget=f"{identity.channel}:send",
            payload={"text": text.to_json(), "identity": identity.id, "released_at": now.isoformat()},
        )
        await outbox.put([entry], cause=cause, now=now)


def external_key(inbound: InboundMessage) -> str:
    """The platform's own key of the message, unique over all channels and accounts."""
    address = inbound.sender.address
    return f"{address.channel}:{address.account}:{inbound.key}"


async def _identity(sender: Sender, *, now: datetime) -> IdentityRow:
    """The customer's address, known or new; their present name and language are kept."""
    address = sender.address
    found = await IdentityRow.get_or_none(channel=address.channel, account=address.account, key=address.key)
    if found is not None:
        # locked, so that of two first messages only one opens a ticket where several processes work
        identity = await IdentityRow.select_for_update().get(id=found.id)
        await CustomerRow.filter(id=identity.customer_id).update(name=sender.name, language=_language(sender))
        return identity
    customer = await CustomerRow.create(name=sender.name, language=_language(sender), created_at=now)
    return await IdentityRow.create(
        customer_id=customer.id, channel=address.channel, account=address.account, key=address.key, created_at=now
    )


def _language(sender: Sender) -> str | None:
    return None if sender.language is None else sender.language[:8]


async def _next_number() -> TicketNumber:
    """The next ticket number: from 1, and given back if the transaction is, so that people see no gaps."""
    counter, _ = await CounterRow.get_or_create(name="ticket", defaults={"value": 0})
    counter = await CounterRow.select_for_update().get(name="ticket")
    counter.value += 1
    await counter.save(update_fields=["value"])
    return TicketNumber(counter.value)


async def _stored(row: TicketRow, inbound: InboundMessage, *, now: datetime) -> MessageId:
    return await add_message(
        row,
        direction="in",
        author=CUSTOMER,
        author_name=inbound.sender.name,
        body=inbound.text,
        kind=f"edit.{inbound.kind}" if inbound.edit else inbound.kind,
        sent_at=inbound.sent_at,
        now=now,
        external_key=external_key(inbound),
    )


def _subject(inbound: InboundMessage) -> str:
    first = next((line.strip() for line in inbound.text.plain.splitlines() if line.strip()), inbound.kind)
    return first if len(first) <= SUBJECT else first[: SUBJECT - 1] + "…"
