"""
The modals behind the card's buttons and behind commands that lack something. Pure builders.

What is typed is found in the view's state under ``[block]["value"]``, the block being one of the names below.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from bot.slack.blocks import Json, Say, person, plain

NUMBER, TEXT, TARGET, REASON, RESOLUTION = "number", "text", "target", "reason", "resolution"  #: block_ids
VALUE = "value"  #: the action_id of every input
LONGEST = 3000  #: characters that Slack's client lets people type


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Which ticket it is about."""

    number: int
    customer: str


Fields = Callable[[Say], list[Json]]  #: the inputs of a verb's modal


def nothing(_: Say) -> list[Json]:
    """The ticket alone."""
    return []


def reply(say: Say) -> list[Json]:
    """What the customer shall read."""
    return [_text(TEXT, say("modal.reply.text"))]


def note(say: Say) -> list[Json]:
    """What only the team shall read."""
    return [_text(TEXT, say("modal.note.text"))]


def escalate(say: Say) -> list[Json]:
    """To whom, if not to the supervisors, and why."""
    target = {**_person(TARGET, say("modal.escalate.target")), "optional": True}
    return [target, _text(REASON, say("modal.escalate.reason"))]


def assign(say: Say) -> list[Json]:
    """To whom."""
    return [_person(TARGET, say("modal.assign.target"))]


def close(say: Say) -> list[Json]:
    """How it was solved, if there is anything to say."""
    return [{**_text(RESOLUTION, say("modal.close.resolution")), "optional": True}]


def modal(
    verb: str, fields: Fields, about: About | None, say: Say, *, words: str = "", person: str | None = None
) -> Json:
    """
    What a verb still needs; ``words`` and ``person`` were given already.

    The ticket's number is asked for where it is not known.
    """
    inputs = fields(say)
    for block in inputs:
        if words and block["element"]["type"] == "plain_text_input":
            block["element"]["initial_value"] = words[:LONGEST]
        if person and block["element"]["type"] == "users_select":
            block["element"]["initial_user"] = person
    return {
        "type": "modal",
        "callback_id": f"modal.{verb}",
        "private_metadata": json.dumps({"number": None if about is None else about.number}),
        "title": plain(say(f"modal.{verb}.title")),
        "submit": plain(say(f"modal.{verb}.submit")),
        "close": plain(say("modal.cancel")),
        "blocks": [_which(say) if about is None else _about(about, say), *inputs],
    }


def about_of(private_metadata: str) -> int | None:
    """The ticket's number that a modal carries; None where its number is asked for, or an older version made it."""
    try:
        number = json.loads(private_metadata)["number"]
    except (ValueError, LookupError, TypeError):
        return None
    return number if isinstance(number, int) else None


def _which(say: Say) -> Json:
    element = {"type": "number_input", "action_id": VALUE, "is_decimal_allowed": False, "min_value": "1"}
    return _input(NUMBER, say("modal.number"), element)


def _about(about: About, say: Say) -> Json:
    line = say("modal.about", number=about.number, customer=person(about.customer, say))
    return {"type": "section", "block_id": "about", "text": plain(line)}


def _text(block_id: str, label: str) -> Json:
    element = {"type": "plain_text_input", "action_id": VALUE, "multiline": True, "max_length": LONGEST}
    return _input(block_id, label, element)


def _person(block_id: str, label: str) -> Json:
    return _input(block_id, label, {"type": "users_select", "action_id": VALUE})


def _input(block_id: str, label: str, element: Json) -> Json:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element}
