"""
Customers' files: stored with their message, each fetched by a part of its own, shown together when all have ended.

One that can't be had, or that Slack refuses, is told in the thread and holds up no other. Of an album (several messages
of one act) all files belong to the first message. Its text waits a moment for them, so that they stand on one line; a
straggler makes a post of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.channels.base import InboundMessage
from bot.delivery.entries import Entry, put
from bot.delivery.fetching import GATHER
from bot.delivery.ports import FETCH, FILE, SHOW, Delivered, Outcome, Part, Refused
from bot.domain.events import DESK, FileNotFetched, FileNotShown, MessageId
from bot.domain.ids import Address, Cause, TicketNumber
from bot.domain.intents import PostMessage, UpdateCard
from bot.domain.text import RichText, joined
from bot.domain.ticket import Change
from bot.models.database import query
from bot.models.mapping import ticket_of
from bot.models.rows import AttachmentRow, DeliveryRow, MessageRow, TicketRow
from bot.services.commit import commit_change, put_intents
from bot.services.context import Context

QUIET = timedelta(seconds=1.5)  #: so long after the last item of an album nothing more of it is expected
#: in an attachment's source: the platform's own key of the message that brought it, and whether that has a caption
KEY, SPEAKS = "key", "speaks"
WAITS = ("held", "queued", "later")

_WANTED = "SELECT id FROM attachment WHERE id IN ({marks}) AND state IN ('waiting', 'here') AND created_at > ?"


def album_of(inbound: InboundMessage) -> str | None:
    """The album that it is of, unique over all channels and accounts."""
    if inbound.album is None or inbound.edit or not inbound.files:
        return None
    address: Address = inbound.sender.address
    return f"{address.channel}:{address.account}:{inbound.album}"


async def came(
    row: TicketRow, message: MessageId, inbound: InboundMessage, *, key: str, cause: Cause, now: datetime
) -> None:
    """A message with files was stored and is to be shown."""
    await _attach(row, message, inbound, key=key, after=0, cause=cause, now=now)
    if album_of(inbound) is not None:
        waiting = {"message_id": message, "kind": "post_message", "state": "queued"}
        await DeliveryRow.change(waiting, state="held", due_at=now + QUIET)
        await _gather(row, message, cause=cause, now=now)


async def joined_album(context: Context, inbound: InboundMessage, *, key: str, cause: Cause, now: datetime) -> bool:
    """Put a further item of an album to its first message; False: it is the first."""
    album = album_of(inbound)
    first = None if album is None else await MessageRow.found(album=album)
    if first is None:
        return False
    mid, row = MessageId(first.id), await TicketRow.select_for_update().get(id=first.ticket_id)
    known = await AttachmentRow.filter(message_id=mid)
    if any(one.source.get(KEY) == key for one in known):
        return True
    await _attach(row, mid, inbound, key=key, after=len(known), cause=cause, now=now)
    await _caption(context, row, first, inbound.text, cause=cause, now=now)
    await _gather(row, mid, cause=cause, now=now)
    return True


async def _attach(
    row: TicketRow, message: MessageId, inbound: InboundMessage, *, key: str, after: int, cause: Cause, now: datetime
) -> None:
    parts, origin = [], {KEY: key, SPEAKS: bool(inbound.text)}
    for position, file in enumerate(inbound.files, start=after + 1):
        stored = await AttachmentRow.create(
            message_id=message, position=position, kind=file.kind, name=file.name[:255], mime=file.mime[:100],
            size_bytes=file.size_bytes, source={**file.source, **origin}, state="waiting", created_at=now,
        )  # fmt: skip
        parts.append(_fetching(row, message, stored.id))
    await put(parts, cause=cause, now=now)


async def item_changed(album: MessageRow, inbound: InboundMessage, *, key: str) -> bool:
    """
    An item of an album has a new version; False: it has no caption, and never had the only one, so it says nothing.
    """
    items = await AttachmentRow.filter(message_id=album.id)
    spoke = {one.source[KEY] for one in items if one.source.get(SPEAKS)}
    if not inbound.text and spoke != {key}:
        return False
    for item in items:
        if item.source.get(KEY) == key:
            item.source = {**item.source, SPEAKS: bool(inbound.text)}
            await item.save(update_fields=["source"])
    return True


def _fetching(row: TicketRow, message: int, attachment: int) -> Entry:
    return Entry(lane=f"file:{attachment}", kind=FETCH, ticket=row.id, message=message, payload={FILE: attachment})


async def _caption(
    context: Context, row: TicketRow, first: MessageRow, words: RichText, *, cause: Cause, now: datetime
) -> None:
    """Show what came with a further item: on the card, in the text that still waits, or, with a caption, once more."""
    mid = MessageId(first.id)
    if words.plain.strip():
        before = RichText.from_json(first.body)
        first.body = (joined((before, words), "\n") if before else words).to_json()
        await first.save(update_fields=["body"])
    if first.seq == 1:
        await put_intents(context, row, [UpdateCard()], cause=cause, now=now)
    elif words.plain.strip() and not await DeliveryRow.found(message_id=mid, kind="post_message", state=WAITS):
        await put_intents(context, row, [PostMessage(mid)], cause=cause, now=now)


async def _gather(row: TicketRow, message: MessageId, *, cause: Cause, now: datetime) -> None:
    """Wait for the rest of an album, anew with each item."""
    lane, until = f"album:{message}", now + QUIET
    if not await DeliveryRow.change({"lane": lane, "state": ("held", "later")}, state="held", due_at=until):
        entry = Entry(lane=lane, kind=GATHER, ticket=row.id, message=message, due_at=until)
        await put([entry], cause=cause, now=now)


async def settled(context: Context, part: Part, outcome: Outcome, *, cause: Cause, now: datetime) -> None:
    """A part of one of these kinds ended, as it can: fetching and gathering are never uncertain."""
    row, message = await TicketRow.by_id(part.ticket), await MessageRow.by_id(part.message)
    match part.kind, outcome:
        case "fetch_file", Delivered(facts=facts):
            here = {"state": "here", "error": None, **facts}
            await AttachmentRow.change({"id": part.payload[FILE]}, **here)
        case "fetch_file", Refused() as refusal:
            await _not_fetched(context, row, part, refusal, cause=cause, now=now)
        case "post_files", Delivered(facts=facts):
            await _shown(row, part, facts.get("shown", ()), facts.get("missing", ()), cause=cause, now=now)
            await _apart(row, part, facts.get("refused", {}), cause=cause, now=now)
        case "post_files", Refused() as refusal:
            await _not_shown(context, row, part, refusal, cause=cause, now=now)
        case _:
            pass
    await _show(row, message, gathered=part.kind == GATHER, cause=cause, now=now)


async def _not_fetched(
    context: Context, row: TicketRow, part: Part, refusal: Refused, *, cause: Cause, now: datetime
) -> None:
    """Agents are told, and customers once for each message if they can do something about it."""
    failed = AttachmentRow.filter(message_id=part.message, state="failed", error=refusal.reason)
    said = await failed.exclude(id=part.payload[FILE]).exists()
    await _failed(part.payload[FILE], refusal.reason, now=now)
    event = FileNotFetched(
        ticket=TicketNumber(row.number), actor=DESK, at=now, message=MessageId(part.message or 0), part=part.id,
        reason=refusal.reason,
        limit_mb=None if refusal.limit_bytes is None or said else refusal.limit_bytes >> 20,
    )  # fmt: skip
    await commit_change(context, row, Change(ticket_of(row), (event,)), cause=cause, now=now)


async def _shown(
    row: TicketRow, part: Part, shown: Sequence[int], missing: Sequence[int], *, cause: Cause, now: datetime
) -> None:
    """They stand in the thread; what is no longer on the disk is fetched again."""
    if shown:
        await AttachmentRow.change({"id": tuple(shown)}, state="done", error=None, settled_at=now)
    if missing:
        await AttachmentRow.change({"id": tuple(missing)}, state="waiting", error=None)
        again = [_fetching(row, part.message or 0, attachment) for attachment in missing]
        await put(again, cause=cause, now=now)


async def _apart(row: TicketRow, part: Part, refused: Mapping[int, str], *, cause: Cause, now: datetime) -> None:
    """What was refused among others, or with them, is tried once more by itself."""
    for attachment, reason in refused.items():
        await _failed(attachment, reason, now=now)
    await put([_showing(row, part.message or 0, one) for one in refused], cause=cause, now=now)


async def _not_shown(
    context: Context, row: TicketRow, part: Part, refusal: Refused, *, cause: Cause, now: datetime
) -> None:
    await _failed(part.payload[FILE], refusal.reason, now=now)
    event = FileNotShown(
        ticket=TicketNumber(row.number), actor=DESK, at=now, message=MessageId(part.message or 0), part=part.id,
        reason=refusal.reason,
    )  # fmt: skip
    await commit_change(context, row, Change(ticket_of(row), (event,)), cause=cause, now=now)


async def _failed(attachment: int, reason: str, *, now: datetime) -> None:
    await AttachmentRow.change({"id": attachment}, state="failed", error=reason, settled_at=now)


def _showing(row: TicketRow, message: int, attachment: int) -> Entry:
    return Entry(
        lane=f"slack:{row.id}", kind=SHOW, budget=f"slack:post:{row.desk}", ticket=row.id, message=message,
        payload={FILE: attachment},
    )  # fmt: skip


async def _show(row: TicketRow, message: MessageRow, *, gathered: bool, cause: Cause, now: datetime) -> None:
    """Post what is here, when nothing more is waited for."""
    stored = await AttachmentRow.filter(message_id=message.id).order_by("position")
    states = {one.state for one in stored}
    if message.album is not None and not gathered:
        gather = {"lane": f"album:{message.id}"}
        if "waiting" not in states:
            await DeliveryRow.change({**gather, "state": "later"}, due_at=now)
        if await DeliveryRow.found(**gather, state=(*WAITS, "sending", "uncertain")):
            return
    elif "waiting" in states and not gathered:
        return
    waits = {"message_id": message.id, "kind": SHOW, "state": WAITS}
    if "here" in states and not await DeliveryRow.found(**waits):
        first = next(one.id for one in stored if one.state == "here")
        await put([_showing(row, message.id, first)], cause=cause, now=now)


async def wanted(attachments: Sequence[int], *, since: datetime) -> set[int]:
    """Those whose bytes are still needed; what came before ``since`` is fetched again should somebody need it."""
    found: set[int] = set()
    for start in range(0, len(attachments), 500):
        some = attachments[start : start + 500]
        rows = await query(_WANTED.format(marks=", ".join("?" * len(some))), [*some, since])
        found |= {row["id"] for row in rows}
    return found
