"""The files for Prometheus and Grafana in `deploy/`: what they ask for exists, and Prometheus understands it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.metrics import OUTCOMES, Metrics
from tests.test_docs import labels_of

ROOT = Path(__file__).parents[1]
PROMETHEUS = ROOT / "deploy/prometheus"
BOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/loket.json").read_text(encoding="utf-8"))
ALERTS = (PROMETHEUS / "alerts.yml").read_text(encoding="utf-8")
ENDS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",), "gauge": ("",)}
OF_PROMETHEUS = {"le", "job", "instance"}  #: labels that every series may have
needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool comes with Debian's prometheus")


def questions() -> Iterator[str]:
    """What the board asks."""
    for panel in BOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


@cache
def series() -> dict[str, str]:
    """The name of every series that we show, with its metric's."""
    ours = Metrics()
    ours.built(database="sqlite")
    return {found.name + end: found.name for found in ours.registry.collect() for end in ENDS.get(found.type, ("",))}


def asked(text: str) -> Iterator[tuple[str, set[str]]]:
    """The series that an expression names, with the labels that it chooses by."""
    for name, _, choice in re.findall(r"\b((?:loket|process|python)_\w+)(\{([^}]*)\})?", text):
        yield name, set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", choice))


@pytest.mark.parametrize("text", [*questions(), ALERTS], ids=lambda text: text[:60])
def test_every_series_that_is_asked_for_exists_with_its_labels(text: str) -> None:
    for name, labels in asked(text):
        assert name in series()
        if name.startswith("loket_"):
            assert labels - OF_PROMETHEUS <= labels_of(series()[name]), name


@pytest.mark.parametrize("text", [*questions(), ALERTS], ids=lambda text: text[:60])
def test_what_is_summed_or_said_by_a_label_has_it(text: str) -> None:
    known = {label for name, _ in asked(text) if name.startswith("loket_") for label in labels_of(series()[name])}

    grouped = {label for group in re.findall(r"by \(([\w, ]+)\)", text) for label in group.split(", ")}
    said = set(re.findall(r"\$labels\.(\w+)", text))
    assert grouped | said <= known | OF_PROMETHEUS


def test_the_outcomes_that_are_asked_for_are_those_that_are_counted() -> None:
    text = "\n".join([*questions(), ALERTS])

    named = {one for choice in re.findall(r'outcome!?=~?"([^"]+)"', text) for one in choice.split("|")}
    assert {"delivered", "error", "down"} <= named <= set(OUTCOMES)


def test_the_board_shows_every_metric_of_ours_but_those_said_otherwise() -> None:
    shown = {series()[name] for text in questions() for name, _ in asked(text)}
    missing = {name for name in series().values() if name.startswith("loket_")} - shown

    unshown = ("silence_seconds", "oldest_waiting_seconds", "inbox_processing_seconds", "payloads_pruned")
    assert missing == {f"loket_{name}" for name in unshown}


def test_the_panels_of_the_board_are_named_explained_and_side_by_side() -> None:
    panels = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
    places = [panel["gridPos"] for panel in BOARD["panels"]]
    cells = [
        (x, y) for at in places for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])
    ]

    assert len(panels) > 15
    assert all(panel["title"] and panel["description"] and panel["targets"] for panel in panels)
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) == 23


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    alerts = re.split(r"(?m)^ *- alert: ", ALERTS)[1:]

    assert len(alerts) > 10
    for alert in alerts:
        assert re.search(r"severity: (critical|warning)\n", alert)
        assert "summary: " in alert
        assert "description: " in alert


def promtool(*arguments: str, given: str | None = None) -> str:
    """All that it says; fails if it does."""
    command = ["promtool", *arguments]
    done = subprocess.run(command, input=given, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@needs_promtool
def test_prometheus_takes_its_configuration_with_the_rules() -> None:
    assert "13 rules found" in promtool("check", "config", str(PROMETHEUS / "prometheus.yml"))


@needs_promtool
def test_the_alerts_ring_when_they_should() -> None:
    assert "SUCCESS" in promtool("test", "rules", "tests/fixtures/prometheus/alerts_test.yml")


@needs_promtool
def test_prometheus_understands_what_the_board_asks(tmp_path: Path) -> None:
    rules = [
        {"record": f"board:{number}", "expr": text.replace("$__rate_interval", "1m")}
        for number, text in enumerate(questions())
    ]
    (tmp_path / "board.yml").write_text(json.dumps({"groups": [{"name": "board", "rules": rules}]}))  # YAML, too

    assert f"{len(rules)} rules found" in promtool("check", "rules", str(tmp_path / "board.yml"))


@needs_promtool
def test_prometheus_finds_no_fault_in_our_page() -> None:
    assert "loket_" not in promtool("check", "metrics", given=Metrics().text().decode())
