"""
``python -m tests.leaks``: many random histories of threads, and whether a customer ever reads what is internal.

With ``--mutations`` each guard is taken away in turn, and each time that must be noticed.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

import structlog

import bot.models  # noqa: F401 - first of all: it chooses the SQLite library; with two, one takes the other's locks away
from tests.leaks.mutations import MUTATIONS, outcome
from tests.leaks.play import Leak, Result, play
from tests.leaks.truth import Mode

ROUNDS = 9  #: of one workspace


def main(arguments: list[str]) -> int:
    """Exit code 1 if something leaked, or if a missing guard was not noticed."""
    reader = argparse.ArgumentParser(prog="python -m tests.leaks", description=__doc__)
    reader.add_argument("--seed", default="1")
    reader.add_argument("--histories", type=int, default=500)
    reader.add_argument("--tickets", type=int, default=25, help="of one workspace")
    reader.add_argument("--mode", choices=[*Mode], help="only this one; else all in turns")
    reader.add_argument("--until-leak", action="store_true", help="stop at the first")
    reader.add_argument("--mutations", action="store_true", help="take every guard away, one after the other")
    given = reader.parse_args(arguments)
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    if given.mutations:
        return asyncio.run(_mutations(given.seed))
    return asyncio.run(_histories(given))


async def _histories(given: argparse.Namespace) -> int:
    began, modes, done, leaks = time.monotonic(), [*Mode] if given.mode is None else [Mode(given.mode)], 0, 0
    totals = {mode: [0, 0, 0, 0] for mode in modes}
    while done < given.histories and not (leaks and given.until_leak):
        mode = modes[done // given.tickets % len(modes)]
        result = await play(f"{given.seed}.{done}", mode=mode, tickets=given.tickets, rounds=ROUNDS)
        totals[mode] = [a + b for a, b in zip(totals[mode], _figures(result), strict=True)]
        done, leaks = done + result.histories, leaks + len(result.leaks)
        for leak in result.leaks:
            _tell(leak)
    print(f"seed {given.seed}, {time.monotonic() - began:.0f} s\n")
    print("| mode | histories | acts | texts | reached the customer |\n|---|---|---|---|---|")
    for mode, figures in totals.items():
        print(f"| {mode} | " + " | ".join(f"{figure:,}" for figure in figures) + " |")
    print(f"\nleaked or lost: {leaks}")
    return 1 if leaks else 0


def _figures(result: Result) -> tuple[int, int, int, int]:
    return result.histories, result.acts, result.texts, result.arrived


def _tell(leak: Leak) -> None:
    print(leak.what, *leak.history, sep="\n    ")


async def _mutations(seed: str) -> int:
    missed = 0
    for mutation in MUTATIONS:
        with tempfile.TemporaryDirectory() as folder:
            found = await outcome(mutation, Path(folder), seed=seed)
        missed += not found
        print(f"{'noticed' if found else 'NOT NOTICED'}: {mutation.name}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
