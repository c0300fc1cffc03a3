"""
The first start on a database that was brought back from a copy.

Whoever used the original went on after the copy was taken, and nobody can tell how far. So nothing that waited in the
copy leaves by itself: Slack is asked what it has, people are asked about what customers may have. And no id or ticket
number that the original may have given is given again, since cards, buttons and marks of that time are still about.
"""

from datetime import datetime, timedelta

from tortoise.expressions import Q

from bot.delivery.entries import Entry, put
from bot.delivery.outbox import part_of
from bot.delivery.ports import Unknown
from bot.domain.ids import Cause
from bot.domain.intents import UpdateCard
from bot.models.database import Database
from bot.models.lost import IDS, Lost, at_home, copied_at, lost_time, remember
from bot.models.rows import CounterRow, DeliveryRow, InboxRow, TicketRow
from bot.services.commit import put_intents
from bot.services.context import Context
from bot.services.settlement import Settlement

OPEN = ("held", "queued", "sending", "later", "uncertain")
DRAWINGS = ("update_card", "show_receipt", "show_reaction")  #: they show the truth, so once more does no harm
STILL_DRAWN = timedelta(days=14)  #: so long after closing a ticket's card is drawn again
NUMBERS, GROWTH = 1000, 10  #: ticket numbers left out: so many, and so often as many as in an equal span before
AT = "%Y-%m-%d %H:%M UTC"


class Restored:
    """What becomes of a database that was brought back."""

    def __init__(self, context: Context, *, settlement: Settlement) -> None:
        self._context = context
        self._settlement = settlement

    async def take_up(self, database: Database, *, now: datetime) -> Lost | None:
        """
        Take note of a copy, before anything else works on it; the lost time, if this is the first start on the copy.

        From then on the context knows of the lost time, also after later starts.
        """
        since = await copied_at(database)
        if since is None:
            self._context.lost = await lost_time()
            await at_home(database)
            return None
        lost = self._context.lost = Lost(since, now)
        async with self._context.transaction():
            await database.leap(IDS)
            await remember(database, lost)
            number = await _numbers_left_out(lost)
            parked = await _parked(lost)
            await self._doubt(lost)
            await self._draw_again(lost)
            await self._announce(lost, number=number, parked=parked)
        return lost

    async def _doubt(self, lost: Lost) -> None:
        """Nobody knows how the parts ended that had not left: Slack is asked, and a person about all others."""
        waiting = DeliveryRow.filter(state__in=OPEN, announced_at=None).exclude(kind__in=DRAWINGS)
        for row in await waiting.order_by("id"):
            row.state, row.lease_until, row.tried_at = "uncertain", None, row.tried_at or lost.since
            if row.kind == "send":
                row.error, row.announced_at = await self._reason(row, lost), lost.until
            elif row.kind != "post_reminder":  # which still has its time
                row.due_at = lost.until
            await row.save(update_fields=["state", "lease_until", "tried_at", "error", "announced_at", "due_at"])
            if row.kind == "send":
                await self._settlement.settle(part_of(row), Unknown(row.error or ""), now=lost.until)

    async def _reason(self, row: DeliveryRow, lost: Lost) -> str:
        """Why nobody knows, in the words of the ticket's desk."""
        ticket = await TicketRow.get_or_none(id=row.ticket_id)
        desk = self._context.config.desks[0] if ticket is None else self._context.config.desk_named(ticket.desk)
        return self._context.texts.say(desk.language, "trouble.restored", since=f"{lost.since:{AT}}")

    async def _draw_again(self, lost: Lost) -> None:
        """The cards show what the original knew."""
        recent = ~Q(status="closed") | Q(closed_at__gt=lost.since - STILL_DRAWN)
        for row in await TicketRow.filter(recent, thread_ts__isnull=False).order_by("-last_customer_at"):
            await put_intents(self._context, row, [UpdateCard()], cause=_cause(lost), now=lost.until)

    async def _announce(self, lost: Lost, *, number: int, parked: int) -> None:
        words = {
            "since": f"{lost.since:{AT}}", "until": f"{lost.until:{AT}}", "number": str(number), "parked": str(parked),
        }  # fmt: skip
        alarms = [
            Entry(
                lane=f"desk:{desk.name}", kind="post_alarm", budget=f"slack:post:{desk.name}",
                payload={"name": "restored", "words": words},
            )
            for desk in self._context.config.desks
        ]  # fmt: skip
        await put(alarms, cause=_cause(lost), now=lost.until)


def _cause(lost: Lost) -> Cause:
    return Cause(f"restored:{lost.until.isoformat()}")


async def _numbers_left_out(lost: Lost) -> int:
    """Leave out more ticket numbers than the original can have given; the next number."""
    counter, _ = await CounterRow.get_or_create(name="ticket", defaults={"value": 0})
    before = await TicketRow.filter(opened_at__gt=lost.since - (lost.until - lost.since)).count()
    least = counter.value + NUMBERS + GROWTH * before
    counter.value = least - least % -NUMBERS  # the next full thousand
    await counter.save(update_fields=["value"])
    return int(counter.value) + 1


async def _parked(lost: Lost) -> int:
    """What had come in and was not processed has been processed since, or not: an operator decides. How many."""
    reason = f"The database was brought back from a copy of {lost.since:{AT}}; this may have been handled after that."
    waiting = InboxRow.filter(state="new")
    return await waiting.update(state="parked", error=reason, settled_at=lost.until)
