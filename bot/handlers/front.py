"""What every handler needs: who asks, for which ticket, may they, and what to answer."""

from typing import Any

from bot.clock import Clock
from bot.domain.ids import AgentId, Cause, SlackChannel, SlackTs, TicketNumber
from bot.domain.replies import Role
from bot.domain.text import RichText
from bot.errors import DeliveryError, DomainError, NoSuchTicket, NotAnAgent, WrongUse
from bot.handlers.verbs import VERBS, Asked, Permalink, Verb, named_ticket
from bot.models.rows import CustomerRow, TicketRow
from bot.services import tickets
from bot.services.services import Services
from bot.slack import modals
from bot.slack.mrkdwn import literal
from bot.slack.people import People
from bot.slack.refusals import refusal
from bot.texts import Texts


class Front:
    """The services as the handlers see them."""

    def __init__(self, *, services: Services, people: People, clock: Clock, texts: Texts) -> None:
        self.services = services
        self.people = people
        self.clock = clock
        self.texts = texts

    def language(self, row: TicketRow | None = None) -> str:
        """What agents read: the desk's language."""
        context = self.services.context
        return (context.config.desks[0] if row is None else context.desk_named(row.desk)).language

    async def which(
        self, words: RichText, *, agent: AgentId, here: TicketNumber | None = None
    ) -> tuple[TicketNumber | None, RichText]:
        """
        The ticket that is meant, and the words without its name.

        ``here`` is the ticket of the thread that it was said in; elsewhere a bare number may name one, and without any
        it is the one that the agent has open. None: that is not exactly one.
        """
        named, rest = named_ticket(words, bare=here is None)
        if isinstance(named, Permalink):
            named = await tickets.number_of_thread(named.channel, named.ts)
            if named is None:
                raise NoSuchTicket(number="?")
        if named is None:
            named = here or await tickets.only_open_one(agent)
        return named, rest

    async def admitted(self, row: TicketRow, agent: AgentId) -> None:
        """Only full members of the desk's Slack channel may act on its tickets."""
        if await self.people.role(agent, await self.channel_of(row)) is not Role.AGENT:
            raise NotAnAgent

    async def channel_of(self, row: TicketRow) -> SlackChannel:
        """The Slack channel of a ticket, be its card there already or not."""
        if row.slack_channel is not None:
            return SlackChannel(row.slack_channel)
        return await self.people.channel_id(self.services.context.desk_named(row.desk).channel)

    async def perform(
        self,
        verb: Verb,
        number: TicketNumber,
        words: RichText,
        *,
        agent: AgentId,
        cause: Cause,
        ts: SlackTs | None = None,
    ) -> str:
        """Do it, and return the sentence that answers it; a refusal is raised."""
        row = await tickets.by_number(number)
        await self.admitted(row, agent)
        asked = Asked(
            verb=verb.name,
            number=number,
            agent=agent,
            agent_name=await self.people.name(agent),
            words=words,
            names=await self.people.names(words.mentions),
            ts=ts,
            cause=cause,
            now=self.clock.now(),
        )
        await verb.act(self.services, asked)
        return await self.done(verb.done, row)

    async def done(self, name: str, row: TicketRow) -> str:
        """The sentence that something was done; it names ticket and customer."""
        customer = await CustomerRow.get(id=row.customer_id)
        return self.texts.say(self.language(row), name, number=row.number, customer=literal(customer.name))

    def refused(self, error: DomainError) -> str:
        """The sentence for a refusal; the wrong use of a verb shows its right form."""
        if isinstance(error, WrongUse) and "usage" not in error.values:
            name = str(error.values.get("verb"))
            error.values["usage"] = f"/{name} {VERBS[name].usage}" if name in VERBS else "/loket help"
        return refusal(error, self.texts, self.language())

    async def decided(self, name: str, row: TicketRow, *, agent: AgentId) -> str:
        """The sentence that takes the place of a question, once somebody has answered it."""
        return f"{await self.done(name, row)} — {self.people.mention(f'agent:{agent}')}"

    def away(self, error: DeliveryError) -> str:
        """The sentence for a platform that can't be asked just now; nothing was done."""
        return self.texts.say(self.language(), "refused.away", reason=str(error))

    async def modal(
        self, verb: Verb, *, number: TicketNumber | None, agent: AgentId, words: RichText | None
    ) -> dict[str, Any]:
        """The modal that asks for what the verb still needs."""
        customer = None
        row = None
        if number is not None:
            row = await tickets.by_number(number)
            await self.admitted(row, agent)
            customer = (await CustomerRow.get(id=row.customer_id)).name
        return modals.modal(
            verb.name, number=number, customer=customer, words="" if words is None else words.plain,
            texts=self.texts, language=self.language(row),
        )  # fmt: skip

    def help(self) -> str:
        """All verbs with their forms."""
        language = self.language()
        lines = [self.texts.say(language, "verb.intro")]
        lines += [
            f"• `/loket {verb.name} {verb.usage}` — {self.texts.say(language, f'verb.{verb.name}')}"
            for verb in VERBS.values()
        ]
        return "\n".join([*lines, self.texts.say(language, "verb.forms")])
