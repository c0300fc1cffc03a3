"""What was sent, and what each side has of it, found again by the token in each text."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any

from bot.delivery.ports import FILE
from bot.sandbox.files import File
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp import WhatsAppSandbox
from tests.crashes.desk import Desk
from tests.crashes.process import command
from tests.crashes.proof.verdict import Fate, Sent, Verdict, compare

TOKEN = re.compile(r"\b[cax]\d{5}\b")  #: a customer's words, an agent's, and those that an edit took away
CUSTOMERS = ("c", "f")  #: what their tokens begin with; files (f, and g of agents) are known by their bytes
ABOUT_TICKET = re.compile(r"(ticket number is|your request) #(\d+)")  #: what the desk itself says to a customer
UNCERTAIN = (
    "SELECT d.id, d.kind, d.message_id, d.payload, m.body FROM delivery AS d LEFT JOIN message AS m "
    "ON m.id = d.message_id WHERE d.state = 'uncertain'"
)
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
    is_given_away: bool = False  #: to the other agent, who does not have it yet

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
    edited: dict[str, tuple[Talk, str]] = field(default_factory=dict)  #: late; what stands there now, and what did
    deleted: dict[str, Talk] = field(default_factory=dict)  #: late
    files: dict[str, str] = field(default_factory=dict)  #: tokens by SHA-256

    def write(self, letter: str, lane: str, *, fate: Fate = Fate.MUST, after: Iterable[str] = ()) -> str:
        """Note that something is sent now; returns its token."""
        token = f"{letter}{len(self.sent):05}"
        self.sent[token] = Sent(token=token, lane=lane, fate=fate, after=frozenset(after))
        return token

    def becomes(self, token: str, fate: Fate) -> None:
        """What must become of it is another thing than was noted."""
        self.sent[token] = replace(self.sent[token], fate=fate)

    def is_file(self, token: str, file: File) -> None:
        """What is sent is this file."""
        self.files[sha256(file.content).hexdigest()] = token

    def files_sent(self, letter: str) -> int:
        """How many files must have arrived."""
        files = (self.sent[token] for token in self.files.values() if token.startswith(letter))
        return sum(one.fate is Fate.MUST for one in files)

    # --- what each side has

    def phones(self) -> dict[str, list[str]]:
        """What stands on the phones that came from the desk."""
        return {talk.phone: list(self._phone(talk)) for talk in self.talks}

    def _phone(self, talk: Talk) -> Iterator[str]:
        phone: TelegramSandbox | WhatsAppSandbox = (
            self.desk.telegram if talk.channel is Channel.TELEGRAM else self.whatsapp
        )
        for message in phone.chat(talk.customer):
            if message["from_bot"]:
                yield from _tokens(f"{message['text'] or ''} {message['caption'] or ''}")
                if message["file"]:
                    yield self.token_of(phone.file(message["file"]["id"]))

    def token_of(self, file: File | None) -> str:
        """The token by the bytes: a file of which one is wrong is one that nobody sent."""
        return self.files.get("" if file is None else sha256(file.content).hexdigest(), "a file of other bytes")

    def threads(self) -> tuple[dict[str, list[str]], dict[str, int]]:
        """What stands in Slack of customers' words, and the number of the ticket, by lane; a card is an own token."""
        owners = {talk.asked[0]: talk for talk in self.talks if talk.asked}
        found, numbers = defaultdict[str, list[str]](list), dict[str, int]()
        for card in self.desk.cards():
            thread = self.desk.slack.thread(self.desk.channel, str(card["ts"]))
            tokens = [token for message in thread for token in self._from_customer(message)]
            owner = next((owners[token] for token in tokens[:1] if token in owners), None)
            lane = owner.thread if owner else f"a card of nobody at {card['ts']}"
            found[lane] += [f"card of {lane}", *tokens]
            numbers[lane] = int((NUMBER.search(str(card["blocks"])) or ["", "0"])[1])
        return found, numbers

    def _from_customer(self, message: Mapping[str, Any]) -> Iterator[str]:
        """In a post of the bot somebody's words alone stand in sections as plain text; its files are theirs."""
        if not message.get("bot_id"):
            return
        for block in message.get("blocks", []):
            if block["type"] == "section" and block.get("text", {}).get("type") == "plain_text":
                yield from TOKEN.findall(block["text"]["text"])
        for file in message.get("files", []):
            yield self.token_of(self.desk.slack.workspace.files[file["id"]])

    def mirrored(self) -> set[str]:
        """The agents' words that the bot itself shows in threads, as having been sent."""
        posts = (
            message
            for card in self.desk.cards()
            for message in self.desk.slack.thread(self.desk.channel, str(card["ts"]))
            if message.get("bot_id") and "↪" in str(message.get("blocks"))
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
        for number, kind, message, payload, body in self.desk.rows(UNCERTAIN):
            carried = json.loads(payload)
            if number not in listed:
                continue
            if FILE in carried:
                tokens.update(self._attached("id = ?", carried[FILE]))
            elif kind == "post_files":
                tokens.update(self._attached("message_id = ?", message))
            else:
                tokens.update(_tokens(f"{payload} {body}"))
        return tokens, [line for line in lines if line.split()[1] != "uncertain"]

    def _attached(self, which: str, value: int) -> set[str]:
        found = self.desk.rows(f"SELECT sha256 FROM attachment WHERE {which}", value)  # noqa: S608 - our own words
        return {self.files.get(digest, "a file of other bytes") for (digest,) in found}

    # --- at the end

    async def verdicts(self) -> tuple[Verdict, Verdict, list[str]]:
        """Customers to Slack, agents to customers; and what else is listed by `loket failed`."""
        threads, numbers = self.threads()
        uncertain, others = await self.uncertain()
        mirrored = self.mirrored()
        for token in self.by_command:
            self.becomes(token, Fate.MUST if token in mirrored else Fate.MAY)
        self._changed_late(uncertain)
        to_slack = [one for one in self.sent.values() if one.token.startswith(CUSTOMERS)]
        to_slack += [Sent(token=f"card of {talk.thread}", lane=talk.thread) for talk in self.talks if talk.asked]
        to_phones = [one for one in self.sent.values() if not one.token.startswith(CUSTOMERS)]
        to_phones += list(self._said_by_the_desk(numbers))
        theirs = {token for token in uncertain if token.startswith(CUSTOMERS)}
        return compare(to_slack, threads, theirs), compare(to_phones, self.phones(), uncertain - theirs), others

    def _changed_late(self, uncertain: Collection[str]) -> None:
        """
        What became of replies that were changed after they were sent, perhaps.

        Telegram's copy follows, unless nobody knows whether there is one; WhatsApp's can't, but if the change came
        before it was sent.
        """
        stands = {token for tokens in self.phones().values() for token in tokens}
        for new, (talk, old) in self.edited.items():
            stays = talk.channel is Channel.WHATSAPP and old in stands
            self.becomes(new, Fate.MAY if stays or old in uncertain else Fate.MUST)
        for token, talk in self.deleted.items():
            if talk.channel is Channel.TELEGRAM and token not in uncertain:
                self.becomes(token, Fate.NEVER)

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
