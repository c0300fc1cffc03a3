"""Modals: what was filled in becomes the same verb as everywhere else."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.ids import AgentId, Cause, TicketNumber
from bot.errors import DeliveryError, DomainError
from bot.handlers.front import Front
from bot.handlers.verbs import VERBS, Verb
from bot.slack import parse
from bot.slack.modals import NUMBER


def register(app: AsyncApp, front: Front) -> None:
    """Answer every submission: the view closes when it is done, or says at the field what is wrong."""
    for verb in VERBS.values():
        app.view(f"modal.{verb.name}")(_submitting(front, verb))


def _submitting(front: Front, verb: Verb) -> Any:
    async def on_submit(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        with front.at_work():
            filled = parse.filled(view)
            if filled.number is None:
                await ack(
                    response_action="errors",
                    errors={NUMBER: front.texts.say(front.language(), "modal.number_wrong")},
                )
                return
            number, agent, cause = TicketNumber(filled.number), AgentId(body["user"]["id"]), Cause(f"view:{view['id']}")
            try:
                answer = await front.perform(verb, number, filled.words, agent=agent, cause=cause)
            except DomainError as refused:
                await ack(response_action="errors", errors={filled.first_block: front.refused(refused)})
            except DeliveryError as away:
                await ack(response_action="errors", errors={filled.first_block: front.away(away)})
            else:
                await ack()
                if answer.is_news:  # a view has no place for an answer
                    await front.services.replies.whisper(
                        number, agent=agent, text=answer.text, undo=answer.undo, cause=cause, now=front.clock.now()
                    )

    return on_submit
