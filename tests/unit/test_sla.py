"""The figures: right to the second against a slow, obvious reference over random histories."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Targets
from bot.domain import ticket as tickets
from bot.domain.events import acting
from bot.domain.ids import AgentId, TicketNumber
from bot.domain.ticket import Status, Ticket
from bot.reports.export import csv_text
from bot.reports.period import By, Period, parse
from bot.reports.queries import TicketTimes
from bot.reports.sla import Figures, Percentile, Spread, Summary, summarise
from bot.reports.text import lines, span
from bot.texts import Texts

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TARGETS = Targets(first_response=timedelta(minutes=30), resolution=timedelta(hours=8))
DAY = parse("yesterday", now=NOW, zone=ZoneInfo("UTC"))
MIDNIGHT = DAY.start
AGENTS, CHANNELS = (None, "U1", "U2"), ("telegram", "whatsapp")
REACH_S = 3 * 86_400  #: random histories begin at most so long before now


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def one(
    asked: timedelta, *, answered: timedelta | None = None, solved: timedelta | None = None, agent: str | None = None
) -> TicketTimes:
    """A ticket whose times are counted from the beginning of the period, and its answer and end from its own."""
    begun = MIDNIGHT + asked
    answered_at, solved_at = (None if taken is None else begun + taken for taken in (answered, solved))
    return TicketTimes(channel="telegram", agent=agent, asked_at=begun, answered_at=answered_at, solved_at=solved_at)


def summary(*rows: TicketTimes, by: By | None = None, now: datetime = NOW) -> Summary:
    return summarise(rows, period=DAY, targets=TARGETS, now=now, by=by)


# --- single figures


def test_without_tickets_there_are_no_percentiles_and_no_share() -> None:
    spread = summary().total.first_response

    assert (spread.count, spread.p50, spread.p90, spread.share) == (0, None, None, None)


def test_the_first_instant_belongs_to_the_period_and_the_last_to_the_next() -> None:
    day = DAY.end - DAY.start

    assert [summary(one(asked)).total.came_in for asked in (-minutes(1), minutes(0), day, day - minutes(1))] == [
        0,
        1,
        0,
        1,
    ]


def test_a_ticket_of_before_counts_when_it_is_answered_and_when_it_is_closed() -> None:
    total = summary(one(-minutes(60), answered=minutes(61), solved=minutes(62))).total

    assert (total.came_in, total.answered, total.closed, total.open) == (0, 1, 1, 0)
    assert (total.first_response.count, total.resolution.count) == (0, 0)


def test_percentiles_are_nearest_rank() -> None:
    rows = [one(minutes(0), answered=minutes(taken), solved=minutes(taken)) for taken in range(10, 0, -1)]

    spread = summary(*rows).total.first_response

    assert spread.p50 == Percentile(value=minutes(5), at_least=False)
    assert spread.p90 == Percentile(value=minutes(9), at_least=False)


def test_who_still_waits_counts_with_the_age_so_far_and_what_that_may_move_is_at_least() -> None:
    answered = [one(minutes(0), answered=minutes(taken)) for taken in (1, 2, 3)]
    waiting = one(minutes(0))

    spread = summary(*answered, waiting, now=MIDNIGHT + minutes(10)).total.first_response

    assert spread.p50 == Percentile(value=minutes(2), at_least=False)
    assert spread.p90 == Percentile(value=minutes(10), at_least=True)
    assert (spread.count, spread.unfinished) == (4, 1)


def test_one_who_waits_within_the_target_is_neither_met_nor_missed() -> None:
    met, waits = one(minutes(0), answered=minutes(30)), one(minutes(0))

    early = summary(met, waits, now=MIDNIGHT + minutes(30)).total.first_response
    late = summary(met, waits, now=MIDNIGHT + minutes(30) + timedelta(seconds=1)).total.first_response

    assert (early.met, early.missed, early.share) == (1, 0, 1.0)
    assert (late.met, late.missed, late.share) == (1, 1, 0.5)


def test_a_ticket_solved_without_a_word_waits_for_no_answer() -> None:
    total = summary(one(minutes(0), solved=minutes(5))).total

    assert total.first_response.count == 0
    assert total.resolution.count == 1


def test_groups_stand_largest_first_and_nobodys_last_and_can_be_left_out() -> None:
    rows = [one(minutes(0), agent=agent) for agent in (None, None, None, "U1", "U2", "U2")]

    found = summary(*rows, by=By.AGENT)

    assert [(key, figures.came_in) for key, figures in found.groups] == [("U2", 2), ("U1", 1), (None, 3)]
    assert [key for key, _ in found.only("U1").groups] == ["U1"]


# --- against the reference


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened to a ticket: moments before now in whole seconds, rising, and what."""

    channel: str
    agent: str | None
    asked_at: datetime
    events: tuple[tuple[datetime, str], ...]

    def times(self) -> TicketTimes:
        """The ticket as the domain leaves it, as the report reads it."""
        ticket = Ticket(
            number=TicketNumber(1), status=Status.NEW, opened_at=self.asked_at, last_customer_at=self.asked_at
        )
        for at, event in self.events:
            ticket = _after(ticket, event, at=at)
        return TicketTimes(
            channel=self.channel, agent=self.agent, asked_at=ticket.opened_at,
            answered_at=ticket.first_reply_at, solved_at=ticket.solved_at,
        )  # fmt: skip


