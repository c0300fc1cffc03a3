"""What was sent, and what each side has of it, found again by the token in each text."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bot.sandbox.whatsapp import WhatsAppSandbox
from tests.crashes.desk import Desk
from tests.crashes.process import command
from tests.crashes.proof.verdict import Fate, Sent, Verdict, compare

TOKEN = re.compile(r"\b[cax]\d{5}\b")  #: a customer's words, an agent's, and those that an edit took away
CUSTOMERS = "c"
ABOUT_TICKET = re.compile(r"(ticket number is|your request) #(\d+)")  #: what the desk itself says to a customer
NUMBER = re.compile(r"#(\d+)")


class Channel(StrEnum):
    """Where a customer is."""

    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"


@dataclass(slots=True)
class Talk:
    """One customer, the agent who looks after them, and their only ticket."""

    number: int
    channel: Channel
    customer: int
    agent: str
    others: str  #: an agent whose plain words stay internal here
    asked: list[str] = field(default_factory=list)  #: the customer's tokens
    messages: dict[str, str | int] = field(default_factory=dict)  #: which of them the messenger can still change
    unheard: dict[str, str] = field(default_factory=dict)  #: tokens of the thread that may not be stored, with their ts
    heard: set[str] = field(default_factory=set)
    times_closed: int = 0

    @property
    def thread(self) -> str:
        """The lane of what Slack shows."""
        return f"thread {self.number}"

    @property
    def phone(self) -> str:
        """The lane of what the customer has."""
        return f"phone {self.number}"


@dataclass(slots=True)
class Ledger:
    """Of one desk."""

    desk: Desk
    whatsapp: WhatsAppSandbox
    talks: list[Talk] = field(default_factory=list)
    sent: dict[str, Sent] = field(default_factory=dict)
    by_command: list[str] = field(default_factory=list)  #: what was answered to nobody if the service died just then

    def write(self, letter: str, lane: str, *, fate: Fate = Fate.MUST, after: Iterable[str] = ()) -> str:
        """Note that something is sent now; returns its token."""
        token = f"{letter}{len(self.sent):05}"
        self.sent[token] = Sent(token=token, lane=lane, fate=fate, after=frozenset(after))
        return token

    def becomes(self, token: str, fate: Fate) -> None:
        """What must become of it is another thing than was noted."""
        self.sent[token] = replace(self.sent[token], fate=fate)

    # --- what each side has

    def received(self, talk: Talk) -> Sequence[str]:
        """All texts on the customer's phone that came from the desk."""
        phone = self.desk.telegram if talk.channel is Channel.TELEGRAM else self.whatsapp
        return phone.received(talk.customer)

    def phones(self) -> dict[str, list[str]]:
        """What stands on the phones."""
        return {talk.phone: [token for text in self.received(talk) for token in _tokens(text)] for talk in self.talks}

    def threads(self) -> tuple[dict[str, list[str]], dict[str, int]]:
        """What stands in Slack of customers' words, and the number of the ticket, by lane; a card is an own token."""
        owners = {talk.asked[0]: talk for talk in self.talks if talk.asked}
        found, numbers = defaultdict[str, list[str]](list), dict[str, int]()
        for card in self.desk.cards():
            thread = self.desk.slack.thread(self.desk.channel, str(card["ts"]))
            tokens = [token for message in thread for token in _customers_words(message)]
            owner = next((owners[token] for token in tokens[:1] if token in owners), None)
            lane = owner.thread if owner else f"a card of nobody at {card['ts']}"
            found[lane] += [f"card of {lane}", *tokens]
            numbers[lane] = int((NUMBER.search(str(card["blocks"])) or ["", "0"])[1])
        return found, numbers

    def mirrored(self) -> set[str]:
        """The agents' words that the bot itself shows in threads, as having been sent."""
        posts = (
            message
            for card in self.desk.cards()
            for message in self.desk.slack.thread(self.desk.channel, str(card["ts"]))
            if message.get("bot_id") and "↪" in str(message["blocks"])
        )
        return {token for message in posts for token in _tokens(str(message["blocks"]))}

    async def uncertain(self) -> tuple[set[str], list[str]]:
        """The tokens that `loket failed` calls uncertain; and its lines of anything else, which must not be there."""
        code, output, errors = await command(
            "failed", environment=self.desk.environment, folder=self.desk.folder, within_s=90
        )
        assert code == 0, errors
        lines = [line for line in output.splitlines()[1:] if line.strip()]
        listed = {int(line.split()[0].removeprefix("out-")) for line in lines if line.split()[1] == "uncertain"}
        tokens = set[str]()
        for number, payload, body in self.desk.rows(
            "SELECT d.id, d.payload, m.body FROM delivery AS d LEFT JOIN message AS m ON m.id = d.message_id "
            "WHERE d.state = 'uncertain'"
        ):
            if number in listed:
                tokens.update(_tokens(f"{payload} {body}"))
        return tokens, [line for line in lines if line.split()[1] != "uncertain"]

    # --- at the end

    async def verdicts(self) -> tuple[Verdict, Verdict, list[str]]:
        """Customers to Slack, agents to customers; and what else is listed by `loket failed`."""
        threads, numbers = self.threads()
        uncertain, others = await self.uncertain()
        mirrored = self.mirrored()
        for token in self.by_command:
            self.becomes(token, Fate.MUST if token in mirrored else Fate.MAY)
        to_slack = [one for one in self.sent.values() if one.token.startswith(CUSTOMERS)]
        to_slack += [Sent(token=f"card of {talk.thread}", lane=talk.thread) for talk in self.talks if talk.asked]
        to_phones = [one for one in self.sent.values() if not one.token.startswith(CUSTOMERS)]
        to_phones += list(self._said_by_the_desk(numbers))
        theirs = {token for token in uncertain if token.startswith(CUSTOMERS)}
        return compare(to_slack, threads, theirs), compare(to_phones, self.phones(), uncertain - theirs), others

    def _said_by_the_desk(self, numbers: Mapping[str, int]) -> Iterator[Sent]:
        """Each customer is told once that the message has come; and asked, when it is closed, whether it is solved."""
        for talk in self.talks:
            number = numbers.get(talk.thread)
            if number is not None:
                yield Sent(token=f"received #{number}", lane=talk.phone)
                fate = Fate.MAY if talk.times_closed else Fate.NEVER
                yield Sent(token=f"solved #{number}", lane=talk.phone, fate=fate)


def _tokens(text: str) -> list[str]:
    names = {"ticket number is": "received", "your request": "solved"}
    return [*TOKEN.findall(text), *(f"{names[kind]} #{number}" for kind, number in ABOUT_TICKET.findall(text))]


def _customers_words(message: Mapping[str, Any]) -> Iterator[str]:
    """In a post of the bot somebody's words alone stand in sections as plain text."""
    if not message.get("bot_id"):
        return
    for block in message.get("blocks", []):
        if block["type"] == "section" and block.get("text", {}).get("type") == "plain_text":
            yield from TOKEN.findall(block["text"]["text"])
