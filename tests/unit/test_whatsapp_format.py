"""Rich text in WhatsApp's markup: signs where they format, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.whatsapp.format import LIMIT, length, pieces, render
from bot.domain.text import Mark, RichText, Span

SPANS = st.builds(
    Span,
    st.text(st.sampled_from("ab \n!é👍🏽*_`"), max_size=8),
    st.frozensets(st.sampled_from(Mark), max_size=4),
    st.none() | st.sampled_from(["https://example.com", "mailto:a@example.org"]),
)


def span(text: str, *marks: Mark, link: str | None = None) -> Span:
    return Span(text, frozenset(marks), link)


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([span("so ", Mark.BOLD), span("it is")], "*so* it is"),
        ([span("so", Mark.BOLD, Mark.ITALIC)], "*_so_*"),
        ([span("gone", Mark.STRIKE)], "~gone~"),
        ([span("x = 1", Mark.CODE)], "`x = 1`"),
        ([span("x\ny", Mark.PRE)], "```x\ny```"),
        ([span("one\n two ", Mark.BOLD)], "*one*\n *two* "),
        ([span("plain", Mark.UNDERLINE)], "plain"),
        ([span("  ", Mark.BOLD), span("x")], "  x"),
        # a sign inside a word would stay a sign
        ([span("un"), span("believ", Mark.BOLD), span("able")], "unbelievable"),
        ([span("("), span("so", Mark.BOLD), span(").")], "(*so*)."),
        ([span("a`b", Mark.CODE)], "a`b"),
        # quotes
        ([span("first\nsecond", Mark.QUOTE), span("\nmine")], "> first\n> second\nmine"),
        ([span("half", Mark.QUOTE), span(" mine")], "half mine"),
        ([span("a\n\nb", Mark.QUOTE, Mark.ITALIC)], "> _a_\n\n> _b_"),
        # links
        ([span("here", link="https://x.org/a")], "here (https://x.org/a)"),
        ([span("x.org/a", link="https://x.org/a/")], "x.org/a"),
        ([span("here", Mark.BOLD, link="https://x.org")], "*here (https://x.org)*"),
    ],
)
def test_each_mark_has_its_signs(spans: list[Span], shown: str) -> None:
    assert render(RichText(tuple(spans))) == shown


def test_a_long_text_is_cut_so_that_it_fits_with_its_signs() -> None:
    text = RichText(tuple(span("word ", Mark.BOLD) if n % 2 else span("😀 so\n", Mark.ITALIC) for n in range(3_000)))

    cut = pieces(text)

    assert len(cut) > 2
    assert all(length(render(piece)) <= LIMIT for piece in cut)
    assert " ".join(piece.plain for piece in cut).split() == text.plain.split()


def test_nothing_to_see_needs_no_message() -> None:
    assert pieces(RichText.of(" \n")) == ()


@given(st.lists(SPANS, max_size=10))
def test_no_words_are_lost_and_every_piece_fits(spans: list[Span]) -> None:
    text = RichText(tuple(spans))

    for piece in pieces(text):
        shown = render(piece)
        assert length(shown) <= LIMIT
        assert [char for char in shown if char in "abé!"] >= [char for char in piece.plain if char in "abé!"]
