"""What an edit or a deletion after sending does to each part of a reply."""

import pytest

from bot.domain.revisions import Act, SentPart, Step, revised, taken_back
from bot.domain.text import RichText

OLD, NEW = RichText.of("Tomorow"), RichText.of("Tomorrow")
NOT_AWAY = [("held", False), ("queued", False), ("later", False), ("failed", False), ("uncertain", True)]
AWAY = [("sending", False), ("uncertain", False), ("done", False)]


def part(number: int = 1, state: str = "done", *, announced: bool = False, in_doubt: bool = False) -> SentPart:
    return SentPart(id=number, state=state, text=OLD, announced=announced, in_doubt=in_doubt)


@pytest.mark.parametrize(("state", "announced"), NOT_AWAY)
def test_what_is_not_on_its_way_is_changed_here(state: str, announced: bool) -> None:  # noqa: FBT001 - a parameter of the test
    sent = [part(state=state, announced=announced)]

    assert revised(sent, [NEW]) == (Step(1, Act.REWRITE, NEW),)
    assert taken_back(sent) == (Step(1, Act.DROP),)


@pytest.mark.parametrize(("state", "announced"), AWAY)
def test_what_the_customer_may_have_is_changed_there(state: str, announced: bool) -> None:  # noqa: FBT001 - as above
    sent = [part(state=state, announced=announced)]

    assert revised(sent, [NEW]) == (Step(1, Act.EDIT, NEW),)
    assert taken_back(sent) == (Step(1, Act.DELETE),)


def test_what_reads_the_same_stays_unless_a_change_of_it_is_under_way() -> None:
    assert revised([part()], [OLD]) == ()
    assert revised([part(in_doubt=True)], [OLD]) == (Step(1, Act.EDIT, OLD),)


def test_an_edit_is_carried_piece_by_piece() -> None:
    sent = [part(1), part(2), part(3, "queued"), part(4)]

    assert revised(sent, [OLD, NEW]) == (Step(2, Act.EDIT, NEW), Step(3, Act.DROP), Step(4, Act.DELETE))


def test_more_pieces_than_there_are_can_not_be_carried() -> None:
    assert revised([part(1)], [OLD, NEW]) is None
    assert revised([], [NEW]) is None


def test_what_a_person_has_let_be_is_left_alone() -> None:
    assert revised([part(1, "discarded"), part(2)], [NEW, NEW]) == (Step(2, Act.EDIT, NEW),)
    assert taken_back([part(1, "discarded")]) == ()
