"""What agents write: replies, notes, and the questions in between. The table is in `bot.domain.replies`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery import attachments, decide
from bot.delivery.entries import put
from bot.domain import ticket as tickets
from bot.domain.enclosures import Enclosed
from bot.domain.events import (
    DESK,
    Actor,
    Event,
    FileRefused,
    Hint,
    MessageId,
    NoteTaken,
    ReplyAccepted,
    ReplyChanged,
    ReplyOffered,
    ReplyQueued,
    ReplyWithdrawn,
    acting,
)
from bot.domain.ids import AgentId, Cause, SlackChannel, SlackTs, TicketNumber
from bot.domain.intents import Whisper
from bot.domain.receipts import Receipt
from bot.domain.replies import Ask, Draft, Gone, Keep, Relay, Role, is_internal, judge
from bot.domain.text import RichText
from bot.domain.ticket import Change, Ticket
from bot.errors import WrongUse
from bot.models.mapping import ticket_of
from bot.models.rows import JournalRow, MessageRow, SeenRow, TicketRow
from bot.services import enclosures
from bot.services.commit import add_message, commit_change, first_time, put_intents, to_customer
from bot.services.context import Context
from bot.services.revisions import Revision
from bot.services.tickets import locked, of_thread

HINT_EVERY = timedelta(minutes=10)  #: so rarely a writer is told that their words stayed internal


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody wrote in a Slack thread. Mentions are names already; that there were some is kept beside."""

    channel: SlackChannel
    thread: SlackTs
    ts: SlackTs
    author: AgentId
    author_name: str
    role: Role
    text: RichText
    mentions: bool
    broadcast: bool
    files: tuple[Enclosed, ...]
    sent_at: datetime
    shown: Receipt | None = None  #: what our reaction says of it already
    outright: RichText | None = None  #: what it tells the customer by a command, whatever that contains

    def draft(self, *, is_lost: bool = False) -> Draft:
        """What the decision needs of it."""
        return Draft(
            plain=self.text.plain, author=self.author, role=self.role, mentions=self.mentions,
            broadcast=self.broadcast, files=len(self.files), is_lost=is_lost, shown=self.shown,
        )  # fmt: skip

    @property
    def is_internal(self) -> bool:
        """Whether nothing of it is for the customer, whoever owns the ticket."""
        return is_internal(self.draft()) and (self.outright is None or self.role is not Role.AGENT)

    @property
    def to_customer(self) -> RichText:
        """What the customer reads, if anything."""
        return self.text if self.outright is None else self.outright


@dataclass(frozen=True, slots=True, kw_only=True)
class Explicit:
    """What an agent says outright: by command, modal, ``!`` verb or button."""

    number: TicketNumber
    agent: AgentId
    agent_name: str
    text: RichText
    files: tuple[Enclosed, ...] = ()
    ts: SlackTs | None = None  #: the message in the thread that says it; None: the thread does not show it yet


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """What a message says after an edit."""

    text: RichText
    files: Sequence[Enclosed]
    is_internal: bool

    @property
    def stays_here(self) -> bool:
        """Whether the customer is to have none of it."""
        return self.is_internal or not (self.text or self.files)


