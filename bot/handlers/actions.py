"""Buttons: on the card, and under the questions that the thread asks."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.events import MessageId
from bot.domain.ids import AgentId, Cause, SlackChannel, TicketNumber
from bot.domain.replies import Role
from bot.domain.text import RichText
from bot.domain.ticket import Ticket
from bot.errors import DeliveryError, DomainError, NotAnAgent
from bot.handlers.commands import open_modal
from bot.handlers.front import Front
from bot.handlers.verbs import VERBS
from bot.services import tickets

AT_ONCE = ("claim", "reopen")  #: buttons that act; the others ask for words first
ASKING = ("reply", "note", "escalate", "close")


def register(app: AsyncApp, front: Front) -> None:
    """Answer every button; an answer that nobody needs to read is the card itself."""
    for name in AT_ONCE:
        app.action(f"ticket.{name}")(_acting(front, name))
    for name in ASKING:
        app.action(f"ticket.{name}")(_asking(front, name))
    replies = front.services.replies
    decisions: dict[str, tuple[str, Decision]] = {
        "offer.send": ("done.sent", replies.send_after_all),
        "offer.note": ("done.kept", replies.keep_as_note),
        "note.send": ("done.sent", replies.send_after_all),
        "part.again": ("done.again", replies.send_part_again),
        "part.leave": ("done.left", replies.leave_part),
    }
    for action, (done, decide) in decisions.items():
        app.action(action)(_deciding(front, done, decide))


Decision = Callable[..., Awaitable[Ticket]]
Handler = Callable[..., Awaitable[None]]


def _acting(front: Front, name: str) -> Handler:
    async def on_press(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        with front.at_work():
            await ack()
            number = TicketNumber(int(action["value"]))
            try:
                await front.perform(VERBS[name], number, RichText(()), agent=_agent(body), cause=_cause(body, action))
            except (DomainError, DeliveryError) as problem:
                await _refuse(front, problem, respond)

    return on_press


def _asking(front: Front, name: str) -> Handler:
    async def on_press(
        ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient
    ) -> None:
        with front.at_work():
            await ack()
            number = TicketNumber(int(action["value"]))
            try:
                await open_modal(
                    front, client, VERBS[name], number=number, agent=_agent(body), trigger=body["trigger_id"]
                )
            except (DomainError, DeliveryError) as problem:
                await _refuse(front, problem, respond)

    return on_press


def _deciding(front: Front, done: str, decide: Decision) -> Handler:
    async def on_press(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        with front.at_work():
            await ack()
            agent = _agent(body)
            try:
                if await front.people.role(agent, _channel(body)) is not Role.AGENT:
                    raise NotAnAgent
                ticket = await decide(
                    MessageId(int(action["value"])), agent=agent, cause=_cause(body, action), now=front.clock.now()
                )
                row = await tickets.by_number(ticket.number)
                await respond(await front.decided(done, row, agent=agent), replace_original=True)
            except (DomainError, DeliveryError) as problem:
                await _refuse(front, problem, respond)

    return on_press


async def _refuse(front: Front, problem: DomainError | DeliveryError, respond: AsyncRespond) -> None:
    text = front.refused(problem) if isinstance(problem, DomainError) else front.away(problem)
    await respond(text, response_type="ephemeral", replace_original=False)


def _agent(body: dict[str, Any]) -> AgentId:
    return AgentId(body["user"]["id"])


def _channel(body: dict[str, Any]) -> SlackChannel:
    return SlackChannel(body["channel"]["id"])


def _cause(body: dict[str, Any], action: dict[str, Any]) -> Cause:
    """One press: the same one sent twice has the same time, person and button."""
    return Cause(f"press:{body['user']['id']}:{action['action_id']}:{action['value']}:{action['action_ts']}")
