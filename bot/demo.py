"""``loket demo``: the whole product on this machine, with local platforms and a page to play with them."""

import asyncio
import os
import signal
import socket
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot.child import Child
from bot.clock import SystemClock
from bot.errors import ConfigError
from bot.logs import LogFormat, LogLevel, configure
from bot.manifest import manifest
from bot.sandbox.control import Control
from bot.sandbox.files import MOST_BYTES
from bot.sandbox.line import Line
from bot.sandbox.only_here import only_here
from bot.sandbox.page import add_page
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp import WhatsAppSandbox
from bot.stopping import stop_signals, until_stopped

HOST = "127.0.0.1"
CHANNEL = "support"
LEADS = "support-leads"
CONFIG = f'supervisors = ["@{LEADS}"]\n'
RETRIES_S = (0.2, 3, 10, 60, 300)  #: Slack's own, and two more: a visitor does not wait for a minute
STOP_WITHIN_S = 1.0  #: for requests that are still being answered at the end


@dataclass(frozen=True, slots=True)
class Platforms:
    """The local platforms."""

    slack: SlackSandbox
    telegram: TelegramSandbox
    whatsapp: WhatsAppSandbox


def run(*, port: int, keep: str | None, is_shown: bool) -> int:
    """Serve the page until Ctrl-C, shown in the browser or only named; returns the exit code."""
    shown = webbrowser.open if is_shown else (lambda _: None)
    return asyncio.run(demo(port=port, keep=keep, show=shown))


async def demo(*, port: int, keep: str | None, show: Callable[[str], object]) -> int:
    """Serve the page until Ctrl-C; ``show`` opens its address. ``keep`` names a folder for the database."""
    configure(log_format=LogFormat.CONSOLE, level=LogLevel.WARNING)
    stop = stop_signals()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, stop.set)  # the terminal was closed
    # Another account at every start: with `--keep`, messages that are numbered anew must not look like the old ones.
    account = f"{SystemClock().now():%Y%m%d%H%M%S}"
    telegram, whatsapp = TelegramSandbox(token=f"{account}:a-local-telegram"), WhatsAppSandbox(phone_number_id=account)
    at = Platforms(SlackSandbox(redeliver_after_s=RETRIES_S), telegram, whatsapp)
    _people(at)
    with _door(port) as door, _folder(keep) as folder:
        to_port = door.getsockname()[1]
        lines = {name: Line(host=HOST, to_port=to_port) for name in ("slack", "telegram", "whatsapp")}
        for line in lines.values():
            await line.mend()
        child = _service(at, lines, folder=folder)
        async with _served(at, lines, child, door=door):
            opening = asyncio.create_task(_open(child, address=f"http://{HOST}:{to_port}", show=show))
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


def _service(at: Platforms, lines: Mapping[str, Line], *, folder: Path) -> Child:
    """The bot, not started yet."""

    def listens(port: int) -> None:
        at.whatsapp.webhook_url = f"http://{HOST}:{port}/webhooks/whatsapp"

    return Child(_environment(at, lines, folder=folder), folder=folder, ready=listens)


def _environment(at: Platforms, lines: Mapping[str, Line], *, folder: Path) -> dict[str, str]:
    """The settings that an operator would give, pointing at the local platforms, each by a line of its own."""
    slack, telegram, whatsapp = (f"http://{HOST}:{lines[name].port}" for name in ("slack", "telegram", "whatsapp"))
    at.telegram.address, at.whatsapp.address = telegram, whatsapp
    return {
        "SLACK_BOT_TOKEN": at.slack.bot_token,
        "SLACK_APP_TOKEN": at.slack.app_token,
        "SLACK_CHANNEL": f"#{CHANNEL}",
        "SLACK_API_URL": f"{slack}/slack/api/",
        "TELEGRAM_BOT_TOKEN": at.telegram.token,
        "TELEGRAM_API_URL": f"{telegram}/telegram",
        "WHATSAPP_ACCESS_TOKEN": at.whatsapp.token,
        "WHATSAPP_PHONE_NUMBER_ID": at.whatsapp.phone_number_id,
        "WHATSAPP_APP_SECRET": at.whatsapp.app_secret,
        "WHATSAPP_VERIFY_TOKEN": at.whatsapp.verify_token,
        "WHATSAPP_API_URL": f"{whatsapp}/whatsapp",
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


def _door(port: int) -> socket.socket:
    """Where the page is served; 0: any free port."""
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "it must be below 65536"
        raise ConfigError([f"--port: {port} can't be used ({reason}); name another, or 0 for any"]) from error


@asynccontextmanager
async def _served(
    at: Platforms, lines: Mapping[str, Line], child: Child, *, door: socket.socket
) -> AsyncIterator[None]:
    """The platforms, the page, and its switches; at the end everything is stopped, the bot first."""
    pages = web.Application(client_max_size=MOST_BYTES, middlewares=[only_here])
    at.slack.add_to(pages, prefix="/slack")
    at.telegram.add_to(pages, prefix="/telegram")
    at.whatsapp.add_to(pages, prefix="/whatsapp")
    Control(slack=at.slack, telegram=at.telegram, whatsapp=at.whatsapp, lines=lines, service=child).add_to(pages)
    add_page(pages)
    runner = web.AppRunner(pages, access_log=None, shutdown_timeout=STOP_WITHIN_S)
    await runner.setup()
    try:
        await web.SockSite(runner, door).start()
        yield
    finally:
        await child.stop()
        for line in lines.values():
            await line.cut()
        await runner.cleanup()
