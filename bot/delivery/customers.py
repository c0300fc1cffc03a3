"""The sender of what customers read: finds the address, hands the part to its channel."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.channels.base import Capabilities, Channel, Choice, OutboundFile, OutboundPart, Revising, Sent
from bot.clock import Clock
from bot.delivery import revise
from bot.delivery.enclosures import Enclosures
from bot.delivery.ports import FILE, Delivered, Part
from bot.domain.ids import Address
from bot.domain.text import RichText
from bot.errors import Closed, DeliveryError, Down, Later, Rejected, Unconfirmed
from bot.logs import also
from bot.metrics import Metrics
from bot.models.database import query
from bot.models.rows import DeliveryRow, IdentityRow

_TICKETS_IDENTITY = """
SELECT i.*, t.number FROM ticket AS t JOIN identity AS i ON i.id = t.identity_id WHERE t.id = ?
"""


class CustomerSender:
    """
    Sends parts of the kind ``send``, a text or a file each, and changes what they brought: ``edit``, ``delete``.
    """

    def __init__(
        self, channels: Mapping[str, Channel], files: Enclosures, *, clock: Clock, metrics: Metrics | None = None
    ) -> None:
        self._channels = channels
        self._files = files
        self._clock = clock
        self._metrics = metrics or Metrics()

    async def send(self, part: Part) -> Delivered:
        """Deliver the part, once; not outside the channel's window."""
        identity = await _identity(part)
        with self._metrics.delivery(identity.channel):
            return await self._send(part, identity)

    async def _send(self, part: Part, identity: IdentityRow) -> Delivered:
        channel = self._channels.get(identity.channel)
        if channel is None:
            raise Down(f"The channel {identity.channel} is switched off.")
        if part.kind in revise.KINDS:
            return await _revise(part, identity, channel)
        closes_at = window_closes_at(channel.capabilities, identity.last_inbound_at)
        if closes_at is not None and closes_at <= self._clock.now():
            raise Closed(f"{channel.capabilities.label} lets us write only for a time after the customer's message.")
        file: int | None = part.payload.get(FILE)
        outbound = OutboundPart(
            file=None if file is None else await self._fetched(file, channel),
            to=_address(identity),
            text=RichText.from_json(part.payload["text"]),
            choices=tuple(Choice(one["id"], one["label"]) for one in part.payload.get("choices", ())),
            quotes=part.payload.get("quotes"),
            mark=f"{part.mark}.{part.attempts + 1}",
        )
        return Delivered(key=(await self._handed_over(channel, outbound, file)).key)

    async def _fetched(self, file: int, channel: Channel) -> OutboundFile:
        try:
            return await self._files.ready(file, channel)
        except Later as reason:
            if reason.after is None:
                raise
            raise Later(str(reason)) from reason  # the wait is Slack's: it must not hold up what goes to the customer

    async def _handed_over(self, channel: Channel, outbound: OutboundPart, file: int | None) -> Sent:
        try:
            sent = await channel.send(outbound)
        except DeliveryError as error:
            if file is not None and not isinstance(error, Later | Down):
                await self._files.remove(file)
            raise
        if file is not None:
            await self._files.remove(file)
        return sent

    async def find(self, part: Part) -> Delivered | None:
        """
        No customer channel can be asked; one that reports by itself is waited for, then a person decides.

        A change may be made again: what is so already stays so. A file that had not come here yet was not sent.
        """
        if part.kind in revise.KINDS:
            return None
        if FILE in part.payload and await self._files.is_unsent(part.payload[FILE]):
            return None
        identity = await _identity(part)
        channel = self._channels.get(identity.channel)
        echo = None if channel is None else channel.capabilities.echo
        left = part.tried_at + echo - self._clock.now() if echo and part.tried_at else timedelta(0)
        if left > timedelta(0):
            raise Later("The channel may still report what became of it.", after=left)
        label = identity.channel if channel is None else channel.capabilities.label
        raise Unconfirmed(f"It was being sent when the connection broke, and {label} can't be asked.")


async def _revise(part: Part, identity: IdentityRow, channel: Channel) -> Delivered:
    """Change what an earlier part brought, as far as it did."""
    sent = await DeliveryRow.by_id(part.payload["of"])
    if sent.state != "done" or sent.external_key is None:
        raise Rejected("Nobody can tell whether the customer has it, so it can't be changed there.")
    if not isinstance(channel, Revising):
        raise Rejected(f"{channel.capabilities.label} does not let us change what was sent.")
    if part.kind == "delete":
        await channel.delete(_address(identity), sent.external_key)
    else:
        await channel.edit(_address(identity), sent.external_key, RichText.from_json(part.payload["text"]))
    return Delivered()


def _address(identity: IdentityRow) -> Address:
    return Address(channel=identity.channel, account=identity.account, key=identity.key)


def window_closes_at(capabilities: Capabilities, last_inbound_at: datetime | None) -> datetime | None:
    """Until when we may write to a customer whose last message is of then; None: at any time."""
    if capabilities.window is None or last_inbound_at is None:
        return None
    return last_inbound_at + capabilities.window


async def _identity(part: Part) -> IdentityRow:
    if part.ticket is None:
        return await IdentityRow.by_id(part.payload["identity"])
    (found,) = await query(_TICKETS_IDENTITY, [part.ticket])
    also(ticket=found.pop("number"))
    return IdentityRow.of(found)
