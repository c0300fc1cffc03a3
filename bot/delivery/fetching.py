"""Customers' files come here: each a part of its own, so that none of them waits for another, nor a text for any."""

from collections.abc import Mapping
from datetime import timedelta

from bot.channels.base import Channel, Fetching
from bot.clock import Clock
from bot.delivery.files import FileStore
from bot.delivery.ports import FETCH, FILE, Delivered, Part
from bot.errors import Down, Later, LaterOrNever, Rejected
from bot.logs import also
from bot.models.database import query
from bot.models.rows import AttachmentRow

GATHER = "gather_files"
KINDS = (FETCH, GATHER)
DOUBT = timedelta(minutes=5)  #: so long a file is tried that may be damaged or gone for ever
PATIENCE = timedelta(seconds=20)  #: so long an album waits for its last file; what comes later makes another post

_CHANNEL = """
SELECT i.channel, t.number FROM ticket AS t JOIN identity AS i ON i.id = t.identity_id WHERE t.id = ?
"""


class Fetcher:
    """
    Sends parts of the kinds ``fetch_file``, and ``gather_files``, which ends when all files of an album are here.

    ``keep_for`` is how long to go on trying.
    """

    def __init__(self, channels: Mapping[str, Channel], store: FileStore, *, clock: Clock, keep_for: timedelta) -> None:
        self._channels = channels
        self._store = store
        self._clock = clock
        self._keep_for = keep_for

    async def send(self, part: Part) -> Delivered:
        """Fetch the file, or say that an album is complete; raises `bot.errors.DeliveryError`."""
        if part.kind == GATHER:
            return await self._gathered(part)
        row = await AttachmentRow.by_id(part.payload[FILE])
        try:
            return await self._fetched(part, row)
        except (Later, Down) as reason:
            age = self._clock.now() - row.created_at
            if isinstance(reason, LaterOrNever) and age >= DOUBT:
                raise Rejected(str(reason)) from reason
            if age < self._keep_for:
                raise
            raise Rejected(f"It could not be fetched for {self._keep_for.days} days.") from reason

    async def find(self, part: Part) -> Delivered | None:  # noqa: ARG002 - the same for all
        """Nothing was done that can't be done again."""
        return None

    async def _fetched(self, part: Part, row: AttachmentRow) -> Delivered:
        (found,) = await query(_CHANNEL, [part.ticket])
        also(ticket=found["number"])
        channel = self._channels.get(found["channel"])
        if channel is None:
            raise Down(f"The channel {found['channel']} is switched off.")
        if not isinstance(channel, Fetching):
            raise Rejected(f"{channel.capabilities.label} does not hand files over.")
        async with self._store.keep(row.id) as kept:
            await channel.fetch(row.source, kept.write)
            if kept.size_bytes == 0:
                raise Rejected("The file is empty.")
        return Delivered(facts={"size_bytes": kept.size_bytes, "sha256": kept.sha256})

    async def _gathered(self, part: Part) -> Delivered:
        waiting = await AttachmentRow.found(message_id=part.message, state="waiting")
        if waiting is not None and self._clock.now() - waiting.created_at < PATIENCE:
            raise Later("A file of the album is still on its way.", after=PATIENCE)
        return Delivered()
