"""What people do with the app: commands, buttons, modals, shortcuts, and what they then see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.api_chat import show_ephemeral
from bot.sandbox.slack.api_views import checked_view, find_view, new_trigger, push, replace_view
from bot.sandbox.slack.arguments import ApiError
from bot.sandbox.slack.compose import with_names
from bot.sandbox.slack.inputs import elements, refusals, reported, state_of
from bot.sandbox.slack.responses import find_ephemeral, new_response_url, respond
from bot.sandbox.slack.socket import NotAcknowledged
from bot.sandbox.slack.state import Channel, Ephemeral, Json, Message, ResponseUrl, View
from bot.sandbox.slack.writing import Refused, Writing

TROUBLE = "We had some trouble connecting. Try again?"
_CHANNEL_NAMES = {"group": "privategroup", "im": "directmessage"}


@dataclass(slots=True)
class People(Writing):
    """People's side of the app's interface."""

    async def command(self, as_: str, channel: str, text: str) -> None:
        """Run a slash command. What the app answers, or that it did not, is then among the person's ephemerals."""
        where = self._channel(as_, channel)
        name, _, rest = text.strip().partition(" ")
        known = self.core.installed.commands
        if not name.startswith("/") or (self.core.installed.scopes is not None and name not in known):
            raise Refused(f'{name} is not a valid command. In Slack, all messages that start with the "/" character '
                          "are interpreted as commands.")  # fmt: skip
        escapes = known.get(name, {}).get("should_escape", True)
        record = ResponseUrl(as_, channel, self.core.workspace.clock())
        payload = self._command_payload(where, as_, record) | {
            "command": name,
            "text": with_names(rest.strip(), self.core.workspace) if escapes else rest.strip(),
        }
        try:
            answer = await self.core.hub.ask("slash_commands", payload)
            if answer:
                respond(self.core, record, answer)
        except NotAcknowledged as failure:
            error = "dispatch_failed" if str(failure) == "dispatch_failed" else "operation_timeout"
            self._slackbot(as_, channel, f'{name} failed with the error "{error}"')
        except ApiError as failure:
            self._slackbot(as_, channel, f'{name} failed with the error "{failure}"')

    def _command_payload(self, where: Channel, as_: str, record: ResponseUrl) -> Json:
        workspace = self.core.workspace
        return {
            "token": "sandbox-verification",
            "team_id": workspace.team_id,
            "team_domain": workspace.domain,
            "channel_id": where.id,
            "channel_name": _CHANNEL_NAMES.get(where.kind, where.name),
            "user_id": as_,
            "user_name": workspace.users[as_].name,
            "api_app_id": workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": new_response_url(self.core, record),
            "trigger_id": new_trigger(self.core, as_),
        }

    def _slackbot(self, as_: str, channel: str, text: str) -> None:
        body = {"type": "message", "user": "USLACKBOT", "ts": self.core.workspace.next_ts(), "text": text}
        show_ephemeral(self.core, Ephemeral(as_, channel, body))
        self.core.notice(as_, text)

    # --- buttons and menus

    async def press(
        self,
        as_: str,
        channel: str,
        ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        value: Any = None,
        selected_option: Any = None,
        ephemeral: bool = False,
        seen: Json | None = None,
    ) -> None:
        """
        Press a button of a message, or choose in a menu of it.

        ``seen`` is the message as the person's screen shows it still, when it has changed a moment ago.

        ``value`` tells buttons with the same action_id apart, or is what is chosen; ``selected_option`` is an option's
        value or the option itself. A notice says when the app did not answer.
        """
        where = self._channel(as_, channel)
        message = self._pressable(as_, where, ts) if ephemeral else self._message(as_, channel, ts)
        block, element = _find((seen or message.body).get("blocks", []), action_id, block_id, value)
        action = _action(block, element, _chosen(value, selected_option))
        await self._send_action(as_, action | {"action_ts": self.core.workspace.next_ts()}, self._place(message, as_))

    def _pressable(self, as_: str, where: Channel, ts: str) -> Ephemeral:
        found = find_ephemeral(self.core, as_, ts)
        if found is None or found.channel != where.id:
            raise Refused("This message does not exist any more.")
        return found

    def _place(self, message: Message | Ephemeral, as_: str) -> Json:
        """What an action's payload says of the message that it was done in."""
        channel = self.core.workspace.channels[message.channel]
        ephemeral = isinstance(message, Ephemeral)
        ts = message.body["ts"] if isinstance(message, Ephemeral) else message.ts
        root = message.body.get("thread_ts") if isinstance(message, Ephemeral) else message.root
        container = {"type": "message", "message_ts": ts, "channel_id": channel.id, "is_ephemeral": ephemeral}
        record = ResponseUrl(as_, channel.id, self.core.workspace.clock(), ts, ephemeral)
        place: Json = {
            "container": container | ({"thread_ts": root} if root else {}),
            "channel": {"id": channel.id, "name": _CHANNEL_NAMES.get(channel.kind, channel.name)},
            "state": state_of(message.body.get("blocks", []), {}),
            "response_url": new_response_url(self.core, record),
        }
        return place if isinstance(message, Ephemeral) else place | {"message": self.core.workspace.shown(message)}

    async def press_in_view(
        self,
        as_: str,
        view_id: str,
        action_id: str,
        *,
        block_id: str | None = None,
        value: Any = None,
        selected_option: Any = None,
    ) -> None:
        """Press a button, or choose in a menu, of the topmost modal or the Home tab."""
        view = self._open_view(as_, view_id)
        block, element = _find(view.body["blocks"], action_id, block_id, value)
        chosen = _chosen(value, selected_option)
        action = _action(block, element, chosen)
        if element["type"] not in {"button", "overflow"}:
            self._type(view, {block["block_id"]: {element["action_id"]: chosen}})
        container = {"type": "view", "view_id": view.id}
        action["action_ts"] = self.core.workspace.next_ts()
        await self._send_action(as_, action, {"container": container, "view": view.body}, view_id=view.id)

    async def _send_action(self, as_: str, action: Json, place: Json, *, view_id: str | None = None) -> None:
        payload = self._payload(as_, "block_actions", view_id=view_id) | place | {"actions": [action]}
        try:
            await self.core.hub.ask("interactive", payload)
        except NotAcknowledged:
            self.core.notice(as_, "⚠️ This did not work: the app did not answer.")

    def _payload(self, as_: str, kind: str, *, view_id: str | None = None) -> Json:
        workspace = self.core.workspace
        name = workspace.users[as_].name
        return {
            "type": kind,
            "token": "sandbox-verification",
            "user": {"id": as_, "username": name, "name": name, "team_id": workspace.team_id},
            "team": {"id": workspace.team_id, "domain": workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "api_app_id": workspace.app_id,
            "trigger_id": new_trigger(self.core, as_, view_id=view_id),
        }

    async def shortcut(self, as_: str, callback_id: str, channel: str, ts: str) -> None:
        """Choose the app's shortcut in the menu of a message."""
        message = self._message(as_, channel, ts)
        if self.core.installed.scopes is not None and callback_id not in self.core.installed.shortcuts:
            raise Refused(f"The app has no shortcut {callback_id}.")
        place = self._place(message, as_)
        url = place["response_url"]
        self.core.workspace.response_urls[url.rpartition("/")[2]].threads = False
        payload = self._payload(as_, "message_action") | {"callback_id": callback_id, "message_ts": ts}
        payload |= {"channel": place["channel"], "message": place["message"], "response_url": url}
        try:
            await self.core.hub.ask("interactive", payload | {"action_ts": self.core.workspace.next_ts()})
        except NotAcknowledged:
            self.core.notice(as_, "⚠️ This did not work: the app did not answer.")

    # --- modals

    async def submit(
        self, as_: str, view_id: str, values: Mapping[str, Mapping[str, Any]] | None = None
    ) -> dict[str, str]:
        """
        Fill in and send the topmost modal; returns the errors by block_id, ``{}`` when it was taken.

        Under ``""`` stands what concerns the whole form, e.g. that the app did not answer.
        """
        view = self._open_view(as_, view_id)
        self._type(view, values or {})
        if view.body["submit"] is None:
            raise Refused("This modal has nothing to send.")
        if refused := refusals(view.body["blocks"], view.typed):
            return refused
        payload = self._payload(as_, "view_submission", view_id=view.id) | {"view": view.body, "response_urls": []}
        try:
            return self._answered(view, await self.core.hub.ask("interactive", payload))
        except (NotAcknowledged, ApiError) as failure:
            details = failure.body if isinstance(failure, ApiError) else ""
            self.core.notice(as_, f"{TROUBLE} {details}".strip())
            return {"": TROUBLE}

    def _answered(self, view: View, answer: Json) -> dict[str, str]:
        stack = self.core.workspace.stacks[view.user]
        match answer.get("response_action"):
            case "errors":
                return _errors(view, answer)
            case "update":
                replace_view(self.core, view, checked_view(answer.get("view"), "modal"))
            case "push":
                push(self.core, view.user, checked_view(answer.get("view"), "modal"))
            case "clear":
                stack.clear()
            case None:
                stack[:] = [one for one in stack if one.id != view.id]
            case other:
                raise ApiError("invalid_arguments", [f"[ERROR] unknown response_action {other}"])
        self.core.show_views(view.user)
        return {}

    async def close_view(self, as_: str, view_id: str) -> None:
        """Close the topmost modal (with ``clear_on_close``: all of them) without sending it."""
        view = self._open_view(as_, view_id)
        stack = self.core.workspace.stacks[as_]
        stack.remove(view)
        cleared = bool(view.body["clear_on_close"])
        if cleared:
            stack.clear()
        self.core.show_views(as_)
        if not view.body["notify_on_close"]:
            return
        payload = self._payload(as_, "view_closed", view_id=view.id) | {"view": view.body, "is_cleared": cleared}
        try:
            await self.core.hub.ask("interactive", payload)
        except NotAcknowledged:
            return  # the person has left the modal; Slack does not bother them

    def _open_view(self, as_: str, view_id: str) -> View:
        stack = self.core.workspace.stacks.get(as_, [])
        view = find_view(self.core, view_id=view_id)
        if view is None or view not in [*stack[-1:], self.core.workspace.homes.get(as_)]:
            raise Refused("This view is not open.")
        return view

    def _type(self, view: View, values: Mapping[str, Mapping[str, Any]]) -> None:
        known = {(block["block_id"], element["action_id"]) for block, element in elements(view.body["blocks"])}
        typed = {(block, action): value for block, actions in values.items() for action, value in actions.items()}
        if unknown := typed.keys() - known:
            raise Refused(f"This view has no field {sorted(unknown)[0]}.")
        try:
            view.body = {**view.body, "state": state_of(view.body["blocks"], view.typed | typed)}
        except LookupError as missing:
            raise Refused(str(missing)) from None
        view.typed |= typed


def _errors(view: View, answer: Json) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    errors = answer.get("errors")
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise ApiError("invalid_arguments", ["[ERROR] errors must name input blocks of the view"])
    return {str(block): str(sentence) for block, sentence in errors.items()}


def _chosen(value: Any, selected_option: Any) -> Any:
    return selected_option if selected_option is not None else value


def _find(blocks: Sequence[Json], action_id: str, block_id: str | None, value: Any) -> tuple[Json, Json]:
    for block, element in elements(blocks):
        fits = element["action_id"] == action_id and block_id in {None, block["block_id"]}
        if fits and not (element["type"] == "button" and value is not None and element.get("value") != value):
            return block, element
    raise Refused(f"There is no {action_id} to press.")


def _action(block: Json, element: Json, chosen: Any) -> Json:
    action = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
    if element["type"] == "button":
        return action | {name: element[name] for name in ("text", "value", "style", "url") if name in element}
    if element["type"] == "overflow":
        element = {**element, "type": "static_select"}
    try:
        return reported(element, chosen) | action
    except LookupError as missing:
        raise Refused(str(missing)) from None
