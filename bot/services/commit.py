"""
Committing a decision: state, journal and intents together, so that nothing can be forgotten.

Everything here is called inside the use case's transaction.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import assert_never

import structlog

from bot.config import Signature
from bot.delivery import decide
from bot.delivery.entries import Entry, put
from bot.delivery.paces import budget_of
from bot.domain.events import DESK, Actor, Event, MessageId
from bot.domain.ids import Cause
from bot.domain.intents import (
    Intent,
    OpenThread,
    PostMessage,
    PostNotice,
    PostOffer,
    PostTrouble,
    Remind,
    SendToCustomer,
    ShowReaction,
    ShowReceipt,
    TakeBack,
    TellCustomer,
    UpdateCard,
    Whisper,
    intents_for,
)
from bot.domain.quotes import unquoted
from bot.domain.text import Mark, RichText, joined
from bot.domain.ticket import Change, Ticket
from bot.domain.undo import UNDOABLE
from bot.logs import also
from bot.models.mapping import standing_of, take, ticket_of
from bot.models.row import Found
from bot.models.rows import EDIT, WAS, IdentityRow, InboxRow, JournalRow, MessageRow, SeenRow, TicketRow
from bot.services import enclosures
from bot.services.context import Context
from bot.services.telling import sentence, with_choices

log = structlog.get_logger()

QUOTABLE = 50  #: so many of the customer's last messages can be quoted
DECORATION = 1  #: the rank of what shows state; messages have 0

_FROM_INBOX = "inbox:"
_NEXT_SEQ = "SELECT COALESCE(MAX(seq), 0) + 1 FROM message WHERE ticket_id = ?"


def inbox_cause(row_id: int) -> Cause:
    """The cause that a row of the inbox is."""
    return Cause(f"{_FROM_INBOX}{row_id}")


async def first_time(cause: Cause, *, now: datetime) -> bool:
    """
    Take note of a cause; False when it was handled before, and then nothing may change.

    A row of the inbox is its own note: it is marked done in the same transaction as its decision.
    """
    if cause.startswith(_FROM_INBOX):
        new = {"id": int(cause.removeprefix(_FROM_INBOX)), "state": "new"}
        return bool(await InboxRow.change(new, state="done", settled_at=now))
    if await SeenRow.found(key=cause):
        return False
    await SeenRow.create(key=cause, at=now)
    return True


async def commit_change(context: Context, row: TicketRow, change: Change, *, cause: Cause, now: datetime) -> None:
    """Save the ticket, keep its events, and put what must happen outside into the outbox."""
    before = ticket_of(row)
    if change.ticket != before:
        take(row, change.ticket)
        row.version += 1
        await row.save()
        showing: tuple[Intent, ...] = (UpdateCard(),)
    else:
        showing = ()
    for event in change.events:
        await _keep(row, event, before=before)
    intents = [intent for event in change.events for intent in intents_for(event)]
    await put_intents(context, row, [*intents, *showing], cause=cause, now=now)
    also(ticket=row.number)
    if change.events:
        log.info("ticket.changed", events=[type(event).__name__ for event in change.events])


async def _keep(row: TicketRow, event: Event, *, before: Ticket) -> None:
    data = {name: _plain(value) for name, value in asdict(event).items() if name not in {"ticket", "actor", "at"}}
    if type(event).__name__ in UNDOABLE:
        data |= {"before": standing_of(before), "version": row.version}
    await JournalRow.create(at=event.at, event=type(event).__name__, ticket_id=row.id, actor=event.actor, data=data)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


async def put_intents(
    context: Context, row: TicketRow, intents: Sequence[Intent], *, cause: Cause, now: datetime
) -> None:
    """Turn intents into parts of the outbox."""
    entries: list[Entry] = []
    for intent in intents:
        match intent:
            case SendToCustomer(message=message, due_at=due_at):
                entries += await to_customer(context, row, message, due_at=due_at)
            case TakeBack():
                await decide.take_back(row.id, author=DESK, now=now)
            case TellCustomer(name=name, due_at=held_until, words=words):
                text, choices = await sentence(context, row, name, **words)
                message = await add_message(
                    row, direction="out", author=DESK, body=text, kind="text", sent_at=now, now=now
                )
                identity = await IdentityRow.by_id(row.identity_id)
                pieces = context.channels[identity.channel].pieces(text) if text else ()
                parts = _entries(row, message, pieces, identity=identity, due_at=held_until or now)
                entries += with_choices(parts, choices)
            case ShowReceipt(message=message):
                entries.append(
                    Entry(
                        lane=f"receipt:{message}", kind="show_receipt", ticket=row.id, message=message,
                        budget="slack:react", rank=DECORATION, only_one_waits=True,
                    )
                )  # fmt: skip
            case ShowReaction(message=message):
                entries.append(
                    Entry(
                        lane=f"reaction:{message}", kind="show_reaction", ticket=row.id, message=message,
                        budget="slack:react", rank=DECORATION, only_one_waits=True,
                    )
                )  # fmt: skip
            case _:
                entries.append(_to_slack(row, intent))
    await put(entries, cause=cause, now=now)


def _to_slack(
    row: TicketRow,
    intent: OpenThread | UpdateCard | PostMessage | PostNotice | PostOffer | PostTrouble | Remind | Whisper,
) -> Entry:
    thread, post = f"slack:{row.id}", f"slack:post:{row.desk}"
    match intent:
        case OpenThread():
            return Entry(lane=thread, kind="open_thread", budget=post, ticket=row.id)
        case UpdateCard():
            return Entry(
                lane=f"card:{row.id}", kind="update_card", budget="slack:update", rank=DECORATION, ticket=row.id,
                only_one_waits=True,
            )  # fmt: skip
        case PostMessage(message=message):
            return Entry(lane=thread, kind="post_message", budget=post, ticket=row.id, message=message)
        case PostNotice():
            return Entry(lane=thread, kind="post_notice", budget=post, ticket=row.id, payload=asdict(intent))
        case PostOffer(message=message) | PostTrouble(message=message):
            kind = "post_offer" if isinstance(intent, PostOffer) else "post_trouble"
            return Entry(lane=thread, kind=kind, budget=post, ticket=row.id, message=message, payload=asdict(intent))
        case Remind(message=message, due_at=due_at):
            return Entry(
                lane=f"reminder:{message}", kind="post_reminder", budget=post, ticket=row.id, message=message,
                payload={"part": intent.part}, due_at=due_at,
            )  # fmt: skip
        case Whisper(message=whispered):
            return Entry(
                lane=f"whisper:{row.id}", kind="whisper", budget="slack:whisper", rank=DECORATION, ticket=row.id,
                message=whispered, payload=asdict(intent),
            )  # fmt: skip
        case _:
            assert_never(intent)


async def to_customer(context: Context, row: TicketRow, message: MessageId, *, due_at: datetime) -> list[Entry]:
    """
    The parts that carry a message: the text in as many as the channel needs, then the files; they leave at ``due_at``.
    """
    written = await MessageRow.by_id(message)
    body, files = RichText.from_json(written.body), await enclosures.entries(row, message, due_at=due_at)
    quoted, _ = unquoted(body, await _recent(row, body))
    identity = await IdentityRow.by_id(row.identity_id)
    pieces = await _pieces(context, row, identity, written, body)
    texts = _entries(row, message, pieces, identity=identity, due_at=due_at)
    if texts and quoted is not None:
        texts[0] = replace(texts[0], payload={**texts[0].payload, "quotes": quoted})
    return [*texts, *(replace(file, budget=budget_of(identity.channel, identity.id)) for file in files)]


async def pieces_of(context: Context, row: TicketRow, message: MessageRow, text: RichText) -> Sequence[RichText]:
    """What the customer reads when the message says ``text``, in as many messages as the channel needs for it."""
    return await _pieces(context, row, await IdentityRow.by_id(row.identity_id), message, text)


async def _pieces(
    context: Context, row: TicketRow, identity: IdentityRow, message: MessageRow, text: RichText
) -> Sequence[RichText]:
    if not text:
        return ()
    _, text = unquoted(text, await _recent(row, text))
    return context.channels[identity.channel].pieces(_signed(text, message, context.config.replies.signature))


async def _recent(row: TicketRow, text: RichText) -> list[tuple[str, str]]:
    """What the customer wrote lately, in each version, by the platform's keys, if the text begins with a quote."""
    if not text.spans or Mark.QUOTE not in text.spans[0].marks:
        return []
    messages = await MessageRow.filter(ticket_id=row.id, direction="in").order_by("-seq").limit(QUOTABLE)
    by_id = {message.id: message for message in messages}
    named = [(by_id.get(message.about or 0) if _is_version(message) else message, message) for message in messages]
    return [
        (_key(original), RichText.from_json(message.body).plain)
        for original, message in named
        if original is not None and original.external_key is not None
    ]


