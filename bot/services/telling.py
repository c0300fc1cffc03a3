"""What the desk itself says to customers: texts of the catalogue in their language, with the answers they can press."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.channels.base import Choice
from bot.delivery.entries import Entry, put
from bot.delivery.paces import budget_of
from bot.domain.closing import BEST, NotYet, Rated, Solved, id_of
from bot.domain.ids import Cause, TicketNumber
from bot.domain.text import RichText
from bot.models.rows import CustomerRow, IdentityRow, TicketRow
from bot.services.context import Context
from bot.texts import language_of

#: what a customer can ask of the desk, beside writing; the ids of the choices that offer it begin with ``do:``
OFFERED = ("status", "new", "close", "lang id", "lang en")


async def language_for(context: Context, customer: CustomerRow, *, desk: str) -> str:
    """The customer's own choice, else the platform's hint, else the desk's language."""
    default = context.config.desk_named(desk).language
    return customer.chosen_language or language_of(customer.language, default=default)


async def sentence(context: Context, row: TicketRow, name: str, **words: str) -> tuple[RichText, tuple[Choice, ...]]:
    """A text about a ticket, and its choices."""
    customer = await CustomerRow.by_id(row.customer_id)
    language = await language_for(context, customer, desk=row.desk)
    text = context.texts.say(
        language,
        name,
        **words,
        name=customer.name,
        number=row.number,
        target=context.texts.span(language, context.config.targets.first_response),
        reopen=context.texts.span(language, context.config.tickets.reopen_within),
    )
    return RichText.of(text), _choices(context, name, TicketNumber(row.number), language)


def _choices(context: Context, name: str, number: TicketNumber, language: str) -> tuple[Choice, ...]:
    say = context.texts.say
    match name:
        case "ticket.solved":
            return (
                Choice(id_of(Solved(number)), say(language, "customer.choice.solved")),
                Choice(id_of(NotYet(number)), say(language, "customer.choice.not_yet")),
            )
        case "ticket.rate":
            return tuple(
                Choice(id_of(Rated(number, rating)), say(language, f"customer.choice.rate_{rating}"))
                for rating in range(BEST, 0, -1)
            )
        case _:
            return ()


def offers(context: Context, language: str) -> tuple[Choice, ...]:
    """The menu under the help."""
    return tuple(
        Choice(f"do:{offer}", context.texts.say(language, f"customer.choice.{offer.replace(' ', '_')}"))
        for offer in OFFERED
    )


async def tell(
    context: Context,
    identity: IdentityRow,
    text: str,
    *,
    choices: tuple[Choice, ...] = (),
    cause: Cause,
    now: datetime,
) -> None:
    """Answer a customer outside any ticket, in a lane of their own. Call inside the transaction."""
    pieces = context.channels[identity.channel].pieces(RichText.of(text))
    payloads: list[Mapping[str, Any]] = [
        {"text": piece.to_json(), "identity": identity.id, "released_at": now.isoformat()} for piece in pieces
    ]
    budget = budget_of(identity.channel, identity.id)
    entries = [Entry(lane=f"answer:{identity.id}", kind="send", budget=budget, payload=one) for one in payloads]
    await put(with_choices(entries, choices), cause=cause, now=now)


def with_choices(entries: list[Entry], choices: tuple[Choice, ...]) -> list[Entry]:
    """The choices stand under the last piece."""
    if not entries or not choices:
        return entries
    shown = [{"id": choice.id, "label": choice.label} for choice in choices]
    *before, last = entries
    return [*before, replace(last, payload={**last.payload, "choices": shown})]
