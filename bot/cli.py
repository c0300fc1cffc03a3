"""The command ``loket``. Exit codes: 0 done, 1 it failed, 2 wrong usage or settings."""

import argparse
import asyncio
import json
import os
import re
import signal
import sys
import traceback
import webbrowser
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeAlias

import structlog

from bot import __version__, settings, upkeep
from bot.app import Application, ready
from bot.check import Checks
from bot.clock import SystemClock
from bot.errors import ConfigError, CopyFailed, MoveFailed, NotStuck, WrongUse
from bot.findings import Mark
from bot.logs import LogFormat, LogLevel, configure, masked
from bot.machine import this_machine
from bot.manifest import COMMANDS, manifest, without_aliases
from bot.models import sqlite_version
from bot.models.database import Database, Upgrade, connect
from bot.reports import export, period, queries, sla, text
from bot.services.context import Context
from bot.services.failed import Failed, Stuck
from bot.settings import Settings
from bot.texts import Texts, overridable

DONE, FAILED, WRONG = 0, 1, 2

log = structlog.get_logger()

_Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Run a command and end the process.

    `os._exit`, because a thread of the database driver that was not closed would keep a crashed process alive for ever.
    """
    os.environ.setdefault("PTB_TIMEDELTA", "true")  # noqa: TID251 - spares a warning of python-telegram-bot's
    try:
        options = _parser().parse_args(arguments)
        code = options.act(options)
        sys.stdout.flush()
    except ConfigError as error:
        print("\n".join(error.problems), file=sys.stderr)
        code = WRONG
    except (CopyFailed, MoveFailed) as error:
        print(f"loket: {error}", file=sys.stderr)
        code = FAILED
    except KeyboardInterrupt:
        code = FAILED
    except BrokenPipeError:  # whoever read has seen enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    except Exception as error:
        _tell(error)
        code = FAILED
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _tell(error: Exception) -> None:
    if os.environ.get("LOKET_LOG_LEVEL", "").upper() == "DEBUG":  # noqa: TID251 - also when settings are wrong
        print(masked(traceback.format_exc()), file=sys.stderr)
    print(f"loket: {type(error).__name__}: {masked(str(error))}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    """Each verb names the function that does it: from its options to the exit code."""
    parser = argparse.ArgumentParser(prog="loket", description="A support desk that lives inside Slack.")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    _service_verbs(verbs)
    _set_up_verbs(verbs)
    _database_verbs(verbs)
    return parser


def _service_verbs(verbs: _Verbs) -> None:
    demo = verbs.add_parser("demo", help="try it on this machine, without any account")
    demo.add_argument("--port", type=int, default=8420, help="of the page (default: 8420)")
    demo.add_argument("--no-browser", action="store_true", help="don't open the page")
    demo.add_argument("--keep", metavar="DIR", help="keep the database in this folder (default: a temporary one)")
    demo.set_defaults(act=_demo)
    run = verbs.add_parser("run", help="the service, configured by the environment and loket.toml")
    run.add_argument("--migrate", action="store_true", help="bring a PostgreSQL database up to date first")
    run.set_defaults(act=_run)


def _set_up_verbs(verbs: _Verbs) -> None:
    check = verbs.add_parser("check", help="prove a set-up before it is used; changes nothing")
    check.add_argument("--offline", action="store_true", help="only what needs no network")
    check.set_defaults(act=lambda options: asyncio.run(_check(is_offline=options.offline)))
    apps = verbs.add_parser("manifest", help="print the Slack app manifest to paste into Slack")
    apps.add_argument(
        "--http", metavar="ADDRESS", type=_address, help="for Slack over HTTP at this public address of ours"
    )
    apps.add_argument("--no-aliases", action="store_true", help="only /loket, without /claim, /reply, …")
    apps.set_defaults(act=_manifest)
    version = verbs.add_parser("version", help="print the version")
    version.set_defaults(act=_version)


def _database_verbs(verbs: _Verbs) -> None:
    migrate = verbs.add_parser("migrate", help="bring the database up to date")
    migrate.add_argument(
        "--from",
        dest="source",
        metavar="URL",
        help="carry everything from this database into the empty one of DATABASE_URL",
    )
    migrate.set_defaults(act=_migrate)
    backup = verbs.add_parser("backup", help="copy the SQLite database; also while the service runs")
    backup.add_argument("file", metavar="FILE", type=Path, help="the copy; a name that nothing has yet")
    backup.set_defaults(act=_backup)
    restored = verbs.add_parser("restored", help="say that the database was brought back by other means than a backup")
    restored.set_defaults(act=_restored)
    report = verbs.add_parser("sla", help="how many tickets, and how fast; also while the service runs")
    report.add_argument("period", nargs="*", metavar="PERIOD", help=f"(default: today) {', '.join(period.FORMS)}")
    report.add_argument("--by", choices=[by.value for by in sla.By], help="a line for each agent or channel")
    report.add_argument("--format", choices=("text", "csv"), default="text", help="(default: text)")
    report.add_argument("--out", metavar="FILE", type=Path, help="write it there (default: to standard output)")
    report.set_defaults(act=lambda options: asyncio.run(_sla(_settings(), options)))
    failed = verbs.add_parser("failed", help="what did not get through; also while the service runs")
    act = failed.add_mutually_exclusive_group()
    act.add_argument("--retry", metavar="ID", nargs="+", help="try it again, such as in-12 or out-34")
    act.add_argument("--discard", metavar="ID", nargs="+", help="let it be")
    failed.add_argument("--why", metavar="TEXT", help="the reason for discarding, which is kept")
    failed.set_defaults(act=lambda options: asyncio.run(_failed(_settings(), options)))


def _address(text: str) -> str:
    if not re.fullmatch(r"https://[^\s/]+(/\S*)?", text):
        raise argparse.ArgumentTypeError("write our public address, as https://desk.example.org")
    return text


def _demo(options: argparse.Namespace) -> int:
    from bot.demo import demo

    shown = (lambda _: None) if options.no_browser else webbrowser.open
    return asyncio.run(demo(port=options.port, keep=options.keep, show=shown))


def _run(options: argparse.Namespace) -> int:
    findings = _checks().before_start()
    if wrong := [finding.words for finding in findings if finding.mark is Mark.WRONG]:
        raise ConfigError(wrong)
    found = _settings()
    for finding in findings:
        if finding.mark is Mark.WARNING:
            log.warning("check.warning", says=finding.words)
    return asyncio.run(_serve(found, prepare=_migrated if options.migrate else ready))


def _manifest(options: argparse.Namespace) -> int:
    commands = without_aliases() if options.no_aliases else COMMANDS
    print(json.dumps(manifest(commands, http=options.http), indent=2))
    return DONE


def _version(_: argparse.Namespace) -> int:
    print(f"loket {__version__}")
    return DONE


def _migrate(options: argparse.Namespace) -> int:
    url = _settings().database_url
    tell = partial(print, file=sys.stderr, flush=True)
    print(asyncio.run(upkeep.move(options.source, url, tell=tell) if options.source else upkeep.migrate(url)))
    return DONE


def _backup(options: argparse.Namespace) -> int:
    print(asyncio.run(upkeep.copy(_settings().database_url, options.file)))
    return DONE


def _settings() -> Settings:
    found = settings.from_process(is_terminal=sys.stderr.isatty(), known_texts=overridable())
    configure(log_format=found.log_format, level=found.log_level)
    return found


def _checks() -> Checks:
    found = settings.find_in_process(known_texts=overridable())
    return Checks(found, machine=this_machine(sqlite_version()), clock=SystemClock())


async def _check(*, is_offline: bool) -> int:
    """One line for each thing that was looked at; the worst of them decides the exit code."""
    configure(log_format=LogFormat.CONSOLE, level=LogLevel.ERROR)
    checks = _checks()
    findings = checks.look() if is_offline else await checks.ask()
    print("\n".join(map(str, findings)))
    if checks.found.problems:
        return WRONG
    return FAILED if any(finding.mark is Mark.WRONG for finding in findings) else DONE


def _restored(_: argparse.Namespace) -> int:
    print(asyncio.run(upkeep.restored(_settings().database_url)))
    return DONE


def _migrated(database: Database, now: datetime) -> Awaitable[Upgrade]:
    return database.migrate(now=now)


async def _sla(found: Settings, options: argparse.Namespace) -> int:
    config, now = found.config, SystemClock().now()
    say = partial(Texts().say, config.desks[0].language)
    try:
        asked = period.parse(" ".join(options.period), now=now, zone=config.zone)
    except WrongUse as wrong:
        print(say("problem.period_unknown", **wrong.values), file=sys.stderr)
        return WRONG
    database = await connect(found.database_url)
    try:
        if await database.pending():
            raise ConfigError([f"DATABASE_URL: {database.name} is not up to date; run `loket migrate`"])
        rows = await queries.tickets(asked)
    finally:
        await database.close()
    by = sla.By(options.by) if options.by else None
    summary = sla.summarise(rows, period=asked, targets=config.targets, now=now, by=by)
    lines = text.lines(summary, say=say, name=str)  # only Slack knows the names of agents
    report = export.csv_text(summary, name=str) if options.format == "csv" else "\n".join(lines) + "\n"
    if options.out is None:
        sys.stdout.write(report)
    else:
        options.out.write_text(report, encoding="utf-8", newline="")
    return DONE


async def _failed(found: Settings, options: argparse.Namespace) -> int:
    if bool(options.discard) != bool((options.why or "").strip()):
        print("loket: --discard needs the reason, --why TEXT, and only it does", file=sys.stderr)
        return WRONG
    database = await connect(found.database_url)
    try:
        if await database.pending():
            raise ConfigError([f"DATABASE_URL: {database.name} is not up to date; run `loket migrate`"])
        failed = Failed(Context(config=found.config, texts=Texts(), channels={}))
        if not options.retry and not options.discard:
            print(_table(await failed.listed()))
            return DONE
        return await _each(failed, options, now=SystemClock().now())
    finally:
        await database.close()


async def _each(failed: Failed, options: argparse.Namespace, *, now: datetime) -> int:
    """Put back or discard all that are named; one that can't be does not hinder the others."""
    code = DONE
    for name in options.retry or options.discard:
        try:
            if options.retry:
                await failed.retry(name, now=now)
            else:
                await failed.discard(name, why=options.why.strip(), now=now)
        except NotStuck as refused:
            print(f"loket: {refused}", file=sys.stderr)
            code = FAILED
        else:
            print(f"{name}: {'it is tried again' if options.retry else 'discarded'}")
    return code


def _table(found: Sequence[Stuck]) -> str:
    if not found:
        return "Nothing failed, is uncertain or waits for a decision."
    head = ("ID", "STATE", "SINCE (UTC)", "WHAT", "TICKET", "TRIES", "REASON")
    rows = [
        (one.id, one.state, f"{one.since:%Y-%m-%d %H:%M}", one.what, f"#{one.ticket}" if one.ticket else "–",
         str(one.tries), one.reason)
        for one in found
    ]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in (head, *rows))


async def _serve(found: Settings, *, prepare: Callable[[Database, datetime], Awaitable[Upgrade]]) -> int:
    stop = stop_signals()
    async with Application(found, prepare=prepare) as app:
        return await until_stopped(app.failed, stop)


async def until_stopped(failed: asyncio.Event, stop: asyncio.Event) -> int:
    """Wait for SIGTERM or Ctrl-C, or for what never should fail; returns the exit code."""
    waits = [asyncio.create_task(event.wait()) for event in (stop, failed)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in waits:
        task.cancel()
    return FAILED if failed.is_set() else DONE


def stop_signals() -> asyncio.Event:
    """An event that SIGTERM and Ctrl-C set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
