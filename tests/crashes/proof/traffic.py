"""Many customers on both channels, and several agents, who write, claim, note, edit, delete and close."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.writing import Refused
from tests.crashes.desk import UNSETTLED
from tests.crashes.proof.kills import Killer
from tests.crashes.proof.ledger import Channel, Ledger, Talk
from tests.crashes.proof.verdict import Fate
from tests.crashes.proof.weather import Weather

PAUSE_S = (0.03, 0.3)
HOLD_S = 1.0  #: as the desk's settings say
CHANGED_AFTER_S = (0.05, 0.5)  #: so soon a reply is taken back, or edited
MARGIN_S = 0.15  #: what was stored so long before the end of its hold was stored in time
MOST_TALKS = 14
MOST_UNSETTLED = 80  #: rows
TICKET = "SELECT number, status, owner FROM ticket WHERE thread_ts = ?"
SOLVED = (
    "SELECT COUNT(*) FROM journal WHERE event = 'TicketSolved' AND ticket_id = (SELECT id FROM ticket WHERE number = ?)"
)
STORED = "SELECT COUNT(*) FROM inbox WHERE source = 'slack' AND key LIKE ?"
UNPROCESSED = "SELECT COUNT(*) FROM inbox WHERE source = 'slack' AND state = 'new'"


@dataclass(frozen=True, slots=True)
class Ticket:
    """How a talk's ticket stands."""

    card: str
    number: int
    status: str
    owner: str | None


