"""
Finding what agents wrote while we were away.

Slack tries an event for about six minutes; what came later stands only in the threads. Read there, it goes through the
same inbox under the same key, so that nothing is handled twice.
"""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from tortoise.expressions import Q

from bot.delivery.inbox import Inbox
from bot.models.rows import MessageRow, TicketRow
from bot.slack import parse
from bot.slack.parse import Posted
from bot.slack.people import People

STILL_READ = timedelta(days=14)  #: so long after closing a ticket's thread is read
PAGE = 200  #: messages; Slack's advice for conversations.replies


class CatchUp:
    """Reads threads and puts what is new into the inbox."""

    def __init__(self, client: AsyncWebClient, inbox: Inbox, *, people: People, source: str) -> None:
        self._client = client
        self._people = people
        self._inbox = inbox
        self._source = source

    async def run(self, *, now: datetime) -> None:
        """Read the threads of all tickets that are not closed, or were closed lately. Raises what the SDK raises."""
        recent = ~Q(status__in=("solved", "closed")) | Q(solved_at__gt=now - STILL_READ)
        async for row in TicketRow.filter(recent, thread_ts__isnull=False).order_by("-last_customer_at"):
            await self._read(row)

    async def _read(self, row: TicketRow) -> None:
        known = {message.slack_ts for message in await MessageRow.filter(ticket_id=row.id).only("slack_ts")}
        channel, me = str(row.slack_channel), (await self._people.me()).user
        raws = []
        async for message in self._thread(channel, str(row.thread_ts)):
            said = parse.posted(message, channel=channel)
            if isinstance(said, Posted) and said.user != me and said.ts not in known:
                body = {"type": "event_callback", "event": {**message, "type": "message", "channel": channel}}
                raws.append(parse.raw(body, text=json.dumps(body, ensure_ascii=False)))
        await self._inbox.put(self._source, raws)

    async def _thread(self, channel: str, ts: str) -> AsyncIterator[Mapping[str, Any]]:
        """All of it: a call costs the same for a part, and any message in it may be the one that was missed."""
        cursor: str | None = None
        while True:
            page = await self._client.conversations_replies(channel=channel, ts=ts, limit=PAGE, cursor=cursor)
            for message in page.get("messages") or ():
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
