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
from bot.handlers.verbs import VERBS, Verb
from bot.services import tickets

AT_ONCE = ("claim", "reopen")  #: buttons that act; the others ask for words first
ASKING = ("reply", "note", "escalate", "close")
MORE = "ticket.more"  #: the menu with further verbs; what is chosen is ``verb:number``


def register(app: AsyncApp, front: Front) -> None:
    """Answer every button; an answer that nobody needs to read is the card itself."""
    for name in (*AT_ONCE, *ASKING):
        app.action(f"ticket.{name}")(_verb(front))
    app.action(MORE)(_verb(front))
    decisions = front.services.decisions
    buttons: dict[str, tuple[str, Decision]] = {
        "offer.send": ("done.sent", decisions.send_held),
        "offer.note": ("done.kept", decisions.keep_as_note),
        "note.send": ("done.sent", decisions.send_note),
        "part.again": ("done.again", decisions.send_part_again),
        "part.leave": ("done.left", decisions.leave_part),
        "change.undo": ("done.taken_back", front.services.lifecycle.undo),
    }
    for action, (done, decide) in buttons.items():
        app.action(action)(_deciding(front, done, decide))


Decision = Callable[..., Awaitable[Ticket]]
Handler = Callable[..., Awaitable[None]]


def _verb(front: Front) -> Handler:
    """A verb that needs words asks for them in a modal; any other is done, and answered to who pressed."""

    async def on_press(
        ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient
    ) -> None:
        async with front.acknowledged(ack):
            verb, number = _pressed(action)
            agent = _agent(body)
            try:
                if verb.needs_words or verb.name in ASKING:
                    await open_modal(front, client, verb, number=number, agent=agent, trigger=body["trigger_id"])
                    return
                answer = await front.perform(verb, number, RichText(()), agent=agent, cause=_cause(body, action))
            except (DomainError, DeliveryError) as problem:
                await _refuse(front, problem, respond)
                return
            if answer.is_news:
                message = front.message(answer)
                await respond(message.text, message.blocks, response_type="ephemeral", replace_original=False)

    return on_press


def _pressed(action: dict[str, Any]) -> tuple[Verb, TicketNumber]:
    """The verb and the ticket of a button, or of what was chosen in the menu."""
    name, number = action["action_id"].removeprefix("ticket."), _value(action)
    if action["action_id"] == MORE:
        name, _, number = number.partition(":")
    return VERBS[name], TicketNumber(int(number))


def _value(action: dict[str, Any]) -> str:
    return str(action.get("value") or action["selected_option"]["value"])


def _deciding(front: Front, done: str, decide: Decision) -> Handler:
    async def on_press(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        async with front.acknowledged(ack):
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
    return Cause(f"press:{body['user']['id']}:{action['action_id']}:{_value(action)}:{action['action_ts']}")
