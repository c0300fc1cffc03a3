"""What changed between two versions of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import Mark, RichText
from bot.slack.edits import struck

TEXTS = st.lists(st.sampled_from(["a", "b", " ", "\n", "order", "132"]), max_size=12).map("".join)


def gone(text: RichText) -> str:
    return "".join(span.text for span in text.spans if Mark.STRIKE in span.marks)


@pytest.mark.parametrize(
    ("old", "new", "went"),
    [
        ("order 132 of May", "order 123 of May", " 132"),
        ("order 132", "order 132, please", " 132"),
        ("one two three", "one three", " two"),
        ("one", "one two", ""),
        ("one", "two", "one"),
        ("", "two", ""),
        ("one one", "one", " one"),
    ],
)
def test_what_went_is_struck_out(old: str, new: str, went: str) -> None:
    assert gone(struck(old, new)) == went


@given(old=TEXTS, new=TEXTS)
def test_the_old_words_stay_whole(old: str, new: str) -> None:
    assert struck(old, new).plain == old


@given(old=TEXTS)
def test_what_is_the_same_is_not_struck_out(old: str) -> None:
    assert gone(struck(old, old)) == ""
