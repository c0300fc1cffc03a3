"""How each figure grows with the tickets in the database: six small curves, drawn from `results/full.json`."""

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from resvg_py import svg_to_bytes

from benchmarks.results import RESULTS

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "growth.png"
SHOWN = {
    "customer's message → Slack, p50": "Customer's message → Slack, ms",
    "agent's reply → customer, p50": "Agent's reply → customer, ms",
    "tickets opened in a burst": "Tickets opened in a second",
    "processor per 1,000 tickets": "Processor for 1,000 tickets, s",
    "memory, idle": "Memory, MB",
    "tick, nothing due": "A tick with nothing due, ms",
}
COLOURS = {"sqlite": "#2456a6", "postgres": "#c2571a", "bare": "#9aa0a6"}
NAMES = {"sqlite": "Loket on SQLite", "postgres": "Loket on PostgreSQL", "bare": "bare relay, without storage"}
WIDTH, HEIGHT, COLUMNS, HEAD = 300, 210, 3, 50  # of a panel, and of the line above all
LEFT, RIGHT, TOP, BOTTOM = 40, 36, 36, 34  # within a panel
FONT = "DejaVu Sans, Arial, sans-serif"

Curve = list[tuple[int, float]]  #: tickets, value


def curves(rows: Sequence[dict[str, Any]], what: str) -> dict[str, Curve]:
    """The medians by database, and the baseline's beside SQLite."""
    found: dict[str, Curve] = {}
    for row in (row for row in rows if row["what"] == what):
        found.setdefault(row["database"], []).append((row["tickets"], row["ours"]["median"]))
        if row["baseline"] and row["database"] == "sqlite":
            found.setdefault("bare", []).append((row["tickets"], row["baseline"]["median"]))
    return found


def panel(title: str, drawn: dict[str, Curve], *, left: float, top: float) -> Iterator[str]:
    """One figure: the tickets to the right, ten times as many at each step, its value upwards from 0."""
    sizes = sorted({tickets for curve in drawn.values() for tickets, _ in curve})
    highest = rounded(max(value for curve in drawn.values() for _, value in curve))
    low, span = math.log10(sizes[0]), max(math.log10(sizes[-1] / sizes[0]), 1)

    def x(tickets: int) -> float:
        return left + LEFT + (math.log10(tickets) - low) / span * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return top + HEIGHT - BOTTOM - value / highest * (HEIGHT - TOP - BOTTOM)

    yield text(left + LEFT, top + 20, title, weight="bold")
    for value in (0.0, highest / 2, highest):
        yield f'<path d="M{left + LEFT} {y(value)}H{left + WIDTH - RIGHT}" stroke="#dadce0"/>'
        yield text(left + LEFT - 6, y(value) + 4, f"{value:,g}", anchor="end", colour="#5f6368")
    for tickets in sizes:
        yield text(x(tickets), top + HEIGHT - BOTTOM + 18, f"{tickets:,}", anchor="middle", colour="#5f6368")
    for name, curve in drawn.items():
        points = " ".join(f"{x(tickets):.1f},{y(value):.1f}" for tickets, value in sorted(curve))
        yield f'<polyline points="{points}" fill="none" stroke="{COLOURS[name]}" stroke-width="2.5"/>'
        for point in points.split():
            across, down = point.split(",")
            yield f'<circle cx="{across}" cy="{down}" r="3.5" fill="{COLOURS[name]}"/>'


def rounded(highest: float) -> float:
    """The lowest round number that is not below it, whose half is round, too."""
    unit = 10.0 ** math.floor(math.log10(highest))
    return next(step * unit for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * unit >= highest)


def text(
    x: float, y: float, words: str, *, anchor: str = "start", weight: str = "normal", colour: str = "#202124"
) -> str:
    """Words at a place."""
    style = f'font-family="{FONT}" font-size="12" font-weight="{weight}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {style}>{words}</text>'


def drawing(rows: Sequence[dict[str, Any]]) -> str:
    """All panels as one SVG."""
    found = {title: curves(rows, what) for what, title in SHOWN.items()}
    shown = {title: drawn for title, drawn in found.items() if drawn}
    width, height = WIDTH * COLUMNS, HEAD + HEIGHT * math.ceil(len(shown) / COLUMNS)
    parts = [f'<rect width="{width}" height="{height}" fill="white"/>']
    named = {name for drawn in shown.values() for name in drawn}
    for place, (name, words) in enumerate((name, words) for name, words in NAMES.items() if name in named):
        parts.append(f'<rect x="{LEFT + place * 190}" y="18" width="14" height="4" fill="{COLOURS[name]}"/>')
        parts.append(text(LEFT + place * 190 + 20, 24, words))
    parts.append(text(width - RIGHT, 24, "to the right: tickets in the database", anchor="end", colour="#5f6368"))
    for place, (title, drawn) in enumerate(shown.items()):
        row, column = divmod(place, COLUMNS)
        parts += panel(title, drawn, left=column * WIDTH, top=HEAD + row * HEIGHT)
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{"".join(parts)}</svg>'


def draw(results: Path = RESULTS / "full.json", picture: Path = PICTURE) -> None:
    """Read the results, write the picture, at twice its size."""
    svg = drawing(json.loads(results.read_text())["rows"])
    picture.write_bytes(bytes(svg_to_bytes(svg_string=svg, zoom=2)))


if __name__ == "__main__":
    draw()
