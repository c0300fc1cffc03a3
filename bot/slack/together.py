"""What a customer wrote while Slack's limit or an outage held it up: it leaves as one post, as far as one holds it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.delivery.ports import Delivered, Part
from bot.domain.text import RichText
from bot.models.database import instant, query
from bot.models.rows import EDIT, WAS, DeliveryRow
from bot.slack import blocks
from bot.slack.surface import SlackSurface

KIND = "post_message"
WAITING, UNKNOWN = ("queued", "later"), ("sending", "uncertain")
MOST = 25  #: parts of one post: each has two blocks at least, and Slack takes 50
TEXT, OTHER = 2, 5  #: the blocks of a mere text, and the most of any other message whose words fit into one section
UNITS = blocks.SECTION * blocks.SECTIONS  #: of words in a post, as many as the longest single message may have

_LANE = """
SELECT d.*, m.direction, m.kind AS message_kind, m.about, m.link, m.body
FROM delivery AS d LEFT JOIN message AS m ON m.id = d.message_id
WHERE d.lane = ? AND d.state IN ('held', 'queued', 'later', 'sending', 'uncertain') AND d.announced_at IS NULL
AND (d.seq, d.part, d.id) >= (?, ?, ?) ORDER BY d.seq, d.part, d.id LIMIT ?
"""


class Together:
    """
    Customers' messages of one ticket as one post. Files, notices, cards and what agents said stay posts of their own,
    and so does a change, which shows an earlier text beside the new one.
    """

    def __init__(self, surface: SlackSurface) -> None:
        self._surface = surface

    async def behind(self, head: DeliveryRow, *, now: datetime) -> Sequence[DeliveryRow]:
        """Say what waits behind the head of a lane and fits into its post; see `bot.delivery.ports.Together`."""
        if head.kind != KIND:
            return ()
        found = await query(_LANE, [head.lane, head.seq, head.part, head.id, MOST])
        some = _unknown(found, now=now) if head.state in UNKNOWN else _fitting(found)
        columns = DeliveryRow._meta.db_fields
        return [DeliveryRow.of({name: row[name] for name in columns}) for row in some][1:]

    async def send(self, parts: Sequence[Part]) -> Delivered:
        """Deliver all as one post or raise `bot.errors.DeliveryError`."""
        return await self._surface.send_together(parts)

    async def find(self, parts: Sequence[Part]) -> Sequence[Delivered | None]:
        """Say of each whether it stands in the thread."""
        return await self._surface.find_together(parts)


def _unknown(lane: Sequence[Mapping[str, Any]], *, now: datetime) -> Iterator[Mapping[str, Any]]:
    """One reading of the thread tells of them all."""
    for row in lane:
        if row["kind"] != KIND or row["state"] not in UNKNOWN or instant(row["due_at"]) > now:
            return
        yield row


def _fitting(lane: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    room, units_left = MOST * TEXT, UNITS
    for row in lane:
        if row["kind"] != KIND or row["state"] not in WAITING or row["direction"] != "in":
            return
        units = blocks.units(_words(row["body"]))
        room -= TEXT if (row["message_kind"], row["about"], row["link"]) == ("text", None, None) else OTHER
        units_left -= units
        if row["message_kind"].startswith((EDIT, WAS)) or units > blocks.SECTION or min(room, units_left) < 0:
            return
        yield row


def _words(body: Any) -> str:
    """JSON: a text in SQLite, and from PostgreSQL as it comes."""
    return RichText.from_json(json.loads(body) if isinstance(body, str) else body).plain
