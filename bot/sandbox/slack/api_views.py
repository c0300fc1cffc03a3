"""The ``views.*`` methods and the stack of modals. Source: docs.slack.dev/surfaces/modals."""

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.sandbox.slack.api_chat import numbered
from bot.sandbox.slack.arguments import ApiError, Args
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.inputs import elements, state_of
from bot.sandbox.slack.rules_view import check_view
from bot.sandbox.slack.state import Json, Trigger, View

TRIGGER_LIVES = timedelta(seconds=3)
DEEPEST_STACK = 3
LARGEST_BYTES = 250_000  #: of a view as JSON
_DEFAULTS: Json = {
    "private_metadata": "",
    "callback_id": "",
    "external_id": "",
    "title": {"type": "plain_text", "text": "View Title", "emoji": True},
    "close": None,
    "submit": None,
    "clear_on_close": False,
    "notify_on_close": False,
    "submit_disabled": False,
}


def open_view(core: Core, args: Args) -> Json:
    """views.open"""
    given = _given(args, "modal")
    trigger = _exchanged(core, args)
    view = new_view(core, trigger.user, given)
    core.workspace.stacks[trigger.user] = [view]
    core.show_views(trigger.user)
    return {"view": view.body}


def push_view(core: Core, args: Args) -> Json:
    """views.push: onto the stack of the person who pressed in a modal"""
    given = _given(args, "modal")
    trigger = _exchanged(core, args)
    if trigger.view_id is None or not core.workspace.stacks.get(trigger.user):
        raise ApiError("invalid_arguments", ["[ERROR] the trigger_id does not come from an open modal"])
    return {"view": push(core, trigger.user, given).body}


def push(core: Core, user: str, given: Json) -> View:
    """Put a modal on a person's stack."""
    stack = core.workspace.stacks[user]
    if len(stack) >= DEEPEST_STACK:
        raise ApiError("push_limit_reached")
    stack.append(new_view(core, user, given, under=stack[-1]))
    core.show_views(user)
    return stack[-1]


def update_view(core: Core, args: Args) -> Json:
    """views.update, by ``view_id`` or ``external_id``; a stale ``hash`` is refused"""
    given = _given(args, None)
    view = find_view(core, view_id=args.text("view_id"), external_id=args.text("external_id"))
    if view is None:
        raise ApiError("not_found")
    if args.text("hash") and args.text("hash") != view.hash:
        raise ApiError("hash_conflict")
    if given["type"] != view.body["type"]:
        raise ApiError("invalid_arguments", ["[ERROR] the type of a view can't change [json-pointer:/view/type]"])
    return {"view": replace_view(core, view, given).body}


def publish_view(core: Core, args: Args) -> Json:
    """views.publish: a person's Home tab; ``hash`` is that of the view which it replaces"""
    given = _given(args, "home")
    user = args.need("user_id")
    person = core.workspace.users.get(user)
    if person is None or person.deleted or person.role == "bot":
        raise ApiError("invalid_arguments", ["[ERROR] invalid `user_id` [json-pointer:/user_id]"])
    if not core.installed.has_home:
        raise ApiError("not_enabled")
    view = core.workspace.homes.get(user)
    if view is None:
        view = core.workspace.homes[user] = new_view(core, user, given)
    elif args.text("hash") and args.text("hash") != view.hash:
        raise ApiError("hash_conflict")
    else:
        _fill(core, view, given)
    core.live.tell([user], {"type": "home", "views": [view.body]})
    return {"view": view.body}


def _given(args: Args, kind: str | None) -> Json:
    view = args.structure("view", "invalid_arguments")
    return checked_view(view, kind)


def checked_view(view: Any, kind: str | None) -> Json:
    """A view that Slack would take; None: of either kind."""
    problems = check_view(view)
    if not problems and kind is not None and view["type"] != kind:
        problems = [f"[ERROR] must be of type {kind} [json-pointer:/view/type]"]
    if problems:
        raise ApiError("invalid_arguments", problems)
    if len(json.dumps(view, ensure_ascii=False).encode()) > LARGEST_BYTES:
        raise ApiError("view_too_large")
    return dict(view)


def _exchanged(core: Core, args: Args) -> Trigger:
    trigger = core.workspace.triggers.get(args.need("trigger_id"))
    if trigger is None:
        raise ApiError("invalid_trigger_id")
    if trigger.used:
        raise ApiError("exchanged_trigger_id")
    if core.workspace.clock() - trigger.made_at > TRIGGER_LIVES:
        raise ApiError("expired_trigger_id")
    trigger.used = True
    return trigger


def new_trigger(core: Core, user: str, *, view_id: str | None = None) -> str:
    """A fresh ``trigger_id`` for what this person just did."""
    trigger_id = f"{secrets.randbelow(10**9)}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
    core.workspace.triggers[trigger_id] = Trigger(user, core.workspace.clock(), view_id)
    return trigger_id


def new_view(core: Core, user: str, given: Json, *, under: View | None = None) -> View:
    """A view with everything that Slack adds."""
    external_id = given.get("external_id") or ""
    if external_id and find_view(core, external_id=external_id):
        raise ApiError("duplicate_external_id")
    view_id = core.workspace.next_id("V")
    view = View(view_id, user, {}, "", external_id, under.root_id if under else view_id, under.id if under else None)
    _fill(core, view, given)
    return view


def replace_view(core: Core, view: View, given: Json) -> View:
    """Give an open view a new body; what was typed stays where block_id and action_id stay."""
    _fill(core, view, given)
    core.show_views(view.user)
    return view


def _fill(core: Core, view: View, given: Json) -> None:
    workspace = core.workspace
    blocks = numbered(given["blocks"])
    present = {(block["block_id"], element["action_id"]) for block, element in elements(blocks)}
    view.typed = {place: value for place, value in view.typed.items() if place in present}
    view.hash = f"{workspace.next_ts().partition('.')[0]}.{secrets.token_hex(4)}"
    view.body = {
        **_DEFAULTS,
        **{name: value for name, value in given.items() if value is not None},
        "id": view.id,
        "team_id": workspace.team_id,
        "blocks": blocks,
        "state": state_of(blocks, view.typed),
        "hash": view.hash,
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": workspace.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
    }


def find_view(core: Core, *, view_id: str = "", external_id: str = "") -> View | None:
    """An open modal or a Home tab."""
    views = [view for stack in core.workspace.stacks.values() for view in stack] + list(core.workspace.homes.values())
    fits = (view for view in views if view.id == view_id or (external_id and view.external_id == external_id))
    return next(fits, None)


METHODS: Mapping[str, Any] = {
    "views.open": open_view,
    "views.push": push_view,
    "views.update": update_view,
    "views.publish": publish_view,
}