def _after(ticket: Ticket, event: str, *, at: datetime) -> Ticket:
    agent = AgentId("U1")
    match event:
        case "answer":
            return tickets.answered(ticket, released_at=at)
        case "solve" if not ticket.status.is_done:
            return tickets.solve(ticket, agent=agent, resolution=None, reopen_within=timedelta(days=3), now=at).ticket
        case "reopen" if ticket.status.is_done:
            return tickets.reopen(ticket, actor=acting(agent), now=at).ticket
    return ticket


@st.composite
def histories(draw: st.DrawFn) -> History:
    moments = sorted(draw(st.lists(st.integers(0, REACH_S), min_size=1, max_size=6)))
    instants = [NOW - timedelta(seconds=REACH_S - moment) for moment in moments]
    kinds = draw(st.lists(st.sampled_from(["answer", "solve", "reopen"]), min_size=len(moments), max_size=len(moments)))
    return History(
        channel=draw(st.sampled_from(CHANNELS)), agent=draw(st.sampled_from(AGENTS)), asked_at=instants[0],
        events=tuple(zip(instants[1:], kinds, strict=False)),
    )  # fmt: skip


periods = st.sampled_from(["today", "yesterday", "3d", "2026-11-22..2026-11-23"]).map(
    partial(parse, now=NOW, zone=ZoneInfo("Asia/Jakarta"))
)


def reference(histories: Sequence[History], period: Period) -> Figures:
    """The same, the long way round."""
    came_in = [history for history in histories if inside(history.asked_at, period)]
    answers = [(history, first_answer(history)) for history in histories]
    ends = [(history, last_end(history)) for history in histories]
    return Figures(
        came_in=len(came_in),
        answered=len([1 for _, at in answers if at is not None and inside(at, period)]),
        closed=len([1 for _, at in ends if at is not None and inside(at, period)]),
        open=len([1 for _, at in ends if at is None]),
        first_response=slow_spread(
            [(it.asked_at, first_answer(it)) for it in came_in if first_answer(it) or not last_end(it)],
            target=TARGETS.first_response,
        ),
        resolution=slow_spread([(it.asked_at, last_end(it)) for it in came_in], target=TARGETS.resolution),
    )


def inside(at: datetime, period: Period) -> bool:
    return period.first <= at.astimezone(period.zone).date() <= period.last


def first_answer(history: History) -> datetime | None:
    return min((at for at, event in history.events if event == "answer"), default=None)


