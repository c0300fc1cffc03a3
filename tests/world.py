"""
The world of a flow test: a local Slack and Telegram, the whole service between them, and a clock moved by hand.

Tests say who does what; everything travels through the real SDKs, HTTP and WebSocket.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from bot import settings
from bot.app import Application
from bot.manifest import manifest
from bot.sandbox.files import File
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.telegram.server import TelegramSandbox
from bot.settings import Settings
from bot.texts import overridable
from tests.clock import ManualClock
from tests.database import Kind, fresh_url

CALM = 3  #: so many looks in a row must find everything at rest
PATIENCE_S = 45  # for the flood on a slow machine; usually it is milliseconds
PUBLIC = "https://desk.example.org"  #: our address as the platforms know it
WEBHOOK_SECRET = "the-secret-of-the-webhook"


class Reach(Enum):
    """How what happens on the platforms comes to us."""

    FETCHED = "by Socket Mode and long polling"
    CALLED = "over HTTP, through a reverse proxy"


NO_ALARMS = "[alarms]\nloss_after = 0\nreply_after = 0\n"
UNPACED = "[limits]\nslack_posts_per_second = 0\npace_customers = false\n"


@dataclass(slots=True)
class Customer:
    """Somebody on Telegram."""

    world: "World"
    id: int

    async def writes(self, text: str, **more: Any) -> int:
        """Write a message, and wait until everybody has seen what follows."""
        message = self.world.telegram.writes(self.id, text, **more)
        await self.world.quiet()
        return message

    async def presses(self, label: str) -> None:
        """Press a button under a message of the bot."""
        message = self.question(label)
        data = next(data for text, data in self._buttons(message) if text == label)
        self.world.telegram.presses(self.id, message, data)
        await self.world.quiet()

    def question(self, label: str) -> int:
        """The last message that has this button."""
        chat = self.world.telegram.chat(self.id)
        return int(next(one["message_id"] for one in reversed(chat) if label in dict(self._buttons(one["message_id"]))))

    def _buttons(self, message: int) -> list[tuple[str, str]]:
        one = next(one for one in self.world.telegram.chat(self.id) if one["message_id"] == message)
        rows = (one.get("reply_markup") or {}).get("inline_keyboard", [])
        return [(button["text"], button["callback_data"]) for row in rows for button in row]

    @property
    def received(self) -> list[str]:
        """The texts that the bot sent, oldest first."""
        return self.world.telegram.received(self.id)

    @property
    def files(self) -> list[tuple[str, File]]:
        """The files that the bot sent, oldest first, each with its kind."""
        shown = [one for one in self.world.telegram.chat(self.id) if one["from_bot"] and one["file"]]
        files = [(one["kind"], self.world.telegram.file(one["file"]["id"])) for one in shown]
        return [(kind, file) for kind, file in files if file is not None]


@dataclass(slots=True)
class Agent:
    """Somebody in Slack."""

    world: "World"
    id: str
    name: str

    async def writes(self, text: str, *, under: str, broadcast: bool = False, files: Any = ()) -> str:
        """Write into the thread under a card."""
        ts = self.world.slack.post(self.id, self.world.channel, text, thread_ts=under, broadcast=broadcast, files=files)
        await self.world.quiet()
        return ts

    async def edits(self, ts: str, text: str, *, more: Sequence[File] = ()) -> None:
        """Edit an own message, perhaps adding files."""
        self.world.slack.edit(self.id, self.world.channel, ts, text, more=more)
        await self.world.quiet()

    async def takes_file_away(self, ts: str, number: int = 0) -> None:
        """Delete one file of an own message."""
        body = self.world.slack.workspace.channels[self.world.channel].messages[ts].body
        self.world.slack.take_file_away(self.id, self.world.channel, ts, body["files"][number]["id"])
        await self.world.quiet()

    async def deletes(self, ts: str) -> None:
        """Delete an own message."""
        self.world.slack.delete(self.id, self.world.channel, ts)
        await self.world.quiet()

    async def presses(self, action: str, *, on: str, ephemeral: bool = False) -> None:
        """Press a button of a message."""
        await self.world.slack.press(self.id, self.world.channel, on, action, ephemeral=ephemeral)
        await self.world.quiet()

    async def chooses(self, option: str, *, on: str) -> None:
        """Choose in the menu of a card."""
        await self.world.slack.press(self.id, self.world.channel, on, "ticket.more", selected_option=option)
        await self.world.quiet()

    async def undoes(self) -> None:
        """Press the last Undo."""
        await self.presses("change.undo", on=self.undo_buttons[-1], ephemeral=True)

    @property
    def undo_buttons(self) -> list[str]:
        """The messages that only this person sees and that offer to undo something, oldest first."""
        return [one["ts"] for one in self.world.slack.ephemerals(self.id) if "change.undo" in str(one.get("blocks"))]

    async def commands(self, text: str) -> str:
        """Run a slash command; returns what is answered."""
        before = len(self.whispers)
        await self.world.slack.command(self.id, self.world.channel, text)
        await self.world.quiet()
        return "\n".join(self.whispers[before:])

    async def submits(self, values: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        """Fill in and send the open modal; returns the errors."""
        view = self.world.slack.views(self.id)[-1]
        errors = await self.world.slack.submit(self.id, view["id"], values)
        await self.world.quiet()
        return errors

    @property
    def whispers(self) -> list[str]:
        """What only this person sees, oldest first."""
        return [message["text"] for message in self.world.slack.ephemerals(self.id)]

    @property
    def modal(self) -> dict[str, Any]:
        """The modal that is open."""
        return self.world.slack.views(self.id)[-1]


@dataclass(slots=True)
class World:
    """Everybody and everything."""

    slack: SlackSandbox
    telegram: TelegramSandbox
    clock: ManualClock
    channel: str
    folder: Path
    database_url: str
    config: str
    agents: dict[str, Agent] = field(default_factory=dict)
    reach: Reach = Reach.FETCHED
    app: Application | None = None

    @property
    def mika(self) -> Agent:
        """An agent."""
        return self.agents["mika"]

    @property
    def budi(self) -> Agent:
        """Another agent."""
        return self.agents["budi"]

    def customer(self, name: str = "Ada", *, language: str = "en") -> Customer:
        """A new customer."""
        return Customer(self, self.telegram.add_person(name, language_code=language))

    @property
    def environment(self) -> dict[str, str]:
        """The environment, as an operator would set it."""
        return {
            **self._ways(),
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_CHANNEL": self.channel,
            "SLACK_API_URL": self.slack.api_url,
            "TELEGRAM_BOT_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.api_url,
            "DATABASE_URL": self.database_url,
            "LOKET_CONFIG": str(self.folder / "loket.toml"),
            "LOKET_DATA_DIR": str(self.folder / "loket-data"),
            "LOKET_PORT": "0",
        }

    def settings(self) -> Settings:
        """The settings, as an operator would give them."""
        (self.folder / "loket.toml").write_text(self.config)
        return settings.load(self.environment, is_terminal=False, known_texts=overridable(), folder=self.folder)

    def _ways(self) -> dict[str, str]:
        if self.reach is Reach.FETCHED:
            return {"SLACK_APP_TOKEN": self.slack.app_token}
        return {
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "TELEGRAM_WEBHOOK_URL": f"{PUBLIC}/webhooks/telegram",
            "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
        }

    async def start(self, *, catches_up: bool = True) -> None:
        """Start the service, and wait until it has read what was written meanwhile, unless something stops it there."""
        self.app = Application(self.settings(), clock=self.clock, jitter=lambda: 1.0)
        await self.app.__aenter__()
        for proxy in (self.slack.requests.proxy, self.telegram.courier.proxy):
            proxy[PUBLIC] = self.address
        await self.quiet()
        if catches_up:
            async with asyncio.timeout(PATIENCE_S):
                await self.app.catch_up.resting.wait()
            await self.quiet()

    @property
    def address(self) -> str:
        """Where the service's own HTTP server listens."""
        return f"http://127.0.0.1:{self.app.port if self.app else 0}"

    async def stop(self) -> None:
        """Stop the service, as SIGTERM does."""
        if self.app is not None:
            app, self.app = self.app, None
            await app.__aexit__(None, None, None)

    async def passes(self, span: timedelta) -> None:
        """Let time pass, and wait until everybody has seen what follows."""
        self.clock.passes(span)
        await self.quiet()

    async def looks_for_losses(self) -> None:
        """Have the service look for what does not come through, as it does every few seconds."""
        assert self.app is not None
        await self.app.losses.watch(now=self.clock.now())
        await self.quiet()

    async def looks_for_delays(self) -> None:
        """Have the service look for replies that can't leave, as it does every few seconds."""
        assert self.app is not None
        await self.app.delays.watch(now=self.clock.now())
        await self.quiet()

    async def sweeps(self) -> None:
        """Have the service remove the files that nobody needs, as it does every half minute."""
        assert self.app is not None
        await self.app.sweep_files()

    async def quiet(self) -> None:
        """Return when nothing is under way and nothing is due."""
        async with asyncio.timeout(PATIENCE_S):
            calm = 0
            while calm < CALM:
                calm = calm + 1 if self._calm() else 0
                await asyncio.sleep(0.002)

    def _calm(self) -> bool:
        if self.slack.unacked:
            return False
        if self.app is None:
            return True
        return not self.telegram.pending and self.app.is_resting

    def cards(self) -> list[dict[str, Any]]:
        """The cards in the desk's channel, oldest first."""
        return [message for message in self.slack.messages(self.channel) if message.get("bot_id")]

    def card(self) -> str:
        """The only card there is."""
        (card,) = self.cards()
        return str(card["ts"])

    def thread(self, card: str) -> list[str]:
        """The texts under a card, oldest first."""
        return [words(message) for message in self.slack.thread(self.channel, card)[1:]]

    def reactions(self, ts: str) -> list[str]:
        """The names of the reactions to a message."""
        return list(self.slack.reactions(self.channel, ts))


