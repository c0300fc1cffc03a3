"""``python -m benchmarks [--quick] [--only sqlite]``: measures, shows the table, keeps it in `benchmarks/results/`."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from benchmarks import conversation, growth, intake, looking
from benchmarks.fill import NEEDED_BY_REPORTS, fill
from benchmarks.plan import FULL, QUICK, Plan
from benchmarks.results import RESULTS, Row, machine, saved
from bot.clock import SystemClock
from tests import postgres
from tests.database import Kind, fresh_url

YEAR = timedelta(days=365)


async def run(plan: Plan, kinds: Sequence[Kind]) -> list[Row]:
    """Everything, one database after the other."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as name:
        folder = Path(name)
        for kind in kinds:
            rows += await intake.measure(kind, folder, plan)
            for size in plan.sizes:
                async with fresh_url(folder / f"{size}.db", kind) as url:
                    rows += await _of_size(kind, url, folder, plan, tickets=size)
            async with fresh_url(folder / "reported.db", kind) as url:
                await fill(url, plan.reported, now=SystemClock().now(), tables=NEEDED_BY_REPORTS, spread=YEAR)
                rows += await looking.report(kind, url, plan, tickets=plan.reported)
    return rows


async def _of_size(kind: Kind, url: str, folder: Path, plan: Plan, *, tickets: int) -> list[Row]:
    await fill(url, tickets, now=SystemClock().now())
    rows = await conversation.measure(kind, url, folder, plan, tickets=tickets)
    rows += await looking.ticks(kind, url, plan, tickets=tickets)
    if tickets == plan.sizes[-1]:
        rows += await looking.timers(kind, url, plan, tickets=tickets)
    return rows


def main(arguments: Sequence[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--quick", action="store_true", help="one round of everything, small databases")
    parser.add_argument("--only", choices=list(Kind), type=Kind, help="one database")
    given = parser.parse_args(arguments)
    postgres.measured()
    rows = asyncio.run(run(QUICK if given.quick else FULL, [given.only] if given.only else list(Kind)))
    about = {
        "command": " ".join(["python -m benchmarks", *arguments]),
        "at": f"{SystemClock().now():%Y-%m-%d}",
        **machine(),
    }
    print(saved(rows, RESULTS, name="quick" if given.quick else "full", about=about).read_text())
    if not (given.quick or given.only):
        growth.draw()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
