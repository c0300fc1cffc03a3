"""What a report's period means, in the desk's own calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import WrongUse
from bot.reports.period import FORMS, parse

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)  # a Tuesday; in Jakarta it is Wednesday already
ZONES = [ZoneInfo(name) for name in ("UTC", "Asia/Jakarta", "Europe/London", "America/Santiago", "Africa/Cairo")]


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("", "2026-11-25", "2026-11-25"),
        ("today", "2026-11-25", "2026-11-25"),
        ("Yesterday", "2026-11-24", "2026-11-24"),
        ("1d", "2026-11-25", "2026-11-25"),
        ("7d", "2026-11-19", "2026-11-25"),
        ("30d", "2026-10-27", "2026-11-25"),
        ("this week", "2026-11-23", "2026-11-29"),
        ("  last   week ", "2026-11-16", "2026-11-22"),
        ("this month", "2026-11-01", "2026-11-30"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("2026-10-01", "2026-10-01", "2026-10-01"),
        ("2026-10-01..2026-10-31", "2026-10-01", "2026-10-31"),
        ("2026-10-01 .. 2026-10-31", "2026-10-01", "2026-10-31"),
    ],
)
def test_a_period_is_whole_days_where_the_desk_is(words: str, first: str, last: str) -> None:
    period = parse(words, now=NOW, zone=JAKARTA)

    assert (str(period.first), str(period.last)) == (first, last)


def test_its_instants_are_half_open_and_in_utc() -> None:
    period = parse("2026-10-01..2026-10-02", now=NOW, zone=JAKARTA)

    assert period.start == datetime(2026, 9, 30, 17, tzinfo=UTC)
    assert period.end == datetime(2026, 10, 2, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    ["tomorrow", "0d", "367d", "7", "2026-02-30", "2026-1-1", "20261001", "2026-10-31..2026-10-01", "2026-10-01..",
     "9999-12-31", "0001-01-01", "last year"],
)  # fmt: skip
def test_anything_else_is_answered_with_the_forms_that_exist(words: str) -> None:
    with pytest.raises(WrongUse) as refused:
        parse(words, now=NOW, zone=JAKARTA)

    assert refused.value.values["period"] == words
    assert all(form in str(refused.value.values["forms"]) for form in FORMS)


@pytest.mark.parametrize("words", FORMS)
def test_every_form_that_people_are_shown_is_understood_and_means_the_same_when_shown_again(words: str) -> None:
    period = parse(words, now=NOW, zone=JAKARTA)

    assert parse(str(period), now=NOW + timedelta(days=400), zone=JAKARTA) == period


@given(st.dates(date(1990, 1, 1), date(2035, 1, 1)), st.sampled_from(ZONES))
def test_days_follow_each_other_without_gap_or_overlap_also_where_clocks_change(day: date, zone: ZoneInfo) -> None:
    today, tomorrow = (parse(str(one), now=NOW, zone=zone) for one in (day, day + timedelta(days=1)))

    assert today.start < today.end == tomorrow.start
    assert {today.start.astimezone(zone).date(), (today.end - timedelta(seconds=1)).astimezone(zone).date()} == {day}


@pytest.mark.parametrize(("month", "days"), [("2024-03-15", 29), ("2026-03-31", 28), ("2026-01-01", 31)])
def test_last_month_has_the_days_that_it_had(month: str, days: int) -> None:
    now = datetime.fromisoformat(month).replace(hour=12, tzinfo=UTC)

    period = parse("last month", now=now, zone=ZoneInfo("UTC"))

    assert (period.last - period.first).days == days - 1
    assert period.last + timedelta(days=1) == date(now.year, now.month, 1)
