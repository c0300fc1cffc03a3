"""`make bench` can run: each part of it measures something, on a handful of tickets. How fast it was says nothing."""

import json
from pathlib import Path

import pytest

from benchmarks import conversation, intake, looking
from benchmarks.fill import fill
from benchmarks.plan import TINY
from benchmarks.results import Measured, Row, saved, table
from bot.clock import SystemClock
from tests.database import Kind, fresh_url

TICKETS = TINY.sizes[0]


def row(**fields: object) -> Row:
    given = {"what": "it", "database": "sqlite", "tickets": 1, "unit": "ms", "ours": Measured(4, 3, 9), **fields}
    return Row(**given)  # type: ignore[arg-type]  # a row of these fields, some of them other ones


@pytest.mark.parametrize(
    ("fields", "met"),
    [
        ({}, None),
        ({"most": 5}, True),
        ({"most": 3}, False),
        ({"most": 3, "baseline": Measured(2, 2, 2)}, True),
        ({"most": 3, "baseline": Measured(1, 1, 1)}, False),
        ({"most": 3, "baseline": Measured(2, 2, 2), "absolute": True}, False),
        ({"least": 0.5, "baseline": Measured(8, 8, 8)}, True),
        ({"least": 0.5, "baseline": Measured(9, 9, 9)}, False),
    ],
)
def test_a_goal_is_met_or_not(fields: dict[str, object], met: bool | None) -> None:  # noqa: FBT001 - a column
    assert row(**fields).met is met


def test_the_table_shows_ours_beside_the_baseline(tmp_path: Path) -> None:
    rows = [row(baseline=Measured(2, 2, 2), most=3)]

    page = saved(rows, tmp_path, name="run", about={"command": "make bench"})

    assert "| it   | sqlite   | 1       | 4.00 ms (3.00–9.00) | 2.00 ms  | 2.00  | ≤ 3 × | yes |" in table(rows)
    assert table(rows) in page.read_text()
    assert json.loads((tmp_path / "run.json").read_text())["rows"][0]["ratio"] == 2


async def test_webhooks_are_measured(tmp_path: Path) -> None:
    per_second, p99 = await intake.measure(Kind.SQLITE, tmp_path, TINY)

    for found in (per_second, p99):
        assert found.ours.median > 0
        assert found.baseline is not None
        assert found.baseline.median > 0


async def test_conversations_are_measured_on_a_filled_database(tmp_path: Path) -> None:
    async with fresh_url(tmp_path / "loket.db") as url:
        await fill(url, TICKETS, now=SystemClock().now())

        found = await conversation.measure(Kind.SQLITE, url, tmp_path, TINY, tickets=TICKETS)
        ticket = await looking.execute(url, "SELECT MAX(number) AS number FROM ticket")

    assert all(one.ours.median > 0 for one in found)
    assert ticket[0][0] == TICKETS + conversation.WARM_UP + TINY.alone + TINY.burst


async def test_ticks_and_reports_are_measured(tmp_path: Path, kind: Kind) -> None:
    async with fresh_url(tmp_path / "loket.db", kind) as url:
        await fill(url, TICKETS, now=SystemClock().now())

        found = [
            *await looking.ticks(kind, url, TINY, tickets=TICKETS),
            *await looking.timers(kind, url, TINY, tickets=TICKETS),
            *await looking.report(kind, url, TINY, tickets=TICKETS),
        ]

    assert all(one.ours.median > 0 for one in found)