def _is_version(message: MessageRow) -> bool:
    """Whether it is about a message that it is a version of."""
    return message.about is not None and message.kind.startswith((EDIT, WAS))


def _key(message: MessageRow) -> str:
    """The platform's own key, without channel and account."""
    return str(message.external_key).split(":", 2)[2]


def _entries(
    row: TicketRow, message: MessageId, pieces: Sequence[RichText], *, identity: IdentityRow, due_at: datetime
) -> list[Entry]:
    budget = budget_of(identity.channel, identity.id)
    return [
        Entry(
            lane=f"customer:{row.id}", kind="send", budget=budget, ticket=row.id, message=message,
            payload={"text": piece.to_json(), "released_at": due_at.isoformat()}, due_at=due_at,
        )
        for piece in pieces
    ]  # fmt: skip


def _signed(text: RichText, written: MessageRow, signature: Signature) -> RichText:
    if signature is Signature.NONE or written.author == DESK:
        return text
    name = RichText.of(written.author_name).marked(Mark.BOLD)
    return joined((name, text), "\n")


async def add_message(
    row: TicketRow,
    *,
    direction: str,
    author: Actor,
    body: RichText,
    kind: str,
    sent_at: datetime,
    now: datetime,
    author_name: str = "",
    external_key: str | None = None,
    slack_ts: str | None = None,
    receipt: str | None = None,
    about: int | None = None,
    album: str | None = None,
    link: str | None = None,
) -> MessageId:
    """Store a message as the ticket's next."""
    message = await MessageRow.create(
        ticket_id=row.id, seq=Found(_NEXT_SEQ, (row.id,)), direction=direction, author=author,
        author_name=author_name, body=body.to_json(), kind=kind, sent_at=sent_at, arrived_at=now,
        external_key=external_key, slack_ts=slack_ts, receipt=receipt, about=about, album=album, link=link,
    )  # fmt: skip
    return MessageId(message.id)
