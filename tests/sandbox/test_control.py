"""Each switch makes what it says happen, and one turns all of them off again."""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from telegram import Bot
from telegram.error import NetworkError

from bot.sandbox.control import Control
from bot.sandbox.line import Line
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp.server import WhatsAppSandbox

HOST = "127.0.0.1"


@dataclass
class Lamp:
    """A service that only lives and dies."""

    pid: int | None = 42
    is_ready: bool = True

    async def start(self) -> None:
        self.pid, self.is_ready = 43, True

    async def kill(self) -> None:
        self.pid, self.is_ready = None, False


@dataclass
class Demo:
    """All platforms on one server, each reached by its line, and the switches."""

    slack: SlackSandbox = field(default_factory=SlackSandbox)
    telegram: TelegramSandbox = field(default_factory=TelegramSandbox)
    whatsapp: WhatsAppSandbox = field(default_factory=WhatsAppSandbox)
    lamp: Lamp = field(default_factory=Lamp)
    lines: dict[str, Line] = field(default_factory=dict)
    page: aiohttp.ClientSession = field(init=False)

    def __post_init__(self) -> None:
        self.mika = self.slack.add_user("mika", real_name="Mika")
        self.channel = self.slack.add_channel("support", [self.mika, self.slack.workspace.bot_user])
        self.ada = self.telegram.add_person("Ada")
        self.dewi = self.whatsapp.add_person("Dewi", phone="62812")

    def at(self, name: str) -> str:
        return f"http://{HOST}:{self.lines[name].port}/{name}"

    async def turn(self, name: str, *, on: bool = True) -> dict[str, Any]:
        async with self.page.post(f"/control/{name}", json={"on": on}) as answer:
            assert answer.status == 200
            state: dict[str, Any] = await answer.json()
            return state

    async def posts(self, text: str) -> None:
        """The bot posts in Slack."""
        client = AsyncWebClient(self.slack.bot_token, base_url=f"{self.at('slack')}/api/", retry_handlers=[])
        await client.chat_postMessage(channel=self.channel, text=text)

    async def sends(self, text: str) -> None:
        """The bot writes to Ada."""
        async with Bot(self.telegram.token, base_url=f"{self.at('telegram')}/bot") as bot:
            await bot.send_message(self.ada, text)

    async def writes_to_dewi(self, text: str) -> None:
        """The business writes to Dewi."""
        body = {"messaging_product": "whatsapp", "to": "62812", "type": "text", "text": {"body": text}}
        headers = {"Authorization": f"Bearer {self.whatsapp.token}"}
        address = f"{self.at('whatsapp')}/v26.0/{self.whatsapp.phone_number_id}/messages"
        async with aiohttp.ClientSession() as session, session.post(address, json=body, headers=headers) as answer:
            assert answer.status == 200


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    demo, app = Demo(), web.Application()
    door = socket.create_server((HOST, 0))
    port = door.getsockname()[1]
    for name in ("slack", "telegram", "whatsapp"):
        demo.lines[name] = Line(host=HOST, to_port=port)
        await demo.lines[name].mend()
    Control(
        slack=demo.slack, telegram=demo.telegram, whatsapp=demo.whatsapp, lines=demo.lines, service=demo.lamp
    ).add_to(app)
    demo.slack.add_to(app, prefix="/slack")
    demo.telegram.add_to(app, prefix="/telegram")
    demo.whatsapp.add_to(app, prefix="/whatsapp")
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.SockSite(runner, door).start()
    async with aiohttp.ClientSession(f"http://{HOST}:{port}") as demo.page:
        yield demo
    for line in demo.lines.values():
        await line.cut()
    await runner.cleanup()


def switched_on(state: dict[str, Any]) -> list[str]:
    return [name for name, on in state["switches"].items() if on]


async def test_a_platform_that_is_away_refuses_until_it_is_back(demo: Demo) -> None:
    await demo.turn("telegram_away")
    with pytest.raises(NetworkError):
        await demo.sends("hello")
    await demo.posts("Slack is there")

    state = await demo.turn("telegram_away", on=False)
    demo.telegram.writes(demo.ada, "hello")
    await demo.sends("hello yourself")

    assert state["switches"]["telegram_away"] is False
    assert demo.telegram.received(demo.ada) == ["hello yourself"]


async def test_slack_away_is_slack_alone(demo: Demo) -> None:
    await demo.turn("slack_away")

    with pytest.raises(aiohttp.ClientConnectorError):
        await demo.posts("hello")
    demo.telegram.writes(demo.ada, "hello")
    await demo.sends("Telegram is there")


