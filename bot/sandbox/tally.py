"""
What became of what was written, counted from outside: on the phones and in the workspace, never in the bot's own books.

Texts are found again by their words alone, since that is all that both sides show. What one sends beside text (a photo
without a caption, a press of a button) is not counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.state import Channel, Message, Workspace

Json = dict[str, Any]

INTERNAL = "lock"  #: the bot's reactions by which it says what became of an agent's text
HELD, TROUBLE = "raised_hand", "warning"
DELIVERED = frozenset({"white_check_mark", "eyes"})
CUT = 1000  #: letters; a longer text may stand there in pieces, or shortened
FEW_WORDS = 2  #: as many may be the answer to a question, which stands in the thread as what it decided


@dataclass(slots=True)
class Count:
    """
    The texts of one direction.

    Attributes:
        written: All of them.
        arrived: How many of them stand on the other side.
        undecided: How many wait for a person to decide what shall become of them.
        left: How many a person has left as they are.
        missing: How many are called delivered and stand nowhere; these are lost.
        doubled: How many copies stand there too often.
    """

    written: int = 0
    arrived: int = 0
    undecided: int = 0
    left: int = 0
    missing: int = 0
    doubled: int = 0

    @property
    def waiting(self) -> int:
        """How many are still on their way."""
        return self.written - self.arrived - self.undecided - self.left - self.missing

    def as_json(self) -> Json:
        """For the page."""
        names = ("written", "arrived", "waiting", "undecided", "left", "missing", "doubled")
        return {name: getattr(self, name) for name in names}


def customers_count(people: Iterable[Json], workspace: Workspace) -> Count:
    """What customers wrote (as in ``/client/state``), and what of it stands in the workspace."""
    shown = _Shown(_pieces_of(message) for message in _posts(workspace))
    count, keys = Count(), set[str]()
    for text, is_answer in _customers_texts(people):
        key = _key(text)
        if shown.take(key):
            count.arrived += 1
        elif is_answer:
            continue
        keys.add(key)
        count.written += 1
    count.doubled = sum(shown.left(key) for key in keys)
    return count


def agents_count(people: Iterable[Json], workspace: Workspace) -> Count:
    """What agents wrote under cards for customers, and what of it stands on the phones."""
    phones = _Shown([_key(text) for text in _texts(one["messages"], from_bot=True)] for one in people)
    copies = Counter(_key(_plain(block)) for message in _posts(workspace) for block in _blocks(message, "rich_text"))
    asked = {
        _key(_plain(_blocks(message, "rich_text"))) for message in _posts(workspace) if _blocks(message, "actions")
    }
    count, keys = Count(), set[str]()
    for message in _agents_texts(workspace):
        key, said = _key(_plain(_blocks(message, "rich_text"))), _receipts(message, workspace)
        if INTERNAL in said:
            continue
        keys.add(key)
        count.written += 1
        if phones.take(key) or ("edited" in message.body and said & DELIVERED):  # not every messenger takes an edit
            count.arrived += 1
        elif HELD in said or (TROUBLE in said and key in asked):
            count.undecided += 1
        elif TROUBLE in said:  # and nobody is asked any more
            count.left += 1
        elif said & DELIVERED:
            count.missing += 1
    # What the bot shows in Slack once more was sent by a command, or again by somebody's decision.
    count.doubled = sum(max(0, phones.left(key) - copies[key]) for key in keys)
    return count


class _Shown:
    """What one side shows: pieces of text in their order, of which each is found once."""

    def __init__(self, runs: Iterable[Iterable[str]]) -> None:
        self._runs: list[list[str | None]] = [[piece for piece in run if piece] for run in runs]
        self._places = defaultdict[str, list[tuple[list[str | None], int]]](list)
        for run in self._runs:
            for at, piece in enumerate(run):
                self._places[piece or ""].append((run, at))

    def take(self, key: str) -> bool:
        """Whether the text stands there, in one piece or (a long one) in several; then it is used up."""
        places = self._places.get(key, [])
        while places:
            run, at = places.pop()
            if run[at] is not None:
                run[at] = None
                return True
        return len(key) >= CUT and self._take_pieces(key)

    def _take_pieces(self, key: str) -> bool:
        for run in self._runs:
            for start in range(len(run)):
                if end := _end(run, start, key):
                    run[start:end] = [None] * (end - start)
                    return True
        return False

    def left(self, key: str) -> int:
        """How often it stands there beyond what was taken; this uses it up."""
        times = 0
        while self.take(key):
            times += 1
        return times


def _end(run: Sequence[str | None], start: int, key: str) -> int:
    """Behind which piece the text ends that begins with this one; 0: it is another text."""
    said = ""
    for at in range(start, len(run)):
        piece = run[at]
        if piece is None or not key.startswith(said + piece):
            break
        said += piece
        if said == key:
            return at + 1
    else:
        return len(run) if len(said) >= CUT else 0
    return 0


def _key(text: str) -> str:
    """What is left of a text when marks and spaces may differ: its letters and digits, else its signs."""
    return "".join(char for char in text.casefold() if char.isalnum()) or "".join(text.split())


# --- the phones


def _customers_texts(people: Iterable[Json]) -> Iterator[tuple[str, bool]]:
    """Each text for the desk, and whether it may be no more than the answer to a question with buttons."""
    for person in people:
        asked = False
        for message in person["messages"]:
            if message["from_bot"]:
                asked = bool(message.get("choices") or message.get("reply_markup"))
                continue
            text = _words(message)
            if text and not text.startswith("/"):  # a command to the bot
                yield text, asked and len(text.split()) <= FEW_WORDS


def _texts(messages: Iterable[Json], *, from_bot: bool) -> Iterator[str]:
    for message in messages:
        text = message["text"] or message["caption"]
        if message["from_bot"] is from_bot and text:
            yield text


def _words(message: Json) -> str:
    if message.get("deleted") or message["kind"] == "interactive":  # a press
        return ""
    return str(message["text"] or message["caption"] or "")


# --- the workspace


def _posts(workspace: Workspace) -> Iterator[Message]:
    """What the bot wrote."""
    for channel in workspace.channels.values():
        yield from (message for message in channel.messages.values() if message.body.get("bot_id"))


def _agents_texts(workspace: Workspace) -> Iterator[Message]:
    """What people wrote under cards, without commands to the desk."""
    mention = f"<@{workspace.bot_user}>"
    for channel in workspace.channels.values():
        for message in channel.messages.values():
            text = str(message.body.get("text", ""))
            is_command = text.lstrip().startswith("!") or mention in text
            if _is_persons(message) and _is_under_a_card(message, channel) and text and not is_command:
                yield message


def _is_persons(message: Message) -> bool:
    return not message.body.get("bot_id") and "client_msg_id" in message.body


def _is_under_a_card(message: Message, channel: Channel) -> bool:
    root = channel.messages.get(message.root or "")
    return root is not None and bool(root.body.get("bot_id"))


def _receipts(message: Message, workspace: Workspace) -> set[str]:
    return {name for name, people in message.reactions.items() if workspace.bot_user in people}


def _pieces_of(message: Message) -> Iterator[str]:
    """Somebody's words in a post of the bot: they alone stand in sections as plain text."""
    for block in _blocks(message, "section"):
        if block.get("text", {}).get("type") == "plain_text":
            yield _key(block["text"]["text"])


def _blocks(message: Message, kind: str) -> list[Json]:
    return [block for block in message.body.get("blocks", []) if block["type"] == kind]


def _plain(node: Any) -> str:
    """The words of rich text."""
    if isinstance(node, list):
        return " ".join(_plain(one) for one in node)
    if "elements" in node:
        return _plain(node["elements"])
    if node.get("type") == "emoji":
        return "".join(chr(int(point, 16)) for point in node.get("unicode", "").split("-") if point)
    return str(node.get("text") or node.get("url") or "")
