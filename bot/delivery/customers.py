"""The sender of what customers read: finds the address, hands the part to its channel."""

from collections.abc import Mapping

from bot.channels.base import Channel, OutboundPart
from bot.delivery.ports import Delivered, Part
from bot.domain.ids import Address
from bot.domain.text import RichText
from bot.errors import Down, Unconfirmed
from bot.models.rows import IdentityRow, TicketRow


class CustomerSender:
    """Sends parts of the kind ``send``."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels

    async def send(self, part: Part) -> Delivered:
        """Deliver the part, once."""
        identity = await _identity(part)
        channel = self._channels.get(identity.channel)
        if channel is None:
            raise Down(f"The channel {identity.channel} is switched off.")
        to = Address(channel=identity.channel, account=identity.account, key=identity.key)
        text = RichText.from_json(part.payload["text"])
        sent = await channel.send(OutboundPart(to=to, text=text))
        return Delivered(key=sent.key)

    async def find(self, part: Part) -> Delivered | None:
        """No customer channel of today can be asked what it has delivered, so a person decides."""
        identity = await _identity(part)
        raise Unconfirmed(f"It was being sent when the connection broke, and {identity.channel} can't be asked.")


async def _identity(part: Part) -> IdentityRow:
    if part.ticket is None:
        return await IdentityRow.get(id=part.payload["identity"])
    ticket = await TicketRow.get(id=part.ticket)
    return await IdentityRow.get(id=ticket.identity_id)
