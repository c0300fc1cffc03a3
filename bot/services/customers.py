"""What customers do beside writing: ask the desk, answer its questions, block it, move."""

from collections.abc import Sequence
from datetime import datetime

from bot.channels.base import AddressChanged, InboundMessage, Reachability
from bot.delivery import decide
from bot.domain import closing
from bot.domain.closing import Answer, NotYet, Rated, Solved
from bot.domain.events import (
    CUSTOMER,
    CustomerReachable,
    CustomerUnreachable,
    MessageId,
    Offer,
    ReplyOffered,
)
from bot.domain.ids import Cause, TicketNumber
from bot.domain.ticket import Change, Ticket
from bot.models.database import query
from bot.models.mapping import ticket_of
from bot.models.rows import AliasRow, CustomerRow, IdentityRow, TicketRow
from bot.services.commit import commit_change, first_time
from bot.services.context import Context
from bot.services.identities import find
from bot.services.telling import language_for, offers, tell
from bot.services.tickets import ACTIVE, DONE

LANGUAGES = {"id": "id", "en": "en", "indonesia": "id", "english": "en", "bahasa": "id", "inggris": "en"}
LISTED = 10  #: open tickets that a status names

_OPEN_OR_LAST = f"""
SELECT * FROM ticket WHERE identity_id = ? AND (
    status IN ({", ".join("?" * len(ACTIVE))}) OR number = (SELECT MAX(number) FROM ticket WHERE identity_id = ?))
"""  # noqa: S608 - marks only


