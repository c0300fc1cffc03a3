"""The Home tab: what each person may see there, and its buttons."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.channels.base import Health
from bot.config import Desk
from bot.delivery.files import PART
from bot.delivery.ports import FETCH, SHOW
from bot.domain.ids import AgentId, Cause, SlackChannel, TicketNumber
from bot.domain.text import RichText
from bot.domain.ticket import Status
from bot.errors import DeliveryError, DomainError, Down
from bot.handlers.front import Front
from bot.handlers.health import is_away
from bot.handlers.verbs import VERBS
from bot.reports import home as rows
from bot.reports import queries
from bot.reports.home import Among, Place, Stuck, Waiting
from bot.reports.period import DEFAULT, parse
from bot.reports.sla import Summary, summarise
from bot.reports.text import lines
from bot.services import tickets
from bot.slack import home
from bot.slack.blocks import Json, Say
from bot.slack.home import CLAIM, UNDO, Away, Board, HomeView, Line, Lines, Load, Notice, Queue, Trouble
from bot.slack.homes import Homes
from bot.slack.refusals import refusal

MINE, UNCLAIMED, ESCALATED, OLDEST, TROUBLES = 20, 15, 8, 5, 8  #: lines of each list; together they fit into one view
LOOKED_AT = 100  #: escalated tickets among which those of one person are sought
NOTICE_STAYS = timedelta(minutes=1)
_OF_FILES = {(FETCH, "failed"): "fetched", (SHOW, "failed"): "shown"}  #: what is said of parts by kind and state
FIGURES_KEPT = timedelta(minutes=1)  #: today's figures, read once for all supervisors, while nothing happens

Deed = Callable[[AgentId, int, Cause], Awaitable[None]]


def register(app: AsyncApp, front: Front, tab: "HomeTab", homes: Homes) -> None:
    """Answer the buttons on the Home tab; the answer is the tab itself, drawn anew."""

    def answering(deed: Deed) -> Callable[..., Awaitable[None]]:
        async def on_press(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
            async with front.acknowledged(ack):
                agent, value = AgentId(body["user"]["id"]), int(action["value"])
                try:
                    await deed(
                        agent, value, Cause(f"press:{agent}:{action['action_id']}:{value}:{action['action_ts']}")
                    )
                finally:
                    homes.refresh(agent)

        return on_press

    app.action(CLAIM)(answering(tab.claim))
    app.action(UNDO)(answering(tab.undo))


@dataclass(frozen=True, slots=True)
class _Told:
    notice: Notice
    until: datetime


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who looks, and what they may see."""

    agent: AgentId
    desks: Sequence[Desk]  #: that they belong to
    unseen: str  #: why that could not be asked of every desk
    is_supervisor: bool
    say: Say


