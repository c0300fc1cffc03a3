"""Many tickets at once in one workspace: people act by chance; what customers received is compared with the truth."""

import asyncio
import copy
import json
import random
import re
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.sandbox.slack.writing import Refused
from tests.leaks.forms import COMMANDS, EXPLICIT, INTERNAL, PLAIN, Form
from tests.leaks.truth import Fate, Mode, Said, Standing, Truth
from tests.world import World, world

AGENTS = ("mika", "budi", "citra")
OTHERS = ("guest", "stranger", "robot")  #: whose words never leave
RACES = 0.25  #: how often two act at the same moment
OWNER_ACTS = 0.5  #: how often it is the owner who acts
HOLD_ENDS = 0.35  #: how often time passes between rounds
HOLD = timedelta(seconds=6)
DONE = {"solved", "closed"}
EDITABLE = tuple(form for form in INTERNAL if not form.broadcast)  #: an edit can't send to the channel
WORD = re.compile(r"w\d+q\d+z")


@dataclass(frozen=True, slots=True)
class Leak:
    """A word at a customer who must not have it, or one that never came; with the ticket's history."""

    what: str
    history: Sequence[str]


@dataclass(slots=True)
class Thread:
    """One ticket."""

    number: int
    customer: int
    card: str
    truth: Truth
    history: list[str] = field(default_factory=list)
    owner: str | None = None  #: as it stood when the round began
    words: int = 0
    arrived: set[str] = field(default_factory=set)

    def word(self) -> str:
        """One that stands nowhere else."""
        self.words += 1
        return f"w{self.number}q{self.words}z"

    def note(self, line: str) -> None:
        """Keep what somebody did."""
        self.history.append(line)


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known while people act: how the ticket may stand, and whether only one of them acts."""

    standings: frozenset[Standing]
    is_alone: bool


Learn = Callable[[Moment], None]  #: tells the truth, once it is known how the ticket stands
Act = Callable[[Thread], Awaitable[Learn | None]]


@dataclass(slots=True)
class Play:
    """A workspace full of people who do what chance says."""

    world: World
    chance: random.Random
    mode: Mode
    threads: list[Thread] = field(default_factory=list)

    # --- rounds

    async def opens(self, tickets: int) -> None:
        """Customers write for the first time."""
        people = [self.world.customer(f"Customer{index}").id for index in range(tickets)]
        for index, person in enumerate(people):
            self.world.telegram.writes(person, f"opening {index}x")
        await self.world.quiet()
        cards = dict(self._asked("SELECT number, thread_ts FROM ticket"))
        first = "SELECT t.number, i.key FROM ticket t JOIN identity i ON i.id = t.identity_id"
        for number, key in self._asked(first):
            self.threads.append(Thread(number, int(key), cards[number], Truth(self.mode)))
        for thread in self.threads:
            await self._claims(thread)
        await self.world.quiet()

    async def round(self) -> None:
        """In every ticket one or two people act; then everything comes to rest, and perhaps time passes."""
        before = self._standings()
        learnt: list[tuple[Thread, list[Learn]]] = []
        for thread in self.threads:
            thread.owner = before[thread.number].owner
            acts = [self._act() for _ in range(2 if self.chance.random() < RACES else 1)]
            done = await asyncio.gather(*(self._perform(act, thread) for act in acts))
            learnt.append((thread, [learn for learn in done if learn is not None]))
        await self.world.quiet()
        after = self._standings()
        for thread, learns in learnt:
            standings = {before[thread.number], after[thread.number]}
            if len(learns) > 1:  # in between it may have been anybody's
                standings |= {Standing(agent, is_done=False) for agent in (None, *self._ids(AGENTS))}
                standings |= {Standing(before[thread.number].owner, is_done=True)}
            for learn in learns:
                learn(Moment(frozenset(standings), is_alone=len(learns) == 1))
        self._look()
        if self.chance.random() < HOLD_ENDS:
            await self.rests()

    async def rests(self) -> None:
        """Let every hold end."""
        await self.world.passes(HOLD)
        for thread in self.threads:
            thread.note("(time passes)")
            thread.truth.time_passes()
        self._look()

    def leaks(self) -> list[Leak]:
        """What arrived that must not, and what did not that must."""
        found: list[Leak] = []
        for thread in self.threads:
            wrong = sorted(thread.arrived - thread.truth.may)
            lost = sorted(thread.truth.must - thread.arrived)
            found += [Leak(f"{word} reached the customer of #{thread.number}", thread.history) for word in wrong]
            found += [Leak(f"{word} never reached the customer of #{thread.number}", thread.history) for word in lost]
        return found

    async def _perform(self, act: Act, thread: Thread) -> Learn | None:
        try:
            return await act(thread)
        except Refused:  # Slack's client does not let them, or what they looked for is gone
            return None

    def _look(self) -> None:
        """Every version that a customer has seen counts, so we look after every round."""
        for thread in self.threads:
            shown = [one for one in self.world.telegram.chat(thread.customer) if one.get("from_bot", True)]
            thread.arrived |= set(WORD.findall(json.dumps(shown)))

    def _asked(self, sql: str) -> list[Any]:
        path = self.world.database_url.removeprefix("sqlite://")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchall()

    def _standings(self) -> dict[int, Standing]:
        rows = self._asked("SELECT number, owner, status FROM ticket")
        return {number: Standing(owner, is_done=status in DONE) for number, owner, status in rows}

    def _ids(self, names: Sequence[str]) -> list[str]:
        return [self.world.agents[name].id for name in names]

    # --- what people do

    def _act(self) -> Act:
        acts: dict[Act, int] = {
            self._writes_plainly: 30, self._writes_internally: 16, self._writes_in_vain: 10, self._commands: 8,
            self._replies: 6, self._edits: 20, self._deletes: 8, self._undoes: 4, self._decides: 12, self._sends: 8,
            self._decides_late: 10, self._intrudes: 3, self._claims: 10, self._gives: 5, self._closes: 4,
            self._reopens: 3, self._types: 6, self._attaches: 6, self._customer_writes: 6,
        }  # fmt: skip
        return self.chance.choices(list(acts), weights=list(acts.values()))[0]

    def _agent(self, thread: Thread) -> str:
        """Mostly whose ticket it is."""
        if thread.owner is not None and self.chance.random() < OWNER_ACTS:
            return thread.owner
        return self.world.agents[self.chance.choice(AGENTS)].id

    def _post(self, thread: Thread, who: str, form: Form, word: str, files: Sequence[str] = ()) -> str:
        text = form.says(word)
        thread.note(f"{self._name(who)}: {text!r}{' to the channel' if form.broadcast else ''} {list(files) or ''}")
        return self.world.slack.post(
            who, self.world.channel, text, thread_ts=thread.card, broadcast=form.broadcast, files=files
        )

    def _name(self, who: str) -> str:
        return next(name for name, agent in self.world.agents.items() if agent.id == who)

    async def _writes_plainly(self, thread: Thread) -> Learn:
        who, word = self._agent(thread), thread.word()
        ts = self._post(thread, who, self.chance.choice(PLAIN), word)
        return lambda moment: thread.truth.plain(ts, who, word, at=moment.standings, is_alone=moment.is_alone)

    async def _attaches(self, thread: Thread) -> Learn:
        """A file goes the way of the text beside it."""
        who, word, inside = self._agent(thread), thread.word(), self.chance.random() < 0.5
        form = self.chance.choice(INTERNAL if inside else PLAIN)
        ts = self._post(thread, who, form, word, files=[f"{word}.txt"])
        if inside:
            return lambda _: thread.truth.internal(ts, who, word)
        return lambda moment: thread.truth.plain(ts, who, word, at=moment.standings, is_alone=False)

    async def _writes_internally(self, thread: Thread) -> Learn:
        who, word = self._agent(thread), thread.word()
        ts = self._post(thread, who, self.chance.choice(INTERNAL), word)
        return lambda _: thread.truth.internal(ts, who, word)

    async def _commands(self, thread: Thread) -> Learn:
        who, word = self._agent(thread), thread.word()
        ts = self._post(thread, who, self.chance.choice(COMMANDS), word)
        return lambda _: thread.truth.internal(ts, who, word)

    async def _writes_in_vain(self, thread: Thread) -> Learn:
        """A guest, somebody from another organisation, or a bot: whatever they write."""
        who, word = self.world.agents[self.chance.choice(OTHERS)].id, thread.word()
        ts = self._post(thread, who, self.chance.choice((*PLAIN, *INTERNAL, *COMMANDS, *EXPLICIT)), word)
        return lambda _: thread.truth.internal(ts, who, word)

    async def _replies(self, thread: Thread) -> Learn:
        who, word = self._agent(thread), thread.word()
        ts = self._post(thread, who, self.chance.choice(EXPLICIT), word)
        return lambda _: thread.truth.explicit(word, ts=ts, author=who)

    async def _types(self, thread: Thread) -> Learn:
        """A slash command, by an agent or a guest."""
        who, word = self._agent(thread), thread.word()
        if self.chance.random() < 0.3:
            who = self.world.agents["guest"].id
        verb = self.chance.choice(("reply", "note", "escalate", "close"))
        thread.note(f"{self._name(who)}: /{verb} #{thread.number} {word}")
        await self.world.slack.command(who, self.world.channel, f"/{verb} #{thread.number} {word}")
        is_said = verb == "reply" and who != self.world.agents["guest"].id
        return lambda _: thread.truth.explicit(word) if is_said else None

    async def _edits(self, thread: Thread) -> Learn:
        return self._is_edited(thread, self._some(thread), EDITABLE if self.chance.random() < 0.5 else PLAIN)

    def _is_edited(self, thread: Thread, said: Said, forms: Sequence[Form]) -> Learn:
        word, form = thread.word(), self.chance.choice(forms)
        thread.note(f"{self._name(said.author)} edits {said.words[-1]} into {form.says(word)!r}")
        self.world.slack.edit(said.author, self.world.channel, said.ts, form.says(word))
        return lambda _: thread.truth.edited(said, word, is_internal=forms is not PLAIN)

    async def _deletes(self, thread: Thread) -> Learn:
        return self._is_deleted(thread, self._some(thread))

    def _is_deleted(self, thread: Thread, said: Said) -> Learn:
        thread.note(f"{self._name(said.author)} deletes {said.words[-1]}")
        self.world.slack.delete(said.author, self.world.channel, said.ts)
        return lambda _: thread.truth.deleted(said)

    def _some(self, thread: Thread) -> Said:
        alive = [said for said in thread.truth.said if said.fate is not Fate.GONE]
        if not alive:
            raise Refused("There is nothing.")
        return self.chance.choice(alive[-4:])

    async def _undoes(self, thread: Thread) -> Learn:
        who = self._agent(thread)
        thread.note(f"{self._name(who)}: !undo")
        self.world.slack.post(who, self.world.channel, "!undo", thread_ts=thread.card)
        return lambda moment: thread.truth.undone(who, is_alone=moment.is_alone)

    async def _decides(self, thread: Thread) -> Learn | None:
        """Press "Claim and send", "Reopen and send" or "Keep as note"."""
        return await self._press(
            thread, self._agent(thread), self.chance.choice(("offer.send", "offer.send", "offer.note"))
        )

    async def _decides_late(self, thread: Thread) -> Learn | None:
        """A held text is taken back, and then somebody presses its button, which a screen shows still."""
        about = [
            (copy.deepcopy(one), self._about(thread, one, "offer.send")) for one in self._asking(thread, "offer.send")
        ]
        held = [(seen, said) for seen, said in about if said is not None and said.fate is Fate.ASKED]
        if not held:
            return None
        seen, said = self.chance.choice(held)
        learn = (
            self._is_deleted(thread, said) if self.chance.random() < 0.5 else self._is_edited(thread, said, EDITABLE)
        )
        await self.world.quiet()
        who = self._agent(thread)
        thread.note(f"{self._name(who)} presses offer.send too late")
        await self.world.slack.press(who, self.world.channel, seen["ts"], "offer.send", seen=seen)
        return learn

    async def _intrudes(self, thread: Thread) -> Learn | None:
        """A guest presses what only agents may press."""
        await self._press(thread, self.world.agents["guest"].id, "offer.send")
        return None

    async def _press(self, thread: Thread, who: str, action: str) -> Learn | None:
        asking = self._asking(thread, action)
        if not asking:
            return None
        said = self._about(thread, asking[-1], action)
        thread.note(f"{self._name(who)} presses {action} for {said.words[-1] if said else '?'}")
        versions = [] if said is None else [said.words[-1]]
        await self.world.slack.press(who, self.world.channel, asking[-1]["ts"], action)
        return None if said is None else self._pressed(thread, said, versions, is_sent=action == "offer.send")

    def _asking(self, thread: Thread, action: str) -> list[dict[str, Any]]:
        posts = self.world.slack.thread(self.world.channel, thread.card)[1:]
        return [one for one in posts if f'"{action}"' in json.dumps(one.get("blocks"))]

    async def _sends(self, thread: Thread) -> Learn | None:
        """Press "Send to customer" under the hint that something stayed internal."""
        who = self._agent(thread)
        hints = [one for one in self.world.slack.ephemerals(who) if one.get("thread_ts") == thread.card]
        hints = [one for one in hints if '"note.send"' in json.dumps(one.get("blocks"))]
        if not hints:
            return None
        said = self._about(thread, hints[-1], "note.send")
        thread.note(f"{self._name(who)} presses note.send for {said.words[-1] if said else '?'}")
        versions = [] if said is None else [said.words[-1]]
        await self.world.slack.press(who, self.world.channel, hints[-1]["ts"], "note.send", ephemeral=True)
        return None if said is None else self._pressed(thread, said, versions, is_sent=True)

    def _pressed(self, thread: Thread, said: Said, versions: list[str], *, is_sent: bool) -> Learn:
        def learn(moment: Moment) -> None:
            if not is_sent:
                thread.truth.kept(said)
                return
            now = [] if moment.is_alone or said.is_note_now else [said.words[-1]]  # an edit may have come first
            thread.truth.pressed(said, [*versions, *now])

        return learn

    def _about(self, thread: Thread, message: dict[str, Any], action: str) -> Said | None:
        """The text that a button is about."""
        elements = [element for block in message["blocks"] for element in block.get("elements", ())]
        value = next(element["value"] for element in elements if element.get("action_id") == action)
        found = self._asked(f"SELECT slack_ts FROM message WHERE id = {int(value)}")  # noqa: S608 - a number
        return next((one for one in thread.truth.said if found and one.ts == found[0][0]), None)

    async def _claims(self, thread: Thread) -> Learn:
        who = self._agent(thread)
        if self.chance.random() < 0.5:
            thread.note(f"{self._name(who)}: !claim")
            self.world.slack.post(who, self.world.channel, "!claim", thread_ts=thread.card)
        else:
            thread.note(f"{self._name(who)} presses Claim")
            await self.world.slack.press(who, self.world.channel, thread.card, "ticket.claim")
        return _nothing

    async def _gives(self, thread: Thread) -> Learn:
        """The ticket is given back, or to somebody else."""
        who, text = self._agent(thread), self.chance.choice(("!unclaim", "!assign @budi", "!assign @citra"))
        thread.note(f"{self._name(who)}: {text}")
        self.world.slack.post(who, self.world.channel, text, thread_ts=thread.card)
        return _nothing

    async def _closes(self, thread: Thread) -> Learn:
        who, word = self._agent(thread), thread.word()
        thread.note(f"{self._name(who)}: !close {word}")
        ts = self.world.slack.post(who, self.world.channel, f"!close {word}", thread_ts=thread.card)
        return lambda _: thread.truth.internal(ts, who, word)

    async def _reopens(self, thread: Thread) -> Learn:
        who = self._agent(thread)
        thread.note(f"{self._name(who)}: !reopen")
        self.world.slack.post(who, self.world.channel, "!reopen", thread_ts=thread.card)
        return _nothing

    async def _customer_writes(self, thread: Thread) -> Learn:
        thread.note("the customer writes")
        self.world.telegram.writes(thread.customer, "and?")
        return _nothing


def _nothing(_: Moment) -> None:
    """How the ticket stands is seen afterwards."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run has shown."""

    histories: int
    acts: int
    texts: int  #: with a word of their own
    arrived: int
    leaks: Sequence[Leak]


