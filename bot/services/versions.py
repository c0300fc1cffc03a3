"""Messages that customers change or delete after sending, and those that they refer to."""

from datetime import datetime

from bot.channels.base import Deletion, InboundMessage
from bot.domain.events import CUSTOMER, CustomerDeleted, MessageId
from bot.domain.ids import Address, Cause, TicketNumber
from bot.domain.text import RichText
from bot.domain.ticket import Change, revised
from bot.models.mapping import ticket_of
from bot.models.rows import EDIT, AttachmentRow, DeliveryRow, IdentityRow, MessageRow, TicketRow
from bot.services.commit import commit_change, first_time
from bot.services.context import Context
from bot.services.customers import latest_active
from bot.services.identities import find


def external_key(address: Address, key: str | None) -> str:
    """The platform's own key of a message, unique over all channels and accounts."""
    return f"{address.channel}:{address.account}:{key}"


async def named(address: Address, key: str | None, identity: IdentityRow) -> MessageRow | None:
    """The message that the platform names so: one of this customer's, or one of ours to them."""
    if key is None:
        return None
    message = await MessageRow.found(external_key=external_key(address, key))
    if message is None:
        ours = await DeliveryRow.filter(kind="send", external_key=key, message_id__isnull=False).first()
        message = None if ours is None else await MessageRow.by_id(ours.message_id)
    if message is None or not await TicketRow.exists(id=message.ticket_id, identity_id=identity.id):
        return None
    return message


async def newest(original: MessageRow) -> MessageRow:
    """The message as its customer has it now."""
    edits = MessageRow.filter(ticket_id=original.ticket_id, about=original.id, kind__startswith=EDIT)
    return await edits.order_by("-seq").first() or original


async def is_news(inbound: InboundMessage, original: MessageRow) -> bool:
    """Whether the new version shows anything else: platforms tell of changes that nobody sees, too, and late ones."""
    last = await newest(original)
    if last.kind.startswith(EDIT) and inbound.sent_at < last.sent_at:
        return False
    known = {one.size_bytes for one in await AttachmentRow.filter(message_id__in=(original.id, last.id))}
    if known and not known >= {file.size_bytes for file in inbound.files}:  # another file in the place of one
        return True
    said = (last.kind.removeprefix(EDIT), RichText.from_json(last.body), last.link)
    return said != (inbound.kind, inbound.text, inbound.link)


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


async def deleted(context: Context, word: Deletion, *, cause: Cause, now: datetime) -> None:
    """A customer deleted a message: its ticket says so; what is not known is said in the open one."""
    async with context.transaction():
        identity = await find((word.who.address, *word.who.aliases))
        if not await first_time(cause, now=now) or identity is None:
            return
        message = await named(word.who.address, word.key, identity)
        row = await latest_active(identity) if message is None else await TicketRow.by_id(message.ticket_id)
        if row is None:
            return
        mid = None if message is None else MessageId(message.id)
        event = CustomerDeleted(ticket=TicketNumber(row.number), actor=CUSTOMER, at=now, message=mid)
        await commit_change(context, row, Change(ticket_of(row), (event,)), cause=cause, now=now)
