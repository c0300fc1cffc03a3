"""
Slack's events: stored before they are acknowledged, processed from the inbox.

What is written in a ticket's thread is a reply, a note or a command; the table is in `bot.domain.replies`.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp

from bot.delivery.inbox import Inbox
from bot.delivery.ports import Arrived, Unprocessable
from bot.domain import markers
from bot.domain.enclosures import Enclosed
from bot.domain.ids import AgentId, Cause, TicketNumber
from bot.domain.replies import Role
from bot.domain.text import RichText
from bot.errors import DomainError, Later, NotRepeated, StandsElsewhere, WrongUse
from bot.handlers.front import Answer, Front
from bot.handlers.verbs import LISTINGS, VERBS, Listing, Verb
from bot.models.rows import InboxRow
from bot.services import tickets
from bot.services.commit import inbox_cause
from bot.services.replies import Written
from bot.slack import parse, receipts
from bot.slack.downloads import SlackFiles
from bot.slack.homes import Homes
from bot.slack.parse import Deleted, Edited, FileDeleted, HomeOpened, MembershipChanged, Nothing, Posted

SOURCE = "slack"
_SHOW_THEMSELVES = frozenset({"note", "reply"})  #: of the commands in a thread: what they say is a message of its own

Next = Callable[[], Awaitable[BoltResponse]]


def register(
    app: AsyncApp,
    inbox: Inbox,
    *,
    heard: Callable[[], None],
    missed: Callable[[], None],
    dropped: Callable[[], Awaitable[None]],
) -> None:
    """
    Put every event into the inbox, in a global middleware; say whether that succeeded, and when Slack drops some.

    There an exception leaves the event unacknowledged and Slack sends it again; a listener's would come too late, since
    Bolt acknowledges before it runs one.
    """

    @app.middleware
    async def keep(body: dict[str, Any], next: Next) -> BoltResponse:  # noqa: A002 - Bolt passes arguments by name
        if body.get("type") == "app_rate_limited":
            await dropped()
            return BoltResponse(status=200)
        if body.get("type") != "event_callback":
            return await next()
        try:
            await inbox.put(SOURCE, [parse.raw(body, text=json.dumps(body))])
        except BaseException:
            missed()
            raise
        heard()
        return BoltResponse(status=200)


class Events:
    """Processes the inbox's rows of Slack."""

    def __init__(self, front: Front, homes: Homes, files: SlackFiles) -> None:
        self._front = front
        self._files = files
        self._homes = homes
        self._replies = front.services.replies

    async def process(self, arrived: Arrived) -> None:  # noqa: C901 - a table, one row for each kind of event
        """Turn one event into decisions; again, when it was processed before, into none."""
        try:
            body = json.loads(arrived.body)
        except ValueError as error:
            raise Unprocessable("not JSON") from error
        cause = inbox_cause(arrived.id)
        match parse.happened(body):
            case Posted() as said:
                await self._posted(said, cause)
            case Edited() as edit:
                await self._edited(edit, cause)
            case Deleted(was=was):
                await self._deleted(was, cause)
            case FileDeleted(file=file):
                await self._replies.file_deleted(file, cause=cause, now=self._front.clock.now())
            case MembershipChanged(channel=channel):
                self._front.people.forget(channel=channel)
            case HomeOpened(user=user, hash=shown):
                self._homes.opened(user, at=arrived.received_at, hash=shown)
            case Nothing():
                pass

    async def _posted(self, said: Posted, cause: Cause) -> None:
        number = await self._ticket_of(said)
        if number is None or await self._is_deleted(said):
            return
        role = await self._role(said)
        command = await self._command(said)
        if command is None or role is Role.BOT:
            await self._replies.from_thread(await self._written(said, role), cause=cause, now=self._front.clock.now())
            return
        await self._to_the_desk(said, number, role, command)

    async def _to_the_desk(self, said: Posted, number: TicketNumber, role: Role, command: tuple[str, RichText]) -> None:
        """A command stays in the thread as what it is, internal, and is done."""
        verb, words = command
        is_lost = self._front.services.context.is_lost(said.sent_at)
        shows_itself = not is_lost and verb in _SHOW_THEMSELVES
        if shows_itself and role is Role.AGENT:
            if await self._replies.was_written(said.channel, said.thread, said.ts):
                return  # an edit of it came first
        else:
            # A cause of its own: the row is done only when the command is, too.
            kept = Cause(f"{SOURCE}:{said.key}:kept")
            await self._replies.keep(await self._written(said, role), cause=kept, now=self._front.clock.now())
        await self._commanded(said, number, verb=verb, words=words)

    async def _is_deleted(self, said: Posted) -> bool:
        """Whether its deletion came before it: then it says nothing any more."""
        return await InboxRow.exists(source=SOURCE, key=said.deletion_key)

    async def _ticket_of(self, said: Posted) -> TicketNumber | None:
        number = await tickets.number_of_thread(said.channel, said.thread)
        if number is None and await tickets.a_card_may_be_unknown():
            raise Later("a card stands whose place is not stored yet")
        return number

    async def _command(self, said: Posted) -> tuple[str, RichText] | None:
        """The verb and its words, where the text is a command to the desk."""
        command = markers.command(said.text.plain)
        if command is not None:
            verb, rest = command
            return verb, said.text.without_prefix(len(said.text.plain) - len(rest))
        first = said.text.spans[0] if said.text.spans else None
        if first is None or first.mention != f"user:{(await self._front.people.me()).user}":
            return None
        words = said.text.without_prefix(len(first.text)).stripped()
        verb = words.plain.split(maxsplit=1)[0].lower() if words else "help"
        return verb.lstrip("!"), words.without_prefix(len(verb)).stripped()

    async def _commanded(self, said: Posted, number: TicketNumber, *, verb: str, words: RichText) -> None:
        """Do what was said; a refusal is whispered to who said it."""
        agent, front = said.user or AgentId("?"), self._front
        cause = Cause(f"{SOURCE}:{said.key}")
        try:
            if front.services.context.is_lost(said.sent_at):
                raise NotRepeated(verb=verb)
            answer = await self._answer(said, number, verb=verb, words=words, cause=cause)
        except DomainError as refused:
            answer = Answer(front.refused(refused))
        if answer.is_news:
            await self._replies.whisper(
                number, agent=agent, text=answer.text, undo=answer.undo, cause=cause, now=front.clock.now()
            )

    async def _answer(self, said: Posted, here: TicketNumber, *, verb: str, words: RichText, cause: Cause) -> Answer:
        agent, front = said.user or AgentId("?"), self._front
        match VERBS.get(verb) or LISTINGS.get(verb):
            case None if verb == "help":
                return Answer(front.help())
            case None:
                raise WrongUse(verb=verb, problem="unknown_verb")
            case Listing() as listing:
                return await front.look(listing, words, agent=agent)
            case Verb() as found:
                which, rest = await front.which(found, words, agent=agent, here=here)
                ts = said.ts if which == here else None
                files = await self._enclosed(said)
                return await front.perform(found, which or here, rest, agent=agent, cause=cause, files=files, ts=ts)

    async def _edited(self, edit: Edited, cause: Cause) -> None:
        number = await self._ticket_of(edit.after)
        if number is None:
            return
        before, after, role = edit.before, edit.after, await self._role(edit.after)
        if not await self._replies.was_written(before.channel, before.thread, before.ts):
            if await self._is_deleted(before):
                return
            if await self._stands_elsewhere(before):
                await self._tell_of_elsewhere(after, number, cause)
                return
            if await self._command(before) is not None:
                await self._edited_command(after, number, role, cause)
                return
            # Written while we were away and edited since: the first words decide what it is, the edit follows.
            first, now = Cause(f"{SOURCE}:{before.key}:first"), self._front.clock.now()
            await self._replies.from_thread(await self._written(before, role), cause=first, now=now)
        written = replace(await self._written(after, role), outright=await self._outright(edit, number))
        await self._replies.edited(written, cause=cause, now=self._front.clock.now())

    async def _deleted(self, was: Posted, cause: Cause) -> None:
        number, now = await tickets.number_of_thread(was.channel, was.thread), self._front.clock.now()
        if number is not None and await self._stands_elsewhere(was):
            await self._tell_of_elsewhere(was, number, cause)
            return
        await self._replies.deleted(
            channel=was.channel, thread=was.thread, ts=was.ts, agent=was.user or AgentId("?"), cause=cause, now=now
        )

    async def _stands_elsewhere(self, was: Posted) -> bool:
        """Whether it was a reply or a note for another ticket: then it is no message of this one, yet it was done."""
        if not await self._replies.was_done(Cause(f"{SOURCE}:{was.key}")):
            return False
        verb, _ = await self._command(was) or ("", None)
        return verb in _SHOW_THEMSELVES and not await self._replies.was_written(was.channel, was.thread, was.ts)

    async def _tell_of_elsewhere(self, said: Posted, here: TicketNumber, cause: Cause) -> None:
        text, told = self._front.refused(StandsElsewhere()), Cause(f"{SOURCE}:elsewhere:{cause}")
        agent, now = said.user or AgentId("?"), self._front.clock.now()
        await self._replies.whisper(here, agent=agent, text=text, cause=told, now=now)

    async def _outright(self, edit: Edited, here: TicketNumber) -> RichText | None:
        """What the new words of a ``!reply`` tell this ticket's customer; None: they were or are something else."""
        before, after = await self._command(edit.before), await self._command(edit.after)
        if before is None or after is None or {before[0], after[0]} != {"reply"}:
            return None
        agent = edit.after.user or AgentId("?")
        try:
            number, words = await self._front.which(VERBS["reply"], after[1], agent=agent, here=here)
        except DomainError:
            return None
        return words.named(await self._front.people.names(words.mentions)).stripped() if number == here else None

    async def _edited_command(self, after: Posted, number: TicketNumber, role: Role, cause: Cause) -> None:
        """One that was refused, or comes after its edit: its new words count. Plain ones stay internal, as it was."""
        command = await self._command(after)
        if command is None or role is Role.BOT:
            await self._replies.keep(await self._written(after, role), cause=cause, now=self._front.clock.now())
        else:
            await self._to_the_desk(after, number, role, command)

    async def _enclosed(self, said: Posted) -> tuple[Enclosed, ...]:
        return tuple([await self._files.completed(file) for file in said.files])

    async def _role(self, said: Posted) -> Role:
        if said.is_bot or said.user is None:
            return Role.BOT
        return await self._front.people.role(said.user, said.channel)

    async def _written(self, said: Posted, role: Role) -> Written:
        people, me = self._front.people, await self._front.people.me()
        return Written(
            channel=said.channel,
            thread=said.thread,
            ts=said.ts,
            author=said.user or AgentId("bot"),
            author_name=await people.name(said.user) if said.user is not None and role is not Role.BOT else "bot",
            role=role,
            text=said.text.named(await people.names(said.text.mentions)),
            mentions=bool(said.text.mentions),
            broadcast=said.broadcast,
            files=await self._enclosed(said),
            sent_at=said.sent_at,
            shown=receipts.shown(receipts.given(said.reactions, by=me.user)),
        )
