"""What people fill in: the elements of blocks, their values as Slack reports them, and what its client refuses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.state import Json

Typed = Mapping[tuple[str, str], Any]  # by (block_id, action_id)
REQUIRED = "Please complete this required field."


@dataclass(frozen=True, slots=True)
class _Reported:
    """How an element's value is called in ``state`` and before; ``options``: values stand for option objects."""

    name: str
    initial: str
    options: bool = False


_REPORTED: Mapping[str, _Reported] = {
    "plain_text_input": _Reported("value", "initial_value"),
    "email_text_input": _Reported("value", "initial_value"),
    "url_text_input": _Reported("value", "initial_value"),
    "number_input": _Reported("value", "initial_value"),
    "rich_text_input": _Reported("rich_text_value", "initial_value"),
    "static_select": _Reported("selected_option", "initial_option", options=True),
    "external_select": _Reported("selected_option", "initial_option"),
    "radio_buttons": _Reported("selected_option", "initial_option", options=True),
    "multi_static_select": _Reported("selected_options", "initial_options", options=True),
    "multi_external_select": _Reported("selected_options", "initial_options"),
    "checkboxes": _Reported("selected_options", "initial_options", options=True),
    "users_select": _Reported("selected_user", "initial_user"),
    "multi_users_select": _Reported("selected_users", "initial_users"),
    "channels_select": _Reported("selected_channel", "initial_channel"),
    "multi_channels_select": _Reported("selected_channels", "initial_channels"),
    "conversations_select": _Reported("selected_conversation", "initial_conversation"),
    "multi_conversations_select": _Reported("selected_conversations", "initial_conversations"),
    "datepicker": _Reported("selected_date", "initial_date"),
    "timepicker": _Reported("selected_time", "initial_time"),
    "datetimepicker": _Reported("selected_date_time", "initial_date_time"),
}


def elements(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with its block."""
    for block in blocks:
        inside = [*(block.get("elements") or []), block.get("element"), block.get("accessory")]
        for element in inside:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def options_of(element: Json) -> list[Json]:
    """All options of an element, groups taken together."""
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


def reported(element: Json, value: Any) -> Json:
    """
    An element's value as Slack reports it.

    Raises:
        LookupError: There is no such option.
    """
    how = _REPORTED[element["type"]]
    if how.options and value is not None:
        value = [_option(element, one) for one in value] if isinstance(value, list) else _option(element, value)
    return {"type": element["type"], how.name: value}


def _option(element: Json, value: Any) -> Json:
    wanted = value["value"] if isinstance(value, dict) else value
    for option in options_of(element):
        if option["value"] == wanted:
            return option
    raise LookupError(f"there is no option {wanted}")


def state_of(blocks: Sequence[Json], typed: Typed) -> Json:
    """``state`` of a view or message: what was typed, else what stood there at first."""
    values: dict[str, dict[str, Json]] = {}
    for block, element in elements(blocks):
        if element["type"] in _REPORTED:
            value = _value(block, element, typed)
            values.setdefault(block["block_id"], {})[element["action_id"]] = reported(element, value)
    return {"values": values}


def _value(block: Json, element: Json, typed: Typed) -> Any:
    initial = element.get(_REPORTED[element["type"]].initial)
    empty: Any = [] if _REPORTED[element["type"]].name == "selected_options" else None
    value = typed.get((block["block_id"], element["action_id"]), initial)
    return empty if value in ("", None, []) else value


def refusals(blocks: Sequence[Json], typed: Typed) -> dict[str, str]:
    """What Slack's client says, by block_id, before it sends a form."""
    found = {}
    for block in blocks:
        if block["type"] == "input" and block["element"]["type"] in _REPORTED:
            value = _value(block, block["element"], typed)
            if sentence := _refusal(block, value):
                found[block["block_id"]] = sentence
    return found


def _refusal(block: Json, value: Any) -> str | None:
    if value in (None, []):
        return None if block.get("optional") else REQUIRED
    least, most = block["element"].get("min_length", 0), block["element"].get("max_length", 3000)
    if isinstance(value, str) and len(value) < least:
        return f"Please enter at least {least} characters."
    if isinstance(value, str) and len(value) > most:
        return f"Please enter no more than {most} characters."
    return None
