"""``loket demo``: the whole product on this machine, with local platforms and a page to play with them."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from bot.sandbox.whatsapp import WhatsAppSandbox
from bot.settings import Settings
from bot.texts import overridable

HOST = "127.0.0.1"
CHANNEL = "support"
LEADS = "support-leads"
CONFIG = f'supervisors = ["@{LEADS}"]\n'


@dataclass(frozen=True, slots=True)
class Platforms:
    """The local platforms."""

    slack: SlackSandbox
    telegram: TelegramSandbox
    whatsapp: WhatsAppSandbox


async def demo(*, port: int, keep: str | None, show: Callable[[str], object]) -> int:
    """Serve the page until Ctrl-C; ``show`` opens its address. ``keep`` names a folder for the database."""
    configure(log_format=LogFormat.CONSOLE, level=LogLevel.WARNING)
    stop = stop_signals()
    # Another account at every start: with `--keep`, messages that are numbered anew must not look like the old ones.
    account = f"{SystemClock().now():%Y%m%d%H%M%S}"
    telegram, whatsapp = TelegramSandbox(token=f"{account}:a-local-telegram"), WhatsAppSandbox(phone_number_id=account)
    at = Platforms(SlackSandbox(), telegram, whatsapp)
    _people(at)
    runner = await _serve(at, port=port)
    at.telegram.address = at.whatsapp.address = address = f"http://{HOST}:{runner.addresses[0][1]}"
    try:
        with _folder(keep) as folder:
            async with Application(_settings(at, address=address, folder=folder)) as app:
                at.whatsapp.webhook_url = f"http://{HOST}:{app.port}/webhooks/whatsapp"
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


def _settings(at: Platforms, *, address: str, folder: Path) -> Settings:
    """The settings that an operator would give, pointing at the local platforms."""
    file = folder / "loket.toml"
    if not file.exists():  # a folder that is kept may have one that somebody has tried things with
        file.write_text(CONFIG)
    environment = {
        "SLACK_BOT_TOKEN": at.slack.bot_token,
        "SLACK_APP_TOKEN": at.slack.app_token,
        "SLACK_CHANNEL": f"#{CHANNEL}",
        "SLACK_API_URL": f"{address}/slack/api/",
        "TELEGRAM_BOT_TOKEN": at.telegram.token,
        "TELEGRAM_API_URL": f"{address}/telegram",
        "WHATSAPP_ACCESS_TOKEN": at.whatsapp.token,
        "WHATSAPP_PHONE_NUMBER_ID": at.whatsapp.phone_number_id,
        "WHATSAPP_APP_SECRET": at.whatsapp.app_secret,
        "WHATSAPP_VERIFY_TOKEN": at.whatsapp.verify_token,
        "WHATSAPP_API_URL": at.whatsapp.api_url,
        "DATABASE_URL": f"sqlite:///{folder}/loket.db",
        "LOKET_PORT": "0",
    }
    return settings.load(environment, is_terminal=True, known_texts=overridable(), folder=folder)


def _people(at: Platforms) -> None:
    """A small company: two agents and their supervisor, customers of two languages on two messengers."""
    slack, telegram, whatsapp = at.slack, at.telegram, at.whatsapp
    slack.workspace.team_name = telegram.bot_name = whatsapp.business_name = "Toko Maju"
    bot = slack.workspace.users[slack.workspace.bot_user]
    bot.name, bot.real_name = "loket", "Loket"
    mika = slack.add_user("mika", real_name="Mika Hartono", title="Agent")
    budi = slack.add_user("budi", real_name="Budi Santoso", title="Agent")
    rina = slack.add_user("rina", real_name="Rina Wijaya", title="Supervisor")
    slack.add_channel(CHANNEL, [mika, budi, rina, slack.workspace.bot_user])
    slack.add_group(LEADS, [rina])
    slack.install(manifest())
    telegram.add_person("Ada", username="ada", language_code="en")
    telegram.add_person("Siti", username="siti", language_code="id")
    whatsapp.add_person("Dewi")


async def _serve(at: Platforms, *, port: int) -> web.AppRunner:
    pages = web.Application()
    at.slack.add_to(pages, prefix="/slack")
    at.telegram.add_to(pages, prefix="/telegram")
    at.whatsapp.add_to(pages, prefix="/whatsapp")
    add_page(pages)
    runner = web.AppRunner(pages, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    return runner
