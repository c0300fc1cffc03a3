"""``/sla`` and ``/loket sla``: figures about tickets, for the person who asks or for the whole Slack channel."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import AgentId
from bot.domain.replies import Role
from bot.errors import DeliveryError, DomainError, NotAnAgent, WrongUse
from bot.handlers.front import Front
from bot.reports import queries
from bot.reports.export import csv_text
from bot.reports.period import By, parse
from bot.reports.sla import Summary, summarise
from bot.reports.text import lines
from bot.slack import blocks, files
from bot.slack.mrkdwn import literal

NAME = "sla"
LINES = 12  #: of a section; one has 3000 characters
BY_NOT_YET = frozenset({"team", "priority", "tag"})  #: promised, and named when somebody asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks for."""

    period: str
    by: By | None
    csv: bool
    share: bool


def read(text: str) -> Wanted:
    """Understand the words behind the command; raises `WrongUse`."""
    words = text.lower().split()
    by: By | None = None
    if "by" in words:
        place = words.index("by")
        by = _by(words[place + 1] if place + 1 < len(words) else "")
        del words[place : place + 2]
    if "xlsx" in words:
        raise WrongUse(verb=NAME, problem="format_not_yet", word="xlsx")
    period = " ".join(word for word in words if word not in {"csv", "share"})
    return Wanted(period=period, by=by, csv="csv" in words, share="share" in words)


def _by(word: str) -> By:
    if word in set(By):
        return By(word)
    problem = "by_not_yet" if word in BY_NOT_YET else "by_unknown"
    raise WrongUse(verb=NAME, problem=problem, word=word, known=", ".join(By))


def register(app: AsyncApp, front: Front) -> None:
    """Answer the button that shows a report to the whole Slack channel."""

    @app.action("sla.share")
    async def on_share(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        with front.at_work():
            await ack()
            try:
                report = await _report(front, read(action["value"]), agent=AgentId(body["user"]["id"]))
            except (DomainError, DeliveryError) as problem:
                text = front.refused(problem) if isinstance(problem, DomainError) else front.away(problem)
                await respond(text, response_type="ephemeral", replace_original=False)
                return
            message = report.message(front)
            await respond(message.text, message.blocks, response_type="in_channel", replace_original=False)
            await respond(delete_original=True)


async def answer(front: Front, text: str, *, agent: AgentId, respond: AsyncRespond, client: AsyncWebClient) -> None:
    """Show the report to who asked, or at once to all; raises what `Front.refused` and `Front.away` say."""
    wanted = read(text)
    report = await _report(front, wanted, agent=agent)
    message = report.message(front) if wanted.share else report.message_to_share(front)
    await respond(message.text, message.blocks, response_type="in_channel" if wanted.share else "ephemeral")
    if wanted.csv:
        await files.give(
            client,
            user=agent,
            filename=f"tickets-{report.summary.period}.csv",
            content=csv_text(report.summary, name=report.name).encode(),
            comment=literal(report.lines(front)[0]),
        )


@dataclass(frozen=True, slots=True)
class _Report:
    summary: Summary
    names: Mapping[str, str]  #: what its groups are called

    def name(self, key: str) -> str:
        return self.names.get(key, key)

    def lines(self, front: Front) -> list[str]:
        say = partial(front.texts.say, front.language())
        return list(lines(self.summary, say=say, name=lambda key: literal(self.name(key))))

    def message(self, front: Front) -> blocks.Message:
        """For everybody."""
        title, *rest = self.lines(front)
        sections = [rest[at : at + LINES] for at in range(0, len(rest), LINES)]
        body = [blocks.section(f"sla.{number}", "\n".join(some)) for number, some in enumerate(sections)]
        return blocks.Message(f"{title}: {rest[0]}", [blocks.section("title", f"*{title}*"), *body])

    def message_to_share(self, front: Front) -> blocks.Message:
        """For one person, who may show it to the others: the same days again, whenever that is."""
        message, by = self.message(front), f" by {self.summary.by}" if self.summary.by else ""
        label = front.texts.say(front.language(), "sla.share")
        share = blocks.button("sla.share", label, value=f"{self.summary.period}{by}")
        actions = {"type": "actions", "block_id": "actions", "elements": [share]}
        return blocks.Message(message.text, [*message.blocks, actions])


async def _report(front: Front, wanted: Wanted, *, agent: AgentId) -> _Report:
    """The figures that this person may see: all of them, but other agents' only as a supervisor."""
    config, now = front.services.context.config, front.clock.now()
    period = parse(wanted.period, now=now, zone=config.zone)
    is_supervisor = await front.people.is_among(agent, config.supervisors)
    if not is_supervisor:
        await _admit(front, agent)
    summary = await asyncio.to_thread(
        summarise, await queries.tickets(period), period=period, targets=config.targets, now=now, by=wanted.by
    )
    if wanted.by is By.AGENT and not is_supervisor:
        summary = summary.only(agent)
    return _Report(summary, await _names(front, summary))


async def _admit(front: Front, agent: AgentId) -> None:
    """Full members of any desk's Slack channel may ask."""
    for desk in front.services.context.config.desks:
        channel = await front.people.channel_id(desk.channel)
        if await front.people.role(agent, channel) is Role.AGENT:
            return
    raise NotAnAgent


async def _names(front: Front, summary: Summary) -> dict[str, str]:
    keys = [key for key, _ in summary.groups if key is not None]
    if summary.by is By.AGENT:
        return dict(zip(keys, await asyncio.gather(*map(front.people.name, keys)), strict=True))
    channels = front.services.context.channels
    return {key: channels[key].capabilities.label for key in keys if key in channels}
