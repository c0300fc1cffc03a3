"""Finding tickets, for every use case."""

from bot.domain.ids import AgentId, SlackChannel, SlackTs, TicketNumber
from bot.errors import NoSuchTicket
from bot.models.rows import DeliveryRow, TicketRow


async def locked(number: TicketNumber) -> TicketRow:
    """The ticket's row, for changing it; call inside the transaction."""
    row = await TicketRow.select_for_update().get_or_none(number=number)
    if row is None:
        raise NoSuchTicket(number=number)
    return row


async def of_thread(channel: SlackChannel, thread: SlackTs) -> TicketRow | None:
    """The ticket whose card is this message."""
    return await TicketRow.select_for_update().get_or_none(slack_channel=channel, thread_ts=thread)


async def number_of_thread(channel: SlackChannel, thread: SlackTs) -> TicketNumber | None:
    """The number of the ticket whose card is this message."""
    row = await TicketRow.get_or_none(slack_channel=channel, thread_ts=thread)
    return None if row is None else TicketNumber(row.number)


async def only_open_one(agent: AgentId) -> TicketNumber | None:
    """The one ticket that the agent has open; None where there is not exactly one."""
    rows = await TicketRow.filter(owner=agent, status__not_in=("solved", "closed")).limit(2)
    return TicketNumber(rows[0].number) if len(rows) == 1 else None


async def by_number(number: TicketNumber) -> TicketRow:
    """The ticket's row, for reading it."""
    row = await TicketRow.get_or_none(number=number)
    if row is None:
        raise NoSuchTicket(number=number)
    return row


async def a_card_may_be_unknown() -> bool:
    """Whether a card may stand in Slack whose place we don't know yet."""
    return await DeliveryRow.exists(kind="open_thread", state__in=("sending", "uncertain"))
