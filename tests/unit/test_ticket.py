"""What happens to a ticket, decision by decision."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.events import (
    CUSTOMER,
    DESK,
    ChangeUndone,
    CustomerWrote,
    MessageId,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketEscalated,
    TicketReopened,
    TicketSolved,
    TicketUnclaimed,
    acting,
)
from bot.domain.ids import AgentId, TicketNumber
from bot.domain.ticket import (
    Change,
    Escalation,
    Place,
    Status,
    Survey,
    Ticket,
    answered,
    assign,
    bounced,
    claim,
    close_when_due,
    escalate,
    place,
    receive,
    reopen,
    solve,
    unclaim,
)
from bot.domain.undo import UNDO_WITHIN, Done, undo
from bot.errors import AlreadyClaimed, AlreadySolved, ChangedSince, NotClaimed, NotSolved, TooLateToUndo
from bot.models.mapping import standing_of, with_standing
from tests.clock import MONDAY

NUMBER = TicketNumber(7)
MIKA, SAM = AgentId("U-MIKA"), AgentId("U-SAM")
LATER = MONDAY + timedelta(hours=1)
JUST = UNDO_WITHIN - timedelta(microseconds=1)  #: ago
WITHIN = timedelta(hours=72)
MESSAGE = MessageId(5)

NEW = Ticket(number=NUMBER, status=Status.NEW, opened_at=MONDAY, last_customer_at=MONDAY)
OPEN = replace(NEW, status=Status.OPEN, owner=MIKA)
PENDING = replace(OPEN, status=Status.PENDING)
ON_HOLD = replace(OPEN, status=Status.ON_HOLD)
SOLVED = replace(OPEN, status=Status.SOLVED, solved_at=MONDAY, due_at=MONDAY + WITHIN)
CLOSED = replace(OPEN, status=Status.CLOSED, solved_at=MONDAY, closed_at=MONDAY + WITHIN)
AT_WORK = [NEW, OPEN, PENDING, ON_HOLD]
DONE = [SOLVED, CLOSED]


def test_whoever_claims_a_new_ticket_owns_it_and_has_it_open() -> None:
    change = claim(NEW, agent=MIKA, now=LATER)

    assert (change.ticket.owner, change.ticket.status) == (MIKA, Status.OPEN)
    assert change.events == (TicketClaimed(ticket=NUMBER, actor=acting(MIKA), at=LATER, agent=MIKA),)


@pytest.mark.parametrize("ticket", [PENDING, ON_HOLD, SOLVED, CLOSED])
def test_claiming_an_unowned_ticket_that_is_not_new_leaves_its_status(ticket: Ticket) -> None:
    unowned = replace(ticket, owner=None)

    assert claim(unowned, agent=SAM, now=LATER).ticket == replace(ticket, owner=SAM)


def test_claiming_ones_own_ticket_again_changes_nothing() -> None:
    assert claim(OPEN, agent=MIKA, now=LATER) == Change(OPEN, ())


def test_who_comes_second_is_told_who_was_first() -> None:
    with pytest.raises(AlreadyClaimed) as refused:
        claim(OPEN, agent=SAM, now=LATER)

    assert refused.value.values == {"number": NUMBER, "agent": MIKA}


@pytest.mark.parametrize(
    ("ticket", "status"),
    [(OPEN, Status.NEW), (PENDING, Status.PENDING), (ON_HOLD, Status.ON_HOLD), (SOLVED, Status.SOLVED)],
)
def test_a_ticket_that_is_given_back_is_nobodys_whoever_says_so(ticket: Ticket, status: Status) -> None:
    change = unclaim(ticket, agent=SAM, now=LATER)

    event = TicketUnclaimed(ticket=NUMBER, actor=acting(SAM), at=LATER, agent=MIKA)
    assert change == Change(replace(ticket, owner=None, status=status), (event,))


def test_what_nobody_owns_cannot_be_given_back() -> None:
    with pytest.raises(NotClaimed):
        unclaim(NEW, agent=MIKA, now=LATER)


@pytest.mark.parametrize(
    ("ticket", "status"), [(NEW, Status.OPEN), (OPEN, Status.OPEN), (PENDING, Status.PENDING), (CLOSED, Status.CLOSED)]
)
def test_an_assigned_ticket_is_the_named_persons_whoever_had_it(ticket: Ticket, status: Status) -> None:
    change = assign(ticket, agent=MIKA, to=SAM, now=LATER)

    event = TicketAssigned(ticket=NUMBER, actor=acting(MIKA), at=LATER, agent=SAM)
    assert change == Change(replace(ticket, owner=SAM, status=status), (event,))


def test_assigning_a_ticket_to_its_owner_changes_nothing() -> None:
    assert assign(OPEN, agent=SAM, to=MIKA, now=LATER) == Change(OPEN, ())


def test_a_ticket_that_nobody_owns_and_that_waited_for_the_customer_is_new_again() -> None:
    waiting = replace(PENDING, owner=None)

    change = receive(waiting, message=MESSAGE, at_place=Place.JOINS, sent_at=LATER, now=LATER)

    assert change.ticket.status is Status.NEW


CHANGES = [
    (claim(NEW, agent=MIKA, now=LATER), NEW, "claim"),
    (unclaim(PENDING, agent=MIKA, now=LATER), PENDING, "unclaim"),
    (assign(OPEN, agent=MIKA, to=SAM, now=LATER), OPEN, "assign"),
    (solve(PENDING, agent=MIKA, resolution="paid", reopen_within=WITHIN, now=LATER), PENDING, "close"),
    (reopen(CLOSED, actor=acting(MIKA), now=LATER), CLOSED, "reopen"),
]


@pytest.mark.parametrize(("change", "before", "verb"), CHANGES, ids=[verb for _, _, verb in CHANGES])
def test_a_change_is_undone_within_ten_seconds_by_what_the_journal_keeps(
    change: Change, before: Ticket, verb: str
) -> None:
    kept = with_standing(change.ticket, json.loads(json.dumps(standing_of(before))))
    done = Done(event=type(change.events[0]).__name__, age=JUST, version=3, before=kept)

    undone = undo(change.ticket, done, version=3, actor=acting(MIKA), now=LATER)

    event = ChangeUndone(ticket=NUMBER, actor=acting(MIKA), at=LATER, what=verb)
    assert undone == Change(before, (event,))


def test_what_is_too_old_or_was_changed_since_is_not_undone() -> None:
    done = Done(event="TicketClaimed", age=JUST, version=3, before=NEW)

    with pytest.raises(TooLateToUndo):
        undo(OPEN, replace(done, age=UNDO_WITHIN), version=3, actor=acting(MIKA), now=LATER)
    with pytest.raises(ChangedSince):
        undo(OPEN, done, version=4, actor=acting(MIKA), now=LATER)


@pytest.mark.parametrize("ticket", AT_WORK)
def test_escalating_raises_the_level_and_remembers_the_rest(ticket: Ticket) -> None:
    change = escalate(ticket, agent=SAM, to=("team:2nd",), reason="refund", now=LATER)

    asked = Escalation(by=SAM, to=("team:2nd",), at=LATER, reason="refund")
    assert change.ticket == replace(ticket, level=2, escalation=asked)
    event = TicketEscalated(
        ticket=NUMBER, actor=acting(SAM), at=LATER, agent=SAM, level=2, to=("team:2nd",), reason="refund"
    )
    assert change.events == (event,)


@pytest.mark.parametrize("ticket", DONE)
def test_a_done_ticket_can_neither_be_escalated_nor_solved_again(ticket: Ticket) -> None:
    with pytest.raises(AlreadySolved):
        escalate(ticket, agent=MIKA, to=(), reason="why not", now=LATER)
    with pytest.raises(AlreadySolved):
        solve(ticket, agent=MIKA, resolution=None, reopen_within=WITHIN, now=LATER)


@pytest.mark.parametrize("ticket", AT_WORK)
@pytest.mark.parametrize("resolution", [None, "sent a new invoice"])
def test_a_solved_ticket_can_be_reopened_for_a_while(ticket: Ticket, resolution: str | None) -> None:
    change = solve(ticket, agent=SAM, resolution=resolution, reopen_within=WITHIN, now=LATER)

    after = replace(
        ticket,
        status=Status.SOLVED,
        resolution=resolution,
        solved_at=LATER,
        due_at=LATER + WITHIN,
        survey=Survey.ASKED,
    )
    event = TicketSolved(ticket=NUMBER, actor=acting(SAM), at=LATER, agent=SAM, resolution=resolution)
    assert change == Change(after, (event,))


def test_a_solved_ticket_is_closed_when_the_time_for_reopening_has_passed() -> None:
    assert SOLVED.due_at is not None

    assert close_when_due(SOLVED, now=SOLVED.due_at - timedelta(microseconds=1)) == Change(SOLVED, ())
    change = close_when_due(SOLVED, now=SOLVED.due_at)

    after = replace(SOLVED, status=Status.CLOSED, closed_at=SOLVED.due_at, due_at=None)
    assert change == Change(after, (TicketClosed(ticket=NUMBER, actor=DESK, at=SOLVED.due_at),))


@pytest.mark.parametrize("ticket", [*AT_WORK, CLOSED, replace(SOLVED, due_at=None)])
def test_time_alone_closes_nothing_else(ticket: Ticket) -> None:
    assert close_when_due(ticket, now=MONDAY + timedelta(days=365)) == Change(ticket, ())


@pytest.mark.parametrize("ticket", DONE)
@pytest.mark.parametrize(("owner", "status"), [(MIKA, Status.OPEN), (None, Status.NEW)])
def test_a_reopened_ticket_stays_with_its_owner(ticket: Ticket, owner: AgentId | None, status: Status) -> None:
    change = reopen(replace(ticket, owner=owner), actor=acting(SAM), now=LATER)

    after = replace(ticket, owner=owner, status=status, solved_at=None, closed_at=None, due_at=None)
    assert change == Change(after, (TicketReopened(ticket=NUMBER, actor=acting(SAM), at=LATER),))


@pytest.mark.parametrize("ticket", AT_WORK)
def test_what_is_not_solved_cannot_be_reopened(ticket: Ticket) -> None:
    with pytest.raises(NotSolved):
        reopen(ticket, actor=acting(MIKA), now=LATER)


@pytest.mark.parametrize(
    ("latest", "courtesy", "after", "expected"),
    [
        (None, False, timedelta(0), Place.OPENS),
        (None, True, timedelta(0), Place.OPENS),
        (NEW, False, timedelta(days=365), Place.JOINS),
        (OPEN, True, timedelta(0), Place.JOINS),
        (PENDING, True, timedelta(0), Place.JOINS),
        (ON_HOLD, False, timedelta(0), Place.JOINS),
        (SOLVED, False, timedelta(0), Place.REOPENS),
        (SOLVED, False, WITHIN - timedelta(microseconds=1), Place.REOPENS),
        (SOLVED, False, WITHIN, Place.OPENS),
        (CLOSED, False, WITHIN, Place.OPENS),
        (CLOSED, False, timedelta(hours=71), Place.REOPENS),
        (SOLVED, True, timedelta(0), Place.RESTS),
        (CLOSED, True, timedelta(days=365), Place.RESTS),
        (replace(CLOSED, solved_at=None), False, WITHIN, Place.OPENS),
    ],
)
def test_where_a_customers_message_belongs(
    latest: Ticket | None, *, courtesy: bool, after: timedelta, expected: Place
) -> None:
    assert place(latest, courtesy=courtesy, reopen_within=WITHIN, now=MONDAY + after) is expected


@pytest.mark.parametrize("ticket", [NEW, OPEN, ON_HOLD])
def test_a_message_that_joins_is_noted_and_changes_no_status(ticket: Ticket) -> None:
    change = receive(ticket, message=MESSAGE, at_place=Place.JOINS, sent_at=LATER, now=LATER)

    assert change.ticket == replace(ticket, last_customer_at=LATER)
    assert change.events == (CustomerWrote(ticket=NUMBER, actor=CUSTOMER, at=LATER, message=MESSAGE),)


def test_a_ticket_that_waited_for_the_customer_is_ours_again() -> None:
    change = receive(PENDING, message=MESSAGE, at_place=Place.JOINS, sent_at=LATER, now=LATER)

    assert change.ticket.status is Status.OPEN


def test_a_late_old_message_does_not_turn_back_the_customers_clock() -> None:
    early = MONDAY - timedelta(hours=1)

    change = receive(OPEN, message=MESSAGE, at_place=Place.JOINS, sent_at=early, now=LATER)

    assert change.ticket.last_customer_at == MONDAY


@pytest.mark.parametrize("ticket", DONE)
def test_a_message_that_reopens_says_so_first(ticket: Ticket) -> None:
    change = receive(ticket, message=MESSAGE, at_place=Place.REOPENS, sent_at=LATER, now=LATER)

    reopened = reopen(ticket, actor=CUSTOMER, now=LATER)
    assert change.ticket == replace(reopened.ticket, last_customer_at=LATER)
    assert change.events == (
        *reopened.events,
        CustomerWrote(ticket=NUMBER, actor=CUSTOMER, at=LATER, message=MESSAGE),
    )


@pytest.mark.parametrize("ticket", DONE)
def test_thanks_rest_in_the_ticket(ticket: Ticket) -> None:
    change = receive(ticket, message=MESSAGE, at_place=Place.RESTS, sent_at=LATER, now=LATER)

    wrote = CustomerWrote(ticket=NUMBER, actor=CUSTOMER, at=LATER, message=MESSAGE)
    assert change == Change(ticket, (wrote,))


def test_the_first_accepted_reply_is_the_first_response_and_only_that() -> None:
    first = answered(OPEN, released_at=LATER)
    second = answered(first, released_at=LATER + timedelta(hours=1))

    assert first == replace(OPEN, status=Status.PENDING, first_reply_at=LATER, last_agent_at=LATER)
    assert second.first_reply_at == LATER
    assert second.last_agent_at == LATER + timedelta(hours=1)


def test_a_reply_that_bounced_was_none() -> None:
    twice = answered(answered(OPEN, released_at=LATER), released_at=LATER + WITHIN)

    assert bounced(twice, replies=()) == OPEN
    assert bounced(twice, replies=[LATER]) == answered(OPEN, released_at=LATER)
    assert bounced(replace(twice, owner=None), replies=()).status is Status.NEW
    assert bounced(replace(twice, last_customer_at=LATER + WITHIN), replies=[LATER]).status is Status.OPEN


def test_a_bounced_reply_reopens_nothing() -> None:
    done = replace(OPEN, status=Status.SOLVED, first_reply_at=LATER, last_agent_at=LATER)

    assert bounced(done, replies=()).status is Status.SOLVED


def test_after_a_reply_it_stays_our_turn_if_the_customer_wrote_meanwhile() -> None:
    wrote_since = replace(OPEN, last_customer_at=LATER + timedelta(seconds=1))

    assert answered(wrote_since, released_at=LATER).status is Status.OPEN


@pytest.mark.parametrize("ticket", [NEW, PENDING, ON_HOLD, *DONE])
def test_a_reply_makes_only_an_open_ticket_wait(ticket: Ticket) -> None:
    assert answered(ticket, released_at=LATER).status is ticket.status
