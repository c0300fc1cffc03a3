"""The HTTP side of the local Telegram: the Bot API for the bot, ``/client`` for people and the page that plays them."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web
from typing_extensions import override

from bot.sandbox.faults import Faults
from bot.sandbox.files import File, shown
from bot.sandbox.pacing import Pace
from bot.sandbox.serving import Served, client, utc_now
from bot.sandbox.telegram.arguments import ApiError, Arguments
from bot.sandbox.telegram.methods import Methods, throttled
from bot.sandbox.telegram.people import People
from bot.sandbox.telegram.webhook import REDELIVER_AFTER_S, Courier
from bot.sandbox.telegram.world import Json, World

TOKEN = "123456:sandbox-of-the-support-desk"  # noqa: S105  # a made-up token of a made-up bot

#: What a page may do for a person, and the name of what it gives back.
CLIENT_ACTS = {
    "add_person": "person",
    "writes": "message_id",
    "sends": "message_id",
    "sends_album": "message_ids",
    "edits": "",
    "presses": "",
    "reacts": "",
    "blocks": "",
    "unblocks": "",
    "duplicate": "",
    "repeat_last_update": "",
}


class TelegramSandbox(Served, People):
    """
    A Telegram with one bot and as many people as are added.

    Its methods are the people's hands; the bot comes by HTTP.

    Args:
        token: of the bot; what stands before the colon is its account, in which messages are numbered from 1.
        redeliver_after_s: the pauses between the tries to hand an update to a webhook, in real time.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        clock: Callable[[], datetime] = utc_now,
        redeliver_after_s: Sequence[float] = REDELIVER_AFTER_S,
    ) -> None:
        self.token = token
        self.faults = Faults(throttled=lambda seconds: _refused(throttled(seconds)), failed=_failed)
        world = World(token=self.token, clock=clock, redeliver_after_s=redeliver_after_s)
        super().__init__(world)
        self._methods = Methods(world)
        self._prefix = ""

    def paces(self, *, chat: Pace | None, overall: Pace | None) -> None:
        """From now on refuse what is sent or edited faster than this, in one chat or altogether; None: any number."""
        self._methods.chat_pace, self._methods.pace = chat, overall

    @property
    def api_url(self) -> str:
        """The address of the Bot API without ``/bot``."""
        return f"{self.address}{self._prefix}"

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return self._world.updates.pending

    @property
    def courier(self) -> Courier:
        """Who brings updates to the bot's webhook, when it has set one."""
        return self._world.courier

    async def calls(self, method: str, **given: object) -> Any:
        """As when somebody else who has the token calls the Bot API; a refusal is an `ApiError`."""
        return await self._call(self.token, method, Arguments(given))

    def file(self, file_id: str) -> File | None:
        """The file with this id, whoever sent it."""
        stored = self._world.files.find(file_id)
        return stored.file if stored else None

    @property
    def privacy(self) -> bool:
        """Whether in groups the bot is sent only what is meant for it, as @BotFather's /setprivacy says."""
        return self._world.privacy

    @privacy.setter
    def privacy(self, kept: bool) -> None:
        self._world.privacy = kept

    @property
    def unanswered(self) -> int:
        """How many presses of buttons the bot has not acknowledged."""
        return len(self._world.queries)

    @property
    def menus(self) -> dict[str, list[Json]]:
        """The commands that people are shown, by scope and language."""
        return self._world.commands

    async def quiet(self) -> None:
        """Return when the bot has confirmed every update."""
        await self._world.updates.quiet()

    async def polled(self) -> None:
        """Return when the bot waits for updates."""
        await self._world.updates.polled()

    def duplicate(self, times: int) -> None:
        """From now on hand each new update over ``times`` times more although it was confirmed; 0 ends it."""
        self._world.updates.duplicates = times

    def repeat_last_update(self, times: int = 1) -> None:
        """Hand the newest update over again."""
        self._world.updates.repeat_last(times)

    @override
    def add_to(self, app: web.Application, *, prefix: str = "") -> None:
        """Serve below ``prefix`` of this application."""
        self._prefix = prefix
        self._world.updates.restart()
        app.router.add_route("*", f"{prefix}/bot{{token}}/{{method}}", self._api)
        app.router.add_get(f"{prefix}/file/bot{{token}}/{{path:.+}}", self._file)
        app.router.add_get(f"{prefix}/client/files/{{id}}", self._shown_file)
        app.router.add_get(f"{prefix}/client/state", self._state)
        app.router.add_get(f"{prefix}/client/live", self._world.live.watch)
        app.router.add_post(f"{prefix}/client/{{act}}", client(self, CLIENT_ACTS))
        app.on_startup.append(self._start_up)
        app.on_shutdown.append(self._shut_down)

    async def _start_up(self, _: web.Application) -> None:
        self._world.courier.start()

    async def _shut_down(self, _: web.Application) -> None:
        await self._world.courier.stop()
        self._world.updates.stop()
        self._world.live.stop()

    async def _api(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            given = await Arguments.of(request)
        except ApiError as error:
            return _refused(error)

        async def perform() -> web.StreamResponse:
            try:
                return _json({"ok": True, "result": await self._call(request.match_info["token"], name, given)})
            except ApiError as error:
                return _refused(error)

        return await self.faults.answer(request, name, given, perform)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]

        async def perform() -> web.StreamResponse:
            try:
                self._check(request.match_info["token"])
                return web.Response(body=self._world.files.at(path).content, content_type="application/octet-stream")
            except ApiError as error:
                return _refused(error)

        return await self.faults.answer(request, "file", {"path": path}, perform)

    def _check(self, token: str) -> None:
        if token != self.token:
            raise ApiError(401, "Unauthorized")

    async def _call(self, token: str, name: str, given: Arguments) -> Any:
        self._check(token)
        method = self._methods.find(name)
        if method is None:
            raise ApiError(404, "Not Found")
        return await method(given)

    async def _shown_file(self, request: web.Request) -> web.Response:
        stored = self._world.files.find(request.match_info["id"])
        if stored is None:
            raise web.HTTPNotFound
        return shown(stored.file, request)

    async def _state(self, _: web.Request) -> web.Response:
        return _json(self._world.state())


def _json(body: Json, *, status: int = 200) -> web.Response:
    return web.json_response(body, status=status, dumps=lambda value: json.dumps(value, separators=(",", ":")))


def _refused(error: ApiError) -> web.Response:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.code == 429:
        body["parameters"] = {"retry_after": int(error.description.rpartition(" ")[2])}
    return _json(body, status=error.code)


def _failed(words: str) -> web.Response:
    """Telegram's own error body; ``words`` may begin with the code, else it is 500."""
    code, _, description = words.partition(" ")
    return _refused(ApiError(int(code), description) if code.isdigit() else ApiError(500, words))
