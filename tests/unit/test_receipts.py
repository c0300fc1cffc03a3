"""The one state that an agent sees is never better than the truth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.receipts import Receipt, advanced, of_parts

ON_THEIR_WAY = ["held", "queued", "sending", "later"]
WRONG = ["failed", "uncertain", "discarded"]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], Receipt.INTERNAL),
        (["done"], Receipt.ACCEPTED),
        (["done", "done"], Receipt.ACCEPTED),
        *((["done", state], Receipt.WAITING) for state in ON_THEIR_WAY),
        *((["done", state], Receipt.TROUBLE) for state in WRONG),
        *(([state, "queued"], Receipt.TROUBLE) for state in WRONG),
    ],
)
def test_the_worst_part_decides(states: list[str], expected: Receipt) -> None:
    assert of_parts(states) is expected


@given(st.lists(st.sampled_from(["done", *ON_THEIR_WAY, *WRONG]), min_size=1))
def test_a_message_is_accepted_only_when_every_part_of_it_is(states: list[str]) -> None:
    assert (of_parts(states) is Receipt.ACCEPTED) == (set(states) == {"done"})


@pytest.mark.parametrize("word", list(Receipt))
@pytest.mark.parametrize("current", [None, *(word for word in Receipt if word is not Receipt.READ)])
def test_a_later_word_replaces_an_earlier_one(current: Receipt | None, word: Receipt) -> None:
    assert advanced(current, word) is word


@pytest.mark.parametrize("word", list(Receipt))
def test_what_the_customer_has_read_stays_read(word: Receipt) -> None:
    assert advanced(Receipt.READ, word) is Receipt.READ