class Replies:
    """What becomes of what agents write."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def from_thread(self, written: Written, *, cause: Cause, now: datetime) -> None:
        """Judge a plain text in a ticket's thread, and do what the table says. Elsewhere it is nobody's business."""
        async with self._context.transaction():
            row = await of_thread(written.channel, written.thread)
            if not await first_time(cause, now=now) or row is None or await _known(row, written.ts):
                return
            ticket = ticket_of(row)
            draft = written.draft(is_lost=self._context.is_lost(written.sent_at))
            match judge(draft, ticket=ticket, mode=self._context.config.replies.mode):
                case Gone():
                    message = await _store(row, written, direction="out", receipt=Receipt.ACCEPTED, now=now)
                    ticket = tickets.answered(ticket, released_at=written.sent_at)
                    events: tuple[Event, ...] = (
                        ReplyAccepted(ticket=ticket.number, actor=acting(written.author), at=now, message=message),
                    )
                case Relay():
                    message = await _store(row, written, direction="out", receipt=Receipt.WAITING, now=now)
                    due_at = now + self._context.config.replies.hold
                    events = await queued(self._context, row, message, by=written.author, due_at=due_at, now=now)
                case Ask(offer=offer):
                    message = await _store(row, written, direction="out", receipt=Receipt.HELD, now=now)
                    events = (
                        ReplyOffered(
                            ticket=ticket.number, actor=acting(written.author), at=now, message=message, offer=offer
                        ),
                    )
                case Keep(hint=hint):
                    message = await _store(row, written, direction="note", receipt=Receipt.INTERNAL, now=now)
                    note = NoteTaken(
                        ticket=ticket.number, actor=acting(written.author), at=now, message=message,
                        hint=await _rarely(row, hint, written.author, now=now),
                    )  # fmt: skip
                    events = (note,)
            await commit_change(self._context, row, Change(ticket, events), cause=cause, now=now)

    async def keep(self, written: Written, *, cause: Cause, now: datetime) -> None:
        """Keep a command to the desk as what it is: internal."""
        async with self._context.transaction():
            row = await of_thread(written.channel, written.thread)
            if not await first_time(cause, now=now) or row is None or await _known(row, written.ts):
                return
            message = await _store(row, written, direction="note", receipt=Receipt.INTERNAL, now=now)
            number = TicketNumber(row.number)
            event = NoteTaken(ticket=number, actor=acting(written.author), at=now, message=message)
            await commit_change(self._context, row, Change(ticket_of(row), (event,)), cause=cause, now=now)

    async def was_written(self, channel: SlackChannel, thread: SlackTs, ts: SlackTs) -> bool:
        """Whether this message of a thread has been handled."""
        row = await TicketRow.get_or_none(slack_channel=channel, thread_ts=thread)
        return row is not None and await _known(row, ts)

    async def was_done(self, cause: Cause) -> bool:
        """Whether what was to be done for this cause, which is no row of the inbox, has been."""
        return await SeenRow.found(key=cause) is not None

    async def whisper(
        self, number: TicketNumber, *, agent: AgentId, text: str, cause: Cause, now: datetime, undo: int | None = None
    ) -> None:
        """Tell one person something in the thread, best effort; ``undo`` is the change that they may take back."""
        async with self._context.transaction():
            row = await locked(number)
            if await first_time(Cause(f"{cause}:answer"), now=now):
                hint = Whisper(to=acting(agent), name="answer", text=text, undo=undo)
                await put_intents(self._context, row, [hint], cause=Cause(f"{cause}:answer"), now=now)

    async def edited(self, written: Written, *, cause: Cause, now: datetime) -> None:
        """
        Follow an edit of something written before.

        Inside the hold the new words replace the old, or stop the reply if they are internal. A note stays a note. What
        was sent is changed at the customer, or the thread says why not.
        """
        async with self._context.transaction():
            row = await of_thread(written.channel, written.thread)
            if not await first_time(cause, now=now) or row is None:
                return
            message = await _by_an_agent(row, written.ts)
            if message is None or (await _says(message, written) and not written.is_internal):
                return
            text = written.text if message.direction == "note" else written.to_customer
            said, actor = (
                _Version(text=text, files=written.files, is_internal=written.is_internal),
                acting(written.author),
            )
            events = await self._after_edit(row, message, said, actor=actor, cause=cause, now=now)
            await commit_change(self._context, row, Change(ticket_of(row), events), cause=cause, now=now)

    async def file_deleted(self, file: str, *, cause: Cause, now: datetime) -> None:
        """
        Follow the end of a file in Slack as if the writer of its message had taken it out.

        Often an edit of the message says the same, before or after.
        """
        async with self._context.transaction():
            if not await first_time(cause, now=now):
                return
            for message in await enclosures.having(file):
                row, actor = await TicketRow.by_id(message.ticket_id), Actor(message.author)
                rest = await enclosures.without(MessageId(message.id), file)
                said = _Version(text=RichText.from_json(message.body), files=rest, is_internal=False)
                events = await self._after_edit(row, message, said, actor=actor, cause=cause, now=now)
                await commit_change(self._context, row, Change(ticket_of(row), events), cause=cause, now=now)

    async def _after_edit(
        self, row: TicketRow, message: MessageRow, said: _Version, *, actor: Actor, cause: Cause, now: datetime
    ) -> tuple[Event, ...]:
        mid, undecided = MessageId(message.id), message.receipt == Receipt.HELD
        waits = await decide.waits(mid)
        if message.direction == "out" and (waits or not (undecided or await decide.all_held(mid))):
            revision = Revision(
                context=self._context, row=row, message=message, what="edit", actor=actor, cause=cause, now=now
            )
            return await revision.edit(said.text, said.files, is_internal=said.stays_here)
        message.body = said.text.to_json()
        await message.save(update_fields=["body"])
        known = {file.id for file in await attachments.of_message(mid)}
        changed = await enclosures.follow(row, mid, said.files, actor=actor, now=now)
        if message.direction == "note":
            return changed
        if said.stays_here:
            await withdraw(message, why="edited into a note", now=now)
            return (*changed, ReplyWithdrawn(ticket=TicketNumber(row.number), actor=actor, at=now, message=mid))
        if undecided:
            return changed
        return (*changed, *await self._held_anew(row, message, known, actor=actor, cause=cause, now=now))

    async def _held_anew(
        self, row: TicketRow, message: MessageRow, known: Collection[int], *, actor: Actor, cause: Cause, now: datetime
    ) -> tuple[Event, ...]:
        """What the message is now waits in the place of what it was; what of new files can't go is said at once."""
        number, mid = TicketNumber(row.number), MessageId(message.id)
        refused = [
            FileRefused(ticket=number, actor=actor, at=now, message=mid, name=file.name, reason=file.error or "")
            for file in await enclosures.refuse(self._context, row, mid, now=now)
            if file.id not in known
        ]
        due_at = now + self._context.config.replies.hold
        parts = await to_customer(self._context, row, mid, due_at=due_at)
        if not parts:  # what is left is a file that can't go
            await withdraw(message, why="edited", now=now)
            return (*refused, ReplyWithdrawn(ticket=number, actor=actor, at=now, message=mid))
        place = await decide.withdraw(mid, why="edited", now=now)
        await put(parts, cause=cause, now=now, seq=place)
        return (ReplyChanged(ticket=number, actor=actor, at=now, message=mid, due_at=due_at), *refused)

    async def deleted(
        self, *, channel: SlackChannel, thread: SlackTs, ts: SlackTs, agent: AgentId, cause: Cause, now: datetime
    ) -> None:
        """Follow a deletion: free inside the hold, carried after it; a deleted note can't be sent any more."""
        async with self._context.transaction():
            row = await of_thread(channel, thread)
            if not await first_time(cause, now=now) or row is None:
                return
            message = await _by_an_agent(row, ts)
            if message is None:
                return
            if message.direction == "note":
                message.receipt = None
                await message.save(update_fields=["receipt"])
                return
            mid, number = MessageId(message.id), TicketNumber(row.number)
            actor = acting(agent)
            undecided = message.receipt == Receipt.HELD and not await decide.waits(mid)
            if undecided or await decide.all_held(mid) or await _was_refused(message):
                await withdraw(message, why="deleted by its writer", now=now)
                events: tuple[Event, ...] = (ReplyWithdrawn(ticket=number, actor=actor, at=now, message=mid),)
            else:
                revision = Revision(
                    context=self._context, row=row, message=message, what="delete", actor=actor, cause=cause, now=now
                )
                events = await revision.delete()
            await commit_change(self._context, row, Change(ticket_of(row), events), cause=cause, now=now)

    async def reply(self, said: Explicit, *, cause: Cause, now: datetime) -> Ticket:
        """Send to the customer, in every mode, without hold, whatever it contains; the owner stays the owner."""
        if not (said.text or said.files):
            raise WrongUse(verb="reply", problem="text_missing")
        return await self._say(said, direction="out", receipt=Receipt.WAITING, cause=cause, now=now)

    async def note(self, said: Explicit, *, cause: Cause, now: datetime) -> Ticket:
        """Keep an internal note in the thread."""
        if not (said.text or said.files):
            raise WrongUse(verb="note", problem="text_missing")
        return await self._say(said, direction="note", receipt=Receipt.INTERNAL, cause=cause, now=now)

    async def _say(self, said: Explicit, *, direction: str, receipt: Receipt, cause: Cause, now: datetime) -> Ticket:
        async with self._context.transaction():
            row = await locked(said.number)
            ticket = ticket_of(row)
            if not await first_time(cause, now=now):
                return ticket
            actor, post = acting(said.agent), said.ts is None
            message = await add_message(
                row, direction=direction, author=actor, author_name=said.agent_name, body=said.text,
                kind=_kind(said.files), sent_at=now, now=now, slack_ts=said.ts, receipt=receipt.value,
            )  # fmt: skip
            await enclosures.keep(message, said.files, now=now)
            events: tuple[Event, ...] = (
                NoteTaken(ticket=ticket.number, actor=actor, at=now, message=message, post=post),
            )
            if direction == "out":
                events = await queued(self._context, row, message, by=said.agent, due_at=now, now=now, post=post)
            await commit_change(self._context, row, Change(ticket, events), cause=cause, now=now)
            await decide.let_pass(row.id, author=DESK)
            return ticket


