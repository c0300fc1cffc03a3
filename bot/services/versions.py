"""Messages that customers change or delete after sending, and those that they refer to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels.base import Deletion, InboundFile, InboundMessage
from bot.domain.events import CUSTOMER, CustomerDeleted, EarlierWordsCame, MessageId
from bot.domain.ids import Address, Cause, TicketNumber
from bot.domain.text import RichText
from bot.domain.ticket import Change, revised
from bot.models.database import query
from bot.models.mapping import ticket_of
from bot.models.rows import EDIT, WAS, AttachmentRow, DeliveryRow, IdentityRow, MessageRow, SeenRow, TicketRow
from bot.services.commit import add_message, commit_change, first_time
from bot.services.context import Context
from bot.services.customers import latest_active
from bot.services.files import KEY
from bot.services.identities import find

_ALBUMS = """
SELECT m.id FROM message AS m JOIN ticket AS t ON t.id = m.ticket_id
WHERE t.identity_id = ? AND m.album IS NOT NULL
"""


def external_key(address: Address, key: str | None) -> str:
    """The platform's own key of a message, unique over all channels and accounts."""
    return f"{address.channel}:{address.account}:{key}"


async def named(address: Address, key: str | None, identity: IdentityRow) -> MessageRow | None:
    """The message that the platform names so: one of this customer's, or one of ours to them. An album is one."""
    if key is None:
        return None
    message = await MessageRow.found(external_key=external_key(address, key))
    if message is None:
        ours = await DeliveryRow.filter(kind="send", external_key=key, message_id__isnull=False).first()
        message = None if ours is None else await MessageRow.by_id(ours.message_id)
    if message is None:
        return await _of_album(external_key(address, key), identity)
    if not await TicketRow.exists(id=message.ticket_id, identity_id=identity.id):
        return None
    return message


async def _of_album(key: str, identity: IdentityRow) -> MessageRow | None:
    """The message of an album of which the platform names a further item so: only the first is known by its own key."""
    albums = await query(_ALBUMS, [identity.id])
    files = await AttachmentRow.filter(message_id__in=[album["id"] for album in albums])
    found = next((file for file in files if file.source.get(KEY) == key), None)
    return None if found is None else await MessageRow.by_id(found.message_id)


async def newest(original: MessageRow) -> MessageRow:
    """The message as its customer has it now."""
    edits = MessageRow.filter(ticket_id=original.ticket_id, about=original.id, kind__startswith=EDIT)
    return await edits.order_by("-seq").first() or original


async def is_news(inbound: InboundMessage, original: MessageRow) -> bool:
    """Whether the new version shows anything else: platforms tell of changes that nobody sees, too, and late ones."""
    last = await newest(original)
    if last.kind.startswith(EDIT) and inbound.sent_at < last.sent_at:
        return False
    if await other_files(inbound, original):
        return True
    said = (last.kind.removeprefix(EDIT), RichText.from_json(last.body), last.link)
    return said != (inbound.kind, inbound.text, inbound.link)


async def other_files(inbound: InboundMessage, original: MessageRow) -> tuple[InboundFile, ...]:
    """Those that stand in a version in the place of others: no version that we know had them."""
    if not inbound.files:
        return ()
    edits = await MessageRow.filter(about=original.id, ticket_id=original.ticket_id).values_list("id", flat=True)
    known = {_same(one.source) for one in await AttachmentRow.filter(message_id__in=(original.id, *edits))}
    return tuple(file for file in inbound.files if _same(file.source) not in known)


def _same(source: Mapping[str, Any]) -> object:
    """What stays the same of a file, however often the platform hands it over."""
    return source.get("unique") or source.get("sha256")


async def changed(
    context: Context,
    row: TicketRow,
    original: MessageRow,
    message: MessageId,
    *,
    sent_at: datetime,
    cause: Cause,
    now: datetime,
) -> None:
    """The ticket hears of a new version, which is stored already."""
    change = revised(
        ticket_of(row), message=message, of=MessageId(original.id), on_card=original.seq == 1, sent_at=sent_at, now=now
    )
    await commit_change(context, row, change, cause=cause, now=now)


async def came_late(
    context: Context, row: TicketRow, inbound: InboundMessage, version: MessageRow, *, cause: Cause, now: datetime
) -> None:
    """A message came of which a later ``version`` is known already, under its key: the thread shows what it was."""
    if await MessageRow.found(about=version.id, kind=f"{WAS}{inbound.kind}"):
        return  # the same once more
    message = await add_message(
        row, direction="in", author=CUSTOMER, author_name=inbound.sender.name, body=inbound.text,
        kind=f"{WAS}{inbound.kind}", sent_at=inbound.sent_at, now=now, about=version.id, link=inbound.link,
    )  # fmt: skip
    event = EarlierWordsCame(ticket=TicketNumber(row.number), actor=CUSTOMER, at=now, message=message)
    await commit_change(context, row, Change(ticket_of(row), (event,)), cause=cause, now=now)


async def deleted(context: Context, word: Deletion, *, cause: Cause, now: datetime) -> None:
    """A customer deleted a message: its ticket says so; what is not known is said in the open one."""
    async with context.transaction():
        if not await first_time(cause, now=now):
            return
        address, identity = word.who.address, await find((word.who.address, *word.who.aliases))
        message = None if identity is None else await named(address, word.key, identity)
        if message is None:
            await first_time(_gone(external_key(address, word.key)), now=now)
        if identity is None:
            return
        row = await latest_active(identity) if message is None else await TicketRow.by_id(message.ticket_id)
        if row is not None:
            mid = None if message is None else MessageId(message.id)
            await _deleted(context, row, mid, cause=cause, now=now)


async def deleted_before(context: Context, key: str, *, cause: Cause, now: datetime) -> None:
    """Say of a message that has just come if its deletion came first."""
    if not await SeenRow.found(key=_gone(key)):
        return
    message = await MessageRow.found(external_key=key)
    if message is not None:
        row = await TicketRow.by_id(message.ticket_id)
        await _deleted(context, row, MessageId(message.id), cause=cause, now=now)


async def _deleted(context: Context, row: TicketRow, message: MessageId | None, *, cause: Cause, now: datetime) -> None:
    event = CustomerDeleted(ticket=TicketNumber(row.number), actor=CUSTOMER, at=now, message=message)
    await commit_change(context, row, Change(ticket_of(row), (event,)), cause=cause, now=now)


def _gone(key: str) -> Cause:
    """What is noted of a message that was deleted before it came."""
    return Cause(f"gone:{key}")
