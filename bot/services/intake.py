"""A customer writes: their message finds its ticket, or opens one."""

from dataclasses import replace
from datetime import datetime

from bot.channels.base import (
    AddressChanged,
    Deletion,
    Detail,
    Ignored,
    InboundMessage,
    Raw,
    Reachability,
    Reaction,
    Report,
    Unreadable,
)
from bot.delivery.ports import Arrived, Unprocessable
from bot.domain import closing
from bot.domain.closing import Answer
from bot.domain.courtesies import is_courtesy
from bot.domain.events import CUSTOMER, MessageId, TicketOpened
from bot.domain.ids import Cause, TicketNumber
from bot.domain.text import RichText, joined
from bot.domain.ticket import Change, Place, Status, Ticket, place, receive
from bot.models.database import query
from bot.models.mapping import take, ticket_of
from bot.models.rows import EDIT, CounterRow, IdentityRow, MessageRow, TicketRow
from bot.services import files, reactions, versions
from bot.services.commit import add_message, commit_change, first_time, inbox_cause
from bot.services.context import Context
from bot.services.customers import Customers, answered, latest, latest_active, mark_reachable, offer_held, says_more
from bot.services.identities import of_sender
from bot.services.settlement import Settlement

NOTES = frozenset({"system", "identity"})  #: kinds of message by which a platform speaks, not the customer
SUBJECT = 80  #: characters of the first line that name a ticket in lists


