"""``python -m benchmarks [--quick] [--only sqlite] [--part intake]``: measures, keeps a table in `results/`."""

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
PARTS = ("intake", "tickets", "report")  #: tickets: all rows that are measured at several sizes


async def run(plan: Plan, kinds: Sequence[Kind], parts: Sequence[str] = PARTS) -> list[Row]:
    """Everything, or these parts of it, one database after the other."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as name:
        folder = Path(name)
        for kind in kinds:
            if "intake" in parts:
                rows += await intake.measure(kind, folder, plan)
            for size in plan.sizes if "tickets" in parts else ():
                async with fresh_url(folder / f"{size}.db", kind) as url:
                    rows += await _of_size(kind, url, folder, plan, tickets=size)
            if "report" in parts:
                rows += await _of_reports(kind, folder, plan)
    return rows


async def _of_reports(kind: Kind, folder: Path, plan: Plan) -> list[Row]:
    async with fresh_url(folder / "reported.db", kind) as url:
        await fill(url, plan.reported, now=SystemClock().now(), tables=NEEDED_BY_REPORTS, spread=YEAR)
        return await looking.report(kind, url, plan, tickets=plan.reported)


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
    parser.add_argument("--part", choices=PARTS, help="one part; its figures are kept under its own name")
    given = parser.parse_args(arguments)
    postgres.measured()
    kinds, parts = [given.only] if given.only else list(Kind), [given.part] if given.part else PARTS
    rows = asyncio.run(run(QUICK if given.quick else FULL, kinds, parts))
    about = {
        "command": " ".join(["python -m benchmarks", *arguments]),
        "at": f"{SystemClock().now():%Y-%m-%d}",
        **machine(),
    }
    name = given.part or ("quick" if given.quick else "full")
    print(saved(rows, RESULTS, name=name, about=about).read_text())
    if not (given.quick or given.only or given.part):
        growth.draw()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