def last_end(history: History) -> datetime | None:
    """When it was solved, unless it was reopened later; solving what is solved changes nothing."""
    solved = None
    for at, event in history.events:
        if event == "solve" and solved is None:
            solved = at
        if event == "reopen":
            solved = None
    return solved


def slow_spread(spans: Iterable[tuple[datetime, datetime | None]], *, target: timedelta) -> Spread:
    spans = list(spans)
    least = [(end or NOW) - begin for begin, end in spans]
    most = [timedelta.max if end is None else end - begin for begin, end in spans]
    done = [end - begin for begin, end in spans if end is not None]
    return Spread(
        count=len(spans),
        unfinished=len(spans) - len(done),
        p50=slow_percentile(least, most, 50),
        p90=slow_percentile(least, most, 90),
        target=target,
        met=len([1 for taken in done if taken <= target]),
        missed=len([1 for taken in least if taken > target]),
    )


def slow_percentile(least: list[timedelta], most: list[timedelta], percent: int) -> Percentile | None:
    """The smallest duration that so many do not exceed; *at least*, if it were another had all waited for ever."""

    def smallest(durations: list[timedelta]) -> timedelta:
        return min(
            one for one in durations if 100 * sum(other <= one for other in durations) >= percent * len(durations)
        )

    return None if not least else Percentile(value=smallest(least), at_least=smallest(least) != smallest(most))


@given(st.lists(histories(), max_size=12), periods)
def test_every_figure_is_that_of_the_reference(histories: list[History], period: Period) -> None:
    rows = [history.times() for history in histories]

    for by, keys in ((By.AGENT, AGENTS), (By.CHANNEL, CHANNELS)):
        found = summarise(rows, period=period, targets=TARGETS, now=NOW, by=by)

        assert found.total == reference(histories, period)
        for key in keys:
            own = [it for it in histories if key == (it.agent if by is By.AGENT else it.channel)]
            nothing = replace(reference([], period))
            assert dict(found.groups).get(key, nothing) == reference(own, period)


# --- how it reads


@pytest.mark.parametrize(
    ("value_s", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (3_600, "1 h"), (3_661, "1 h 1 min"),
     (90_000, "1 d 1 h"), (86_460, "1 d 1 min")],
)  # fmt: skip
def test_a_duration_reads_in_its_two_largest_units(value_s: int, text: str) -> None:
    assert span(timedelta(seconds=value_s), partial(Texts().say, "en")) == text


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_report_reads_in_every_language(language: str) -> None:
    rows = [one(minutes(0), answered=minutes(5), agent="U1"), one(minutes(1))]

    said = list(lines(summary(*rows, by=By.AGENT), say=partial(Texts().say, language), name=str))

    assert "2026-11-24" in said[0]
    assert any(line.startswith("• U1: 1 ") for line in said)
    assert "≥" in said[-1]


def test_the_share_is_never_rounded_up_to_all() -> None:
    rows = [*(one(minutes(0), answered=minutes(1)) for _ in range(999)), one(minutes(0), answered=minutes(31))]

    said = list(lines(summary(*rows), say=partial(Texts().say, "en"), name=str))

    assert "99 % within 30 min" in said[2]


def test_the_table_has_seconds_and_takes_the_sting_out_of_names() -> None:
    rows = [one(minutes(0), answered=minutes(5), agent="U1"), one(minutes(1))]

    table = list(csv.DictReader(io.StringIO(csv_text(summary(*rows, by=By.AGENT), name=lambda _: "=1+1"))))

    assert [(row["by"], row["key"], row["name"]) for row in table] == [
        ("all", "", ""), ("agent", "U1", "'=1+1"), ("agent", "", ""),
    ]  # fmt: skip
    assert table[0]["from"] == "2026-11-24T00:00:00+00:00"
    assert (table[0]["came_in"], table[0]["first_response_p50_s"]) == ("2", "300")
    assert table[0]["first_response_p90_at_least"] == "true"
