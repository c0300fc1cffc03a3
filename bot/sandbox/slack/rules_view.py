"""What Slack accepts as a modal or a Home tab. Source: docs.slack.dev/reference/views, as of 2026-11."""

from typing import Any

from bot.sandbox.slack.rules import Problems, Text, check_blocks
from bot.sandbox.slack.state import Json

_HOME = frozenset({"type", "blocks", "private_metadata", "callback_id", "external_id"})
_MODAL = _HOME | {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
_STRINGS = {"private_metadata": 3000, "callback_id": 255, "external_id": 255}


def check_view(view: object) -> list[str]:
    """All problems of a view; none when Slack would take it."""
    problems = Problems()
    if not isinstance(view, dict):
        problems.say("must provide an object", "/view")
        return problems.found
    if view.get("type") not in ("modal", "home"):
        problems.say(f"unsupported type: {view.get('type')}", "/view/type")
        return problems.found
    _check_fields(problems, view)
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        problems.say("missing required field: blocks", "/view")
        return problems.found
    if view["type"] == "modal" and "submit" not in view and any(_is_input(block) for block in blocks):
        problems.say("missing required field: submit (the view has an input block)", "/view")
    return problems.found + check_blocks(blocks, surface=view["type"], at="/view/blocks")


def _check_fields(problems: Problems, view: Json) -> None:
    modal = view["type"] == "modal"
    for name in sorted(set(view) - (_MODAL if modal else _HOME)):
        problems.say(f"invalid additional property: {name}", "/view")
    if modal and "title" not in view:
        problems.say("missing required field: title", "/view")
    for name in ("title", "submit", "close"):
        if view.get(name) is not None:
            problems.text(view[name], Text(24), f"/view/{name}")
    for name, limit in _STRINGS.items():
        if view.get(name) is not None:
            problems.string(view[name], limit, f"/view/{name}", least=0)


def _is_input(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "input"
