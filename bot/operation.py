"""The verbs of ``loket`` that need a configured installation."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

import structlog

from bot import settings, upkeep
from bot.app import Application, ready
from bot.check import Checks
from bot.clock import SystemClock
from bot.errors import ConfigError, NotStuck, WrongUse
from bot.findings import Mark
from bot.logs import LogFormat, LogLevel, configure
from bot.machine import this_machine
from bot.models import sqlite_version
from bot.models.database import Database, Upgrade, connect
from bot.reports import export, period, queries, sla, text
from bot.services.context import Context
from bot.services.failed import Failed, Stuck
from bot.settings import Settings
from bot.stopping import DONE, FAILED, WRONG, stop_signals, until_stopped
from bot.texts import Texts, overridable

log = structlog.get_logger()


def _run(options: argparse.Namespace) -> int:
    findings = _checks().before_start()
    if wrong := [finding.words for finding in findings if finding.mark is Mark.WRONG]:
        raise ConfigError(wrong)
    found = _settings()
    for finding in findings:
        if finding.mark is Mark.WARNING:
            log.warning("check.warning", says=finding.words)
    return asyncio.run(_serve(found, prepare=_migrated if options.migrate else ready))


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


async def _check(options: argparse.Namespace) -> int:
    """One line for each thing that was looked at; the worst of them decides the exit code."""
    configure(log_format=LogFormat.CONSOLE, level=LogLevel.ERROR)
    checks = _checks()
    findings = checks.look() if options.offline else await checks.ask()
    print("\n".join(map(str, findings)))
    if checks.found.problems:
        return WRONG
    return FAILED if any(finding.mark is Mark.WRONG for finding in findings) else DONE


def _restored(_: argparse.Namespace) -> int:
    print(asyncio.run(upkeep.restored(_settings().database_url)))
    return DONE


def _migrated(database: Database, now: datetime) -> Awaitable[Upgrade]:
    return database.migrate(now=now)


async def _sla(options: argparse.Namespace) -> int:
    found = _settings()
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
    by = period.By(options.by) if options.by else None
    summary = sla.summarise(rows, period=asked, targets=config.targets, now=now, by=by)
    lines = text.lines(summary, say=say, name=str)  # only Slack knows the names of agents
    report = export.csv_text(summary, name=str) if options.format == "csv" else "\n".join(lines) + "\n"
    if options.out is None:
        sys.stdout.write(report)
    else:
        options.out.write_text(report, encoding="utf-8", newline="")
    return DONE


async def _failed(options: argparse.Namespace) -> int:
    found = _settings()
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


#: each from its options to the exit code
VERBS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "check": lambda options: asyncio.run(_check(options)),
    "migrate": _migrate,
    "backup": _backup,
    "restored": _restored,
    "sla": lambda options: asyncio.run(_sla(options)),
    "failed": lambda options: asyncio.run(_failed(options)),
}
