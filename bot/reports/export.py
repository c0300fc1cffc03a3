"""A report as a table for programs: CSV as RFC 4180 describes it. Durations are seconds, instants ISO 8601."""

import csv
import io
from collections.abc import Callable, Iterator

from bot.reports.sla import Figures, Percentile, Spread, Summary

ALL = "all"  #: what stands in the column ``by`` of the first line: all tickets together
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # Source: OWASP, "CSV Injection"


def csv_text(summary: Summary, *, name: Callable[[str], str]) -> str:
    """One line for all tickets and one for each group; ``name`` says how a group's key is called."""
    written = io.StringIO()
    rows = list(_rows(summary, name))
    table = csv.DictWriter(written, fieldnames=list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    return written.getvalue()


def _rows(summary: Summary, name: Callable[[str], str]) -> Iterator[dict[str, object]]:
    yield _row(summary, summary.total, by=ALL, key="", name="")
    for key, figures in summary.groups:
        yield _row(summary, figures, by=summary.by or "", key=key or "", name=_harmless(name(key)) if key else "")


def _row(summary: Summary, figures: Figures, *, by: str, key: str, name: str) -> dict[str, object]:
    return {
        "from": summary.period.start.isoformat(),
        "until": summary.period.end.isoformat(),
        "by": by,
        "key": key,
        "name": name,
        "came_in": figures.came_in,
        "answered": figures.answered,
        "closed": figures.closed,
        "open": figures.open,
        **_columns("first_response", figures.first_response),
        **_columns("resolution", figures.resolution),
    }


def _columns(clock: str, spread: Spread) -> dict[str, object]:
    return {
        f"{clock}_tickets": spread.count,
        f"{clock}_unfinished": spread.unfinished,
        **_percentile(f"{clock}_p50", spread.p50),
        **_percentile(f"{clock}_p90", spread.p90),
        f"{clock}_target_s": int(spread.target.total_seconds()),
        f"{clock}_met": spread.met,
        f"{clock}_missed": spread.missed,
    }


def _percentile(column: str, found: Percentile | None) -> dict[str, object]:
    if found is None:
        return {f"{column}_s": "", f"{column}_at_least": ""}
    return {f"{column}_s": int(found.value.total_seconds()), f"{column}_at_least": str(found.at_least).lower()}


def _harmless(name: str) -> str:
    """A spreadsheet would take a name that begins so for a formula."""
    return f"'{name}" if name.startswith(_FORMULA) else name
