"""
Everything that can go wrong, as switches: what the page's drawer "Make it fail" turns on and off.

The service between the platforms is somebody else's; here it can only be killed and started again.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from aiohttp import web

from bot.sandbox.faults import Fault, Faults, Matcher, Reset, Throttled
from bot.sandbox.line import Line
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.tally import agents_count, customers_count
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp.server import WhatsAppSandbox

Json = dict[str, Any]

ALWAYS = 10**9  #: calls
BUSY_S = 3  #: seconds that Slack asks to wait


class Service(Protocol):
    """The process under trial. ``pid``: its number, None while there is none; ``is_ready``: it has been started."""

    @property
    def pid(self) -> int | None: ...

    @property
    def is_ready(self) -> bool: ...

    async def start(self) -> None:
        """Start it if it does not run, and return when it is ready (or has ended again)."""
        ...

    async def kill(self) -> None:
        """End it as a power cut would."""
        ...


class Switch(Protocol):
    """Something that can go wrong. To turn it to where it stands changes nothing."""

    @property
    def is_on(self) -> bool: ...

    async def turn(self, *, on: bool) -> None: ...


@dataclass(slots=True)
class Away:
    """The service can't reach a platform; ``gone`` is told what else belongs to that."""

    line: Line
    gone: Callable[[bool], object] = bool

    @property
    def is_on(self) -> bool:
        """It is away."""
        return self.line.is_cut

    async def turn(self, *, on: bool) -> None:
        """Let it go or come back."""
        await (self.line.cut() if on else self.line.mend())
        self.gone(on)


@dataclass(slots=True)
class Failing:
    """A call fails in this way, as often as ``times`` says; then the switch is off by itself."""

    faults: Faults
    method: str
    fault: Fault
    times: int = 1
    matches: Matcher = lambda _: True

    @property
    def is_on(self) -> bool:
        """It is still to come."""
        return self.faults.is_planned(self.fault)

    async def turn(self, *, on: bool) -> None:
        """Plan it, or not any more."""
        self.faults.cancel(self.fault)
        if on:
            self.faults.plan(self.method, self.fault, times=self.times, matches=self.matches)


@dataclass(slots=True)
class Dead:
    """The service is killed."""

    service: Service

    @property
    def is_on(self) -> bool:
        """It does not run."""
        return self.service.pid is None

    async def turn(self, *, on: bool) -> None:
        """Kill it or start it."""
        await (self.service.kill() if on else self.service.start())


@dataclass(slots=True)
class Blocked:
    """The customer who wrote last, else the first one, blocks the desk; off: nobody does."""

    messengers: tuple[TelegramSandbox | WhatsAppSandbox, ...]

    @property
    def is_on(self) -> bool:
        """Somebody does, be it by this switch or on their phone."""
        return any(person["blocked"] for _, person in self._everybody())

    @property
    def name(self) -> str:
        """Who does, or would."""
        _, person = self._who()
        return str(person.get("first_name") or person.get("name"))

    async def turn(self, *, on: bool) -> None:
        """Block, or let in again."""
        if on:
            messenger, person = self._who()
            messenger.blocks(person["id"])
        else:
            for messenger, person in self._everybody():
                if person["blocked"]:
                    messenger.unblocks(person["id"])

    def _everybody(self) -> list[tuple[TelegramSandbox | WhatsAppSandbox, Json]]:
        return [(messenger, person) for messenger in self.messengers for person in messenger.conversations()]

    def _who(self) -> tuple[TelegramSandbox | WhatsAppSandbox, Json]:
        people = self._everybody()
        blocked = [one for one in people if one[1]["blocked"]]
        return blocked[0] if blocked else max(people, key=lambda one: _wrote_at(one[1]))


class Control:
    """
    All switches, and what became of all that was written, for a page below ``/control``.

    ``lines`` are those by which the service reaches ``slack``, ``telegram`` and ``whatsapp``.
    """

    def __init__(
        self,
        *,
        slack: SlackSandbox,
        telegram: TelegramSandbox,
        whatsapp: WhatsAppSandbox,
        lines: Mapping[str, Line],
        service: Service,
    ) -> None:
        self._slack, self._telegram, self._whatsapp, self._service = slack, telegram, whatsapp, service
        self._blocked = Blocked((telegram, whatsapp))
        lost = partial(Failing, fault=Reset(performed=True))
        self._switches: dict[str, Switch] = {
            "slack_away": Away(lines["slack"]),
            "slack_busy": Failing(slack.faults, "chat.postMessage", Throttled(BUSY_S), ALWAYS),
            "slack_lost": lost(slack.faults, "chat.postMessage"),
            "telegram_away": Away(lines["telegram"]),
            "telegram_lost": lost(telegram.faults, "sendMessage"),
            "whatsapp_away": Away(lines["whatsapp"], partial(setattr, whatsapp.webhooks, "is_held")),
            "whatsapp_lost": lost(whatsapp.faults, "messages", matches=lambda given: "type" in given),
            "blocked": self._blocked,
            "dead": Dead(service),
        }

    async def turn(self, name: str, *, on: bool) -> None:
        """Turn one switch."""
        await self._switches[name].turn(on=on)

    async def well(self) -> None:
        """Turn all of them off, the service's last: it finds everything well."""
        for switch in self._switches.values():
            await switch.turn(on=False)

    def state(self) -> Json:
        """How the switches stand, who would block us, how the service is, and both counts."""
        people = [*self._telegram.conversations(), *self._whatsapp.conversations()]
        workspace = self._slack.workspace
        return {
            "switches": {name: switch.is_on for name, switch in self._switches.items()},
            "customer": self._blocked.name,
            "service": {"pid": self._service.pid, "is_ready": self._service.is_ready},
            "customers": customers_count(people, workspace).as_json(),
            "agents": agents_count(people, workspace).as_json(),
        }

    def add_to(self, app: web.Application, *, prefix: str = "/control") -> None:
        """Serve below ``prefix`` of this application."""
        app.router.add_get(f"{prefix}/state", self._state)
        app.router.add_post(f"{prefix}/well", self._well)
        app.router.add_post(f"{prefix}/{{name}}", self._turn)

    async def _state(self, _: web.Request) -> web.Response:
        return web.json_response(self.state())

    async def _well(self, _: web.Request) -> web.Response:
        return await self._done(self.well())

    async def _turn(self, request: web.Request) -> web.Response:
        """The body says ``{"on": true}`` or ``{"on": false}``."""
        name = request.match_info["name"]
        try:
            on = (await request.json())["on"]
        except (ValueError, KeyError, TypeError):
            on = None
        if name not in self._switches or not isinstance(on, bool):
            return web.json_response({"ok": False, "error": f"There is no switch {name!r} to turn so."}, status=400)
        return await self._done(self.turn(name, on=on))

    async def _done(self, deed: Awaitable[None]) -> web.Response:
        await deed
        return web.json_response(self.state())


def _wrote_at(person: Json) -> str:
    return max((str(message["date"]) for message in person["messages"] if not message["from_bot"]), default="")
