"""The rows of files, in either direction."""

from collections.abc import Mapping

from tortoise.transactions import in_transaction

from bot.models.rows import DROPPED, AttachmentRow

LIVE = ("waiting", "here", "done", "failed")  #: the states of files that are still part of their message


async def of_message(message: int) -> list[AttachmentRow]:
    """The files of a message as it is now, in order."""
    every = await AttachmentRow.all_with({"message_id": message}, order="position")
    return [row for row in every if row.state != DROPPED]


async def note(news: Mapping[int, Mapping[str, object]]) -> None:
    """Store how far files have come, durably, between two calls; what was taken out of its message stays out."""
    async with in_transaction():
        for attachment, columns in news.items():
            await AttachmentRow.change({"id": attachment, "state": LIVE}, **columns)
