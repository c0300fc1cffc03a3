"""What every local platform is: an HTTP server, alone or below a prefix of another one, and people to be played."""

import inspect
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import web

from bot.sandbox.files import MOST_BYTES, given_with_files

STOP_WITHIN_S = 1.0

Json = dict[str, Any]


class ClientError(ValueError):
    """A person's client can't do that; the text is a sentence."""


def utc_now() -> datetime:
    """The computer's time."""
    return datetime.fromtimestamp(time.time(), tz=UTC)


class Served(ABC):
    """A platform that may come and go: all that it knows is kept in memory, beyond `stop` and a new `start`."""

    address: str = ""  #: where the server listens, e.g. ``http://127.0.0.1:8420``; whoever embeds it says so
    _runner: web.AppRunner | None = None

    @abstractmethod
    def add_to(self, app: web.Application, *, prefix: str = "") -> None:
        """Serve below ``prefix`` of this application."""

    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 is any free one, see `address`."""
        app = web.Application(client_max_size=MOST_BYTES)
        self.add_to(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_WITHIN_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.address = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


def client(hands: object, acts: Mapping[str, str]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """
    The route by which a page plays people: methods of *hands* over HTTP, by the name in ``{act}``.

    The body has a method's arguments, as in `given_with_files`; ``as`` names the person. *acts* are those that may be
    called, each with the name of what it gives back, empty for nothing.
    """

    async def serve(request: web.Request) -> web.Response:
        try:
            done = _act(hands, acts, request.match_info["act"], await given_with_files(request))
        except (ValueError, TypeError) as error:
            return web.json_response({"ok": False, "error": str(error)}, status=400)
        return web.json_response({"ok": True, **done})

    return serve


def _act(hands: object, acts: Mapping[str, str], name: str, body: Json) -> Json:
    if name not in acts:
        raise ClientError(f"Nobody can do {name!r} like this.")
    act = getattr(hands, name)
    given = {("person" if key == "as" else key): value for key, value in body.items()}
    try:
        inspect.signature(act).bind(**given)
    except TypeError as error:
        raise ClientError(f"{name}: {error}.") from None
    result = act(**given)
    return {acts[name]: result} if acts[name] else {}
