"""``loket demo``: the whole product on this machine, with a local Slack and Telegram and a page to play with them."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from bot import settings
from bot.app import Application
from bot.cli import stop_signals, until_stopped
from bot.clock import SystemClock
from bot.logs import LogFormat, LogLevel, configure
from bot.manifest import manifest
from bot.sandbox.page import add_page
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.telegram.server import TelegramSandbox
from bot.settings import Settings
from bot.texts import overridable

HOST = "127.0.0.1"
CHANNEL = "support"


async def demo(*, port: int, keep: str | None, show: Callable[[str], object]) -> int:
    """Serve the page until Ctrl-C; ``show`` opens its address. ``keep`` names a folder for the database."""
    configure(log_format=LogFormat.CONSOLE, level=LogLevel.WARNING)
    stop = stop_signals()
    # Another account at every start: with `--keep`, messages that are numbered anew must not look like the old ones.
    slack, telegram = SlackSandbox(), TelegramSandbox(token=f"{SystemClock().now():%Y%m%d%H%M%S}:a-local-telegram")
    _people(slack, telegram)
    runner = await _serve(slack, telegram, port=port)
    telegram.address = address = f"http://{HOST}:{runner.addresses[0][1]}"
    try:
        with _folder(keep) as folder:
            async with Application(_settings(slack, telegram, address=address, folder=folder)) as app:
                print(f"Loket is here: {address}\nCtrl-C ends it.", flush=True)
                show(address)
                return await until_stopped(app, stop)
    finally:
        await runner.cleanup()


@contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    """A folder that is kept, or a temporary one."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="loket-demo-") as folder:
            yield Path(folder)
    else:
        folder_kept = Path(keep).absolute()
        folder_kept.mkdir(parents=True, exist_ok=True)
        yield folder_kept


def _settings(slack: SlackSandbox, telegram: TelegramSandbox, *, address: str, folder: Path) -> Settings:
    """The settings that an operator would give, pointing at the local platforms."""
    environment = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_CHANNEL": f"#{CHANNEL}",
        "SLACK_API_URL": f"{address}/slack/api/",
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": f"{address}/telegram",
        "DATABASE_URL": f"sqlite:///{folder}/loket.db",
        "LOKET_PORT": "0",
    }
    return settings.load(environment, is_terminal=True, known_texts=overridable(), folder=folder)


def _people(slack: SlackSandbox, telegram: TelegramSandbox) -> None:
    """A small company: two agents in one channel, two customers in two languages."""
    slack.workspace.team_name = telegram.bot_name = "Toko Maju"
    bot = slack.workspace.users[slack.workspace.bot_user]
    bot.name, bot.real_name = "loket", "Loket"
    mika = slack.add_user("mika", real_name="Mika Hartono")
    budi = slack.add_user("budi", real_name="Budi Santoso")
    slack.add_channel(CHANNEL, [mika, budi, slack.workspace.bot_user])
    slack.add_group("support-leads", [budi])
    slack.install(manifest())
    telegram.add_person("Ada", username="ada", language_code="en")
    telegram.add_person("Siti", username="siti", language_code="id")


async def _serve(slack: SlackSandbox, telegram: TelegramSandbox, *, port: int) -> web.AppRunner:
    pages = web.Application()
    slack.add_to(pages, prefix="/slack")
    telegram.add_to(pages, prefix="/telegram")
    add_page(pages)
    runner = web.AppRunner(pages, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    return runner
