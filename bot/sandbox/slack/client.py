"""The door for people's pages: the same deeds as the Python methods, over HTTP, and a live feed."""

import inspect
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.files import given_with_files, shown
from bot.sandbox.slack.state import Channel, Json
from bot.sandbox.slack.writing import Refused

if TYPE_CHECKING:
    from bot.sandbox.slack.server import SlackSandbox

_WRITING = ("post", "edit", "delete", "react", "unreact", "join", "leave", "open_home")
_USING = ("command", "press", "press_in_view", "submit", "close_view", "shortcut")
_DEEDS = frozenset(_WRITING + _USING)
_RESULTS = {"post": "ts", "submit": "errors"}


class Client:
    """Serves pages; there is no sign-in, since this never leaves the machine."""

    def __init__(self, sandbox: "SlackSandbox") -> None:
        self._sandbox = sandbox
        self._workspace = sandbox.workspace

    async def act(self, request: web.Request) -> web.Response:
        """Do what a person does, named by the last part of the path; ``as`` is the person's id."""
        name = request.match_info["name"]
        try:
            return web.json_response({"ok": True, **await self._done(name, await _arguments(request))})
        except Refused as refusal:
            return web.json_response({"ok": False, "error": str(refusal)})

    async def _done(self, name: str, arguments: Json) -> Json:
        if name not in _DEEDS:
            raise Refused(f"There is nothing called {name}.")
        deed = getattr(self._sandbox, name)
        try:
            bound = inspect.signature(deed).bind(**arguments)
        except TypeError as problem:
            raise Refused(f"{name}: {problem}.") from None
        result = deed(*bound.args, **bound.kwargs)
        if inspect.isawaitable(result):
            result = await result
        return {_RESULTS[name]: result} if name in _RESULTS else {}

    async def live(self, request: web.Request) -> web.StreamResponse:
        """The feed of one person's page."""
        return await self._sandbox.core.live.serve(request, request.query.get("as", ""))

    async def file(self, request: web.Request) -> web.Response:
        """A file that somebody has put into a message."""
        file = self._workspace.files.get(request.match_info["id"])
        if file is None:
            raise web.HTTPNotFound
        return shown(file, request)

    async def state(self, request: web.Request) -> web.Response:
        """All that a page shows at first; without ``as`` only what everybody may know."""
        person = request.query.get("as", "")
        workspace = self._workspace
        visible = workspace.visible(person)
        home = workspace.homes.get(person)
        installed = self._sandbox.core.installed
        return web.json_response(
            {
                "me": person or None,
                "bot": workspace.bot_user,
                "team": {"id": workspace.team_id, "name": workspace.team_name},
                "users": [_user(one) for one in workspace.users.values()],
                "groups": [{"id": one.id, "handle": one.handle} for one in workspace.groups.values()],
                "channels": [_channel(one, person) for one in visible],
                "messages": {one.id: self._messages(one) for one in visible if person in one.members},
                "ephemerals": self._sandbox.ephemerals(person),
                "views": self._sandbox.views(person),
                "commands": [_command(name, one) for name, one in installed.commands.items()],
                "shortcuts": list(installed.shortcuts.values()),
                "home": home.body if home else None,
            }
        )

    def _messages(self, channel: Channel) -> list[Json]:
        shown = []
        for root in self._sandbox.messages(channel.id):
            replies = self._sandbox.thread(channel.id, root["ts"])[1:]
            shown.append({**root, "replies": replies})
        return shown


async def _arguments(request: web.Request) -> Json:
    try:
        body = await given_with_files(request)
    except ValueError:
        raise Refused("The body is not a JSON object.") from None
    return {"as_" if name == "as" else name: value for name, value in body.items()}


def _user(user: Any) -> Json:
    shown = {"id": user.id, "name": user.name, "real_name": user.real_name, "color": user.color}
    return {**shown, "is_bot": user.role == "bot", "role": user.role, "title": user.title}


def _channel(channel: Channel, person: str) -> Json:
    shown = {"id": channel.id, "name": channel.name, "members": channel.members}
    return {**shown, "is_member": person in channel.members}


def _command(name: str, command: Json) -> Json:
    words = {"description": command.get("description", ""), "usage_hint": command.get("usage_hint", "")}
    return {"command": name, **words}
