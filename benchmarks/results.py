"""What was measured, with its baseline and its goal, as a table for people and as JSON."""

import json
import platform
import sqlite3
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Measured:
    """The median of several rounds, and how far they were apart."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, rounds: Iterable[float]) -> "Measured":
        """From the rounds' results."""
        values = sorted(rounds)
        return cls(statistics.median(values), values[0], values[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    what: str
    database: str
    tickets: int  #: that were in the database before
    unit: str
    ours: Measured
    baseline: Measured | None = None
    least: float | None = None  #: the goal: at least so much of the baseline
    most: float | None = None  #: the goal: at most so much of the baseline, or, without one, of the unit

    @property
    def ratio(self) -> float | None:
        """Ours to the baseline's."""
        return None if self.baseline is None or not self.baseline.median else self.ours.median / self.baseline.median

    @property
    def goal(self) -> str:
        """In words."""
        sign, limit = ("≥", self.least) if self.least is not None else ("≤", self.most)
        if limit is None:
            return "–"
        return (
            f"{sign} {limit:g} ×" if self.baseline is not None and self._relative else f"{sign} {limit:g} {self.unit}"
        )

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None: there is none."""
        value = self.ratio if self._relative else self.ours.median
        if value is None or (self.least is None and self.most is None):
            return None
        return value >= self.least if self.least is not None else value <= (self.most or 0)

    absolute: bool = False  #: the goal is meant in the unit, though there is a baseline

    @property
    def _relative(self) -> bool:
        return self.baseline is not None and not self.absolute


HEAD = ("what", "database", "tickets", "ours", "baseline", "ratio", "goal", "met")


def cells(row: Row) -> tuple[str, ...]:
    """A row in words, as `HEAD` names them."""
    ratio = "–" if row.ratio is None else f"{row.ratio:.2f}"
    met = {None: "–", True: "yes", False: "**no**"}[row.met]
    baseline = "–" if row.baseline is None else _shown(row.baseline, row.unit)
    return (row.what, row.database, f"{row.tickets:,}", _shown(row.ours, row.unit), baseline, ratio, row.goal, met)


def _shown(value: Measured, unit: str) -> str:
    digits = 0 if value.high >= 100 else 1 if value.high >= 10 else 2
    spread = "" if value.low == value.high else f" ({value.low:,.{digits}f}–{value.high:,.{digits}f})"
    return f"{value.median:,.{digits}f} {unit}{spread}"


def table(rows: Sequence[Row]) -> str:
    """All rows in Markdown, in columns that line up in a terminal, too."""
    lines = [HEAD, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    text = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(text)


def machine() -> dict[str, str]:
    """Where it was measured."""
    cpuinfo = Path("/proc/cpuinfo")
    models = [line for line in cpuinfo.read_text().splitlines() if "model name" in line] if cpuinfo.exists() else []
    return {
        "processor": f"{len(models)} × {models[0].partition(': ')[2]}" if models else platform.processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def saved(rows: Sequence[Row], folder: Path, *, name: str, about: dict[str, Any]) -> Path:
    """Write ``NAME.json`` and ``NAME.md``; returns the latter."""
    kept = [{**asdict(row), "ratio": row.ratio, "goal": row.goal, "met": row.met} for row in rows]
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps({**about, "rows": kept}, indent=1) + "\n")
    told = "\n".join(f"- {key}: {value}" for key, value in about.items())
    page = folder / f"{name}.md"
    page.write_text(f"# Measured\n\n{told}\n\n{table(rows)}\n")
    return page
