"""A report in words, one line for each thing; the same for Slack and for a terminal."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Protocol

from bot.reports.sla import Figures, Percentile, Spread, Summary

_UNITS_S = (86_400, 3_600, 60, 1)  #: days, hours, minutes, seconds


class Say(Protocol):
    """`bot.texts.Texts.say` in the reader's language."""

    def __call__(self, name: str, /, **values: object) -> str:
        """The text with its blanks filled in."""
        ...


def lines(summary: Summary, *, say: Say, name: Callable[[str], str]) -> Iterator[str]:
    """The title, the figures of all, and a line for each group; ``name`` says how a group's key is written."""
    total = summary.total
    period = summary.period
    days = str(period) if period.first == period.last else say("sla.days", first=period.first, last=period.last)
    yield say("sla.head", period=days, zone=period.zone)
    yield say("sla.counts", **_counts(total))
    yield say("sla.first_response", spread=_spread(total.first_response, say))
    yield say("sla.resolution", spread=_spread(total.resolution, say))
    for key, figures in summary.groups:
        yield say(
            "sla.group",
            name=say("sla.nobody") if key is None else name(key),
            counts=say("sla.counts", **_counts(figures)),
            first_response=_brief(figures.first_response, say),
            resolution=_brief(figures.resolution, say),
        )
    if total.first_response.unfinished or total.resolution.unfinished:
        yield say("sla.unfinished")


def span(value: timedelta, say: Say) -> str:
    """A duration to the second, or in its two largest units."""
    left_s, found = int(value.total_seconds()), list[str]()
    for size_s, unit in zip(_UNITS_S, say("sla.units").split(), strict=True):
        count, left_s = divmod(left_s, size_s)
        found += [f"{count} {unit}"] if count or (size_s == 1 and not found) else []
    return " ".join(found[:2])


def _counts(figures: Figures) -> dict[str, object]:
    return {name: getattr(figures, name) for name in ("came_in", "answered", "closed", "open")}


def _spread(spread: Spread, say: Say) -> str:
    if not spread.count:
        return say("sla.no_tickets")
    return say(
        "sla.spread",
        brief=_brief(spread, say),
        target=span(spread.target, say),
        count=spread.count,
        unfinished=spread.unfinished,
    )


def _brief(spread: Spread, say: Say) -> str:
    share = "–" if spread.share is None else f"{int(spread.share * 100)} %"  # rounded down: 100 % is all of them
    return f"p50 {_percentile(spread.p50, say)}, p90 {_percentile(spread.p90, say)}, {share}"


def _percentile(found: Percentile | None, say: Say) -> str:
    return "–" if found is None else f"{'≥ ' if found.at_least else ''}{span(found.value, say)}"