class Intake:
    """What becomes of what customers write."""

    def __init__(self, context: Context, *, settlement: Settlement) -> None:
        self._context = context
        self._customers = Customers(context)
        self._settlement = settlement

    async def process(self, arrived: Arrived) -> None:  # noqa: C901 - a table, one row for each kind
        """Turn one row of the inbox into decisions."""
        raw = Raw(key=arrived.key, lane=arrived.lane, position=arrived.position, body=arrived.body)
        cause, now = inbox_cause(arrived.id), arrived.received_at
        match self._context.channels[arrived.source].read(raw):
            case InboundMessage() as inbound:
                await self.receive(inbound, cause=cause, now=now)
            case Deletion() as word:
                await versions.deleted(self._context, word, cause=cause, now=now)
            case Reaction() as reaction:
                await reactions.received(self._context, reaction, cause=cause, now=now)
            case Reachability() as word:
                await self._customers.reached(word, cause=cause, now=now)
            case AddressChanged() as word:
                await self._customers.moved(word, cause=cause, now=now)
            case Report() as report:
                await self._settlement.reported(report, cause=cause, now=now)
            case Unreadable(reason=reason):
                raise Unprocessable(reason)
            case Ignored():
                pass

    async def receive(self, inbound: InboundMessage, *, cause: Cause, now: datetime) -> None:
        """Put the message into its ticket; a redelivered one, by cause or by the platform's key, changes nothing."""
        async with self._context.transaction():
            key = versions.external_key(inbound.sender.address, inbound.key)
            if not await first_time(cause, now=now):
                return
            if known := await MessageRow.found(external_key=key):
                await self._again(inbound, known, cause=cause, now=now)
                return
            identity = await of_sender(inbound.sender, sent_at=inbound.sent_at, now=now)
            was_away = identity.blocked_at is not None or self._has_window(identity)
            await mark_reachable(self._context, identity, at=None, cause=cause, now=now)
            if inbound.album and await files.joined_album(self._context, inbound, key=key, cause=cause, now=now):
                return
            original = await versions.named(inbound.sender.address, inbound.revises, identity)
            if original is not None:
                await self._edited(inbound, original, cause=cause, now=now)
            else:
                await self._new(await _in_its_place(inbound), identity, cause=cause, now=now)
            if was_away:
                await offer_held(self._context, identity, cause=cause, now=now)

    def _has_window(self, identity: IdentityRow) -> bool:
        """Whether we may write only for a time after a message; nobody knows any more whether that was over."""
        return self._context.channels[identity.channel].capabilities.window is not None

    async def _again(self, inbound: InboundMessage, known: MessageRow, *, cause: Cause, now: datetime) -> None:
        """It stands there already; what came before it may have been its change."""
        if known.kind.startswith(EDIT) and not inbound.edit:
            row = await TicketRow.select_for_update().get(id=known.ticket_id)
            told = replace(inbound, text=self._told(inbound, row))
            await versions.came_late(self._context, row, told, known, cause=cause, now=now)

    async def _new(self, inbound: InboundMessage, identity: IdentityRow, *, cause: Cause, now: datetime) -> None:
        asked = _asked(inbound)
        if asked is None:
            await self._said(inbound, identity, cause=cause, now=now)
        else:
            await self._asked(inbound, identity, *asked, cause=cause, now=now)
        if self._context.channels[identity.channel].capabilities.deletions:
            key = versions.external_key(inbound.sender.address, inbound.key)
            await versions.deleted_before(self._context, key, cause=cause, now=now)

    async def _edited(self, inbound: InboundMessage, original: MessageRow, *, cause: Cause, now: datetime) -> None:
        """A new version of a message that we know goes to where that is; what changes nothing that is seen, nowhere."""
        row = await TicketRow.select_for_update().get(id=original.ticket_id)
        told = replace(inbound, text=self._told(inbound, row))
        if original.direction != "in" or not await versions.is_news(told, original):
            return
        others = await versions.other_files(inbound, original)
        key = versions.external_key(inbound.sender.address, inbound.revises)
        if original.album is not None and not await files.item_changed(original, told, key=key):
            if not others:
                return
            words = RichText.from_json((await versions.newest(original)).body)  # they stand beside another item
            inbound = replace(inbound, text=words, details=())
        if original.seq == 1:
            row.subject = _subject(inbound)
            await row.save(update_fields=["subject"])
        message = await self._stored(row, inbound, about=original.id, now=now)
        await _with_files(row, message, replace(inbound, files=others), cause=cause, now=now)
        await versions.changed(self._context, row, original, message, sent_at=inbound.sent_at, cause=cause, now=now)

    async def _asked(
        self, inbound: InboundMessage, identity: IdentityRow, command: str, words: str, *, cause: Cause, now: datetime
    ) -> None:
        """Answer a command. What else the customer writes behind it is a message as any other."""
        message = replace(inbound, command=None) if inbound.choice is None and says_more(command, words) else None
        is_last = command == "close" and await latest_active(identity) is not None  # of the ticket that is closed then
        if message is not None and is_last:
            await self._said(message, identity, cause=cause, now=now)
        await self._customers.asks(identity, command, words, cause=cause, now=now)
        if message is not None and not is_last:
            await self._said(message, identity, cause=cause, now=now)

    async def _said(self, inbound: InboundMessage, identity: IdentityRow, *, cause: Cause, now: datetime) -> None:
        quotes = None if inbound.edit else inbound.quotes  # a version refers to what it changes
        quoted = await versions.named(inbound.sender.address, quotes, identity)
        row = await self._meant(quoted, identity)
        answer = None if identity.new_wanted_at is not None else answered(inbound, row)
        if answer is not None:
            await self._answer(identity, answer, cause=cause, now=now)
        else:
            about = None if quoted is None else quoted.id
            await self._place(_as_words(inbound), identity, row, about=about, cause=cause, now=now)

    async def _meant(self, quoted: MessageRow | None, identity: IdentityRow) -> TicketRow | None:
        """The ticket of the message that it quotes, else the open one in which somebody wrote last, else the last."""
        if identity.new_wanted_at is None and quoted is not None:
            return await TicketRow.select_for_update().get(id=quoted.ticket_id)
        return await latest(identity)

    async def _answer(self, identity: IdentityRow, answer: Answer, *, cause: Cause, now: datetime) -> None:
        """Only about a ticket of one's own."""
        row = await TicketRow.select_for_update().get_or_none(number=answer.number, identity_id=identity.id)
        if row is not None:
            await self._customers.answers(row, answer, cause=cause, now=now)

    async def _place(
        self,
        inbound: InboundMessage,
        identity: IdentityRow,
        row: TicketRow | None,
        *,
        about: int | None,
        cause: Cause,
        now: datetime,
    ) -> None:
        ticket = None if row is None else ticket_of(row)
        where = place(
            ticket,
            courtesy=inbound.edit
            or inbound.kind in NOTES
            or (inbound.kind == "text" and is_courtesy(inbound.text.plain)),
            reopen_within=self._context.config.tickets.reopen_within,
            now=now,
        )
        if row is None or ticket is None or where is Place.OPENS or identity.new_wanted_at is not None:
            if identity.new_wanted_at is not None:
                identity.new_wanted_at = None
                await identity.save(update_fields=["new_wanted_at"])
            await self._open(inbound, identity, row, about=about, cause=cause, now=now)
            return
        message = await self._stored(row, inbound, about=about, now=now)
        if closing.is_comment(ticket, now=now):
            change = closing.comment(ticket, text=inbound.text.plain, message=message, now=now)
        else:
            change = receive(ticket, message=message, at_place=where, sent_at=inbound.sent_at, now=now)
        await commit_change(self._context, row, change, cause=cause, now=now)
        await _with_files(row, message, inbound, cause=cause, now=now)

    async def _open(
        self,
        inbound: InboundMessage,
        identity: IdentityRow,
        previous: TicketRow | None,
        *,
        about: int | None,
        cause: Cause,
        now: datetime,
    ) -> None:
        ticket = Ticket(
            number=await _next_number(),
            status=Status.NEW,
            opened_at=now,
            last_customer_at=inbound.sent_at,
        )
        row = TicketRow(
            number=ticket.number,
            desk=self._context.config.desk_for(identity.channel).name,
            customer_id=identity.customer_id,
            identity_id=identity.id,
            subject=_subject(inbound),
            opened_at=now,
            previous=None if previous is None else previous.number,
        )
        take(row, ticket)
        await row.save()
        message = await self._stored(row, inbound, about=about, now=now)
        opened = TicketOpened(
            ticket=ticket.number,
            actor=CUSTOMER,
            at=now,
            message=message,
            previous=None if previous is None else TicketNumber(previous.number),
        )
        await commit_change(self._context, row, Change(ticket, (opened,)), cause=cause, now=now)
        await _with_files(row, message, inbound, cause=cause, now=now)

    async def _stored(self, row: TicketRow, inbound: InboundMessage, *, about: int | None, now: datetime) -> MessageId:
        return await add_message(
            row,
            direction="in",
            author=CUSTOMER,
            author_name=inbound.sender.name,
            body=self._told(inbound, row),
            kind=f"{EDIT}{inbound.kind}" if inbound.edit else inbound.kind,
            sent_at=inbound.sent_at,
            now=now,
            external_key=versions.external_key(inbound.sender.address, inbound.key),
            about=about,
            album=files.album_of(inbound),
            link=inbound.link,
        )

    def _told(self, inbound: InboundMessage, row: TicketRow) -> RichText:
        """What the channel says about the message, in the desk's language, then the customer's words."""
        say, language = self._context.texts.say, self._context.config.desk_named(row.desk).language
        lines = [RichText.of(say(language, f"detail.{one.name}", **one.blanks)) for one in inbound.details]
        return joined([*lines, *([inbound.text] if inbound.text else [])], "\n") if lines else inbound.text


