"""
Our posts in Slack.

A post carries the marks of its parts as metadata, by which an attempt whose end is unknown is found again. Source:
Slack, "Message metadata".
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.ports import Delivered, Part
from bot.errors import Rejected
from bot.slack.blocks import Message
from bot.slack.errors import code_of, reading, writing

EVENT_TYPE = "loket_part"  #: of the metadata
SKEW = timedelta(days=1)  #: how far Slack's clock may be behind ours: one set to a local time instead of UTC, say
PAGE = 200  #: what Slack advises


class Posting:
    """Posts, and finds what may have been posted."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post(
        self, parts: Sequence[Part], message: Message, *, channel: str, thread_ts: str | None = None
    ) -> Delivered:
        """Post what these parts carry, once; raises `bot.errors.DeliveryError`."""
        first, *others = [part.mark for part in parts]
        marks: dict[str, Any] = {"part": first, "also": others} if others else {"part": first}
        answer = await writing(
            self._client.chat_postMessage(
                channel=channel,
                thread_ts=thread_ts,
                text=message.text,
                blocks=message.blocks,
                metadata={"event_type": EVENT_TYPE, "event_payload": marks},
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return Delivered(key=answer["ts"], facts={"channel": answer["channel"], "ts": answer["ts"]})

    async def in_channel(self, parts: Sequence[Part], channel: str) -> dict[str, str | None]:
        """The posts in the channel that carry these parts, by their marks; None: there is none."""
        return await self._found(parts, self._client.conversations_history, channel=channel)

    async def in_thread(self, parts: Sequence[Part], channel: str, thread_ts: str) -> dict[str, str | None]:
        """The same for a thread."""
        return await self._found(parts, self._client.conversations_replies, channel=channel, ts=thread_ts)

    async def _found(
        self, parts: Sequence[Part], call: Callable[..., Awaitable[Any]], **place: str
    ) -> dict[str, str | None]:
        found: dict[str, str | None] = dict.fromkeys(part.mark for part in parts)
        try:
            async for message in self._since(parts, call, **place):
                found.update({mark: str(message["ts"]) for mark in _marks(message) if mark in found})
                if None not in found.values():
                    break
        except Rejected as refusal:
            if code_of(refusal.__cause__) != "thread_not_found":
                raise
        return found

    async def _since(
        self, parts: Sequence[Part], call: Callable[..., Awaitable[Any]], **place: str
    ) -> AsyncIterator[Mapping[str, Any]]:
        tried = [part.tried_at for part in parts if part.tried_at is not None]
        since = f"{(min(tried) - SKEW).timestamp():.6f}" if len(tried) == len(parts) else None
        cursor: str | None = None
        while True:
            asked = call(**place, oldest=since, cursor=cursor, limit=PAGE, include_all_metadata=True)
            page = await reading(asked)
            for message in page["messages"]:
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return


def _marks(message: Mapping[str, Any]) -> Iterator[str]:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    if "part" in payload:
        yield payload["part"]
        yield from payload.get("also", ())
