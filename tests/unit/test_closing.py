"""The end of a ticket, as the customer lives it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import closing
from bot.domain.closing import BEST, Answer, NotYet, Rated, Solved
from bot.domain.events import CustomerConfirmed, CustomerWrote, MessageId, TicketRated, TicketReopened
from bot.domain.ids import AgentId, TicketNumber
from bot.domain.ticket import Status, Survey, Ticket

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NUMBER = TicketNumber(7)
OPEN = Ticket(
    number=NUMBER, status=Status.OPEN, owner=AgentId("U1"), opened_at=NOW - timedelta(days=1), last_customer_at=NOW
)
SOLVED = replace(OPEN, status=Status.SOLVED, solved_at=NOW, due_at=NOW + timedelta(days=3), survey=Survey.ASKED)
CONFIRMED = replace(SOLVED, status=Status.CLOSED, closed_at=NOW, due_at=None, survey=Survey.CONFIRMED)
RATED = replace(CONFIRMED, rating=5, rated_at=NOW, survey=Survey.RATED)

ANSWERS: list[Answer] = [Solved(NUMBER), NotYet(NUMBER), *(Rated(NUMBER, rating) for rating in range(1, BEST + 1))]


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_choice_gives_back_the_answer_it_was_made_for(answer: Answer) -> None:
    assert closing.pressed(closing.id_of(answer)) == answer


@pytest.mark.parametrize("choice", ["", "solved", "solved:", "solved:x", "rate-0:7", "rate-6:7", "do:new", "solved:7 "])
def test_any_other_choice_is_no_answer(choice: str) -> None:
    assert closing.pressed(choice) is None


@pytest.mark.parametrize(
    ("plain", "ticket", "answer"),
    [
        ("Solved!", SOLVED, Solved(NUMBER)),
        ("selesai", SOLVED, Solved(NUMBER)),
        ("Not yet", SOLVED, NotYet(NUMBER)),
        ("Belum.", SOLVED, NotYet(NUMBER)),
        ("not yet, it still fails", SOLVED, None),
        ("solved", OPEN, None),
        ("5", SOLVED, None),
        ("5", CONFIRMED, Rated(NUMBER, 5)),
        ("6", CONFIRMED, None),
        ("solved", CONFIRMED, None),
    ],
)
def test_words_alone_answer_the_question_that_stands(plain: str, ticket: Ticket, answer: Answer | None) -> None:
    assert closing.said(plain, ticket=ticket) == answer


@pytest.mark.parametrize("ticket", [SOLVED, OPEN])
def test_a_confirmed_ticket_is_closed_and_asked_about(ticket: Ticket) -> None:
    change = closing.confirm(ticket, now=NOW)

    assert change.ticket.status is Status.CLOSED
    assert change.ticket.survey is Survey.CONFIRMED
    assert change.ticket.due_at is None
    assert [type(event) for event in change.events] == [CustomerConfirmed]
    assert closing.confirm(change.ticket, now=NOW).events == ()


def test_not_yet_reopens_what_is_done_and_nothing_else() -> None:
    assert [type(event) for event in closing.disagree(SOLVED, now=NOW).events] == [TicketReopened]
    assert closing.disagree(OPEN, now=NOW).events == ()


def test_a_rating_is_taken_once() -> None:
    change = closing.rate(CONFIRMED, rating=4, now=NOW)

    assert change.ticket.rating == 4
    assert [type(event) for event in change.events] == [TicketRated]
    assert closing.rate(change.ticket, rating=1, now=NOW).events == ()
    assert closing.rate(SOLVED, rating=1, now=NOW).events == ()


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_a_rating_out_of_range_is_none(rating: int) -> None:
    assert closing.rate(CONFIRMED, rating=rating, now=NOW).events == ()


def test_a_comment_is_taken_once_and_only_soon_after_the_rating() -> None:
    assert closing.is_comment(RATED, now=NOW + closing.COMMENT_WITHIN - timedelta(seconds=1))
    assert not closing.is_comment(RATED, now=NOW + closing.COMMENT_WITHIN)
    assert not closing.is_comment(CONFIRMED, now=NOW)

    change = closing.comment(RATED, text="Great", message=MessageId(3), now=NOW)

    assert change.ticket.rating_comment == "Great"
    assert not closing.is_comment(change.ticket, now=NOW)
    assert [type(event) for event in change.events] == [CustomerWrote]
