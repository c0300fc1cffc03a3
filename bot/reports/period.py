"""What a report is asked for: a span of time, whole days of the desk's calendar, and what to split it by."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from typing_extensions import override

from bot.errors import WrongUse

DEFAULT = "today"
#: how a period may be written; what people are shown when they write it otherwise
FORMS = (
    "today",
    "yesterday",
    "7d",
    "30d",
    "this week",
    "last week",
    "this month",
    "last month",
    "2026-10-01",
    "2026-10-01..2026-10-31",
)
MOST_DAYS = 366  #: of the form ``7d``
DAY = timedelta(days=1)

_LAST_DAYS = re.compile(r"([0-9]{1,3})d")
_DATES = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?: ?\.\. ?([0-9]{4}-[0-9]{2}-[0-9]{2}))?")


class By(StrEnum):
    """What the figures can be split by. Each ticket belongs to exactly one group."""

    AGENT = "agent"  #: see `bot.reports.queries.TicketTimes.agent`
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From the first day's beginning to the last day's end, in ``zone``."""

    first: date
    last: date  #: belongs to it
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        """The instant at which it begins, in UTC."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The instant at which it is over, in UTC; no longer part of it."""
        return _midnight(self.last + DAY, self.zone)

    @override
    def __str__(self) -> str:
        """The form that means the same days tomorrow."""
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"


def parse(words: str, *, now: datetime, zone: ZoneInfo) -> Period:
    """
    The period that is meant; no words mean `DEFAULT`.

    ``7d`` is today and the six days before it; a week begins on Monday; both days of a range belong to it.

    :raises WrongUse: it is written in none of the `FORMS`.
    """
    written = " ".join(words.lower().split()) or DEFAULT
    try:
        first, last = _days(written, today=now.astimezone(zone).date())
        period = Period(first=first, last=last, zone=zone)
        if period.start < period.end:
            return period
    except (ValueError, OverflowError):
        pass  # no such day, or one that no calendar holds
    raise WrongUse(verb="sla", problem="period_unknown", period=words, forms=", ".join(FORMS))


def _days(written: str, *, today: date) -> tuple[date, date]:
    monday, first_of_month = today - today.weekday() * DAY, today.replace(day=1)
    match written:
        case "today":
            return today, today
        case "yesterday":
            return today - DAY, today - DAY
        case "this week":
            return monday, monday + 6 * DAY
        case "last week":
            return monday - 7 * DAY, monday - DAY
        case "this month":
            return first_of_month, (first_of_month + 31 * DAY).replace(day=1) - DAY
        case "last month":
            return (first_of_month - DAY).replace(day=1), first_of_month - DAY
        case _:
            return _counted_or_named(written, today=today)


def _counted_or_named(written: str, *, today: date) -> tuple[date, date]:
    if (counted := _LAST_DAYS.fullmatch(written)) and 1 <= int(counted[1]) <= MOST_DAYS:
        return today - (int(counted[1]) - 1) * DAY, today
    if named := _DATES.fullmatch(written):
        return date.fromisoformat(named[1]), date.fromisoformat(named[2] or named[1])
    raise ValueError


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day; where clocks skip midnight, the one at which they do."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