async def _with_files(
    row: TicketRow, message: MessageId, inbound: InboundMessage, *, cause: Cause, now: datetime
) -> None:
    if inbound.files:
        key = versions.external_key(inbound.sender.address, inbound.key)
        await files.came(row, message, inbound, key=key, cause=cause, now=now)


async def _in_its_place(inbound: InboundMessage) -> InboundMessage:
    """A new version of what we don't have stands for it, so that what comes later about that finds it."""
    if inbound.revises is None:
        return inbound
    taken = await MessageRow.found(external_key=versions.external_key(inbound.sender.address, inbound.revises))
    return inbound if taken else replace(inbound, key=inbound.revises)


def _asked(inbound: InboundMessage) -> tuple[str, str] | None:
    """The command and its words, typed or chosen in the menu."""
    if inbound.choice is not None and inbound.choice.startswith("do:"):
        command, _, words = inbound.choice.removeprefix("do:").partition(" ")
        return command, words
    return None if inbound.command is None else (inbound.command, inbound.text.plain)


def _as_words(inbound: InboundMessage) -> InboundMessage:
    """A press of a button that is not ours, such as of another program on the same number, says what stands on it."""
    if inbound.choice is None:
        return inbound
    return replace(inbound, choice=None, details=(*inbound.details, Detail("pressed")))


async def _next_number() -> TicketNumber:
    """The next ticket number: from 1, and given back if the transaction is, so that people see no gaps."""
    for counted in await query("UPDATE counter SET value = value + 1 WHERE name = ? RETURNING value", ["ticket"]):
        return TicketNumber(counted["value"])
    return TicketNumber((await CounterRow.create(name="ticket", value=1)).value)


def _subject(inbound: InboundMessage) -> str:
    first = next((line.strip() for line in inbound.text.plain.splitlines() if line.strip()), inbound.kind)
    return first if len(first) <= SUBJECT else first[: SUBJECT - 1] + "…"
