"""Slash commands: ``/loket VERB …`` and the short forms. Only the person who asks sees the answer."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import AgentId, Cause, TicketNumber
from bot.domain.text import RichText
from bot.errors import DeliveryError, DomainError
from bot.handlers import sla
from bot.handlers.front import Answer, Front
from bot.handlers.verbs import LISTINGS, VERBS, Listing, Verb
from bot.slack import mrkdwn
from bot.slack.errors import writing

ROOT = "loket"
NOTHING = RichText(())
SHORT = ("claim", "reply", "note", "escalate", "close")  #: verbs with a command of their own


def register(app: AsyncApp, front: Front) -> None:
    """Answer every command, at once with an acknowledgement and then with what came of it."""

    async def on_command(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        with front.at_work():
            await ack()
            answer = await _answer(front, command, client, respond)
            if answer is not None:
                message = front.message(answer)
                await respond(message.text, message.blocks, response_type="ephemeral")

    for name in (ROOT, *SHORT, sla.NAME):
        app.command(f"/{name}")(on_command)


async def _answer(
    front: Front, command: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond
) -> Answer | None:
    """What the person reads; None when a modal asks on, or a report has been shown."""
    words = mrkdwn.read({"text": command.get("text") or ""}).stripped()
    name = str(command["command"]).removeprefix("/")
    if name == ROOT:
        name, words = _first_word(words)
    verb, agent = VERBS.get(name) or LISTINGS.get(name), AgentId(command["user_id"])
    try:
        if name == sla.NAME:
            await sla.answer(front, words.plain, agent=agent, respond=respond, client=client)
            return None
        match verb:
            case None:
                return Answer(front.help())
            case Listing():
                return await front.look(verb, words, agent=agent)
            case Verb():
                return await _perform(front, verb, words, agent=agent, trigger=command["trigger_id"], client=client)
    except DomainError as refused:
        return Answer(front.refused(refused))
    except DeliveryError as away:
        return Answer(front.away(away))


async def _perform(
    front: Front, verb: Verb, words: RichText, *, agent: AgentId, trigger: str, client: AsyncWebClient
) -> Answer | None:
    number, rest = await front.which(verb, words, agent=agent)
    if number is None or (verb.needs_words and not rest):
        await open_modal(front, client, verb, number=number, agent=agent, trigger=trigger, words=rest)
        return None
    return await front.perform(verb, number, rest, agent=agent, cause=Cause(f"command:{trigger}"))


def _first_word(words: RichText) -> tuple[str, RichText]:
    first = words.plain.split(maxsplit=1)[0] if words else "help"
    return first.lower(), words.without_prefix(len(first)).stripped()


async def open_modal(
    front: Front,
    client: AsyncWebClient,
    verb: Verb,
    *,
    number: TicketNumber | None,
    agent: AgentId,
    trigger: str,
    words: RichText = NOTHING,
) -> None:
    """Ask for what is missing; who may not act is refused before."""
    view = await front.modal(verb, number=number, agent=agent, words=words)
    await writing(client.views_open(trigger_id=trigger, view=view))
