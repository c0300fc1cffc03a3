"""
What Slack shows: the card, and the messages under it. Pure builders.

Customers' words and names stand in ``plain_text``, which Slack does not parse, or are made `literal`; so they can't
ping, link or format anything. Our own sentences are verbatim mrkdwn. Source of the limits: Slack, Block Kit reference.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.text import Mark, RichText, is_visible, joined, split
from bot.domain.ticket import Status, Ticket
from bot.slack.edits import struck
from bot.slack.mrkdwn import escape, literal
from bot.slack.render import rich_text
from bot.texts import CATALOGUES

SECTION = 3000  #: characters of a section's text
SECTIONS = 4  #: of one message; more than any customer channel lets a customer write at once
ELEMENTS = 10  #: of a context
PREVIEW = 200  #: characters of somebody's words in a notification
REASON = 300  #: characters of a reason on the card
EXCERPT = 80  #: characters of a message to which a sentence refers
NAME = 60  #: characters of a name, so that a header (150) holds it

Json = dict[str, Any]


class Say(Protocol):
    """`bot.texts.Texts.say` in the desk's language."""

    def __call__(self, name: str, /, **values: object) -> str:
        """The text with its blanks filled in."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A message for Slack: ``text`` is what notifications show."""

    text: str
    blocks: list[Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class FromCustomer:
    """What a customer wrote, as the platform called its ``kind``."""

    text: str
    kind: str = "text"
    files: Sequence[str] = ()  #: one line for each
    link: str | None = None  #: to a map; made by ourselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A delivery went wrong; ``name`` is ``failed``, ``uncertain`` or ``held``."""

    name: str
    reason: str
    about: str = "text"  #: or ``file``; ``fetched`` or ``shown``: the customer's


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """What stands on a card. ``owner``, ``escalated_by`` and ``escalated_to`` are mentions in mrkdwn."""

    ticket: Ticket
    customer: str
    channel: str  #: where the customer is, as people call it
    language: str | None  #: the customer's
    first: FromCustomer
    is_edited: bool = False  #: the first message is no longer what the customer wrote at first
    answering: str = ""  #: what the first message answers, in mrkdwn
    owner: str | None = None
    escalated_by: str = ""
    escalated_to: Sequence[str] = ()
    first_reply_due_at: datetime | None = None  #: None: answered already
    previous: int | None = None  #: the number of the ticket that this one follows
    trouble: Trouble | None = None
    window_closes_at: datetime | None = None  #: None: we may write at any time
    reachable: bool = True


_EMOJI = {
    Status.NEW: "🔴",
    Status.OPEN: "🟡",
    Status.PENDING: "🔵",
    Status.ON_HOLD: "⏸️",
    Status.SOLVED: "🟢",
    Status.CLOSED: "⚪",
}
ESCALATED = "🟣"


def card(view: CardView, say: Say) -> Message:
    """The root message of a ticket's thread."""
    who = person(view.customer, say)
    head = " · ".join(filter(None, (f"#{view.ticket.number}", who, view.channel, view.language)))
    head = f"{state_emoji(view.ticket)} {head}"
    words = [*_kind_lines(who, view.first.kind, say), *_written(view.first, say), *_files(view.first)]
    marks = [*filter(None, (view.answering, say("card.edited") if view.is_edited else ""))]
    words += [_context("marks", *map(mrkdwn, marks))] if marks else []
    state = _context("state", mrkdwn(" · ".join(_state(view, say))))
    blocks = [{"type": "header", "block_id": "head", "text": plain(head)}, *words, state, _card_actions(view, say)]
    return Message(literal(f"{head}: {preview(view.first.text)}"), blocks)


def state_emoji(ticket: Ticket) -> str:
    """What makes a channel scannable."""
    return state_sign(ticket.status, ticket.level)


def state_sign(status: Status, level: int) -> str:
    """The emoji for a state; of what is escalated, that of the escalation."""
    return ESCALATED if level > 1 and not status.is_done else _EMOJI[status]


def _state(view: CardView, say: Say) -> Iterator[str]:
    ticket = view.ticket
    yield f"*{say(f'status.{ticket.status}')}*"
    yield view.owner or say("card.unowned")
    yield say("card.level", level=ticket.level)
    if ticket.escalation is not None:
        yield say(
            "card.escalated",
            who=view.escalated_by,
            whom=", ".join(view.escalated_to) or say("card.nobody"),
            at=date(ticket.escalation.at),
            reason=literal(preview(ticket.escalation.reason, REASON)),
        )
    if view.first_reply_due_at is not None and not ticket.status.is_done:
        yield say("card.first_reply_due", at=date(view.first_reply_due_at))
    if view.window_closes_at is not None and not ticket.status.is_done:
        yield say("card.window", at=date(view.window_closes_at))
    if ticket.rating is not None:
        yield say("card.rating", stars="★" * ticket.rating + "☆" * (5 - ticket.rating))
    yield from _troubles(view, say)


def _troubles(view: CardView, say: Say) -> Iterator[str]:
    if not view.reachable:
        yield say("card.unreachable")
    if view.previous is not None:
        yield say("card.follows", number=view.previous)
    if view.trouble is not None:
        yield say(f"card.{view.trouble.name}", reason=literal(preview(view.trouble.reason, REASON)))


def _card_actions(view: CardView, say: Say) -> Json:
    ticket = view.ticket
    done = "reopen" if ticket.status.is_done else "close"
    verbs = ("claim",) if ticket.owner is None else ()
    buttons = (
        button(f"ticket.{verb}", say(f"card.{verb}"), value=ticket.number, style="primary" if verb == "claim" else None)
        for verb in (*verbs, "reply", "note", "escalate", done)
    )
    more = ("assign", "show") if ticket.owner is None else ("unclaim", "assign", "show")
    options = [{"text": plain(say(f"card.{verb}")), "value": f"{verb}:{ticket.number}"} for verb in more]
    return _actions(*buttons, {"type": "overflow", "action_id": "ticket.more", "options": options})


# --- under the card


def customer_message(name: str, written: FromCustomer, say: Say) -> Message:
    """A further message of the customer."""
    who = person(name, say)
    lines = _kind_lines(who, written.kind, say) or [_context("who", plain(who))]
    shown = [*lines, *_written(written, say), *_files(written)]
    return Message(literal(f"{who}: {preview(' '.join((written.text, *written.files)))}"), shown)


def edited_message(name: str, that: str, *, old: str, new: FromCustomer, say: Say) -> Message:
    """
    A customer's message that they changed, with what it was and what went of that; ``that`` names it, in mrkdwn.

    All words are shown literally: nothing in the elements of a rich text is parsed.
    """
    head = say("edit.head", who=literal(person(name, say)), that=that)
    shown = [_context("edit", mrkdwn(head)), *_kind_lines(person(name, say), new.kind, say)]
    shown += [*_written(new, say), *_files(new)]
    before = struck(split(RichText.of(old), limit=SECTION, length=units)[0].plain, new.text) if old.strip() else None
    if before is not None:
        was = joined((RichText.of(say("edit.before")), before), " ")
        shown.append(rich_text(was.marked(Mark.QUOTE), block_id="before"))
    return Message(f"{head} {literal(preview(new.text))}", shown)


def answering(message: Message, line: str) -> Message:
    """The message under a line, in mrkdwn, that says what it answers."""
    return Message(message.text, [_context("answering", mrkdwn(line)), *message.blocks])


def dated(message: Message, moment: datetime) -> Message:
    """A customer's message with its own time, which Slack does not show where others stand in the same post."""
    head, *rest = message.blocks  # a context: who it is from, or what it answers
    return Message(message.text, [{**head, "elements": [*head["elements"], mrkdwn(date(moment))]}, *rest])


def together(messages: Sequence[Message]) -> Message:
    """Several in one post, in their order."""
    shown = [
        {**block, "block_id": f"{number}.{block['block_id']}"}
        for number, message in enumerate(messages)
        for block in message.blocks
    ]
    return Message(next(_sections("\n".join(message.text for message in messages))), shown)


def agent_message(name: str, text: RichText, kind: str, say: Say) -> Message:
    """What an agent said by command or modal; ``kind`` is ``reply`` or ``note``."""
    head = say(f"mirror.{kind}", who=literal(person(name, say)))
    blocks = [_context("who", mrkdwn(head)), rich_text(text, block_id="text")]
    return Message(f"{head} {literal(preview(text.plain))}", blocks)


def notice(sentence: str, words: str, say: Say) -> Message:
    """What happened: our own sentence in mrkdwn, and somebody's words (a reason, a resolution) below it."""
    return Message(f"{sentence} {literal(preview(words))}".strip(), [section("notice", sentence), *_words(words, say)])


def offer(name: str, who: str, message: int, say: Say, *, reason: str = "") -> Message:
    """The question what shall become of a held text; ``who`` mentions its writer."""
    sentence = say(f"offer.{name}", who=who, reason=literal(reason))
    buttons = _actions(
        button("offer.send", say(f"offer.{name}.send"), value=message, style="primary"),
        button("offer.note", say("offer.note"), value=message),
    )
    return Message(sentence, [section("offer", sentence), buttons])


def trouble(found: Trouble, text: RichText, part: int, say: Say) -> Message:
    """A part was not delivered, or nobody knows; ``text`` is exactly what it carries, or the name of its file."""
    sentence = say(f"trouble.{found.name}.{found.about}", reason=literal(found.reason))
    buttons = _actions(
        button("part.again", say(f"trouble.{found.name}.again"), value=part),
        button("part.leave", say("trouble.leave"), value=part),
    )
    return Message(sentence, [section("trouble", sentence), rich_text(text, block_id="text"), buttons])


def whisper_not_sent(message: int, say: Say) -> Message:
    """The hint that a text stayed internal."""
    sentence = say("whisper.not_sent")
    send = button("note.send", say("whisper.not_sent.send"), value=message)
    return Message(sentence, [section("whisper", sentence), _actions(send)])


def answer(sentence: str, undo: int | None, say: Say) -> Message:
    """Any other hint or answer for one person, in mrkdwn; ``undo`` is the change that its button takes back."""
    shown = [section(f"whisper.{number}", text) for number, text in enumerate(_sections(sentence))]
    if undo is not None:
        shown.append(_actions(button("change.undo", say("card.undo"), value=undo)))
    return Message(sentence[:SECTION], shown)


def _sections(sentence: str) -> Iterator[str]:
    """Whole lines, as many as a section holds."""
    lines, size = list[str](), 0
    for line in sentence.split("\n"):
        if lines and size + len(line) > SECTION:
            yield "\n".join(lines)
            lines, size = [], 0
        lines.append(line[:SECTION])
        size += len(line) + 1
    yield "\n".join(lines)


def alarm(sentence: str) -> Message:
    """Something that somebody must look after; our own sentence in mrkdwn."""
    return Message(sentence, [section("alarm", sentence)])


# --- the pieces


def plain(text: str) -> Json:
    """A text that Slack does not parse."""
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Json:
    """Our own words; names and typed words in them must be `literal` already."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(block_id: str, sentence: str) -> Json:
    """A sentence of ours, in mrkdwn."""
    return {"type": "section", "block_id": block_id, "text": mrkdwn(sentence)}


def button(action_id: str, label: str, *, value: int | str, style: str | None = None) -> Json:
    """A button that says what it is about."""
    found: Json = {"type": "button", "action_id": action_id, "text": plain(label), "value": str(value)}
    return found if style is None else {**found, "style": style}


def date(moment: datetime) -> str:
    """A moment in the reader's own time zone. Source: Slack, "Formatting message text", dates."""
    fallback = escape(f"{moment:%Y-%m-%d %H:%M} UTC")
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def person(name: str, say: Say) -> str:
    """A name on one line, without characters that could turn the line around, and not too long."""
    seen = "".join(char for char in " ".join(name.split()) if _is_printed(char))
    pieces = split(RichText.of(seen), limit=NAME, length=units)
    return pieces[0].plain if pieces else say("card.nameless")


def preview(text: str, most: int = PREVIEW) -> str:
    """The beginning, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _is_printed(char: str) -> bool:
    """Letters and signs, the space, and what joins signs into one: no control, no direction mark."""
    return char in " \u200d" or is_visible(char) or unicodedata.category(char) == "Mn"


def units(text: str) -> int:
    """Slack's way of counting is not documented; UTF-16 units are the strictest that it may be."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _words(text: str, say: Say) -> list[Json]:
    """Somebody's words, literally and in full, as far as one message of Slack holds them."""
    pieces = split(RichText.of(text), limit=SECTION, length=units)
    shown = [
        {"type": "section", "block_id": f"text.{number}", "text": plain(piece.plain)}
        for number, piece in enumerate(pieces[:SECTIONS])
    ]
    return shown if len(pieces) <= SECTIONS else [*shown, _context("cut", plain(say("card.cut")))]


def _files(written: FromCustomer) -> list[Json]:
    """What came with it; a context holds ten lines, as many as an album has."""
    return [_context("files", *map(plain, written.files[:ELEMENTS]))] if written.files else []


def _written(written: FromCustomer, say: Say) -> list[Json]:
    shown = _words(written.text, say)
    return shown if written.link is None else [*shown, section("map", f"<{written.link}|{say('card.map')}>")]


def _kind_lines(who: str, kind: str, say: Say) -> list[Json]:
    """What the customer did, where it was more than to write."""
    edited, kind = kind.startswith("edit."), kind.removeprefix("edit.")
    names = ["kind.edit"] if edited else []
    if kind != "text":
        names.append(f"kind.{kind}" if f"kind.{kind}" in CATALOGUES["en"] else "kind.unknown")
    return [_context("who", *(plain(f"{who} {say(name)}") for name in names))] if names else []


def _context(block_id: str, *elements: Json) -> Json:
    return {"type": "context", "block_id": block_id, "elements": list(elements)}


def _actions(*buttons: Json) -> Json:
    return {"type": "actions", "block_id": "actions", "elements": list(buttons)}
