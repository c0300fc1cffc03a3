"""A set-up with local platforms, that `loket check` looks at; tests spoil it first."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import settings
from bot.check import ANSWER_S, Checks
from bot.clock import SystemClock
from bot.findings import Finding, Mark
from bot.machine import Machine
from bot.manifest import manifest
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp import WhatsAppSandbox
from bot.texts import overridable

SOUND = Machine(mounts="", free_bytes=lambda _: 1 << 40, sqlite=(3, 53, 4))


@dataclass(slots=True)
class SetUp:
    """What an operator has made: accounts, settings, and a folder for the database."""

    folder: Path
    slack: SlackSandbox
    telegram: TelegramSandbox
    whatsapp: WhatsAppSandbox
    agents: list[str]
    desk: str
    environment: dict[str, str]
    machine: Machine = SOUND
    toml: str = ""
    patience: timedelta = timedelta(0)
    answer_s: float = ANSWER_S

    def grant(self, *, without: Sequence[str] = (), http: str | None = None) -> None:
        """Install the app with its manifest, or with one that asks for less."""
        asked: Any = manifest(http=http)
        scopes = asked["oauth_config"]["scopes"]
        scopes["bot"] = [scope for scope in scopes["bot"] if scope not in without]
        self.slack.install(asked)

    @property
    def whatsapp_variables(self) -> dict[str, str]:
        """What turns WhatsApp on."""
        return {
            "WHATSAPP_ACCESS_TOKEN": self.whatsapp.token,
            "WHATSAPP_PHONE_NUMBER_ID": self.whatsapp.phone_number_id,
            "WHATSAPP_APP_SECRET": self.whatsapp.app_secret,
            "WHATSAPP_VERIFY_TOKEN": self.whatsapp.verify_token,
            "WHATSAPP_API_URL": self.whatsapp.api_url,
        }

    async def finds(self, **variables: str) -> list[Finding]:
        """All that is found; an empty variable is missing."""
        return await self._checks(variables).ask()

    async def troubles(self, **variables: str) -> list[Finding]:
        """All that is found and is not as it should be."""
        return [one for one in await self.finds(**variables) if one.mark is not Mark.GOOD]

    def sees(self, **variables: str) -> list[Finding]:
        """What is found without the network and is not as it should be."""
        return [one for one in self._checks(variables).look() if one.mark is not Mark.GOOD]

    def _checks(self, variables: dict[str, str]) -> Checks:
        (self.folder / "loket.toml").write_text(self.toml)
        environment = {**self.environment, **variables}
        found = settings.find(environment, known_texts=overridable(), folder=self.folder)
        waits: Any = {"patience": self.patience, "answer_s": self.answer_s}
        return Checks(found, machine=self.machine, clock=SystemClock(), **waits)


@asynccontextmanager
async def set_up(folder: Path) -> AsyncIterator[SetUp]:
    """A set-up in which nothing is wrong."""
    clock: Any = SystemClock().now
    slack, telegram, whatsapp = SlackSandbox(clock=clock), TelegramSandbox(clock=clock), WhatsAppSandbox(clock=clock)
    agents = [slack.add_user(name, real_name=name.title()) for name in ("mika", "budi")]
    desk = slack.add_channel("support", [*agents, slack.workspace.bot_user])
    async with slack, telegram, whatsapp:
        environment = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_CHANNEL": "#support",
            "SLACK_API_URL": slack.api_url,
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.api_url,
            "DATABASE_URL": f"sqlite://{folder}/loket.db",
            "LOKET_PORT": "0",
        }
        it = SetUp(folder, slack, telegram, whatsapp, agents, desk, environment)
        it.grant()
        yield it
