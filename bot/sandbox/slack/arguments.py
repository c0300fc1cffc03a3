"""The arguments of a Web API call, however they were sent, and the errors that a method may answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.state import Channel, Json, Message

_STRUCTURED = ("blocks", "metadata", "view", "attachments", "files")


class ApiError(Exception):
    """Slack's error body."""

    def __init__(self, code: str, messages: Sequence[str] = (), **more: object) -> None:
        super().__init__(code)
        self.body: Json = {"ok": False, "error": code, **more}
        if messages:
            self.body["response_metadata"] = {"messages": list(messages)}


@dataclass(frozen=True, slots=True)
class Args:
    """A call's arguments; JSON and form fields look the same here."""

    raw: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """Whether the argument was given at all."""
        return self.raw.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers become their digits."""
        value = self.raw.get(name)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        """A string that must be given."""
        if not self.text(name):
            raise ApiError("invalid_arguments", [f"[ERROR] missing required field: {name}"])
        return self.text(name)

    def flag(self, name: str) -> bool:
        """A truth value as JSON or form fields write it."""
        return str(self.raw.get(name, "")).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        try:
            return int(self.text(name, str(default)))
        except ValueError:
            raise ApiError("invalid_arguments", [f"[ERROR] must be an integer: {name}"]) from None

    def structure(self, name: str, error: str) -> Any:
        """A JSON value; ``error`` when it was a string that is not JSON."""
        value = self.raw.get(name)
        if isinstance(value, str):
            raise ApiError(error)
        return value


async def read_arguments(request: web.Request) -> dict[str, Any]:
    """All arguments of a call: query, form or JSON body, with blocks, views and metadata decoded."""
    found: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise ApiError("invalid_json") from None
        if not isinstance(body, dict):
            raise ApiError("json_not_object")
        found |= body
    else:
        found |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    for name in _STRUCTURED:
        found = {**found, name: _decoded(found[name])} if isinstance(found.get(name), str) else found
    return found


def _decoded(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def channel_of(core: Core, args: Args) -> Channel:
    """The channel an argument names; for a direct conversation, its person's id does too."""
    named = args.text("channel")
    workspace = core.workspace
    if named in workspace.users:
        return workspace.direct(named)
    found = workspace.channels.get(named) or next(
        (one for one in workspace.channels.values() if one.name and named == f"#{one.name}"), None
    )
    if found is None or (found.kind != "channel" and workspace.bot_user not in found.members):
        raise ApiError("channel_not_found")
    return found


def readable_channel(core: Core, args: Args) -> Channel:
    """The channel, if the bot is in it."""
    channel = channel_of(core, args)
    if core.workspace.bot_user not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def message_of(channel: Channel, ts: str) -> Message:
    """The message with this ``ts``."""
    if ts not in channel.messages:
        raise ApiError("message_not_found")
    return channel.messages[ts]


def need_scope(core: Core, *scopes: str) -> None:
    """Refuse unless the app has one of the scopes."""
    granted = core.installed.scopes
    if granted is not None and not granted & set(scopes):
        raise ApiError("missing_scope", needed=scopes[0], provided=",".join(sorted(granted)))