async def queued(
    context: Context,
    row: TicketRow,
    mid: MessageId,
    *,
    by: AgentId,
    due_at: datetime,
    now: datetime,
    post: bool = False,
) -> tuple[Event, ...]:
    """The message goes out; what of its files can't is said at once. Perhaps nothing is left of it then."""
    number, actor = TicketNumber(row.number), acting(by)
    refused = [
        FileRefused(ticket=number, actor=actor, at=now, message=mid, name=file.name, reason=file.error or "")
        for file in await enclosures.refuse(context, row, mid, now=now)
    ]
    if refused and not await to_customer(context, row, mid, due_at=due_at):
        await MessageRow.change({"id": mid}, receipt=Receipt.TROUBLE.value)
        return tuple(refused)
    leaves = ReplyQueued(ticket=number, actor=actor, at=now, message=mid, due_at=due_at, post=post)
    return (leaves, *refused)


async def _says(message: MessageRow, written: Written) -> bool:
    """Whether words and files are the same; a typed name that became a mention reads the same and is internal."""
    same = RichText.from_json(message.body) == written.to_customer
    return same and await enclosures.are(MessageId(message.id), written.files)


def _kind(files: Sequence[Enclosed]) -> str:
    return "file" if files else "text"


async def _was_refused(message: MessageRow) -> bool:
    """Whether nothing of it could go out: it was a file that the channel does not take."""
    return message.receipt == Receipt.TROUBLE and not await decide.states(message.id)


