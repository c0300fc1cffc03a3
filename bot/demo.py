"""``loket demo``: the whole product on this machine, with local platforms and a page to play with them."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot.child import Child
from bot.cli import stop_signals, until_stopped
from bot.clock import SystemClock
from bot.errors import ConfigError
from bot.logs import LogFormat, LogLevel, configure
from bot.manifest import manifest
from bot.sandbox.page import add_page
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp import WhatsAppSandbox

HOST = "127.0.0.1"
CHANNEL = "support"
LEADS = "support-leads"
CONFIG = f'supervisors = ["@{LEADS}"]\n'
STOP_WITHIN_S = 1.0  #: for requests that are still being answered at the end


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
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, stop.set)  # the terminal was closed
    # Another account at every start: with `--keep`, messages that are numbered anew must not look like the old ones.
    account = f"{SystemClock().now():%Y%m%d%H%M%S}"
    telegram, whatsapp = TelegramSandbox(token=f"{account}:a-local-telegram"), WhatsAppSandbox(phone_number_id=account)
    at = Platforms(SlackSandbox(), telegram, whatsapp)
    _people(at)
    with _folder(keep) as folder:
        async with _served(at, port=port) as address, _service(at, address=address, folder=folder) as child:
            opening = asyncio.create_task(_open(child, address=address, show=show))
            code = await until_stopped(child.failed, stop)
            opening.cancel()
            return code and child.code


async def _open(child: Child, *, address: str, show: Callable[[str], object]) -> None:
    """Start the service, then show the page."""
    await child.start()
    if child.is_ready:
        print(f"Loket is here: {address}\nCtrl-C ends it.", flush=True)
        show(address)


@contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    """A folder that is kept, or a temporary one."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="loket-demo-") as folder:
            (Path(folder) / "loket.toml").write_text(CONFIG)
            yield Path(folder)
    else:
        kept = Path(keep).absolute()
        kept.mkdir(parents=True, exist_ok=True)
        if not (kept / "loket.toml").exists():  # somebody may have tried things with it
            (kept / "loket.toml").write_text(CONFIG)
        yield kept


@asynccontextmanager
async def _service(at: Platforms, *, address: str, folder: Path) -> AsyncIterator[Child]:
    """The bot, not started yet; at the end it is stopped."""

    def listens(port: int) -> None:
        at.whatsapp.webhook_url = f"http://{HOST}:{port}/webhooks/whatsapp"

    child = Child(_environment(at, address=address, folder=folder), folder=folder, ready=listens)
    try:
        yield child
    finally:
        await child.stop()


def _environment(at: Platforms, *, address: str, folder: Path) -> dict[str, str]:
    """The settings that an operator would give, pointing at the local platforms."""
    return {
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


@asynccontextmanager
async def _served(at: Platforms, *, port: int) -> AsyncIterator[str]:
    """The platforms and the page on one port; its address."""
    pages = web.Application()
    at.slack.add_to(pages, prefix="/slack")
    at.telegram.add_to(pages, prefix="/telegram")
    at.whatsapp.add_to(pages, prefix="/whatsapp")
    add_page(pages)
    runner = web.AppRunner(pages, access_log=None, shutdown_timeout=STOP_WITHIN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            raise ConfigError(
                [f"--port: {port} can't be used ({os.strerror(error.errno or 0)}); name another, or 0 for any"]
            ) from error
        at.telegram.address = at.whatsapp.address = address = f"http://{HOST}:{runner.addresses[0][1]}"
        yield address
    finally:
        await runner.cleanup()
