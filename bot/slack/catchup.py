"""
Finding what agents wrote, edited and deleted while we were away.

Slack tries an event for about six minutes; what came later stands only in the threads. Read there, it goes through the
same inbox under the same keys, so that nothing is handled twice. Each thread is read from its beginning: what was
stored last says nothing about what came before it, since others may have been stored since we came back.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from tortoise.expressions import Q

from bot.channels.base import Raw
from bot.clock import Clock
from bot.delivery.inbox import Inbox
from bot.errors import DeliveryError, Later
from bot.models.rows import InboxRow, MessageRow, TicketRow
from bot.slack import parse
from bot.slack.errors import reading
from bot.slack.holds import Holds
from bot.slack.parse import Posted
from bot.slack.people import People

STILL_READ = timedelta(days=14)  #: so long after closing a ticket's thread is read
PAGE = 200  #: messages; Slack's advice for conversations.replies
PAUSE = timedelta(seconds=5)  #: before Slack is asked again, where it did not say how long to wait

_Json = Mapping[str, Any]

log = structlog.get_logger()


class CatchUp:
    """Reads threads and puts what is new into the inbox."""

    def __init__(
        self, client: AsyncWebClient, inbox: Inbox, *, people: People, holds: Holds, source: str, clock: Clock
    ) -> None:
        self._holds = holds
        self._client = client
        self._people = people
        self._inbox = inbox
        self._source = source
        self._clock = clock

    async def run(self) -> None:
        """
        Read the threads of all tickets that are not closed, or were closed lately.

        First those in which a reply waits for it, then the liveliest. Slack's limit or silence is waited for; a thread
        that Slack refuses to show is left out.
        """
        recent = ~Q(status="closed") | Q(closed_at__gt=self._clock.now() - STILL_READ)
        rows = await TicketRow.filter(recent, thread_ts__isnull=False).order_by("-last_customer_at")
        for row in sorted(rows, key=lambda row: row.id not in self._holds.unread):
            try:
                await self._read(row)
            except DeliveryError as refusal:
                log.warning("catch_up.left_out", ticket=row.number, reason=str(refusal))
            self._holds.read(row.id)

    async def _read(self, row: TicketRow) -> None:
        while True:
            try:
                await self._inbox.put(self._source, await self._found(row))
                return
            except Later as reason:
                await self._clock.wait(asyncio.Event(), until=self._clock.now() + (reason.after or PAUSE))

    async def _found(self, row: TicketRow) -> list[Raw]:
        """All that happened in the thread, as the events that Slack would have sent."""
        channel, me = str(row.slack_channel), (await self._people.me()).user
        gone = await self._known(row)  # before reading: what is stored later is not gone
        events: list[_Json] = []
        others: list[_Json] = []
        async for message in self._thread(channel, str(row.thread_ts)):
            gone.pop(str(message.get("ts")), None)
            said = parse.posted(message, channel=channel)
            if isinstance(said, Posted) and said.user != me:
                events += _written(message)
                others += [{"event": event} for event in _without_files(message)]
        events += [self._deleted(ts, user=user, thread=str(row.thread_ts)) for ts, user in gone.items()]
        bodies = [
            {"type": "event_callback", "event": {**event, "type": "message", "channel": channel}} for event in events
        ]
        return [parse.raw(body, text=json.dumps(body)) for body in (*bodies, *others)]

    async def _known(self, row: TicketRow) -> dict[str, str]:
        """The messages of agents in the thread that we have, decided or not, each with who wrote it."""
        lane = f"{self._source}:{parse.lane_of(row.slack_channel, row.thread_ts)}"
        undecided = await InboxRow.filter(lane=lane, state="new")  # first: it may be decided before we look there
        said = [parse.happened(json.loads(one.body)) for one in undecided]
        known = {str(one.ts): str(one.user) for one in said if isinstance(one, Posted) and one.user and not one.is_bot}
        decided = MessageRow.filter(ticket_id=row.id, author__startswith="agent:", slack_ts__isnull=False)
        return known | {str(one.slack_ts): one.author.removeprefix("agent:") for one in await decided}

    def _deleted(self, ts: str, *, user: str, thread: str) -> _Json:
        was = {"ts": ts, "thread_ts": thread, "user": user, "text": ""}
        at = f"{self._clock.now().timestamp():.6f}"
        return {"subtype": "message_deleted", "deleted_ts": ts, "previous_message": was, "event_ts": at}

    async def _thread(self, channel: str, ts: str) -> AsyncIterator[_Json]:
        cursor: str | None = None
        while True:
            page = await reading(self._client.conversations_replies(channel=channel, ts=ts, limit=PAGE, cursor=cursor))
            for message in page.get("messages") or ():
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return


def _without_files(message: _Json) -> Iterator[_Json]:
    """The ends of files that stood in a message: nothing else says when they were."""
    for file in message.get("files") or ():
        if file.get("mode") in parse.GONE:
            yield {"type": "file_deleted", "file_id": file.get("id")}


def _written(message: _Json) -> Iterator[_Json]:
    """A message, and its last edit; what it said before that is not known any more."""
    yield message
    if edited := message.get("edited"):
        before = {name: value for name, value in message.items() if name != "edited"}
        yield {
            "subtype": "message_changed", "message": message, "previous_message": before,
            "event_ts": edited.get("ts"),
        }  # fmt: skip
