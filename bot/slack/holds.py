"""
When the hold of a reply is over: not before everything that happened in its thread has been seen.

Else a deletion that is stored but not processed yet would come too late, and after a start so would one that Slack has
not told us of: whatever was held when the last process ended, or was not even looked at, waits until its thread has
been read again.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

from bot.clock import Jumps
from bot.delivery.outbox import ASK_AFTER
from bot.models.rows import DeliveryRow, InboxRow, MessageRow, TicketRow
from bot.slack.parse import lane_of, place_of


class Holds:
    """
    Answers the outbox.

    ``source`` is the inbox's name for Slack; ``unread`` are the tickets whose threads must be read first. After the
    computer's clock was set forward, nothing that waits for one of these ``spans`` leaves before it has passed anew.
    """

    def __init__(self, *, source: str, jumps: Jumps, spans: Iterable[timedelta]) -> None:
        self._source = source
        self._jumps = jumps
        self._spans = sorted(spans)
        self.unread: set[int] = set()
        self.woken: Callable[[], None] = lambda: None  #: called when something may leave that might not before

    async def recover(self) -> None:
        """Take note of what an earlier process has left held, or stored and undecided."""
        held = DeliveryRow.filter(kind="send", state="held", announced_at=None, message__slack_ts__isnull=False)
        self.unread = {row.ticket_id for row in await held if row.ticket_id is not None}
        new = InboxRow.filter(source=self._source, state="new").distinct()
        for lane in await new.values_list("lane", flat=True):
            channel, thread = place_of(str(lane).removeprefix(f"{self._source}:"))
            tickets = TicketRow.filter(slack_channel=channel, thread_ts=thread)
            self.unread.update([row.id for row in await tickets])

    def read(self, ticket: int) -> None:
        """All that Slack knows of the ticket's thread is in the inbox."""
        if ticket in self.unread:
            self.unread.discard(ticket)
            self.woken()

    def left(self, row: DeliveryRow) -> timedelta:
        """How long what waits for its time may not leave, since the computer's clock was set forward."""
        return self._jumps.left(row.due_at - row.created_at if row.state == "held" else ASK_AFTER)

    def next_look(self) -> timedelta:
        """When one of the spans will have passed anew; zero: all have."""
        return next((left for span in self._spans if (left := self._jumps.left(span))), timedelta(0))

    async def are_over(self, row: DeliveryRow) -> bool:
        """Whether this part, whose time has come, may leave."""
        if row.message_id is None or (await MessageRow.by_id(row.message_id)).slack_ts is None:
            return True  # it did not come from a thread
        if row.ticket_id in self.unread:
            return False
        ticket = await TicketRow.by_id(row.ticket_id)
        lane = f"{self._source}:{lane_of(ticket.slack_channel, ticket.thread_ts)}"
        return not await InboxRow.exists(lane=lane, state="new")