class Traffic:
    """What people do at one desk, drawn from a seed."""

    def __init__(self, ledger: Ledger, weather: Weather, killer: Killer, chance: random.Random) -> None:
        self._ledger = ledger
        self._desk = ledger.desk
        self._weather = weather
        self._killer = killer
        self._chance = chance
        self._under_way = set[asyncio.Task[None]]()
        self.counts = Counter[str]()

    async def goes_on(self) -> None:
        """Until cancelled; a service that is far behind is given time."""
        while True:
            if self._desk.count(UNSETTLED) < MOST_UNSETTLED:
                self.something_happens()
            await asyncio.sleep(self._chance.uniform(*PAUSE_S))

    def something_happens(self) -> None:
        """One person does one thing."""
        talks = self._ledger.talks
        if not talks or (len(talks) < MOST_TALKS and self._chance.random() < 0.08):
            self.somebody_new()
            return
        talk = self._chance.choice(talks)
        with self._weather.telling():
            if self._chance.random() < 0.4:
                self._customer_acts(talk)
            else:
                self._agent_acts(talk)

    async def ends(self) -> None:
        """Return when everybody has done what they had begun."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    # --- customers

    def somebody_new(self) -> None:
        """A new customer, who writes."""
        number = len(self._ledger.talks)
        channel = (Channel.TELEGRAM, Channel.WHATSAPP)[number % 2]
        name, (agent, others) = f"Customer {number}", self._chance.sample(list(self._desk.agents), 2)
        customer = (
            self._desk.telegram.add_person(name, language_code="en")
            if channel is Channel.TELEGRAM
            else self._ledger.whatsapp.add_person(name, phone=f"12025550{number:03}")
        )
        talk = Talk(number, channel, customer, agent, others)
        self._ledger.talks.append(talk)
        with self._weather.telling():
            self._customer_writes(talk)

    def _customer_acts(self, talk: Talk) -> None:
        """A customer writes, or changes what they wrote; the first words, which make the card, stay."""
        changeable = [token for token in self._taken(talk) if token in talk.messages and token != talk.asked[0]]
        if changeable and self._chance.random() < 0.15:
            self._customer_edits(talk, self._chance.choice(changeable))
        else:
            self._customer_writes(talk)

    def _customer_edits(self, talk: Talk, was: str) -> None:
        """What they change shows once more in the thread, so it has a token of its own."""
        self.counts["customers edit"] += 1
        token, message = self._ledger.write("c", talk.thread, after=self._taken(talk)), talk.messages.pop(was)
        talk.asked.append(token)
        text = f"Better words {token}"
        if isinstance(message, int):
            self._desk.telegram.edits(talk.customer, message, text)
        else:
            self._ledger.whatsapp.edits(talk.customer, message, text)

    def _taken(self, talk: Talk) -> list[str]:
        """What the service must have shown before anything that is written now; Telegram keeps the order itself."""
        if talk.channel is Channel.TELEGRAM:
            return talk.asked
        untaken = b"".join(self._ledger.whatsapp.webhooks.untaken)
        return [token for token in talk.asked if token.encode() not in untaken]

    def _customer_writes(self, talk: Talk) -> None:
        self.counts["customers write"] += 1
        if talk.channel is Channel.TELEGRAM:
            token = self._ledger.write("c", talk.thread, after=talk.asked)
            talk.asked.append(token)
            talk.messages[token] = self._desk.telegram.writes(talk.customer, f"Question {token}: where is it?")
            return
        if len(talk.asked) > 1 and self._weather.strikes("handed over in another order"):
            with self._ledger.whatsapp.reordered():
                self._writes_on_whatsapp(talk)
                self._writes_on_whatsapp(talk)
            return
        self._writes_on_whatsapp(talk)

    def _writes_on_whatsapp(self, talk: Talk) -> None:
        taken = self._taken(talk)
        if not taken and talk.asked:
            return  # the first words make the ticket; what could overtake them would be on the card
        token = self._ledger.write("c", talk.thread, after=taken)
        talk.asked.append(token)
        talk.messages[token] = self._ledger.whatsapp.writes(talk.customer, f"Question {token}: where is it?")

    # --- agents

    def _ticket(self, talk: Talk) -> Ticket | None:
        """What the agent sees; None: no card stands yet, or its place is not known to the service."""
        cards = [card for card in self._desk.cards() if talk.asked[0] in str(card["blocks"])]
        for card in cards[:1]:
            for number, status, owner in self._desk.rows(TICKET, card["ts"]):
                return Ticket(str(card["ts"]), number, status, owner)
        return None

    def _agent_acts(self, talk: Talk) -> None:
        ticket = self._ticket(talk)
        if ticket is None:
            return
        if ticket.owner is None:
            self._does("claims", self._claim(talk, ticket))
        elif talk.times_closed and not self._desk.count(SOLVED, ticket.number):
            self._does("closes again", self._command(talk.agent, f"/close #{ticket.number} done"))
        elif ticket.status in {"solved", "closed"}:
            return  # the customer will write, and open it again
        else:
            name, act = self._drawn()
            self.counts[name] += 1
            act(talk, ticket)

    def _drawn(self) -> tuple[str, Callable[[Talk, Ticket], None]]:
        acts = self._acts()
        names = list(acts)
        (name,) = self._chance.choices(names, [acts[one][0] for one in names])
        return name, acts[name][1]

    def _acts(self) -> dict[str, tuple[float, Callable[[Talk, Ticket], None]]]:
        return {
            "replies": (5, self._reply),
            "replies with !reply": (1, self._reply_outright),
            "replies by command": (1, self._reply_by_command),
            "notes": (1.5, self._note),
            "asides of another agent": (1, self._aside),
            "replies taken back": (0.7, self._take_back),
            "replies edited": (0.7, self._edit),
            "replies made a note": (0.5, self._make_a_note),
            "closes": (0.4, self._close),
        }

    def _reply(self, talk: Talk, ticket: Ticket) -> None:
        token = self._ledger.write("a", talk.phone, after=self._heard(talk))
        talk.unheard[token] = self._post(talk.agent, ticket, f"Answer {token}, on its way")

    def _reply_outright(self, talk: Talk, ticket: Ticket) -> None:
        token = self._ledger.write("a", talk.phone, after=self._heard(talk))
        talk.unheard[token] = self._post(talk.agent, ticket, f"!reply Answer {token}, on its way")

    def _reply_by_command(self, talk: Talk, ticket: Ticket) -> None:
        token = self._ledger.write("a", talk.phone)
        self._ledger.by_command.append(token)
        self._does("commands", self._command(talk.agent, f"/reply #{ticket.number} Answer {token}, on its way"))

    def _note(self, talk: Talk, ticket: Ticket) -> None:
        token = self._ledger.write("a", talk.phone, fate=Fate.NEVER)
        match self._chance.randrange(4):
            case 0:
                self._post(talk.agent, ticket, f"// between us {token}")
            case 1:
                self._post(talk.agent, ticket, f"!note between us {token}")
            case 2:
                name = self._desk.slack.workspace.users[talk.others].name
                self._post(talk.agent, ticket, f"@{name} please look {token}")
            case _:
                self._does("commands", self._command(talk.agent, f"/note #{ticket.number} between us {token}"))

    def _aside(self, talk: Talk, ticket: Ticket) -> None:
        token = self._ledger.write("a", talk.phone, fate=Fate.NEVER)
        self._post(talk.others, ticket, f"I would say {token}")

    def _take_back(self, talk: Talk, ticket: Ticket) -> None:
        token = self._ledger.write("a", talk.phone, fate=Fate.MAY, after=self._heard(talk))
        ts = self._post(talk.agent, ticket, f"Wrong answer {token}")

        def delete() -> None:
            self._desk.slack.delete(talk.agent, self._desk.channel, ts)

        self._does("changes", self._changed(delete, f"{ts}:deleted", never=token))

    def _edit(self, talk: Talk, ticket: Ticket) -> None:
        token = self._ledger.write("a", talk.phone, after=self._heard(talk))
        old = self._ledger.write("x", talk.phone, fate=Fate.MAY)
        talk.unheard[token] = ts = self._post(talk.agent, ticket, f"Answer {token}, on its wya {old}")

        def edit() -> None:
            self._desk.slack.edit(talk.agent, self._desk.channel, ts, f"Answer {token}, on its way")

        self._does("changes", self._changed(edit, f"{ts}:edit:%", never=old))

    def _make_a_note(self, talk: Talk, ticket: Ticket) -> None:
        token = self._ledger.write("a", talk.phone, fate=Fate.MAY, after=self._heard(talk))
        ts = self._post(talk.agent, ticket, f"Rude answer {token}")

        def edit() -> None:
            self._desk.slack.edit(talk.agent, self._desk.channel, ts, f"// rude answer {token}")

        self._does("changes", self._changed(edit, f"{ts}:edit:%", never=token))

    def _close(self, talk: Talk, ticket: Ticket) -> None:
        """Once, and not before all that was written in the thread has been decided: else it would need a question."""
        self._heard(talk)
        if talk.times_closed or talk.unheard or self._desk.count(UNPROCESSED):
            return
        talk.times_closed += 1
        self._does("commands", self._command(talk.agent, f"/close #{ticket.number} done"))

    # --- how

    def _post(self, agent: str, ticket: Ticket, text: str) -> str:
        return self._desk.slack.post(agent, self._desk.channel, text, thread_ts=ticket.card)

    def _heard(self, talk: Talk) -> Iterable[str]:
        """What of the thread the service has stored by now."""
        for token, ts in list(talk.unheard.items()):
            if self._is_stored(ts):
                talk.heard.add(token)
                del talk.unheard[token]
        return talk.heard

    def _is_stored(self, key: str) -> bool:
        return bool(self._desk.count(STORED, f"{self._desk.channel}:{key}"))

    async def _changed(self, change: Callable[[], None], key: str, *, never: str) -> None:
        """
        Change a reply inside its hold. What it said must never arrive, if that could be known before the hold's end.

        It could if the change was stored in time; or if no life of the service lasted all the while, since each reads
        the threads before it lets go what an earlier one held.
        """
        written_at = asyncio.get_running_loop().time()
        await asyncio.sleep(self._chance.uniform(*CHANGED_AFTER_S))
        change()
        life = len(self._desk.lives) if self._killer.is_up else None
        await asyncio.sleep(max(0, written_at + HOLD_S - MARGIN_S - asyncio.get_running_loop().time()))
        lasted = self._killer.is_up and life == len(self._desk.lives)
        in_time = asyncio.get_running_loop().time() < written_at + HOLD_S - MARGIN_S / 2  # else we came too late to say
        if not lasted or (in_time and self._is_stored(key)):
            self._ledger.becomes(never, Fate.NEVER)

    async def _claim(self, talk: Talk, ticket: Ticket) -> None:
        await self._desk.slack.press(talk.agent, self._desk.channel, ticket.card, "ticket.claim")

    async def _command(self, agent: str, text: str) -> None:
        await self._desk.slack.command(agent, self._desk.channel, text)

    def _does(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        async def done() -> None:
            with suppress(Refused):  # what it was to be done with is gone
                await work

        self.counts[name] += 1
        task = asyncio.create_task(done())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
