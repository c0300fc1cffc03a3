"""What every handler needs: who asks, for which ticket, may they, and what to answer."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import blake2s
from typing import Any

from slack_bolt.async_app import AsyncAck
from tortoise.expressions import Q

from bot.clock import Clock
from bot.config import Desk
from bot.domain.enclosures import Enclosed
from bot.domain.ids import AgentId, Cause, SlackChannel, SlackTs, TicketNumber
from bot.domain.replies import Role
from bot.domain.text import RichText
from bot.errors import DeliveryError, DomainError, NoSuchTicket, NotAnAgent
from bot.handlers import answers
from bot.handlers.verbs import LISTINGS, VERBS, Asked, Listing, Permalink, Verb, named_ticket
from bot.logs import also, following, origin
from bot.models.rows import CustomerRow, TicketRow
from bot.services import tickets
from bot.services.services import Services
from bot.slack import blocks, modals
from bot.slack.blocks import Message
from bot.slack.modals import About
from bot.slack.mrkdwn import literal
from bot.slack.people import People
from bot.slack.refusals import refusal
from bot.texts import Texts


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody reads who asked for a verb."""

    text: str  #: mrkdwn
    undo: int | None = None  #: the change that they may take back for a moment
    is_news: bool = True  #: the thread does not say it anyway


ACK_WITHIN_S = 2.0  #: seconds; Slack shows an error after three


async def _late(ack: AsyncAck) -> None:
    await asyncio.sleep(ACK_WITHIN_S)
    await ack()


