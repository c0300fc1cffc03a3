"""The Home tab's blocks: what is said, and Slack's limits whatever there is to say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ticket import Status
from bot.handlers.home import ESCALATED, MINE, OLDEST, TROUBLES, UNCLAIMED
from bot.sandbox.slack.rules_view import check_view
from bot.slack.home import Away, Board, HomeView, Line, Lines, Load, Notice, Queue, Trouble, home
from bot.texts import CATALOGUES, Texts
from tests.world import words

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
EN, ID = (partial(Texts().say, language) for language in ("en", "id"))
LINE = Line(
    number=42, address="https://w.slack.com/archives/C1/p1", status=Status.OPEN, level=1, customer="Anna",
    channel="Telegram", subject="Where is my order?", waiting_since=NOW - HOUR, answered_at=None,
    due="first_response", due_at=NOW + HOUR,
)  # fmt: skip
EMPTY = Queue(mine=Lines(), escalated=Lines(), unclaimed=Lines(), channels=("C1",))
QUIET = Board(
    states=dict.fromkeys((Status.NEW, Status.OPEN, Status.PENDING, Status.ON_HOLD), 0), loads=(), oldest=Lines(),
    today=("0 came in",), zone="UTC", troubles=(), troubles_total=0,
)  # fmt: skip


def read(view: HomeView, *, language: str = "en") -> str:
    return words({"blocks": home(view, ID if language == "id" else EN)})


def with_mine(line: Line) -> str:
    return read(HomeView(now=NOW, queue=replace(EMPTY, mine=Lines(shown=[line], total=1))))


def test_a_line_says_which_ticket_whose_what_and_who_waits_since_when() -> None:
    text = with_mine(LINE)

    assert "🟡 *<https://w.slack.com/archives/C1/p1|#42>* · Anna · Telegram · Where is my order?" in text
    assert f"waits for us* since <!date^{int((NOW - HOUR).timestamp())}^" in text
    assert "first reply due" in text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"due_at": NOW}, "*late:* the first reply was due"),
        ({"due_at": NOW, "due": "resolution"}, "*late:* it was to be solved by"),
        ({"due": "resolution"}, "to be solved by"),
        ({"waiting_since": None, "answered_at": NOW, "status": Status.PENDING}, "we wait for the customer, who was"),
        ({"waiting_since": None, "status": Status.PENDING}, "we wait for the customer"),
        ({"waiting_since": None, "status": Status.ON_HOLD}, "on hold"),
        ({"level": 2}, "🟣"),
        ({"is_stuck": True}, "did not arrive"),
        ({"is_undecided": True}, "held until its writer decides"),
        ({"desk": "Sales"}, "Telegram · Sales · "),
        ({"owner": "<@U1>"}, "<@U1> · "),
        ({"address": None}, "*#42*"),
    ],
)
def test_what_else_a_line_may_say(changed: dict[str, Any], said: str) -> None:
    plain, text = with_mine(LINE), with_mine(replace(LINE, **changed))

    assert said in text
    assert said not in plain


def test_only_unclaimed_tickets_have_a_claim_button_each_with_its_number() -> None:
    lines = Lines(shown=[LINE, replace(LINE, number=43)], total=2)

    blocks = home(HomeView(now=NOW, queue=replace(EMPTY, mine=Lines(shown=[LINE], total=1), unclaimed=lines)), EN)

    buttons = [block["accessory"] for block in blocks if "accessory" in block]
    assert [(one["action_id"], one["value"]) for one in buttons] == [("home.claim", "42"), ("home.claim", "43")]


def test_a_list_that_is_cut_says_how_many_are_missing() -> None:
    text = read(HomeView(now=NOW, queue=replace(EMPTY, mine=Lines(shown=[LINE], total=21))))

    assert "Your tickets: 21" in text
    assert "and 20 more" in text


def test_the_undo_button_stands_beside_the_notice_only_while_there_is_something_to_undo() -> None:
    with_undo = home(HomeView(now=NOW, notice=Notice(text="Yours.", undo=7), queue=EMPTY), EN)
    without = home(HomeView(now=NOW, notice=Notice(text="Taken."), queue=EMPTY), EN)

    assert with_undo[0]["accessory"]["value"] == "7"
    assert "accessory" not in without[0]


def test_who_may_see_nothing_reads_nothing_but_a_greeting_whatever_else_is_known() -> None:
    view = HomeView(now=NOW, notice=Notice(text="Ticket #1 (Anna)"), away=[Away(name="T", since=NOW, problem="x")])

    assert [block["block_id"] for block in home(view, EN)] == ["outside"]


def test_where_nobody_could_be_asked_who_belongs_here_that_is_said_instead() -> None:
    text = read(HomeView(now=NOW, unseen="The bot is not in the Slack channel: invite it there."))

    assert "invite it there" in text
    assert "Hello" not in text


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Trouble(name="failed", number=3, reason="Too long."), "#3: a text was *not delivered*. Too long. → *Retry*"),
        (Trouble(name="uncertain", number=3), "#3: nobody knows"),
        (Trouble(name="held", number=3, who="<@U1>"), "#3: a text of <@U1> is held"),
        (Trouble(name="parked", id="in-12", what="Telegram"), "from Telegram could not be read"),
        (Trouble(name="parked", id="in-12", what="Telegram"), "`loket failed --retry in-12`"),
        (Trouble(name="fetched", number=3), "#3: a file of the customer *could not be fetched*"),
        (Trouble(name="shown", number=3), "#3: Slack *does not take* a file of the customer"),
        (Trouble(name="part", id="out-3", what="post_alarm"), "The desk: something for Slack"),
    ],
)
def test_each_trouble_is_said_with_what_to_do(trouble: Trouble, said: str) -> None:
    text = read(HomeView(now=NOW, board=replace(QUIET, troubles=[trouble], troubles_total=9)))

    assert said in text
    assert "What has gone wrong: 9" in text
    assert "8 more: `loket failed`" in text


def test_what_has_gone_wrong_stands_before_everything_else() -> None:
    troubles = [Trouble(name="uncertain", number=3)]
    view = HomeView(now=NOW, queue=EMPTY, board=replace(QUIET, troubles=troubles, troubles_total=1))

    assert home(view, EN)[0]["block_id"] == "troubles"


def test_more_people_than_fit_are_counted() -> None:
    loads = [Load(f"<@U{number}>", 2, 1) for number in range(20)]

    text = read(HomeView(now=NOW, board=replace(QUIET, loads=loads)))

    assert "<@U14>: 2, waiting for us: 1" in text
    assert "<@U15>" not in text
    assert "5 more people: 10" in text


def test_it_speaks_indonesian() -> None:
    text = read(HomeView(now=NOW, queue=EMPTY, board=QUIET), language="id")

    assert "Tiket Anda: 0" in text
    assert "Papan: 0 terbuka" in text


# --- Slack's limits and hostile text

HOSTILE = st.text(max_size=80) | st.sampled_from(
    ["<!channel>", "<@U1>", "*b*" * 40, "&<>" * 60, "👨‍👩‍👧‍👦" * 60, "‮x", "a\nb", ""]
)
LINES = st.builds(
    replace, st.just(LINE), number=st.integers(1, 10**9), customer=HOSTILE, subject=HOSTILE, desk=HOSTILE,
    status=st.sampled_from([status for status in Status if not status.is_done]), level=st.integers(1, 9),
    waiting_since=st.none() | st.just(NOW), is_stuck=st.booleans(), is_undecided=st.booleans(),
)  # fmt: skip
TROUBLE = st.builds(
    Trouble, name=st.sampled_from(["failed", "uncertain", "held", "parked", "part"]), number=st.none() | st.just(4),
    id=st.just("in-4"), what=HOSTILE, who=st.just("<@U1>"), reason=st.text(max_size=900),
)  # fmt: skip


def listed(most: int) -> st.SearchStrategy[Lines]:
    return st.lists(LINES, max_size=most, unique_by=lambda line: line.number).map(lambda s: Lines(shown=s, total=10**6))


def full(lines: Sequence[Line]) -> HomeView:
    """As much as there can be."""
    board = Board(
        states=dict.fromkeys(QUIET.states, 10**6), loads=[Load("<@U0123456789A>", 10**6, 10**6)] * 300,
        oldest=Lines(shown=lines[:OLDEST], total=10**6), today=["x" * 900] * 5, zone="America/Argentina/Buenos_Aires",
        troubles=[Trouble(name="part", number=1, id="out-1", what="x", reason="&" * 900)] * TROUBLES,
        troubles_total=10**6,
    )  # fmt: skip
    queue = Queue(
        mine=Lines(shown=lines[:MINE], total=10**6), escalated=Lines(shown=lines[:ESCALATED], total=10**6),
        unclaimed=Lines(shown=lines[:UNCLAIMED], total=10**6), channels=["C0123456789A"] * 50,
    )  # fmt: skip
    away = [Away(name="<" * 80, since=NOW, problem="&" * 900)] * 4
    return HomeView(
        now=NOW, notice=Notice(text="x" * 9000, undo=1), away=away, queue=queue, board=board, unseen="&" * 90
    )


@pytest.mark.parametrize("language", CATALOGUES)
def test_all_there_can_be_is_still_one_view_that_slack_takes(language: str) -> None:
    longest = [
        replace(LINE, number=10**8 + n, customer="&" * 255, subject="&*" * 100, desk="&" * 80) for n in range(99)
    ]

    view = {"type": "home", "blocks": home(full(longest), partial(Texts().say, language))}

    assert check_view(view) == []


@settings(max_examples=60, deadline=None)
@given(
    listed(MINE), listed(UNCLAIMED), st.lists(TROUBLE, max_size=TROUBLES), HOSTILE, st.sampled_from(sorted(CATALOGUES))
)
def test_whatever_people_write_slack_takes_it_and_nothing_comes_alive(
    mine: Lines, unclaimed: Lines, troubles: list[Trouble], problem: str, language: str
) -> None:
    queue = replace(EMPTY, mine=mine, unclaimed=unclaimed)
    board = replace(QUIET, troubles=troubles, troubles_total=len(troubles))
    view = HomeView(now=NOW, queue=queue, board=board, away=[Away(name="Telegram", since=None, problem=problem)])

    blocks = home(view, partial(Texts().say, language))

    assert check_view({"type": "home", "blocks": blocks}) == []
    text = words({"blocks": blocks})
    assert "<!channel" not in text
    assert "<!here" not in text
    assert text.count("<@") == sum(trouble.name == "held" for trouble in troubles)
