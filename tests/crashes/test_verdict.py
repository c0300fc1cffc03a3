"""The comparison at the end of a proof notices each way in which a promise can be broken."""

from dataclasses import replace
from typing import Any

import pytest

from bot.sandbox.files import sample
from tests.crashes.proof.ledger import Ledger
from tests.crashes.proof.verdict import Fate, Sent, Verdict, compare

SENT = (
    Sent(token="a1", lane="phone 1"),
    Sent(token="a2", lane="phone 1", after=frozenset({"a1"})),
    Sent(token="a3", lane="phone 1", after=frozenset({"a1"})),  # when it was sent, nobody had taken a2 yet
    Sent(token="b1", lane="phone 2"),
    Sent(token="n1", lane="phone 1", fate=Fate.NEVER),
    Sent(token="m1", lane="phone 2", fate=Fate.MAY),
)


def verdict(one: list[str], two: list[str], *, uncertain: tuple[str, ...] = ()) -> Verdict:
    return compare(SENT, {"phone 1": one, "phone 2": two}, uncertain)


@pytest.mark.parametrize("two", [["b1"], ["b1", "m1"], ["m1", "b1"]])
@pytest.mark.parametrize("one", [["a1", "a2", "a3"], ["a1", "a3", "a2"]])
def test_what_arrived_once_and_in_order_breaks_nothing(one: list[str], two: list[str]) -> None:
    assert verdict(one, two) == Verdict(
        must=4, lost=[], doubled=[], disordered=[], leaked=[], uncertain_arrived=[], uncertain_missing=[]
    )


def test_a_lost_message_is_noticed() -> None:
    found = verdict(["a1", "a3"], ["b1"])

    assert found.lost == ["a2"]
    assert not found.is_good


def test_a_doubled_message_is_noticed() -> None:
    found = verdict(["a1", "a2", "a2", "a3"], ["b1"])

    assert found.doubled == ["a2"]
    assert not found.is_good


def test_a_message_that_overtook_is_noticed() -> None:
    found = verdict(["a2", "a1", "a3"], ["b1"])

    assert found.disordered == ["a2"]
    assert not found.is_good


@pytest.mark.parametrize(
    ("one", "two", "leaked"),
    [
        (["a1", "n1", "a2", "a3"], ["b1"], "n1"),  # a note at its customer
        (["a1", "a2", "a3"], ["b1", "n1"], "n1"),  # at another one
        (["a1", "a2", "a3", "b1"], [], "b1"),  # a reply at another customer
        (["a1", "a2", "a3", "z9"], ["b1"], "z9"),  # something that nobody sent
    ],
)
def test_a_leaked_message_is_noticed(one: list[str], two: list[str], leaked: str) -> None:
    found = verdict(one, two)

    assert found.leaked == [leaked]
    assert not found.is_good


def test_an_uncertain_message_may_have_arrived_or_not_but_not_twice() -> None:
    missing = verdict(["a1", "a2", "a3"], [], uncertain=("b1",))
    arrived = verdict(["a1", "a2", "a3"], ["b1"], uncertain=("b1",))
    twice = verdict(["a1", "a2", "a3"], ["b1", "b1"], uncertain=("b1",))

    assert (missing.uncertain_missing, missing.uncertain_arrived, missing.is_good) == (["b1"], [], True)
    assert (arrived.uncertain_missing, arrived.uncertain_arrived, arrived.is_good) == ([], ["b1"], True)
    assert (twice.doubled, twice.is_good) == (["b1"], False)


def test_a_file_of_which_one_byte_is_wrong_is_another_file() -> None:
    nobody: Any = None
    ledger = Ledger(nobody, nobody)
    file = sample("photo", number=1)
    token = ledger.write("f", "thread 1")
    ledger.is_file(token, file)

    assert ledger.token_of(file) == token
    assert ledger.token_of(replace(file, content=file.content[:-1] + b"x")) not in ledger.sent
    assert ledger.token_of(None) not in ledger.sent