def words(message: Mapping[str, Any]) -> str:
    """All that one reads of a message: its blocks, else its text."""
    found: list[str] = []
    _collect(message.get("blocks") or [], found)
    return "\n".join(found) or str(message.get("text", ""))


def _collect(node: Any, found: list[str]) -> None:
    if isinstance(node, list):
        for child in node:
            _collect(child, found)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            found.append(node["text"])
        for name, child in node.items():
            if name != "text" or not isinstance(child, str):
                _collect(child, found)


@asynccontextmanager
async def world(
    config: str = "",
    *,
    kind: Kind = Kind.SQLITE,
    reach: Reach = Reach.FETCHED,
    redeliver_after_s: tuple[float, ...] = (0.05, 0.1, 0.2),
) -> AsyncIterator[World]:
    """A world with a running service; our own pace is off unless the configuration says otherwise."""
    clock = ManualClock()
    slack = SlackSandbox(clock=clock.now, redeliver_after_s=redeliver_after_s)
    telegram = TelegramSandbox(clock=clock.now, redeliver_after_s=redeliver_after_s)
    agents = {name: slack.add_user(name, real_name=name.title()) for name in ("mika", "budi")}
    channel = slack.add_channel("support", [*agents.values(), slack.workspace.bot_user])
    slack.install(manifest(http=PUBLIC if reach is Reach.CALLED else None))
    config = config if "[limits]" in config else f"{config}\n{UNPACED}"
    config = config if "[alarms]" in config else f"{config}\n{NO_ALARMS}"  # time passes in leaps here
    with tempfile.TemporaryDirectory() as folder:
        async with slack, telegram, fresh_url(Path(folder) / "loket.db", kind) as url:
            it = World(slack, telegram, clock, channel, Path(folder), url, config, reach=reach)
            it.agents = {name: Agent(it, user, name) for name, user in agents.items()}
            await it.start()
            try:
                yield it
            finally:
                await it.stop()