class HomeTab:
    """
    Draws everybody's Home tab, and does what is pressed there.

    ``health`` holds the parts that the service is connected to, by name.
    """

    def __init__(self, front: Front, *, health: Mapping[str, Health]) -> None:
        self._front = front
        self._config = front.services.context.config
        self._health = health
        self._told: dict[AgentId, _Told] = {}
        self._figures: Summary | None = None
        self._figures_of = -1  #: the last change that they know of

    async def mark(self) -> object:
        """Changes when something has changed that somebody's tab may show."""
        return await rows.last_change(), frozenset(self._away_names())

    # --- its buttons

    async def claim(self, agent: AgentId, number: int, cause: Cause) -> None:
        """The ticket is theirs, or they read why not."""
        try:
            answer = await self._front.perform(
                VERBS["claim"], TicketNumber(number), RichText(()), agent=agent, cause=cause
            )
            self._tell(agent, Notice(text=answer.text, undo=answer.undo))
        except (DomainError, DeliveryError) as problem:
            await self._refuse(agent, problem)

    async def undo(self, agent: AgentId, change: int, cause: Cause) -> None:
        """Take a claim back."""
        try:
            ticket = await self._front.services.lifecycle.undo(
                change, agent=agent, cause=cause, now=self._front.clock.now()
            )
            row = await tickets.by_number(ticket.number)
            self._tell(agent, Notice(text=await self._front.done("done.taken_back", row)))
        except (DomainError, DeliveryError) as problem:
            await self._refuse(agent, problem)

    async def _refuse(self, agent: AgentId, problem: DomainError | DeliveryError) -> None:
        if isinstance(problem, DeliveryError):
            self._tell(agent, Notice(text=self._front.away(problem)))
            return
        language = self._language((await self._desks_of(agent))[0])
        self._tell(agent, Notice(text=refusal(problem, self._front.texts, language)))

    def _tell(self, agent: AgentId, notice: Notice) -> None:
        now = self._front.clock.now()
        self._told = {who: told for who, told in self._told.items() if told.until > now}
        self._told[agent] = _Told(notice, now + NOTICE_STAYS)

    # --- drawing

    async def draw(self, user: str) -> list[Json]:
        """The blocks for this person; raises `DeliveryError` when Slack can't be asked who they are."""
        reader, now = await self._reader(AgentId(user)), self._front.clock.now()
        if not reader.desks and not reader.is_supervisor:
            return home.home(HomeView(now=now, unseen=reader.unseen), reader.say)
        told = self._told.get(reader.agent)
        view = HomeView(
            now=now,
            notice=told.notice if told is not None and told.until > now else None,
            away=[self._away(name, language=self._language(reader.desks)) for name in self._away_names()],
            queue=await self._queue(reader) if reader.desks else None,
            board=await self._board(reader) if reader.is_supervisor else None,
            unseen=reader.unseen,
        )
        return home.home(view, reader.say)

    async def _reader(self, agent: AgentId) -> _Reader:
        people = self._front.people
        desks, unseen = await self._desks_of(agent)
        supervises = await people.is_colleague(agent) and await people.is_among(agent, self._config.supervisors)
        texts, language = self._front.texts, self._language(desks)
        return _Reader(agent, desks, texts.reason(language, unseen), supervises, partial(texts.say, language))

    async def _desks_of(self, agent: AgentId) -> tuple[list[Desk], str]:
        """A desk whose Slack channel we can't see is nobody's; the others are not hidden by it."""
        found, unseen = list[Desk](), ""
        for desk in self._config.desks:
            try:
                found += [desk] if await self._front.is_of(desk, agent) else []
            except Down as reason:
                unseen = str(reason)
        return found, unseen

    def _language(self, desks: Sequence[Desk]) -> str:
        return (desks or self._config.desks)[0].language

    async def _queue(self, reader: _Reader) -> Queue:
        among = self._among(reader.desks)
        of_me = await rows.escalated(reader.agent, among, limit=LOOKED_AT)
        theirs = [row for row in of_me.rows if await self._is_asked(reader.agent, row)]
        escalated = rows.Listed(rows=theirs[:ESCALATED], total=len(theirs))
        return Queue(
            mine=await self._lines(await rows.mine(reader.agent, among, limit=MINE), reader),
            escalated=await self._lines(escalated, reader, owners=True),
            unclaimed=await self._lines(await rows.unclaimed(among, limit=UNCLAIMED), reader),
            channels=[await self._front.people.channel_id(desk.channel) for desk in reader.desks],
        )

    async def _is_asked(self, agent: AgentId, row: Waiting) -> bool:
        """Whether the ticket was escalated to this person, by name, by a group of theirs or as a supervisor."""
        whom = [opaque.partition(":")[2] for opaque in row.escalated_to.split()]
        return await self._front.people.is_among(agent, whom)

    def _among(self, desks: Sequence[Desk]) -> Among:
        """The tickets of these desks; to the first desk fall those whose desk is no longer configured."""
        configured = self._config.desks
        return Among(
            desks=[desk.name for desk in desks],
            configured=[desk.name for desk in configured],
            others=configured[0] in desks,
        )

    async def _lines(self, listed: rows.Listed, reader: _Reader, *, owners: bool = False) -> Lines:
        several = len(reader.desks) > 1 or reader.is_supervisor
        shown = [await self._line(row, reader.say, desk=several, owner=owners) for row in listed.rows]
        return Lines(shown=shown, total=listed.total)

    async def _line(self, row: Waiting, say: Say, *, desk: bool, owner: bool) -> Line:
        targets = self._config.targets
        answered = row.first_reply_at is not None
        within = targets.resolution if answered else targets.first_response
        return Line(
            number=row.number,
            address=await self._address(row.card),
            status=Status(row.status),
            level=row.level,
            customer=row.customer,
            channel=self._label(row.channel),
            subject=row.subject,
            desk=row.desk if desk and len(self._config.desks) > 1 else "",
            owner=await self._owner(row.owner, say) if owner else "",
            waiting_since=row.waiting_since,
            answered_at=row.last_agent_at,
            due="resolution" if answered else "first_response",
            due_at=row.opened_at + within,
            is_stuck=row.is_stuck,
            is_undecided=row.is_undecided,
        )

    # --- the board

    async def _board(self, reader: _Reader) -> Board:
        everything = self._among(self._config.desks)
        counts, (stuck, stuck_total) = await rows.counts(), await rows.stuck(limit=TROUBLES)
        states = {status: sum(one.tickets for one in counts if one.status == status) for status in Status}
        oldest = await self._lines(await rows.oldest(everything, limit=OLDEST), reader, owners=True)
        return Board(
            states={status: count for status, count in states.items() if not status.is_done},
            loads=await self._loads(counts, reader.say),
            oldest=oldest,
            today=await self._today(reader.say),
            zone=str(self._config.zone),
            troubles=[await self._trouble(one, language=self._language(reader.desks)) for one in stuck],
            troubles_total=stuck_total,
        )

    async def _loads(self, counts: Sequence[rows.Count], say: Say) -> list[Load]:
        """Who has most stands first, nobody before all."""
        ours = (Status.NEW, Status.OPEN)
        found = []
        for owner in {one.owner for one in counts}:
            of_them = [one for one in counts if one.owner == owner]
            waiting = sum(one.tickets for one in of_them if one.status in ours)
            total = sum(one.tickets for one in of_them)
            found.append((owner is not None, -total, owner or "", Load(await self._owner(owner, say), total, waiting)))
        return [load for *_, load in sorted(found, key=lambda one: one[:3])]

    async def _today(self, say: Say) -> list[str]:
        now, last, known = self._front.clock.now(), await rows.last_change(), self._figures
        if known is None or self._figures_of != last or now - known.now >= FIGURES_KEPT:
            period = parse(DEFAULT, now=now, zone=self._config.zone)
            found = await queries.tickets(period)
            known = await asyncio.to_thread(summarise, found, period=period, targets=self._config.targets, now=now)
            self._figures, self._figures_of = known, last
        _, *figures = lines(known, say=say, name=str)
        return figures

    async def _trouble(self, stuck: Stuck, *, language: str) -> Trouble:
        """What a customer should have read is decided in the thread, anything else by the operator."""
        name = stuck.name if stuck.name in {"parked", "held"} or stuck.what == "send" else "part"
        name = _OF_FILES.get((stuck.what, stuck.name), name)
        who = await self._front.people.mention(stuck.what) if stuck.name == "held" else ""
        return Trouble(
            name=name, number=stuck.number, address=await self._address(stuck.card), id=stuck.id, who=who,
            what=self._label(stuck.what) if stuck.name == "parked" else stuck.what,
            reason=self._front.texts.reason(language, stuck.reason),
        )  # fmt: skip

    # --- what things are called

    async def _owner(self, owner: str | None, say: Say) -> str:
        return say("card.unowned") if owner is None else await self._front.people.mention(f"agent:{owner}")

    async def _address(self, card: Place) -> str | None:
        if card.channel is None or card.ts is None:
            return None
        return await self._front.people.address(SlackChannel(card.channel), card.ts)

    def _label(self, name: str) -> str:
        """A channel, or Slack, as people call it."""
        channel = self._front.services.context.channels.get(name)
        return name.title() if channel is None else channel.capabilities.label

    def _away_names(self) -> list[str]:
        now = self._front.clock.now()
        return [name for name, health in self._health.items() if is_away(health, now=now)]

    def _away(self, name: str, *, language: str) -> Away:
        health = self._health[name]
        return Away(
            name=self._label(name),
            since=health.seen_at,
            problem=self._front.texts.reason(language, health.problem or ""),
            is_disk=name == PART,
        )
