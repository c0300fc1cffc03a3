"""``loket check``: everything that can be known of a set-up before it is used, and nothing that changes it."""

import asyncio
import errno
import os
import socket
from collections.abc import Awaitable, Iterator, Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path
from statistics import median_high

from bot.channels.base import Channel, Checkable
from bot.channels.registry import build_channels
from bot.clock import Clock
from bot.findings import Finding, Inquiry, Mark, good, wrong
from bot.logs import trace
from bot.machine import Machine
from bot.models import check as database
from bot.models.database import database_path
from bot.settings import Found
from bot.slack import check as slack
from bot.slack.client import client as slack_client

ANSWER_S = 15.0  #: seconds of patience for an answer of Slack
SKEW = timedelta(seconds=30)  #: Slack refuses what is five minutes old; before that, times are merely wrong

SETTINGS = good("Settings: all that is needed is there and has the right form")
CLOCK = good("Clock: it agrees with the platforms'")
CLOCK_WRONG = wrong(
    "Clock: this machine's is {span} {direction} the platforms'",
    "let it be set from the network: `timedatectl set-ntp true`",
)
DATA_DIR = wrong(
    "LOKET_DATA_DIR: {folder} can't be written by the user who runs this",
    "make it, and make it belong to the user who runs Loket",
)
PORT_TAKEN = wrong("LOKET_PORT: another program listens on {host}:{port}", "stop it, or choose another port")
PORT_DENIED = wrong(
    "LOKET_PORT: only the administrator may listen on port {port}",
    "choose 1024 or above, with a reverse proxy in front of it",
)
HOST_ELSEWHERE = wrong(
    "LOKET_HOST: this machine has no address {host}", "write 127.0.0.1, or 0.0.0.0 for all addresses"
)
UNFINISHED = wrong(
    "{part}: the check itself failed ({error} at {at})", "an answer may have come from something else; please report it"
)


class Checks:
    """The checks of one set-up: ``clock`` is compared with the platforms'; for ``patience`` see `Inquiry`."""

    def __init__(
        self,
        found: Found,
        *,
        machine: Machine,
        clock: Clock,
        patience: timedelta = timedelta(seconds=5),
        answer_s: float = ANSWER_S,
    ) -> None:
        self.found = found
        self._machine = machine
        self._clock = clock
        self._patience = patience
        self._answer_s = answer_s
        self._channels = build_channels(found, clock=clock, menus={}, told=_untold)

    def look(self) -> list[Finding]:
        """Without the network."""
        url, slack_settings = self.found.database_url, self.found.slack
        looked = database.Looked([]) if url is None else database.look(url, self._machine)
        findings = self._here(looked)
        findings += [] if slack_settings is None else slack.look(slack_settings)
        return findings + [one for channel in self._channels.values() for one in _look(channel)]

    def before_start(self) -> list[Finding]:
        """What keeps the service from starting: all of it but the address, which the service opens itself."""

        def is_its_own(finding: Finding) -> bool:
            return finding.says.startswith(("LOKET_HOST:", "LOKET_PORT:")) and finding.says not in self.found.problems

        return [finding for finding in self.look() if not is_its_own(finding)]

    async def ask(self) -> list[Finding]:
        """All of it: also the database's server, then all platforms at the same time."""
        url = self.found.database_url
        looked = database.Looked([])
        if url is not None:
            looked = await database.ask(url) if database_path(url) is None else database.look(url, self._machine)
        inquiry = Inquiry(self._clock.now, is_running=looked.is_running, patience=self._patience)
        asked = [self._ask_slack(inquiry), *(_ask(channel, inquiry) for channel in self._channels.values())]
        findings = await asyncio.gather(*asked)
        return [*self._here(looked), *_clock(inquiry.skews), *chain.from_iterable(findings)]

    def _here(self, looked: database.Looked) -> list[Finding]:
        """The settings and this machine."""
        found = self.found
        findings = [Finding(Mark.WRONG, problem) for problem in found.problems] or [SETTINGS.found()]
        findings += looked.findings
        if found.data_dir is not None:
            findings += _data_dir(found.data_dir)
        if found.address is not None and not looked.is_running:  # else it is ours
            findings += _port(*found.address)
        return findings

    async def _ask_slack(self, inquiry: Inquiry) -> Sequence[Finding]:
        settings, config = self.found.slack, self.found.config
        if settings is None:
            return ()
        token = settings.bot_token.get_secret_value()
        async with slack_client(token=token, api_url=settings.api_url, told=_untold, answer_s=self._answer_s) as client:
            asked = slack.SlackCheck(client, settings, config=config, inquiry=inquiry).ask()
            return [*slack.look(settings), *await _finished("Slack", asked)]


def _untold(platform: str, method: str, status: int | None, took_s: float) -> None:
    """Our calls are counted nowhere."""


def _look(channel: Channel) -> Sequence[Finding]:
    return channel.look() if isinstance(channel, Checkable) else ()


async def _ask(channel: Channel, inquiry: Inquiry) -> Sequence[Finding]:
    if not isinstance(channel, Checkable):
        return ()
    await channel.open()
    try:
        return [*channel.look(), *await _finished(channel.capabilities.label, channel.ask(inquiry))]
    finally:
        await channel.close()


async def _finished(part: str, asked: Awaitable[Sequence[Finding]]) -> Sequence[Finding]:
    try:
        return await asked
    except Exception as error:  # a supervisor: one check that breaks does not hide what the others find
        return (UNFINISHED.found(part=part, **trace(error)),)


def _clock(skews: Sequence[timedelta]) -> Iterator[Finding]:
    if not skews:
        return
    skew = median_high(skews)  # one of the answers, never a mean of a wrong and a right one
    if abs(skew) < SKEW:
        yield CLOCK.found()
    else:
        direction = "ahead of" if skew > timedelta(0) else "behind"
        yield CLOCK_WRONG.found(span=timedelta(seconds=round(abs(skew).total_seconds())), direction=direction)


def _data_dir(folder: Path) -> Iterator[Finding]:
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield DATA_DIR.found(folder=folder.absolute())


def _port(host: str, port: int) -> Iterator[Finding]:
    where = {"host": host, "port": port}
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)  # without listening: nobody is heard, and it ends with the block
    except PermissionError:
        yield PORT_DENIED.found(**where)
    except OSError as error:
        yield (PORT_TAKEN if error.errno == errno.EADDRINUSE else HOST_ELSEWHERE).found(**where)
