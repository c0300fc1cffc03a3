"""Who is writing: the address, its aliases, and the person behind them."""

from collections.abc import Iterable
from datetime import datetime

from bot.channels.base import Sender
from bot.domain.ids import Address
from bot.models.rows import AliasRow, CustomerRow, IdentityRow


async def find(addresses: Iterable[Address]) -> IdentityRow | None:
    """The identity that one of the addresses names, by itself or as an alias; locked against parallel messages."""
    for address in addresses:
        channel, account, key = address.channel, address.account, address.key
        found = await IdentityRow.found(channel=channel, account=account, key=key)
        if found is None:
            alias = await AliasRow.found(channel=channel, account=account, key=key)
            found = None if alias is None else await IdentityRow.by_id(alias.identity_id)
        if found is not None:
            return found
    return None


async def of_sender(sender: Sender, *, sent_at: datetime, now: datetime) -> IdentityRow:
    """The customer's identity, known or new; their present name, language and addresses are kept."""
    identity = await find((sender.address, *sender.aliases))
    if identity is None:
        identity = await _new(sender, sent_at=sent_at, now=now)
    else:
        await CustomerRow.change({"id": identity.customer_id}, name=sender.name, language=_language(sender))
        identity.last_inbound_at = max(identity.last_inbound_at or sent_at, sent_at)
        await identity.save(update_fields=["last_inbound_at"])
    own = Address(channel=identity.channel, account=identity.account, key=identity.key)
    for address in (sender.address, *sender.aliases):
        if address != own and await find([address]) is None:
            await AliasRow.create(
                identity_id=identity.id, channel=address.channel, account=address.account, key=address.key,
                created_at=now,
            )  # fmt: skip
    return identity


async def _new(sender: Sender, *, sent_at: datetime, now: datetime) -> IdentityRow:
    customer = await CustomerRow.create(name=sender.name, language=_language(sender), created_at=now)
    address = sender.address
    return await IdentityRow.create(
        customer_id=customer.id, channel=address.channel, account=address.account, key=address.key, created_at=now,
        last_inbound_at=sent_at,
    )  # fmt: skip


def _language(sender: Sender) -> str | None:
    return None if sender.language is None else sender.language[:8]
