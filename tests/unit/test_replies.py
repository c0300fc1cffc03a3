"""The table of safe replies: mode, author, state of the ticket, and what the text says of itself."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ReplyMode
from bot.domain.events import Hint, Offer
from bot.domain.ids import AgentId, TicketNumber
from bot.domain.receipts import Receipt
from bot.domain.replies import Ask, Draft, Gone, Keep, Relay, Role, Verdict, is_internal, judge
from bot.domain.ticket import Status, Ticket
from tests.clock import MONDAY

OWNER, OTHER = AgentId("U-OWNER"), AgentId("U-OTHER")
DRAFT = Draft(plain="It is on its way.", author=OWNER, role=Role.AGENT, mentions=False, broadcast=False, files=0)
BY_OTHER = replace(DRAFT, author=OTHER)
OWNED = Ticket(
    number=TicketNumber(1), status=Status.OPEN, owner=OWNER, opened_at=MONDAY, last_customer_at=MONDAY
)  # fmt: skip
UNOWNED = replace(OWNED, status=Status.NEW, owner=None)
SOLVED = replace(OWNED, status=Status.SOLVED)
CLOSED = replace(OWNED, status=Status.CLOSED)
SOLVED_UNOWNED = replace(UNOWNED, status=Status.SOLVED)

RELAY, KEEP, HINT = Relay(), Keep(), Keep(Hint.NOT_SENT)
CLAIM, REOPEN = Ask(Offer.CLAIM), Ask(Offer.REOPEN)
OWNER_MODE, EVERYONE, EXPLICIT = ReplyMode.OWNER, ReplyMode.EVERYONE, ReplyMode.EXPLICIT

INTERNAL = [
    replace(DRAFT, plain="// he called twice"),
    replace(DRAFT, plain="he called twice ;;"),
    replace(DRAFT, plain="🔒 vip"),
    replace(DRAFT, plain="*Note:* vip"),
    replace(DRAFT, plain="internal: vip"),
    replace(DRAFT, plain="private: vip"),
    replace(DRAFT, plain="!close sent a new invoice"),
    replace(DRAFT, plain="  !!!"),
    replace(DRAFT, mentions=True),
    replace(DRAFT, broadcast=True),
    replace(DRAFT, role=Role.GUEST),
    replace(DRAFT, role=Role.STRANGER),
    replace(DRAFT, role=Role.BOT),
]


LOST = replace(DRAFT, is_lost=True)


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (LOST, Ask(Offer.LOST)),
        (replace(LOST, shown=Receipt.WAITING), Ask(Offer.LOST)),
        (replace(LOST, shown=Receipt.TROUBLE), Ask(Offer.LOST)),
        (replace(LOST, shown=Receipt.ACCEPTED), Gone()),
        (replace(LOST, shown=Receipt.READ), Gone()),
        (replace(LOST, shown=Receipt.INTERNAL, plain="// vip"), KEEP),
        (replace(LOST, author=OTHER), HINT),
        (replace(DRAFT, shown=Receipt.ACCEPTED), RELAY),  # nothing is lost, so our reaction is an old one
    ],
)
def test_what_was_written_in_a_lost_time_is_never_relayed_by_itself(draft: Draft, expected: Verdict) -> None:
    assert judge(draft, ticket=OWNED, mode=OWNER_MODE) == expected


def test_nobody_answers_twice_what_went_out_in_a_lost_time_whatever_became_of_the_ticket() -> None:
    sent = replace(LOST, shown=Receipt.ACCEPTED)

    verdicts = {judge(sent, ticket=ticket, mode=mode) for ticket in (OWNED, UNOWNED, SOLVED) for mode in ReplyMode}

    assert verdicts == {Gone()}


@pytest.mark.parametrize(
    ("mode", "draft", "ticket", "expected"),
    [
        (OWNER_MODE, DRAFT, OWNED, RELAY),
        (OWNER_MODE, BY_OTHER, OWNED, HINT),
        (OWNER_MODE, DRAFT, UNOWNED, CLAIM),
        (OWNER_MODE, DRAFT, SOLVED, REOPEN),
        (OWNER_MODE, DRAFT, CLOSED, REOPEN),
        (OWNER_MODE, BY_OTHER, SOLVED, HINT),
        (OWNER_MODE, DRAFT, SOLVED_UNOWNED, REOPEN),
        (EVERYONE, DRAFT, OWNED, RELAY),
        (EVERYONE, BY_OTHER, OWNED, RELAY),
        (EVERYONE, BY_OTHER, UNOWNED, CLAIM),
        (EVERYONE, BY_OTHER, SOLVED, REOPEN),
        (EVERYONE, BY_OTHER, CLOSED, REOPEN),
        (EXPLICIT, DRAFT, OWNED, KEEP),
        (EXPLICIT, BY_OTHER, OWNED, KEEP),
        (EXPLICIT, DRAFT, UNOWNED, KEEP),
        (EXPLICIT, DRAFT, SOLVED, KEEP),
    ],
)
def test_what_becomes_of_a_plain_text(mode: ReplyMode, draft: Draft, ticket: Ticket, expected: Verdict) -> None:
    assert judge(draft, ticket=ticket, mode=mode) == expected


@pytest.mark.parametrize("status", [Status.OPEN, Status.PENDING, Status.ON_HOLD])
@pytest.mark.parametrize("mode", [OWNER_MODE, EVERYONE])
def test_an_owner_answers_in_every_state_that_is_worked_on(mode: ReplyMode, status: Status) -> None:
    assert judge(DRAFT, ticket=replace(OWNED, status=status), mode=mode) == RELAY


@pytest.mark.parametrize("plain", ["It is on its way.", "", " \n"])
@pytest.mark.parametrize(
    ("mode", "draft", "ticket", "expected"),
    [
        (OWNER_MODE, DRAFT, OWNED, RELAY),
        (OWNER_MODE, BY_OTHER, OWNED, HINT),
        (OWNER_MODE, DRAFT, UNOWNED, CLAIM),
        (OWNER_MODE, DRAFT, SOLVED, REOPEN),
        (OWNER_MODE, DRAFT, CLOSED, REOPEN),
        (OWNER_MODE, BY_OTHER, SOLVED, HINT),
        (OWNER_MODE, LOST, OWNED, Ask(Offer.LOST)),
        (EVERYONE, BY_OTHER, OWNED, RELAY),
        (EVERYONE, BY_OTHER, UNOWNED, CLAIM),
        (EVERYONE, BY_OTHER, SOLVED, REOPEN),
        (EXPLICIT, DRAFT, OWNED, KEEP),
        (EXPLICIT, BY_OTHER, UNOWNED, KEEP),
    ],
)
def test_files_follow_the_rules_of_text_also_without_any(
    mode: ReplyMode, draft: Draft, ticket: Ticket, expected: Verdict, plain: str
) -> None:
    assert judge(replace(draft, files=1, plain=plain), ticket=ticket, mode=mode) == expected


@pytest.mark.parametrize("draft", INTERNAL)
@pytest.mark.parametrize("ticket", [OWNED, UNOWNED, SOLVED])
@pytest.mark.parametrize("mode", list(ReplyMode))
def test_the_files_of_an_internal_text_are_internal(draft: Draft, ticket: Ticket, mode: ReplyMode) -> None:
    assert judge(replace(draft, files=1), ticket=ticket, mode=mode) == KEEP


@pytest.mark.parametrize("plain", ["", " \n", "\u200b", "\u3164\ufe0f"])
@pytest.mark.parametrize("ticket", [OWNED, UNOWNED, SOLVED])
def test_a_text_that_shows_nothing_is_neither_sent_nor_asked_about(plain: str, ticket: Ticket) -> None:
    assert judge(replace(DRAFT, plain=plain), ticket=ticket, mode=EVERYONE) == KEEP


@pytest.mark.parametrize("draft", INTERNAL)
@pytest.mark.parametrize("ticket", [OWNED, UNOWNED, SOLVED])
@pytest.mark.parametrize("mode", list(ReplyMode))
def test_in_every_mode_an_internal_text_is_kept_without_a_word(draft: Draft, ticket: Ticket, mode: ReplyMode) -> None:
    assert is_internal(draft)
    assert judge(draft, ticket=ticket, mode=mode) == KEEP


def test_a_plain_text_of_a_full_member_is_not_internal() -> None:
    assert not is_internal(DRAFT)


words = st.text(max_size=20)
notes = st.one_of(
    st.builds(
        "{}{}".format, st.sampled_from(["//", ";;", "🔒", "note:", "Internal :", "PRIVATE:", "> *//", "!"]), words
    ),
    st.builds("{}{}".format, words, st.sampled_from(["//", ";;", "🔒", " //*", "🔒\ufe0f\n"])),
)
tickets = st.builds(
    lambda status, owner: replace(OWNED, status=status, owner=owner),
    st.sampled_from(Status), st.sampled_from([None, OWNER, OTHER]),
)  # fmt: skip
drafts = st.builds(
    Draft, plain=st.one_of(words, notes), author=st.sampled_from([OWNER, OTHER]), role=st.sampled_from(Role),
    mentions=st.booleans(), broadcast=st.booleans(), files=st.integers(0, 2),
)  # fmt: skip
modes = st.sampled_from(ReplyMode)


@given(draft=drafts, ticket=tickets, mode=modes)
def test_only_a_members_bare_words_and_files_are_ever_relayed(draft: Draft, ticket: Ticket, mode: ReplyMode) -> None:
    verdict = judge(draft, ticket=ticket, mode=mode)

    if verdict == RELAY:
        assert draft.role is Role.AGENT
        assert (draft.mentions, draft.broadcast) == (False, False)
        assert mode is EVERYONE or (mode is OWNER_MODE and draft.author == ticket.owner)
        assert ticket.owner is not None
        assert not ticket.status.is_done


@given(plain=notes, draft=drafts, ticket=tickets, mode=modes)
def test_nothing_internal_is_ever_relayed(plain: str, draft: Draft, ticket: Ticket, mode: ReplyMode) -> None:
    marked = replace(draft, plain=plain)

    assert judge(marked, ticket=ticket, mode=mode) == KEEP
