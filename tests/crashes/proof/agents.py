"""Agents who claim, answer with texts and files, note, edit, delete, give tickets away, and close."""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.sandbox.files import File
from tests.crashes.process import until
from tests.crashes.proof.crowd import Crowd
from tests.crashes.proof.kills import Killer
from tests.crashes.proof.ledger import Ledger, Talk
from tests.crashes.proof.verdict import Fate

HOLD_S = 1.0  #: as the desk's settings say
CHANGED_AFTER_S = (0.05, 0.5)  #: so soon a reply is taken back, or edited, inside its hold
CHANGED_LATE_S = (1.5, 4.0)  #: or so late
CARD_S = 60  #: within which a card stands, on a busy machine
MARGIN_S = 0.15  #: what was stored so long before the end of its hold was stored in time
WITH_FILES, ONLY_FILES = 0.25, 0.3  #: how often a text has files, and how often those have no text
BOTH_CLAIM = 0.3  #: how often two agents claim a ticket at the same moment
KINDS = ("photo", "document", "audio")
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


class Agents(Crowd):
    """All of them."""

    def __init__(self, ledger: Ledger, killer: Killer, chance: random.Random) -> None:
        super().__init__(ledger, chance)
        self._killer = killer
        self._slack = ledger.desk.slack

    async def take(self, talk: Talk) -> None:
        """Claim a ticket as soon as its card stands."""
        await until(lambda: self._ticket(talk), "a card stands", within_s=CARD_S)
        ticket = self._ticket(talk)
        assert ticket is not None
        await self._slack.press(talk.agent, self.desk.channel, ticket.card, "ticket.claim")

    def act(self, talk: Talk) -> None:
        """One of them does something in this ticket's thread."""
        ticket = self._ticket(talk)
        if ticket is None:
            return
        if ticket.owner == talk.others:  # the other one was quicker to claim it, or was given it
            talk.agent, talk.others, talk.is_given_away = talk.others, talk.agent, False
        if ticket.owner is None:
            self._claim(talk, ticket)
        elif talk.times_closed and not self.desk.count(SOLVED, ticket.number):
            self.does("closes again", self._command(talk.agent, f"/close #{ticket.number} done"))
        elif talk.is_given_away or ticket.status in {"solved", "closed"}:
            return  # whose it is must be seen first; or the customer will write, and open it again
        else:
            acts = self._acts()
            (name,) = self.chance.choices(list(acts), [weight for weight, _ in acts.values()])
            self.counts[name] += 1
            acts[name][1](talk, ticket)

    def _ticket(self, talk: Talk) -> Ticket | None:
        """What the agent sees; None: no card stands yet, or its place is not known to the service."""
        cards = [card for card in self.desk.cards() if talk.asked[0] in str(card["blocks"])]
        for card in cards[:1]:
            for number, status, owner in self.desk.rows(TICKET, card["ts"]):
                return Ticket(str(card["ts"]), number, status, owner)
        return None

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
            "replies deleted late": (0.3, self._delete_late),
            "replies edited late": (0.5, self._edit_late),
            "tickets given away": (0.4, self._give),
            "closes": (0.4, self._close),
        }

    def _reply(self, talk: Talk, ticket: Ticket) -> None:
        token = self._write(talk)
        tokens, files = self._enclosed(talk, fate=Fate.MUST, behind=[token])
        text = f"Answer {token}, on its way"
        if files and self.chance.random() < ONLY_FILES:
            self.ledger.becomes(token, Fate.NEVER)  # nobody writes it
            text = ""
        ts = self._post(talk.agent, ticket, text, files)
        talk.unheard.update(dict.fromkeys([token, *tokens], ts))

    def _reply_outright(self, talk: Talk, ticket: Ticket) -> None:
        token = self._write(talk)
        talk.unheard[token] = self._post(talk.agent, ticket, f"!reply Answer {token}, on its way")

    def _reply_by_command(self, talk: Talk, ticket: Ticket) -> None:
        token = self.ledger.write("a", talk.phone)
        self.ledger.by_command.append(token)
        self.does("commands", self._command(talk.agent, f"/reply #{ticket.number} Answer {token}, on its way"))

    def _note(self, talk: Talk, ticket: Ticket) -> None:
        token = self.ledger.write("a", talk.phone, fate=Fate.NEVER)
        _, files = self._enclosed(talk, fate=Fate.NEVER)
        match self.chance.randrange(4):
            case 0:
                self._post(talk.agent, ticket, f"// between us {token}", files)
            case 1:
                self._post(talk.agent, ticket, f"!note between us {token}", files)
            case 2:
                self._post(talk.agent, ticket, f"@{self._name(talk.others)} please look {token}", files)
            case _:
                self.does("commands", self._command(talk.agent, f"/note #{ticket.number} between us {token}"))

    def _aside(self, talk: Talk, ticket: Ticket) -> None:
        token = self.ledger.write("a", talk.phone, fate=Fate.NEVER)
        _, files = self._enclosed(talk, fate=Fate.NEVER)
        talk.unheard[token] = self._post(talk.others, ticket, f"I would say {token}", files)

    def _take_back(self, talk: Talk, ticket: Ticket) -> None:
        token = self._write(talk, fate=Fate.MAY)
        tokens, files = self._enclosed(talk, fate=Fate.MAY)
        ts = self._post(talk.agent, ticket, f"Wrong answer {token}", files)
        self.does("changes", self._changed(self._deletion(talk.agent, ts), f"{ts}:deleted", never=[token, *tokens]))

    def _edit(self, talk: Talk, ticket: Ticket) -> None:
        token, old = self._write(talk), self.ledger.write("x", talk.phone, fate=Fate.MAY)
        talk.unheard[token] = ts = self._post(talk.agent, ticket, f"Answer {token}, on its wya {old}")
        edit = self._edition(talk.agent, ts, f"Answer {token}, on its way")
        self.does("changes", self._changed(edit, f"{ts}:edit:%", never=[old]))

    def _make_a_note(self, talk: Talk, ticket: Ticket) -> None:
        token = self._write(talk, fate=Fate.MAY)
        ts = self._post(talk.agent, ticket, f"Rude answer {token}")
        edit = self._edition(talk.agent, ts, f"// rude answer {token}")
        self.does("changes", self._changed(edit, f"{ts}:edit:%", never=[token]))

    def _delete_late(self, talk: Talk, ticket: Ticket) -> None:
        """What was sent is taken away from the customer, where the channel can."""
        token = self._write(talk, fate=Fate.MAY)
        ts = self._post(talk.agent, ticket, f"Wrong answer {token}")
        self.ledger.deleted[token] = talk
        self.does("late changes", self._late(self._deletion(talk.agent, ts)))

    def _edit_late(self, talk: Talk, ticket: Ticket) -> None:
        """What was sent is changed at the customer, where the channel can."""
        old, token = self._write(talk, fate=Fate.MAY), self._write(talk, fate=Fate.MAY)
        talk.unheard[token] = ts = self._post(talk.agent, ticket, f"Answer {old}, on its wya")
        self.ledger.edited[token] = (talk, old)
        self.does("late changes", self._late(self._edition(talk.agent, ts, f"Answer {token}, on its way")))

    def _give(self, talk: Talk, ticket: Ticket) -> None:
        if self._is_decided(talk):
            talk.is_given_away = True
            self._post(talk.agent, ticket, f"!assign @{self._name(talk.others)}")

    def _close(self, talk: Talk, ticket: Ticket) -> None:
        """Once; what is not decided by then would need a question."""
        if not talk.times_closed and self._is_decided(talk):
            talk.times_closed += 1
            self.does("commands", self._command(talk.agent, f"/close #{ticket.number} done"))

    def _claim(self, talk: Talk, ticket: Ticket) -> None:
        claiming = [talk.agent, talk.others] if self.chance.random() < BOTH_CLAIM else [talk.agent]
        for agent in claiming:
            self.does("claims", self._slack.press(agent, self.desk.channel, ticket.card, "ticket.claim"))

    # --- how

    def _name(self, agent: str) -> str:
        return self._slack.workspace.users[agent].name

    def _write(self, talk: Talk, *, fate: Fate = Fate.MUST) -> str:
        return self.ledger.write("a", talk.phone, fate=fate, after=self._heard(talk))

    def _enclosed(self, talk: Talk, *, fate: Fate, behind: Sequence[str] = ()) -> tuple[list[str], list[File]]:
        """Perhaps one or two files that go where the text goes."""
        if self.chance.random() >= WITH_FILES:
            return [], []
        before = [*self._heard(talk), *behind]
        drawn = [self.file("g", talk.phone, KINDS, fate=fate, after=before) for _ in range(self.chance.randint(1, 2))]
        return [token for token, _ in drawn], [file for _, file in drawn]

    def _post(self, agent: str, ticket: Ticket, text: str, files: Sequence[File] = ()) -> str:
        return self._slack.post(agent, self.desk.channel, text, thread_ts=ticket.card, files=files)

    async def _command(self, agent: str, text: str) -> None:
        await self._slack.command(agent, self.desk.channel, text)

    def _deletion(self, agent: str, ts: str) -> Callable[[], None]:
        return lambda: self._slack.delete(agent, self.desk.channel, ts)

    def _edition(self, agent: str, ts: str, text: str) -> Callable[[], None]:
        return lambda: self._slack.edit(agent, self.desk.channel, ts, text)

    def _heard(self, talk: Talk) -> Iterable[str]:
        """What of the thread the service has stored by now."""
        for token, ts in list(talk.unheard.items()):
            if self._is_stored(ts):
                talk.heard.add(token)
                del talk.unheard[token]
        return talk.heard

    def _is_decided(self, talk: Talk) -> bool:
        """Whether the service has decided all that was written in the thread."""
        self._heard(talk)
        return not talk.unheard and not self.desk.count(UNPROCESSED)

    def _is_stored(self, key: str) -> bool:
        return bool(self.desk.count(STORED, f"{self.desk.channel}:{key}"))

    async def _late(self, change: Callable[[], None]) -> None:
        await asyncio.sleep(self.chance.uniform(*CHANGED_LATE_S))
        change()

    async def _changed(self, change: Callable[[], None], key: str, *, never: Iterable[str]) -> None:
        """
        Change a reply inside its hold. What it said must never arrive, if that could be known before the hold's end.

        It could if the change was stored in time; or if no life of the service lasted all the while, since each reads
        the threads before it lets go what an earlier one held.
        """
        written_at = asyncio.get_running_loop().time()
        await asyncio.sleep(self.chance.uniform(*CHANGED_AFTER_S))
        change()
        life = len(self.desk.lives) if self._killer.is_up else None
        await asyncio.sleep(max(0, written_at + HOLD_S - MARGIN_S - asyncio.get_running_loop().time()))
        lasted = self._killer.is_up and life == len(self.desk.lives)
        in_time = asyncio.get_running_loop().time() < written_at + HOLD_S - MARGIN_S / 2  # else we came too late to say
        if not lasted or (in_time and self._is_stored(key)):
            for token in never:
                self.ledger.becomes(token, Fate.NEVER)