async def test_whatsapp_away_tells_nothing_either(demo: Demo) -> None:
    heard: list[str] = []

    async def hears(request: web.Request) -> web.Response:
        heard.append(await request.text())
        return web.Response(text=request.query.get("hub.challenge", ""))

    app = web.Application()
    app.router.add_route("*", "/hook", hears)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    demo.whatsapp.webhook_url = f"http://{HOST}:{runner.addresses[0][1]}/hook"
    await demo.turn("whatsapp_away")
    with pytest.raises(aiohttp.ClientConnectorError):
        await demo.writes_to_dewi("hello")

    demo.whatsapp.writes(demo.dewi, "hello")
    unheard = list(heard)
    await demo.turn("whatsapp_away", on=False)
    await demo.whatsapp.quiet()
    await runner.cleanup()

    assert unheard == []
    assert "hello" in heard[-1]


async def test_slack_is_busy_as_long_as_the_switch_is_on(demo: Demo) -> None:
    await demo.turn("slack_busy")
    for _ in range(3):
        with pytest.raises(SlackApiError, match="ratelimited"):
            await demo.posts("hello")

    await demo.turn("slack_busy", on=False)
    await demo.posts("hello")

    assert [one["text"] for one in demo.slack.messages(demo.channel)] == ["hello"]


async def test_an_answer_gets_lost_once_although_the_call_was_accepted(demo: Demo) -> None:
    demo.telegram.writes(demo.ada, "hello")
    demo.whatsapp.writes(demo.dewi, "hello")
    for name in ("slack_lost", "telegram_lost", "whatsapp_lost"):
        await demo.turn(name)

    with pytest.raises(aiohttp.ClientError):
        await demo.posts("in Slack")
    with pytest.raises(NetworkError):
        await demo.sends("to Ada")
    with pytest.raises(aiohttp.ClientError):
        await demo.writes_to_dewi("to Dewi")
    await demo.sends("to Ada again")

    switches = switched_on(await demo.turn("dead", on=False))
    assert switches == []
    assert [one["text"] for one in demo.slack.messages(demo.channel)] == ["in Slack"]
    assert demo.telegram.received(demo.ada) == ["to Ada", "to Ada again"]
    assert demo.whatsapp.received(demo.dewi) == ["to Dewi"]


async def test_who_wrote_last_blocks_us(demo: Demo) -> None:
    demo.telegram.writes(demo.ada, "hello")
    demo.whatsapp.writes(demo.dewi, "hello")

    state = await demo.turn("blocked")

    assert state["customer"] == "Dewi"
    assert switched_on(state) == ["blocked"]
    assert [one["blocked"] for one in (*demo.telegram.conversations(), *demo.whatsapp.conversations())] == [False, True]


async def test_the_service_is_killed_and_started(demo: Demo) -> None:
    dead = await demo.turn("dead")
    alive = await demo.turn("dead", on=False)

    assert dead["service"] == {"pid": None, "is_ready": False}
    assert switched_on(dead) == ["dead"]
    assert alive["service"] == {"pid": 43, "is_ready": True}


async def test_all_is_well_again_at_once(demo: Demo) -> None:
    before = await (await demo.page.get("/control/state")).json()
    names = list(before["switches"])
    for name in names:
        state = await demo.turn(name)
    demo.telegram.blocks(demo.ada)

    async with demo.page.post("/control/well") as answer:
        after = await answer.json()

    assert len(names) == 9
    assert switched_on(before) == []
    assert switched_on(state) == names
    assert switched_on(after) == []


async def test_both_counts_are_told(demo: Demo) -> None:
    demo.telegram.writes(demo.ada, "hello")

    state = await (await demo.page.get("/control/state")).json()

    nothing = dict.fromkeys(("written", "arrived", "waiting", "undecided", "left", "missing", "doubled"), 0)
    assert state["customers"] == nothing | {"written": 1, "waiting": 1}
    assert state["agents"] == nothing


@pytest.mark.parametrize(("name", "body"), [("nonsense", b'{"on": true}'), ("dead", b'{"on": 1}'), ("dead", b"on")])
async def test_what_is_no_switch_is_refused(demo: Demo, name: str, body: bytes) -> None:
    async with demo.page.post(f"/control/{name}", data=body) as answer:
        assert answer.status == 400

    assert demo.lamp.pid == 42
