"""
The files of what agents write: kept with their message, looked at when it is to go out, one part each.

Where a channel has albums, the files still go one by one: so each has an outcome of its own, and can be sent again or
taken back alone. None carries the text as its caption: a file that fails must not take the words along.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.delivery.attachments import of_message
from bot.delivery.entries import Entry
from bot.delivery.ports import FILE
from bot.domain.enclosures import Enclosed
from bot.domain.events import Actor, FilesChanged, MessageId
from bot.domain.ids import TicketNumber
from bot.domain.text import RichText
from bot.errors import Rejected
from bot.models.rows import DROPPED, AttachmentRow, IdentityRow, MessageRow, TicketRow
from bot.services.context import Context

AFTER_TEXTS = 1  #: the rank of a file among what is ready; in its own lane it keeps its place
_ID = "id"  #: in an attachment's source: what it is called where it lies


async def keep(message: MessageId, files: Sequence[Enclosed], *, now: datetime) -> None:
    """Store what came with a message; one that can't be had is failed from the beginning."""
    if not files:
        return
    for position, file in enumerate(files, start=1 + len(await AttachmentRow.all_with({"message_id": message}))):
        await AttachmentRow.create(
            message_id=message, position=position, kind="file", name=file.name, mime=file.mime,
            size_bytes=file.size_bytes, source={_ID: file.id, **file.source}, slack_file=file.id,
            state="failed" if file.problem else "waiting", error=file.problem or None, created_at=now,
        )  # fmt: skip


async def are(message: MessageId, files: Sequence[Enclosed]) -> bool:
    """Whether these are the files of the message."""
    return {row.source.get(_ID) for row in await of_message(message)} == {file.id for file in files}


async def taken_away(message: MessageId, files: Sequence[Enclosed]) -> set[int]:
    """The attachments of the message that are not among these."""
    stay = {file.id for file in files}
    return {row.id for row in await of_message(message) if row.source.get(_ID) not in stay}


async def added(message: MessageId, files: Sequence[Enclosed]) -> list[Enclosed]:
    """Those that are not among the message's own."""
    known = {row.source.get(_ID) for row in await of_message(message)}
    return [file for file in files if file.id not in known]


async def follow(
    row: TicketRow, message: MessageId, files: Sequence[Enclosed], *, actor: Actor, now: datetime
) -> tuple[FilesChanged, ...]:
    """Let the message have these files."""
    gone, come = await taken_away(message, files), await added(message, files)
    if not (gone or come):
        return ()
    names = tuple(one.name for one in await of_message(message) if one.id in gone)
    await AttachmentRow.filter(id__in=gone).update(state=DROPPED, settled_at=now)
    await keep(message, come, now=now)
    return (
        FilesChanged(
            ticket=TicketNumber(row.number), actor=actor, at=now, message=message, gone=names,
            come=tuple(file.name for file in come),
        ),
    )  # fmt: skip


async def having(file: str) -> list[MessageRow]:
    """The messages of agents that have the file."""
    found = await AttachmentRow.filter(slack_file=file).exclude(state=DROPPED)
    return [message for row in found if (message := await MessageRow.by_id(row.message_id)).direction != "in"]


async def without(message: MessageId, file: str) -> tuple[Enclosed, ...]:
    """The files of the message but this one."""
    return tuple(
        Enclosed(id=row.source[_ID], name=row.name, mime=row.mime, size_bytes=row.size_bytes, source=row.source)
        for row in await of_message(message)
        if row.source.get(_ID) != file
    )


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
