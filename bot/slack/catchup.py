"""
Finding what agents wrote, edited and deleted while we were away.

Slack tries an event for about six minutes; what came later stands only in the threads. Read there, it goes through the
same inbox under the same keys, so that nothing is handled twice. Each thread is read from its beginning: what was
stored last says nothing about what came before it, since others may have been stored since we came back.

A thread takes a call, of which Slack allows fifty a minute. Therefore the list of the cards, two hundred a call, is
looked at first: it says when the last reply was written below each. Of an edit or a deletion it says nothing; those are
sought where an agent wrote in the two days before we went away. Older messages that somebody changes just while we are
away stay as they were.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from tortoise.expressions import Q

from bot.channels.base import Raw
from bot.clock import Clock
from bot.delivery.inbox import Inbox
from bot.errors import DeliveryError, Later
from bot.logs import trace
from bot.models.database import is_temporary
from bot.models.rows import CounterRow, InboxRow, MessageRow, TicketRow
from bot.slack import parse
from bot.slack.errors import reading
from bot.slack.holds import Holds
from bot.slack.parse import Posted
from bot.slack.people import People

STILL_READ = timedelta(days=14)  #: so long after closing a ticket's thread is read
PAGE = 200  #: messages; Slack's advice for conversations.replies
CHANGED_WITHIN = timedelta(hours=48)  #: so long an agent's message may be changed; Telegram deletes none that is older
SKEW = timedelta(days=1)  #: how far Slack's clock and ours may be apart
WORTH = 2  #: cards that a page of the list must have shown, else the threads themselves are as cheap
CAUGHT_UP = "caught_up_until"  #: the counter that remembers it, in ms since 1970
PAUSE = timedelta(seconds=5)  #: before Slack is asked again, where it did not say how long to wait

_Json = Mapping[str, Any]
_Result = TypeVar("_Result")

log = structlog.get_logger()


class CatchUp:
    """
    Reads threads and puts what is new into the inbox.

    It remembers in the database up to when everything is known. While it reads that stays as it was, so that one that
    was interrupted begins with the same.
    """

    def __init__(
        self, client: AsyncWebClient, inbox: Inbox, *, people: People, holds: Holds, source: str, clock: Clock
    ) -> None:
        self._holds = holds
        self._client = client
        self._people = people
        self._inbox = inbox
        self._source = source
        self._clock = clock
        self._heard_at: datetime | None = None
        self._is_current = False  # all of the time before we connected was looked for
        self.resting = asyncio.Event()  #: set while no thread is read, and nothing but a later time is waited for
        self.resting.set()

    def heard(self) -> None:
        """An event of Slack's was stored."""
        self._heard_at = self._clock.now()

    def missed(self) -> None:
        """An event of Slack's could not be stored; by the time that the next ones can, Slack may have given it up."""
        self._is_current = False

    async def keep(self) -> bool:
        """Remember up to when everything is known; False: something may be missing, and `run` must be called."""
        if self._is_current and self._heard_at is not None:
            await self._known_until(self._heard_at)
            self._heard_at = None
        return self._is_current

    async def run(self) -> None:
        """
        Read the threads, of tickets that are not closed or were closed lately, in which something may be missing.

        First those in which a reply waits for it, then the liveliest. Slack's limit or silence is waited for; a thread
        that Slack refuses to show, or that we can't read, is left out.
        """
        self.resting.clear()
        self._heard_at, self._is_current = None, True  # what goes wrong from now on counts
        try:
            begun_at = self._clock.now()
            recent = ~Q(status="closed") | Q(closed_at__gt=begun_at - STILL_READ)
            rows = await TicketRow.filter(recent, thread_ts__isnull=False).order_by("-last_customer_at")
            waited_for = [row for row in rows if row.id in self._holds.unread]
            others = [row for row in rows if row.id not in self._holds.unread]
            await self._read_all(waited_for)
            await self._read_all(await self._suspect(others))
            await self._known_until(begun_at)
        except BaseException:
            self._is_current = False
            raise
        finally:
            self.resting.set()

    async def _read_all(self, rows: Sequence[TicketRow]) -> None:
        for row in rows:
            try:
                await self._insist(partial(self._read, row))
            except DeliveryError as refusal:
                log.warning("catch_up.left_out", ticket=row.number, reason=str(refusal))
            except Exception as error:  # a supervisor: a thread that we can't digest must not hide all others
                if is_temporary(error):
                    raise
                log.error("catch_up.left_out", ticket=row.number, **trace(error))
            self._holds.read(row.id)

    async def _read(self, row: TicketRow) -> None:
        await self._inbox.put(self._source, await self._found(row))

    async def _insist(self, step: Callable[[], Awaitable[_Result]]) -> _Result:
        while True:
            try:
                return await step()
            except Later as reason:
                self.resting.set()
                await self._clock.wait(asyncio.Event(), until=self._clock.now() + (reason.after or PAUSE))
                self.resting.clear()

    # --- where something may be missing

    async def _known_until(self, moment: datetime) -> None:
        value = int(moment.timestamp() * 1000)
        await CounterRow.update_or_create(name=CAUGHT_UP, defaults={"value": value})

    async def _suspect(self, rows: Sequence[TicketRow]) -> Sequence[TicketRow]:
        """First those with a reply that may be new, then those with messages that may have changed."""
        known = await CounterRow.get_or_none(name=CAUGHT_UP)
        if known is None:
            return rows
        since = datetime.fromtimestamp(known.value / 1000, UTC)
        replied: dict[str, datetime] = {}
        for channel in {str(row.slack_channel) for row in rows}:
            cards = {str(row.thread_ts) for row in rows if row.slack_channel == channel}
            replied |= await self._last_replies(channel, cards)
        fresh = [row for row in rows if replied.get(str(row.thread_ts), since) >= since - SKEW]
        theirs = MessageRow.filter(author__startswith="agent:", slack_ts__isnull=False)
        lively = {row.ticket_id for row in await theirs.filter(arrived_at__gt=since - CHANGED_WITHIN)}
        changeable = lively - {row.id for row in fresh}
        return [*fresh, *(row for row in rows if row.id in changeable)]

    async def _last_replies(self, channel: str, cards: Collection[str]) -> dict[str, datetime]:
        """When the last reply under each card was written; the epoch: there is none. Some may be missing."""
        found: dict[str, datetime] = {}
        cursor: str | None = None
        while len(cards) - len(found) >= WORTH:
            try:
                page = await self._insist(partial(self._page_of_list, channel, cursor))
            except DeliveryError as refusal:
                log.warning("catch_up.no_list", reason=str(refusal))
                break
            shown = {str(one.get("ts")): _moment(one.get("latest_reply")) for one in page.get("messages") or ()}
            told = {ts: at for ts, at in shown.items() if ts in cards}
            found |= told
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor or len(told) < WORTH:
                break
        return found

    async def _page_of_list(self, channel: str, cursor: str | None) -> AsyncSlackResponse:
        return await reading(self._client.conversations_history(channel=channel, limit=PAGE, cursor=cursor))

    # --- what happened in a thread

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


def _moment(ts: object) -> datetime:
    """When something with this ``ts`` was posted; the epoch where there is none."""
    return datetime.fromtimestamp(float(str(ts or 0)), UTC)
