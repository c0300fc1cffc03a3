"""Finding tickets, for every use case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from bot.domain.ids import AgentId, SlackChannel, SlackTs, TicketNumber
from bot.domain.ticket import Status
from bot.errors import NoSuchTicket
from bot.models.rows import CustomerRow, DeliveryRow, TicketRow

DONE = ("solved", "closed")
ACTIVE = tuple(status.value for status in Status if status.value not in DONE)
LISTED = 20  #: tickets that a list shows


async def locked(number: TicketNumber) -> TicketRow:
    """The ticket's row, for changing it; call inside the transaction."""
    row = await TicketRow.found(number=number)
    if row is None:
        raise NoSuchTicket(number=number)
    return row


async def of_thread(channel: SlackChannel, thread: SlackTs) -> TicketRow | None:
    """The ticket whose card is this message."""
    return await TicketRow.found(slack_channel=channel, thread_ts=thread)


async def number_of_thread(channel: SlackChannel, thread: SlackTs) -> TicketNumber | None:
    """The number of the ticket whose card is this message."""
    row = await TicketRow.found(slack_channel=channel, thread_ts=thread)
    return None if row is None else TicketNumber(row.number)


async def only_open_one(agent: AgentId) -> TicketNumber | None:
    """The one ticket that the agent has open; None where there is not exactly one."""
    return await _only(TicketRow.filter(owner=agent, status__not_in=DONE))


async def only_solved_one(agent: AgentId) -> TicketNumber | None:
    """The one ticket of the agent that is solved; None where there is not exactly one."""
    return await _only(TicketRow.filter(owner=agent, status="solved"))


async def _only(found: QuerySet[TicketRow]) -> TicketNumber | None:
    rows = await found.limit(2)
    return TicketNumber(rows[0].number) if len(rows) == 1 else None


async def by_number(number: TicketNumber) -> TicketRow:
    """The ticket's row, for reading it."""
    row = await TicketRow.found(number=number)
    if row is None:
        raise NoSuchTicket(number=number)
    return row


async def a_card_may_be_unknown() -> bool:
    """Whether a card may stand in Slack whose place we don't know yet."""
    return await DeliveryRow.exists(kind="open_thread", state__in=("sending", "uncertain"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The first tickets of a list, how many there are in all, and the customers' names by their row."""

    name: str  #: of the text ``list.<name>``
    rows: Sequence[TicketRow]
    total: int
    customers: Mapping[int, str]


async def open_ones(among: Q) -> Listed:
    """The tickets that are not done: those that nobody owns first, then the oldest."""
    found = TicketRow.filter(among, status__not_in=DONE)
    unclaimed = await found.filter(owner__isnull=True).order_by("opened_at", "id").limit(LISTED)
    left = LISTED - len(unclaimed)
    claimed = await found.filter(owner__isnull=False).order_by("opened_at", "id").limit(left) if left else []
    return await _listed("open", [*unclaimed, *claimed], found)


async def open_ones_of(agent: AgentId, among: Q) -> Listed:
    """The agent's tickets that are not done, oldest first."""
    found = TicketRow.filter(among, owner=agent, status__not_in=DONE)
    return await _listed("mine", await found.order_by("opened_at", "id").limit(LISTED), found)


async def done_ones(among: Q) -> Listed:
    """The tickets that are solved or closed, the latest first."""
    found = TicketRow.filter(among, status__in=DONE)
    return await _listed("closed", await found.order_by("-solved_at", "-id").limit(LISTED), found)


async def _listed(name: str, rows: Sequence[TicketRow], found: QuerySet[TicketRow]) -> Listed:
    customers = await CustomerRow.filter(id__in={row.customer_id for row in rows}) if rows else []
    names = {customer.id: customer.name for customer in customers}
    return Listed(name=name, rows=rows, total=await found.count(), customers=names)
