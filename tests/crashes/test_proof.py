"""A short run of `make crash`: each step once, in bad weather. What it compares is tested in `test_verdict.py`."""

from pathlib import Path

import pytest

from tests.crashes.proof.kills import Step
from tests.crashes.proof.rounds import play
from tests.database import Kind

STEPS = {Kind.SQLITE: list(Step)[::2], Kind.POSTGRES: list(Step)[::-2]}  #: half of them at each database


@pytest.mark.timeout(400)  # half a minute on a quiet machine
async def test_killed_at_each_step_in_bad_weather_it_keeps_every_promise(kind: Kind, tmp_path: Path) -> None:
    outcome = await play("short", steps=STEPS[kind], kind=kind, rate=0.03, keep=tmp_path / "kept")

    assert outcome.broken == []
    assert outcome.kills.total() == len(STEPS[kind])
    assert outcome.found["customers → Slack"]["messages"] > 0
    assert outcome.found["agents → customers"]["messages"] > 0
    assert outcome.faults.total() > 0