async def _by_an_agent(row: TicketRow, ts: SlackTs) -> MessageRow | None:
    """What an agent said there; a post of ours may carry several words of the customer, and is nobody's to change."""
    return await MessageRow.found(ticket_id=row.id, slack_ts=ts, direction=("out", "note"))


async def _known(row: TicketRow, ts: SlackTs) -> bool:
    return await MessageRow.found(ticket_id=row.id, slack_ts=ts) is not None


async def _store(row: TicketRow, written: Written, *, direction: str, receipt: Receipt, now: datetime) -> MessageId:
    message = await add_message(
        row, direction=direction, author=acting(written.author), author_name=written.author_name, body=written.text,
        kind=_kind(written.files), sent_at=written.sent_at, now=now, slack_ts=written.ts, receipt=receipt.value,
    )  # fmt: skip
    await enclosures.keep(message, written.files, now=now)
    return message


async def withdraw(message: MessageRow, *, why: str, now: datetime) -> None:
    """It becomes a note: nothing of it leaves any more."""
    await decide.withdraw(message.id, why=why, now=now)
    message.direction, message.receipt = "note", Receipt.INTERNAL.value
    await message.save(update_fields=["direction", "receipt"])


async def _rarely(row: TicketRow, hint: Hint | None, agent: AgentId, *, now: datetime) -> Hint | None:
    """The hint that a text was not sent, at most once in `HINT_EVERY` for each writer and ticket."""
    if hint is not Hint.NOT_SENT:
        return hint
    recent = JournalRow.filter(ticket_id=row.id, event="NoteTaken", actor=acting(agent), at__gt=now - HINT_EVERY)
    told = [entry for entry in await recent if entry.data.get("hint") == Hint.NOT_SENT]
    return None if told else hint
