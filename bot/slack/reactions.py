"""The reactions that our bot gives: what became of an agent's message, and what a customer reacted with."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.ports import Delivered, Part
from bot.domain.reactions import name_of
from bot.errors import Rejected
from bot.logs import also
from bot.models.rows import JournalRow, MessageRow, TicketRow
from bot.slack import receipts
from bot.slack.errors import code_of, reading, writing
from bot.slack.people import People


class Reactions:
    """Brings the reactions to a message up to date; ``channel`` says where a ticket's thread is."""

    def __init__(
        self, client: AsyncWebClient, people: People, *, channel: Callable[[TicketRow], Awaitable[str]]
    ) -> None:
        self._client = client
        self._people = people
        self._channel = channel

    async def receipt(self, part: Part) -> Delivered:
        """Exactly one reaction says what became of an agent's message."""
        message, place = await self._place(part)
        if place is None:
            return Delivered()
        old, new = receipts.named(message.receipt_shown), receipts.named(message.receipt)
        try:
            if part.attempts:  # an earlier attempt may have shown what no row knows of
                old = receipts.given(await self._all(**place), by=(await self._people.me()).user)
            await self._replace(old, new, **place)
        except Rejected as refusal:
            if code_of(refusal.__cause__) != "message_not_found":
                raise
            return Delivered()
        return Delivered(facts={"shown": message.receipt})

    async def of_customer(self, part: Part) -> Delivered:
        """The customer's last reaction to a message, beside its receipt and never in its place."""
        message, place = await self._place(part)
        if place is None:
            return Delivered()
        said = await JournalRow.filter(ticket_id=part.ticket, event="CustomerReacted").order_by("-id")
        emoji = next((entry.data["emoji"] for entry in said if entry.data["message"] == message.id), "")
        name = name_of(emoji)
        try:
            ours = receipts.others(await self._all(**place), by=(await self._people.me()).user)
            await self._replace(ours, set() if name is None else {name}, **place)
        except Rejected as refusal:
            if code_of(refusal.__cause__) != "message_not_found":
                raise
        return Delivered()

    async def _place(self, part: Part) -> tuple[MessageRow, dict[str, str] | None]:
        """The message, and where it is in Slack; None: not (yet)."""
        message = await MessageRow.by_id(part.message)
        row = await TicketRow.by_id(message.ticket_id)
        also(ticket=row.number)
        if message.slack_ts is None:
            return message, None
        return message, {"channel": await self._channel(row), "timestamp": message.slack_ts}

    async def _all(self, **place: str) -> list[dict[str, Any]] | None:
        found = await reading(self._client.reactions_get(full=True, **place))
        given: list[dict[str, Any]] | None = found["message"].get("reactions")
        return given

    async def _replace(self, old: set[str], new: set[str], **place: str) -> None:
        for name in sorted(old - new):
            await _settled_already(self._client.reactions_remove(name=name, **place), "no_reaction")
        for name in new - old:
            await _settled_already(self._client.reactions_add(name=name, **place), "already_reacted")


async def _settled_already(call: Awaitable[object], code: str) -> None:
    """Make a call whose refusal with ``code`` says that it is done."""
    try:
        await writing(call)
    except Rejected as refusal:
        if code_of(refusal.__cause__) != code:
            raise
