"""``python -m tests.crashes.proof [--kills N] [--seed S] [--database sqlite|postgres]``, which `make crash` calls."""

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import bot.models  # noqa: F401 - first of all: it chooses the SQLite library that everything then uses

os.environ.setdefault("PTB_TIMEDELTA", "true")  # noqa: TID251 - read by python-telegram-bot

from tests.crashes.proof.outcome import Outcome  # after the choice above
from tests.crashes.proof.rounds import deck, play
from tests.database import Kind

KILLS, ROUND, RATE = 40, 40, 0.03  #: in all; at one desk, whose threads are read at each start; part of all calls
KEPT = Path("crash-kept")


def rounds(kills: int) -> Iterator[int]:
    """How many kills each round has."""
    while kills > 0:
        yield min(kills, ROUND)
        kills -= ROUND


async def prove(kills: int, *, seed: str, kind: Kind, rate: float, kept: Path) -> Outcome:
    """Rounds one after the other, until all kills are done."""
    whole = Outcome()
    for number, times in enumerate(rounds(kills)):
        name = f"{seed}.{number}" if number else seed
        whole.add(await play(name, steps=deck(name, times), kind=kind, rate=rate, keep=kept / name))
        print(f"{whole.kills.total()} kills, {len(whole.broken)} complaints", file=sys.stderr, flush=True)
    return whole


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Not that a caller was gone in the middle of its call: we have killed it."""
    return not (record.exc_info and isinstance(record.exc_info[1], ConnectionError))


def main(arguments: Sequence[str]) -> int:
    """The command; exit code 1: a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.crashes.proof")
    parser.add_argument("--kills", type=int, default=KILLS, help=f"how often the service is killed ({KILLS})")
    parser.add_argument("--seed", default="1", help="repeats a run's decisions; a round's own name, as in 1.7, too")
    parser.add_argument("--database", type=Kind, choices=list(Kind), default=Kind.SQLITE)
    parser.add_argument("--faults", type=float, default=RATE, help=f"the part of all calls that fail ({RATE})")
    parser.add_argument("--json", type=Path, help="where to keep the figures")
    parser.add_argument("--commit", default="", help="what was tried, to be kept with the figures")
    given = parser.parse_args(arguments)
    logging.getLogger("aiohttp.server").addFilter(_is_worth_a_line)
    outcome = asyncio.run(
        prove(given.kills, seed=given.seed, kind=given.database, rate=given.faults, kept=KEPT.absolute())
    )
    print(outcome.table())
    if given.json:
        run = f"--kills {given.kills} --seed {given.seed} --database {given.database} --faults {given.faults}"
        about = {"command": f"python -m tests.crashes.proof {run}", "commit": given.commit}
        given.json.write_text(json.dumps({**about, **outcome.as_json()}, indent=1) + "\n")
    if outcome.broken:
        print("\nBROKEN:\n" + "\n".join(outcome.broken), file=sys.stderr)
    return 1 if outcome.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
