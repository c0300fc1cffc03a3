"""The command ``loket``. Exit codes: 0 done, 1 it failed, 2 wrong usage or settings."""

import argparse
import gc
import json
import os
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from bot import __version__
from bot.errors import ConfigError, CopyFailed, MoveFailed
from bot.logs import masked
from bot.manifest import COMMANDS, manifest, without_aliases
from bot.reports import period
from bot.stopping import DONE, FAILED, WRONG

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
    verbs = parser.add_subparsers(required=True, metavar="COMMAND", dest="verb")
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
    run.set_defaults(act=_operate)


def _set_up_verbs(verbs: _Verbs) -> None:
    check = verbs.add_parser("check", help="prove a set-up before it is used; changes nothing")
    check.add_argument("--offline", action="store_true", help="only what needs no network")
    check.set_defaults(act=_operate)
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
    migrate.set_defaults(act=_operate)
    backup = verbs.add_parser("backup", help="copy the SQLite database; also while the service runs")
    backup.add_argument("file", metavar="FILE", type=Path, help="the copy; a name that nothing has yet")
    backup.set_defaults(act=_operate)
    restored = verbs.add_parser("restored", help="say that the database was brought back by other means than a backup")
    restored.set_defaults(act=_operate)
    report = verbs.add_parser("sla", help="how many tickets, and how fast; also while the service runs")
    report.add_argument("period", nargs="*", metavar="PERIOD", help=f"(default: today) {', '.join(period.FORMS)}")
    report.add_argument("--by", choices=[by.value for by in period.By], help="a line for each agent or channel")
    report.add_argument("--format", choices=("text", "csv"), default="text", help="(default: text)")
    report.add_argument("--out", metavar="FILE", type=Path, help="write it there (default: to standard output)")
    report.set_defaults(act=_operate)
    failed = verbs.add_parser("failed", help="what did not get through; also while the service runs")
    act = failed.add_mutually_exclusive_group()
    act.add_argument("--retry", metavar="ID", nargs="+", help="try it again, such as in-12 or out-34")
    act.add_argument("--discard", metavar="ID", nargs="+", help="let it be")
    failed.add_argument("--why", metavar="TEXT", help="the reason for discarding, which is kept")
    failed.set_defaults(act=_operate)


def _address(text: str) -> str:
    if not re.fullmatch(r"https://[^\s/]+(/\S*)?", text):
        raise argparse.ArgumentTypeError("write our public address, as https://desk.example.org")
    return text


def _demo(options: argparse.Namespace) -> int:
    with _importing():
        from bot.demo import run
    return run(port=options.port, keep=options.keep, is_shown=not options.no_browser)


def _operate(options: argparse.Namespace) -> int:
    with _importing():
        from bot.operation import VERBS
    return VERBS[options.verb](options)


@contextmanager
def _importing() -> Iterator[None]:
    """
    Around what takes long to import: only the verbs that need it wait for it.

    The garbage collector would look through all of it again and again, meanwhile and later, and find nothing.
    """
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def _manifest(options: argparse.Namespace) -> int:
    commands = without_aliases() if options.no_aliases else COMMANDS
    print(json.dumps(manifest(commands, http=options.http), indent=2))
    return DONE


def _version(_: argparse.Namespace) -> int:
    print(f"loket {__version__}")
    return DONE