class Front:
    """The services as the handlers see them."""

    def __init__(self, *, services: Services, people: People, clock: Clock, texts: Texts) -> None:
        self.services = services
        self.people = people
        self.clock = clock
        self.texts = texts
        self._at_work = 0
        self.idle = asyncio.Event()  #: set while nobody's command, button or modal is being handled
        self.idle.set()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Somebody's request is being handled; a stop waits for it."""
        self._at_work += 1
        self.idle.clear()
        try:
            with following():
                yield
        finally:
            self._at_work -= 1
            if not self._at_work:
                self.idle.set()

    @asynccontextmanager
    async def acknowledged(self, ack: AsyncAck) -> AsyncIterator[None]:
        """
        Somebody's press is being handled: acknowledged when that is done, and after `ACK_WITHIN_S` at the latest.

        So a press that is lost with the process, or by a fault of ours, is an error that the person sees.
        """
        with self.at_work():
            late = asyncio.create_task(_late(ack))
            try:
                yield
            except BaseException:
                late.cancel()
                raise
            if late.cancel():
                await ack()

    async def finish(self, *, within: timedelta) -> None:
        """Wait for the requests that are being handled."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.idle.wait(), within.total_seconds())

    def language(self, row: TicketRow | None = None) -> str:
        """What agents read: the desk's language."""
        context = self.services.context
        return (context.config.desks[0] if row is None else context.config.desk_named(row.desk)).language

    async def which(
        self, verb: Verb, words: RichText, *, agent: AgentId, here: TicketNumber | None = None
    ) -> tuple[TicketNumber | None, RichText]:
        """
        The ticket that is meant, and the words without its name.

        ``here`` is the ticket of the thread that it was said in; elsewhere a bare number may name one, and without any
        it is the only one that the verb can mean. None: that is not exactly one.
        """
        named, rest = named_ticket(words, bare=here is None)
        if isinstance(named, Permalink):
            named = await tickets.number_of_thread(named.channel, named.ts)
            if named is None:
                raise NoSuchTicket(number="?")
        if named is None:
            named = here or await verb.only_one(agent)
        return named, rest

    async def admitted(self, row: TicketRow, agent: AgentId) -> None:
        """Only full members of the desk's Slack channel may act on its tickets."""
        if not await self._is_agent(row, agent):
            raise NotAnAgent

    async def _is_agent(self, row: TicketRow, person: AgentId) -> bool:
        return await self.people.role(person, await self.channel_of(row)) is Role.AGENT

    async def channel_of(self, row: TicketRow) -> SlackChannel:
        """The Slack channel of a ticket, be its card there already or not."""
        if row.slack_channel is not None:
            return SlackChannel(row.slack_channel)
        return SlackChannel(await self.people.channel_id(self.services.context.config.desk_named(row.desk).channel))

    async def perform(
        self,
        verb: Verb,
        number: TicketNumber,
        words: RichText,
        *,
        agent: AgentId,
        cause: Cause,
        files: tuple[Enclosed, ...] = (),
        ts: SlackTs | None = None,
    ) -> Answer:
        """Do it, and return what answers it; a refusal is raised."""
        row, now = await tickets.by_number(number), self.clock.now()
        also(**({} if origin() else {"id": _request(cause)}), verb=verb.name, ticket=number)
        await self.admitted(row, agent)
        asked = Asked(
            verb=verb.name,
            number=number,
            agent=agent,
            agent_name=await self.people.name(agent),
            words=words,
            names=await self.people.names(words.mentions),
            is_agent=partial(self._is_agent, row),
            files=files,
            ts=ts,
            cause=cause,
            now=now,
        )
        await verb.act(self.services, asked)
        if verb.done is None:
            return Answer(await answers.standing(self, row))
        undo = await self.services.lifecycle.undoable(number, agent=agent, at=now)
        return Answer(await self.done(verb.done, row), undo, is_news=undo is not None)

    async def look(self, verb: Listing, words: RichText, *, agent: AgentId) -> Answer:
        """The tickets that the person asks for, among those of the desks that they belong to."""
        config = self.services.context.config
        theirs = [desk.name for desk in config.desks if await self.is_of(desk, agent)]
        if not theirs:
            raise NotAnAgent
        among = Q(desk__in=theirs)
        if config.desks[0].name in theirs:  # to which all tickets fall whose desk is no longer configured
            among |= ~Q(desk__in=[desk.name for desk in config.desks])
        return Answer(await answers.listing(self, await verb.find(words.stripped().plain, agent, among)))

    async def is_of(self, desk: Desk, agent: AgentId) -> bool:
        """Whether the person is a full member of the desk's Slack channel."""
        return await self.people.role(agent, await self.people.channel_id(desk.channel)) is Role.AGENT

    async def done(self, name: str, row: TicketRow) -> str:
        """The sentence that something was done; it names ticket and customer."""
        customer = await CustomerRow.by_id(row.customer_id)
        return self.texts.say(self.language(row), name, number=row.number, customer=literal(customer.name))

    def refused(self, error: DomainError) -> str:
        """The sentence for a refusal; the wrong use of a verb shows its right form."""
        return refusal(error, self.texts, self.language())

    async def decided(self, name: str, row: TicketRow, *, agent: AgentId) -> str:
        """The sentence that takes the place of a question, once somebody has answered it."""
        return f"{await self.done(name, row)} — {await self.people.mention(f'agent:{agent}')}"

    def away(self, error: DeliveryError) -> str:
        """The sentence for a platform that can't be asked just now; nothing was done."""
        language = self.language()
        return self.texts.say(language, "refused.away", reason=self.texts.reason(language, str(error)))

    async def modal(
        self, verb: Verb, *, number: TicketNumber | None, agent: AgentId, words: RichText
    ) -> dict[str, Any]:
        """The modal that asks for what the verb still needs."""
        row = None if number is None else await tickets.by_number(number)
        about = None
        if row is not None:
            await self.admitted(row, agent)
            about = About(number=row.number, customer=(await CustomerRow.by_id(row.customer_id)).name)
        say = partial(self.texts.say, self.language(row))
        person = next((it.removeprefix("user:") for it in words.mentions if it.startswith("user:")), None)
        return modals.modal(verb.name, verb.fields, about, say, words=words.plain, person=person)

    def message(self, answer: Answer) -> Message:
        """An answer as Slack shows it."""
        return blocks.answer(answer.text, answer.undo, partial(self.texts.say, self.language()))

    def help(self) -> str:
        """All verbs with their forms."""
        language = self.language()
        verbs = [f"• {self.texts.say(language, f'verb.{name}')}" for name in (*VERBS, *LISTINGS, "sla", "help")]
        return "\n".join([self.texts.say(language, "help.intro"), *verbs, self.texts.say(language, "help.forms")])


def _request(cause: Cause) -> str:
    """The id in the log of what somebody asked for by a command, a button or a modal."""
    return f"do-{blake2s(cause.encode(), digest_size=4).hexdigest()}"