async def play(seed: str, *, mode: Mode, tickets: int, rounds: int) -> Result:
    """One workspace, from nothing to rest; the seed repeats what people do."""
    config = f'supervisors = ["@leads"]\n[replies]\nmode = "{mode}"\n'
    async with world(config) as it:
        _people(it)
        found = Play(it, random.Random(seed), mode)  # noqa: S311 - chance that can be repeated
        await found.opens(tickets)
        for _ in range(rounds):
            await found.round()
        await found.rests()
        threads = found.threads
        return Result(
            histories=len(threads),
            acts=sum(len(one.history) for one in threads),
            texts=sum(one.words for one in threads),
            arrived=sum(len(one.arrived) for one in threads),
            leaks=found.leaks(),
        )


def _people(it: World) -> None:
    """Beside Mika and Budi: a third agent, and those who are none."""
    from tests.world import Agent

    roles: dict[str, Any] = {"citra": "member", "guest": "guest", "stranger": "stranger", "robot": "bot"}
    for name, role in roles.items():
        user = it.slack.add_user(name, real_name=name.title(), role=role)
        it.slack.join(it.channel, user)
        it.agents[name] = Agent(it, user, name)
    it.slack.add_user("otto", real_name="Otto")
    it.slack.add_group("leads", [it.agents["budi"].id])
