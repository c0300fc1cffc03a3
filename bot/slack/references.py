"""How one message refers to another: by its beginning, which leads to it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.domain.events import DESK
from bot.domain.text import RichText
from bot.models.rows import EDIT, WAS, MessageRow, TicketRow
from bot.slack import blocks
from bot.slack.blocks import FromCustomer, Message, Say
from bot.slack.mrkdwn import literal
from bot.slack.people import People


class References:
    """Names messages in mrkdwn; ``channel`` says where a ticket's thread is."""

    def __init__(self, people: People, *, channel: Callable[[TicketRow], Awaitable[str]]) -> None:
        self._people = people
        self._channel = channel

    async def named(self, message: int, *, stands: bool = True) -> str:
        """The message's beginning, with a link where it is in Slack and ``stands`` there still."""
        written = await MessageRow.by_id(message)
        words = blocks.preview(RichText.from_json(written.body).plain, blocks.EXCERPT)
        shown = f"“{literal(words)}”" if words else "📎"
        if written.slack_ts is None or not stands:
            return shown
        channel = await self._channel(await TicketRow.by_id(written.ticket_id))
        return f"<{await self._people.address(channel, written.slack_ts)}|{shown}>"

    async def answered(self, message: int, say: Say) -> str:
        """The line that says that a customer answers this message."""
        written, that = await MessageRow.by_id(message), await self.named(message)
        if written.direction == "in":
            return say("answering.own", that=that)
        if written.author == DESK:
            return say("answering.desk", that=that)
        return say("answering.agent", who=literal(blocks.person(written.author_name, say)), that=that)

    async def message(self, written: MessageRow, say: Say, *, files: Sequence[str] = ()) -> Message | None:
        """A customer's message as the thread shows it; None: there is nothing (new) to show."""
        text, kind = RichText.from_json(written.body).plain, written.kind.removeprefix(EDIT)
        said = FromCustomer(text=text, kind=kind, files=files, link=written.link)
        if written.kind.startswith(WAS):
            return await self._what_it_was(written, say)
        if written.about is None:
            return blocks.customer_message(written.author_name, replace(said, kind=written.kind), say)
        if not written.kind.startswith(EDIT):
            line = await self.answered(written.about, say)
            return blocks.answering(blocks.customer_message(written.author_name, said, say), line)
        before = await shown_before(written, has_files=bool(files))
        if before is None:
            return None
        that, old = await self.named(written.about), RichText.from_json(before.body).plain
        return blocks.edited_message(written.author_name, that, old=old, new=said, say=say)

    async def _what_it_was(self, earlier: MessageRow, say: Say) -> Message | None:
        """A message that came after its own change, which the thread shows already: what it was, and became."""
        change = await MessageRow.by_id(earlier.about)
        kind, new, old = change.kind.removeprefix(EDIT), *(RichText.from_json(one.body) for one in (change, earlier))
        if old == new:
            return None
        said = FromCustomer(text=new.plain, kind=kind, link=change.link)
        that = await self.named(change.id)
        return blocks.edited_message(change.author_name, that, old=old.plain, new=said, say=say)


async def shown_before(version: MessageRow, *, has_files: bool) -> MessageRow | None:
    """
    What the thread shows of a message of which this is a new version, which may have files of its own.

    None: a newer one will be shown, or it reads as before again, so that there is nothing to show.
    """
    edits = MessageRow.filter(ticket_id=version.ticket_id, about=version.about, kind__startswith=EDIT)
    if not has_files and await edits.filter(seq__gt=version.seq).exists():
        return None
    shown = await edits.filter(seq__lt=version.seq, slack_ts__isnull=False).order_by("-seq").first()
    before = shown or await MessageRow.by_id(version.about)
    same = (before.kind.removeprefix(EDIT), before.body) == (version.kind.removeprefix(EDIT), version.body)
    return None if same and not has_files else before
