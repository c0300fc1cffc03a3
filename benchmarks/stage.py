"""The local platforms, and between them a process of its own: Loket, or the bare relay."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path
from time import perf_counter

from bot.clock import SystemClock
from bot.manifest import manifest
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp import WhatsAppSandbox
from tests.crashes.process import Process

CONFIG = """
[replies]
hold_seconds = 0
[limits]
slack_posts_per_second = 0
pace_customers = false
"""
BARE = "benchmarks.bare"
LOOK_EVERY_S = 0.001
CALM_S = 0.05  #: without a call for so long, everything is done
CAUGHT_UP_S = 0.5  #: and for so long, after a start, all threads that it looks through have been read
PATIENCE_S = 60.0
_accounts = count(987_654_321)
_PAGE_BYTES, _TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")


class Subject(StrEnum):
    """What is measured."""

    OURS = "Loket"
    RELAY = "bare relay"


@dataclass(slots=True)
class Stage:
    """Everybody, and the process between them."""

    subject: Subject
    slack: SlackSandbox
    telegram: TelegramSandbox
    channel: str
    agent: str
    process: Process
    started_s: float  #: from the start of the process until it was ready

    @property
    def cpu_s(self) -> float:
        """Seconds of processor that the process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    @property
    def memory_mb(self) -> float:
        """What the process holds in memory, in megabytes."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * _PAGE_BYTES / 1e6

    async def rests(self, *, calm_s: float = CALM_S) -> None:
        """Return when nobody has called Slack or Telegram, or been called, for a while."""
        before, since = self._activity, perf_counter()
        while perf_counter() - since < calm_s:
            await asyncio.sleep(calm_s / 10)
            if self._activity != before:
                before, since = self._activity, perf_counter()

    @property
    def _activity(self) -> tuple[int, ...]:
        sent = sum(person.last_message_id for person in self.telegram.everybody)
        return (len(self.slack.calls), sent, self.slack.unacked, self.telegram.pending)


async def until(condition: Callable[[], object]) -> None:
    """Return when the condition holds; looks every millisecond."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - the platforms have no event for it
            await asyncio.sleep(LOOK_EVERY_S)


@asynccontextmanager
async def stage(subject: Subject, url: str, folder: Path) -> AsyncIterator[Stage]:
    """The platforms with the subject running between them; ``url`` names Loket's database, which is up to date."""
    # Another account each time: messages that are numbered anew must not look like those of an earlier round.
    telegram, whatsapp = TelegramSandbox(token=f"{next(_accounts)}:a-local-telegram"), WhatsAppSandbox()
    slack = SlackSandbox()
    agent = slack.add_user("mika", real_name="Mika")
    channel = slack.add_channel("support", [agent, slack.workspace.bot_user])
    slack.install(manifest())
    async with slack, telegram, whatsapp:
        started = perf_counter()
        if subject is Subject.OURS:
            process = await ours(slack, telegram, whatsapp, channel=channel, url=url, folder=folder)
        else:
            process = await _relay(slack, telegram, channel=channel, folder=folder)
        async with killed(process):
            await process.listens(within_s=PATIENCE_S)
            started_s = perf_counter() - started
            await slack.connected()
            await telegram.polled()
            it = Stage(subject, slack, telegram, channel, agent, process, started_s)
            await it.rests(calm_s=CAUGHT_UP_S)
            yield it


async def ours(
    slack: SlackSandbox, telegram: TelegramSandbox, whatsapp: WhatsAppSandbox, *, channel: str, url: str, folder: Path
) -> Process:
    """Start Loket as an operator would."""
    (folder / "loket.toml").write_text(CONFIG)
    environment = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_CHANNEL": channel,
        "SLACK_API_URL": slack.api_url,
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.api_url,
        "WHATSAPP_ACCESS_TOKEN": whatsapp.token,
        "WHATSAPP_PHONE_NUMBER_ID": whatsapp.phone_number_id,
        "WHATSAPP_APP_SECRET": whatsapp.app_secret,
        "WHATSAPP_VERIFY_TOKEN": whatsapp.verify_token,
        "WHATSAPP_API_URL": whatsapp.api_url,
        "DATABASE_URL": url,
        "LOKET_PORT": "0",
        "LOKET_LOG_FORMAT": "json",
    }
    return await Process.start("run", environment=environment, folder=folder)


async def _relay(slack: SlackSandbox, telegram: TelegramSandbox, *, channel: str, folder: Path) -> Process:
    given = {
        "slack_token": slack.bot_token, "slack_app_token": slack.app_token, "slack_url": slack.api_url,
        "telegram_token": telegram.token, "telegram_url": telegram.api_url, "channel": channel,
    }  # fmt: skip
    return await Process.start("relay", json.dumps(given), module=BARE, environment={}, folder=folder)


@asynccontextmanager
async def killed(process: Process) -> AsyncIterator[None]:
    """The process ends with the block."""
    try:
        yield
    finally:
        process.signal(signal.SIGKILL)
        await process.end()


def words(arguments: object) -> str:
    """All that a call says, for finding a text in it."""
    return json.dumps(arguments, ensure_ascii=False)


def now() -> float:
    """The platforms' clock, in seconds."""
    return SystemClock().now().timestamp()


def milliseconds(spans_s: Sequence[float]) -> list[float]:
    """From seconds."""
    return [span * 1000 for span in spans_s]
