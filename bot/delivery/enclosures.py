"""Files on their way to customers: fetched when they are to leave, removed when that has ended."""

from pathlib import Path
from typing import Protocol

from bot.channels.base import Channel, OutboundFile, Sink
from bot.delivery.attachments import note
from bot.delivery.files import LARGEST_BYTES, FileStore
from bot.domain.filetypes import HEAD_BYTES, harmless, sniffed
from bot.models.rows import AttachmentRow


class Origin(Protocol):
    """Where agents' files lie."""

    async def fetch(self, row: AttachmentRow, sink: Sink) -> None:
        """Give the bytes to ``sink``; raises `bot.errors.Later` or `bot.errors.Rejected`."""
        ...


class Enclosures:
    """
    Agents' files.

    As long as an attachment is ``waiting``, the attempt that is under way has not begun to send it.
    """

    def __init__(self, store: FileStore, origin: Origin) -> None:
        self._store = store
        self._origin = origin

    async def ready(self, attachment: int, channel: Channel) -> OutboundFile:
        """
        The file on our disk, as the channel takes it.

        Raises `bot.errors.Rejected`, before anything is fetched where its size is known, or `bot.errors.Later`.
        """
        row = await AttachmentRow.by_id(attachment)
        if row.size_bytes is not None:
            channel.carried_as(mime=row.mime, size_bytes=row.size_bytes)
        # One that lies here as ``waiting`` came as the process or the database failed: sent so, it would look unsent.
        path = (None if row.state == "waiting" else self._store.here(attachment)) or await self._fetched(row)
        with path.open("rb") as file:
            mime = sniffed(file.read(HEAD_BYTES), claimed=row.mime)
        size_bytes = path.stat().st_size
        kind = channel.carried_as(mime=mime, size_bytes=size_bytes)
        name = harmless(row.name) or "file"
        return OutboundFile(path=path, kind=kind, name=name, mime=mime, size_bytes=size_bytes)

    async def _fetched(self, row: AttachmentRow) -> Path:
        await note({row.id: {"state": "waiting"}})
        async with self._store.keep(row.id, cap_bytes=LARGEST_BYTES) as kept:
            await self._origin.fetch(row, kept.write)
        await note({row.id: {"state": "here", "sha256": kept.sha256, "size_bytes": kept.size_bytes}})
        path = self._store.here(row.id)
        assert path is not None  # noqa: S101 - it has just been kept
        return path

    async def is_unsent(self, attachment: int) -> bool:
        """Whether an attempt that was cut off had certainly not begun to send."""
        return (await AttachmentRow.by_id(attachment)).state == "waiting"

    async def remove(self, attachment: int) -> None:
        """It is not needed any more; should somebody want it sent again, it is fetched again."""
        await self._store.remove([attachment])