class Customers:
    """Everything of a customer that is no message for an agent. Each is called inside the intake's transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def asks(self, identity: IdentityRow, command: str, words: str, *, cause: Cause, now: datetime) -> None:
        """``/start``, ``/help``, ``/status``, ``/new``, ``/close``, ``/lang``; an unknown one is answered with help."""
        customer = await CustomerRow.by_id(identity.customer_id)
        match command:
            case "lang" if words.strip().lower() in LANGUAGES:
                customer.chosen_language = LANGUAGES[words.strip().lower()]
                await customer.save(update_fields=["chosen_language"])
                await self._say(identity, customer, "customer.lang_set", cause=cause, now=now)
            case "start":
                await self._say(identity, customer, "customer.greeting", cause=cause, now=now)
            case "status":
                await self._status(identity, customer, cause=cause, now=now)
            case "new":
                identity.new_wanted_at = now
                await identity.save(update_fields=["new_wanted_at"])
                await self._say(identity, customer, "customer.new", cause=cause, now=now)
            case "close":
                await self._close(identity, customer, cause=cause, now=now)
            case _:
                await self._help(identity, customer, cause=cause, now=now)

    async def answers(self, row: TicketRow, answer: Answer, *, cause: Cause, now: datetime) -> None:
        """The answer to one of the questions at the end; a late or repeated one changes nothing."""
        ticket = ticket_of(row)
        await commit_change(self._context, row, _decided(ticket, answer, now=now), cause=cause, now=now)

    async def _close(self, identity: IdentityRow, customer: CustomerRow, *, cause: Cause, now: datetime) -> None:
        row = await latest_active(identity)
        if row is None:
            await self._say(identity, customer, "customer.nothing_open", cause=cause, now=now)
            return
        change = closing.confirm(ticket_of(row), now=now)
        await commit_change(self._context, row, change, cause=cause, now=now)

    async def _status(self, identity: IdentityRow, customer: CustomerRow, *, cause: Cause, now: datetime) -> None:
        rows = await TicketRow.filter(identity_id=identity.id, status__not_in=DONE).order_by("-number").limit(LISTED)
        if not rows:
            await self._say(identity, customer, "customer.nothing_open", cause=cause, now=now)
            return
        language, say = await self._language(identity, customer), self._context.texts.say
        lines = [
            say(
                language,
                "customer.status_line",
                number=row.number,
                subject=row.subject,
                status=say(language, f"customer.status.{row.status}"),
            )
            for row in rows
        ]
        text = "\n".join([say(language, "customer.status"), *lines])
        await tell(self._context, identity, text, cause=cause, now=now)

    async def _help(self, identity: IdentityRow, customer: CustomerRow, *, cause: Cause, now: datetime) -> None:
        language = await self._language(identity, customer)
        text = self._context.texts.say(language, "customer.help", name=customer.name)
        await tell(self._context, identity, text, choices=offers(self._context, language), cause=cause, now=now)

    async def _say(
        self, identity: IdentityRow, customer: CustomerRow, name: str, *, cause: Cause, now: datetime
    ) -> None:
        language = await self._language(identity, customer)
        text = self._context.texts.say(language, name, name=customer.name)
        await tell(self._context, identity, text, cause=cause, now=now)

    async def _language(self, identity: IdentityRow, customer: CustomerRow) -> str:
        return await language_for(self._context, customer, desk=self._context.config.desk_for(identity.channel).name)

    async def reached(self, word: Reachability, *, cause: Cause, now: datetime) -> None:
        """They blocked us or let us in again: their open tickets say so."""
        async with self._context.transaction():
            identity = await find([word.address])
            if not await first_time(cause, now=now) or identity is None:
                return
            await mark_reachable(self._context, identity, at=None if word.reachable else word.at, cause=cause, now=now)
            if word.reachable:
                await offer_held(self._context, identity, cause=cause, now=now)

    async def moved(self, word: AddressChanged, *, cause: Cause, now: datetime) -> None:
        """They have a new address; the old one still names them. Where it was only an alias, the new one is another."""
        async with self._context.transaction():
            identity = await find([word.old])
            if not await first_time(cause, now=now) or identity is None or await find([word.new]) is not None:
                return
            other = word.new.key
            if identity.key == word.old.key:
                other, identity.key = identity.key, word.new.key
                await identity.save(update_fields=["key"])
            await AliasRow.create(
                identity_id=identity.id, channel=identity.channel, account=identity.account, key=other, created_at=now
            )


async def mark_reachable(
    context: Context, identity: IdentityRow, *, at: datetime | None, cause: Cause, now: datetime
) -> None:
    """Keep since when (``at``) nothing reaches the customer, None if it does; a change stands in their open tickets."""
    if (identity.blocked_at is None) == (at is None):
        return
    identity.blocked_at = at
    await identity.save(update_fields=["blocked_at"])
    event = CustomerReachable if at is None else CustomerUnreachable
    for row in await TicketRow.filter(identity_id=identity.id, status__not_in=DONE).order_by("number"):
        happened = event(ticket=TicketNumber(row.number), actor=CUSTOMER, at=now)
        await commit_change(context, row, Change(ticket_of(row), (happened,)), cause=cause, now=now)


async def offer_held(context: Context, identity: IdentityRow, *, cause: Cause, now: datetime) -> None:
    """The customer can be written to again: the threads ask what shall become of the replies that waited for that."""
    for ticket, message in await decide.to_offer(identity.id):
        row, mid = await TicketRow.by_id(ticket), MessageId(message)
        offered = ReplyOffered(
            ticket=TicketNumber(row.number), actor=CUSTOMER, at=now, message=mid, offer=Offer.IN_REACH
        )
        await commit_change(context, row, Change(ticket_of(row), (offered,)), cause=cause, now=now)


async def latest_active(identity: IdentityRow) -> TicketRow | None:
    """Of the customer's open tickets the one in which somebody wrote last."""
    return _latest(await TicketRow.all_with({"identity_id": identity.id, "status": ACTIVE}))


async def latest(identity: IdentityRow) -> TicketRow | None:
    """`latest_active`, or, where none is open, the customer's last ticket."""
    rows = [TicketRow.of(found) for found in await query(_OPEN_OR_LAST, [identity.id, *ACTIVE, identity.id])]
    return _latest([row for row in rows if row.status in ACTIVE]) or next(iter(rows), None)


def _latest(rows: Sequence[TicketRow]) -> TicketRow | None:
    return max(
        rows, key=lambda row: (max(row.last_customer_at, row.last_agent_at or row.opened_at), row.number), default=None
    )


def says_more(command: str, words: str) -> bool:
    """Whether the words behind a command are for an agent: more than a language, or than what a link brings along."""
    return len(words.split()) > (1 if command in {"lang", "start"} else 0)


def answered(inbound: InboundMessage, row: TicketRow | None) -> Answer | None:
    """The answer that a message gives to a question at the end of a ticket, by a button or by words."""
    if inbound.choice is not None:
        return closing.pressed(inbound.choice)
    if row is None or inbound.kind != "text" or inbound.edit:
        return None
    return closing.said(inbound.text.plain, ticket=ticket_of(row))


def _decided(ticket: Ticket, answer: Answer, *, now: datetime) -> Change:
    match answer:
        case Solved():
            return closing.confirm(ticket, now=now)
        case NotYet():
            return closing.disagree(ticket, now=now)
        case Rated(rating=rating):
            return closing.rate(ticket, rating=rating, now=now)
