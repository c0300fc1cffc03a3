"""A reply that begins by quoting the customer answers that message, if it is exactly one."""

import pytest

from bot.domain.quotes import unquoted
from bot.domain.text import Mark, RichText, Span

SAID = [
    ("1", "Where is my order?"), ("1", "Where is my oder?"), ("2", "Hello"), ("3", "Hello"), ("4", "two\nlines"),
    ("5", "Twice"), ("5", "Twice"),
]  # fmt: skip
QUOTE = frozenset({Mark.QUOTE})


def reply(quote: str, rest: str = "On its way") -> RichText:
    return RichText((Span(quote, QUOTE), Span(f"\n{rest}")))


@pytest.mark.parametrize(
    ("quote", "key"),
    [
        ("Where is my order?", "1"),
        (" Where is  my order?\n", "1"),
        ("two lines", "4"),
        ("Where is my oder?", "1"),
        ("Twice", "5"),
    ],
)
def test_an_exact_quote_becomes_a_reference(quote: str, key: str) -> None:
    found, rest = unquoted(reply(quote), SAID)

    assert found == key
    assert rest.plain == "On its way"


@pytest.mark.parametrize("quote", ["Where is my", "where is my order?", "Hello", "", "Something else"])
def test_any_other_quote_stays_as_text(quote: str) -> None:
    assert unquoted(reply(quote), SAID) == (None, reply(quote))


def test_a_quote_alone_and_a_text_without_one_stay_as_they_are() -> None:
    alone, plain = RichText((Span("Where is my order?", QUOTE),)), RichText.of("Where is my order?\nOn its way")

    assert unquoted(alone, SAID) == (None, alone)
    assert unquoted(plain, SAID) == (None, plain)
