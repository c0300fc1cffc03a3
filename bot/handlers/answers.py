"""The longer answers: tickets in a list, and how one stands. Whatever customers and agents wrote is shown literally."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from bot.domain.ids import TicketNumber
from bot.domain.ticket import Ticket
from bot.models.mapping import ticket_of
from bot.models.rows import CustomerRow, IdentityRow, TicketRow
from bot.services import tickets
from bot.services.tickets import Listed
from bot.slack.blocks import REASON, Say, date, person, preview, state_emoji
from bot.slack.mrkdwn import literal

if TYPE_CHECKING:
    from bot.handlers.front import Front

SUBJECT = 60  #: characters of a subject in a list


async def listing(front: "Front", found: Listed) -> str:
    """One line for each ticket, and how many are not shown."""
    say = partial(front.texts.say, front.language())
    lines = [say(f"list.{found.name}", total=found.total)]
    lines += [await _line(front, row, found.customers[row.customer_id], say) for row in found.rows]
    if not found.rows:
        lines.append(say("list.none"))
    if found.total > len(found.rows):
        lines.append(say("list.more", count=found.total - len(found.rows)))
    return "\n".join(lines)


async def _line(front: "Front", row: TicketRow, customer: str, say: Say) -> str:
    ticket = ticket_of(row)
    age = front.texts.span(front.language(), front.clock.now() - row.opened_at)
    parts = (
        f"{state_emoji(ticket)} {await _number(front, row)}",
        literal(person(customer, say)),
        literal(preview(row.subject, SUBJECT)),
        await _owner(front, ticket, say),
        date(row.solved_at) if ticket.status.is_done and row.solved_at else age,
    )
    return " · ".join(parts)


async def standing(front: "Front", before: TicketRow) -> str:
    """How a ticket stands: what the card shows, and the times."""
    row = await tickets.by_number(TicketNumber(before.number))
    say = partial(front.texts.say, front.language(row))
    return "\n".join([line async for line in _standing(front, row, say)])


async def _standing(front: "Front", row: TicketRow, say: Say) -> AsyncIterator[str]:
    ticket, customer = ticket_of(row), await CustomerRow.by_id(row.customer_id)
    identity = await IdentityRow.by_id(row.identity_id)
    channel = front.services.context.channels.get(identity.channel)
    label = identity.channel if channel is None else channel.capabilities.label
    number, name = await _number(front, row), literal(person(customer.name, say))
    yield f"{state_emoji(ticket)} *{number}* · {name} · {label}"
    yield literal(preview(row.subject))
    owner, level = await _owner(front, ticket, say), say("card.level", level=ticket.level)
    yield f"*{say(f'status.{ticket.status}')}* · {owner} · {level}"
    times = {
        "opened": ticket.opened_at,
        "first_reply": ticket.first_reply_at,
        "last_customer": ticket.last_customer_at,
        "solved": ticket.solved_at,
        "closed": ticket.closed_at,
    }
    yield " · ".join(say(f"show.{word}", at=date(at)) for word, at in times.items() if isinstance(at, datetime))
    if ticket.resolution:
        yield say("show.resolution", resolution=literal(preview(ticket.resolution, REASON)))


async def _number(front: "Front", row: TicketRow) -> str:
    """The number, as a link to the thread where there is one."""
    if row.slack_channel is None or row.thread_ts is None:
        return f"#{row.number}"
    return f"<{await front.people.address(row.slack_channel, row.thread_ts)}|#{row.number}>"


async def _owner(front: "Front", ticket: Ticket, say: Say) -> str:
    if ticket.owner is None:
        return say("card.unowned")
    return await front.people.mention(f"agent:{ticket.owner}")
