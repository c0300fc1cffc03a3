"""The files of what agents write: kept with their message, looked at when it is to go out, one part each."""

from collections.abc import Sequence
from datetime import datetime

from bot.delivery.outbox import Entry
from bot.delivery.ports import FILE
from bot.domain.enclosures import Enclosed
from bot.domain.events import MessageId
from bot.domain.text import RichText
from bot.errors import Rejected
from bot.models.rows import AttachmentRow, IdentityRow, TicketRow
from bot.services.context import Context

AFTER_TEXTS = 1  #: the rank of a file among what is ready; in its own lane it keeps its place
_ID = "id"  #: in an attachment's source: what it is called where it lies


async def keep(message: MessageId, files: Sequence[Enclosed], *, now: datetime) -> None:
    """Store what came with a message; one that can't be had is failed from the beginning."""
    if not files:
        return
    for position, file in enumerate(files, start=1 + len(await of_message(message))):
        await AttachmentRow.create(
            message_id=message, position=position, kind="file", name=file.name, mime=file.mime,
            size_bytes=file.size_bytes, source={_ID: file.id, **file.source},
            state="failed" if file.problem else "waiting", error=file.problem or None, created_at=now,
        )  # fmt: skip


async def of_message(message: MessageId) -> list[AttachmentRow]:
    """The files of a message, in order."""
    return await AttachmentRow.all_with({"message_id": message}, order="position")


async def are(message: MessageId, files: Sequence[Enclosed]) -> bool:
    """Whether these are the files of the message."""
    return {row.source.get(_ID) for row in await of_message(message)} == {file.id for file in files}


async def taken_away(message: MessageId, files: Sequence[Enclosed]) -> set[int]:
    """The attachments of the message that are not among these."""
    stay = {file.id for file in files}
    return {row.id for row in await of_message(message) if row.source.get(_ID) not in stay}


async def drop_others(message: MessageId, files: Sequence[Enclosed]) -> None:
    """Forget what an edit took away; it never adds any."""
    await AttachmentRow.filter(id__in=await taken_away(message, files)).delete()


async def refuse(context: Context, row: TicketRow, message: MessageId, *, now: datetime) -> list[AttachmentRow]:
    """Fail what the ticket's channel does not take, as far as that is known yet; returns all that failed."""
    identity = await IdentityRow.by_id(row.identity_id)
    channel, failed = context.channels.get(identity.channel), []
    for file in await of_message(message):
        if file.state != "failed" and channel is not None and file.size_bytes is not None:
            try:
                channel.carried_as(mime=file.mime, size_bytes=file.size_bytes)
            except Rejected as refusal:
                file.state, file.error, file.settled_at = "failed", str(refusal), now
                await file.save(update_fields=["state", "error", "settled_at"])
        if file.state == "failed":
            failed.append(file)
    return failed


async def entries(row: TicketRow, message: MessageId, *, due_at: datetime) -> list[Entry]:
    """One part for each file that can go, in order."""
    return [
        Entry(
            lane=f"customer:{row.id}", kind="send", rank=AFTER_TEXTS, ticket=row.id, message=message, due_at=due_at,
            payload={"text": RichText(()).to_json(), FILE: file.id, "released_at": due_at.isoformat()},
        )
        for file in await of_message(message)
        if file.state != "failed"
    ]  # fmt: skip
