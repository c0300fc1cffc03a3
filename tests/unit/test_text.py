"""Rich text keeps what it was given, and is cut where a reader would cut it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import Mark, RichText, Span, is_visible, joined, split

SPANS = st.builds(
    Span,
    st.text(st.sampled_from("ab. \n!é👍🏽\u200d👩🇮🇩\u0301"), max_size=30),
    st.frozensets(st.sampled_from(Mark), max_size=3),
    st.none() | st.just("https://example.com"),
    st.none() | st.sampled_from(["user:U1", "special:here"]),
)
TEXTS = st.builds(RichText, st.lists(SPANS, max_size=8).map(tuple))


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def cut(plain: str, *, limit: int) -> list[str]:
    return [piece.plain for piece in split(RichText.of(plain), limit=limit, length=len)]


def seen(text: str) -> str:
    return "".join(filter(is_visible, text))


def test_texts_that_read_the_same_are_equal() -> None:
    pieces = RichText((Span("a"), Span(""), Span("b", frozenset({Mark.BOLD})), Span("c", frozenset({Mark.BOLD}))))

    assert pieces == RichText((Span("a"), Span("bc", frozenset({Mark.BOLD}))))


def test_neighbouring_mentions_of_one_person_stay_two() -> None:
    text = RichText((Span("@x", mention="user:U1"), Span("@x", mention="user:U1")))

    assert text.named({"user:U1": "@Mika"}).plain == "@Mika@Mika"


def test_mentions_become_names_and_unknown_ones_keep_their_words() -> None:
    text = RichText((Span("@someone", mention="user:U1"), Span(" in "), Span("#channel", mention="channel:C1")))

    named = text.named({"user:U1": "@Mika"})

    assert text.mentions == {"user:U1", "channel:C1"}
    assert named.plain == "@Mika in #channel"
    assert named.mentions == {"channel:C1"}


@pytest.mark.parametrize("blank", ["", " \n\t", "\u200b\ufeff", "\u3164", "\u2800", "\ufe0f\u200d"])
def test_text_that_shows_nothing_is_false_and_makes_no_piece(blank: str) -> None:
    text = RichText.of(blank)

    assert not text
    assert split(text, limit=10, length=len) == ()


@pytest.mark.parametrize("shown", ["a", "\n.", "👍", "\U0001fae8"])
def test_text_with_anything_to_see_is_true(shown: str) -> None:
    assert RichText.of(shown)


def test_a_prefix_is_cut_across_spans_and_the_formatting_stays() -> None:
    bold = frozenset({Mark.BOLD})
    text = RichText((Span("!rep"), Span("ly On its way", bold)))

    assert text.without_prefix(7) == RichText((Span("On its way", bold),))
    assert text.without_prefix(99) == RichText(())


def test_outer_white_space_is_removed_inside_formatting_too() -> None:
    bold = frozenset({Mark.BOLD})

    assert RichText((Span(" \n"), Span(" a b ", bold), Span("\n"))).stripped() == RichText((Span("a b", bold),))


def test_marks_come_beside_what_is_there() -> None:
    assert RichText((Span("a", frozenset({Mark.BOLD})),)).marked(Mark.QUOTE).spans[0].marks == {Mark.BOLD, Mark.QUOTE}


def test_joined_texts_are_separated_but_not_surrounded() -> None:
    assert joined(map(RichText.of, "abc"), "\n").plain == "a\nb\nc"
    assert joined((), "\n") == RichText(())


def test_json_names_only_what_is_not_plain() -> None:
    text = RichText((Span("a"), Span("b", frozenset({Mark.ITALIC, Mark.BOLD}), "https://x.org", "user:U1")))

    assert text.to_json() == [
        {"text": "a"},
        {"text": "b", "marks": ["bold", "italic"], "link": "https://x.org", "mention": "user:U1"},
    ]


@given(TEXTS)
def test_json_brings_back_the_same_text(text: RichText) -> None:
    assert RichText.from_json(text.to_json()) == text


@pytest.mark.parametrize(
    ("plain", "pieces"),
    [
        ("short", ["short"]),
        ("One two.\nThree\n\nFour five", ["One two.\nThree", "Four five"]),
        ("One two three.\nFour five six", ["One two three.", "Four five six"]),
        ("Is it really so? Yes it is", ["Is it really so?", "Yes it is"]),
        ("A 3.5 kg box. It came late", ["A 3.5 kg box.", "It came late"]),
        ("Hi. No sentence ends near", ["Hi. No sentence ends", "near"]),
        ("abcdefghijklmnopqrstuvwxyz", ["abcdefghijklmnopqrst", "uvwxyz"]),
        ("these are words, all of them", ["these are words, all", "of them"]),
        ("if something:\n    then this", ["if something:", "    then this"]),
    ],
)
def test_a_piece_ends_where_a_reader_would_pause(plain: str, pieces: list[str]) -> None:
    assert cut(plain, limit=20) == pieces


@pytest.mark.parametrize("character", ["e\u0301", "👩\u200d👩\u200d👧", "👍🏽", "🇮🇩", "1\ufe0f\u20e3"])
def test_what_looks_like_one_character_is_not_torn(character: str) -> None:
    pieces = cut(character * 9, limit=len(character) * 3 - 1)

    assert pieces == [character * 2] * 4 + [character]


def test_a_character_longer_than_the_limit_is_torn_rather_than_lost() -> None:
    assert "".join(cut("e" + "\u0301" * 9, limit=4)) == "e" + "\u0301" * 9


def test_formatting_goes_on_in_the_next_piece() -> None:
    pieces = split(RichText((Span("one two", frozenset({Mark.BOLD}), "https://x.org"),)), limit=4, length=len)

    assert [piece.spans for piece in pieces] == [
        (Span("one", frozenset({Mark.BOLD}), "https://x.org"),),
        (Span("two", frozenset({Mark.BOLD}), "https://x.org"),),
    ]


@given(TEXTS, st.integers(2, 40))
def test_splitting_keeps_every_limit_and_loses_only_white_space(text: RichText, limit: int) -> None:
    pieces = split(text, limit=limit, length=utf16)

    assert all(pieces)
    assert all(utf16(piece.plain) <= limit for piece in pieces)
    assert seen("".join(piece.plain for piece in pieces)) == seen(text.plain)


@given(TEXTS, st.integers(2, 40))
def test_splitting_keeps_the_formatting_of_every_character(text: RichText, limit: int) -> None:
    def characters(parts: tuple[RichText, ...]) -> list[Span]:
        return [replace(s, text=c) for part in parts for s in part.spans for c in s.text if is_visible(c)]

    assert characters(split(text, limit=limit, length=utf16)) == characters((text,))


def test_a_very_long_text_is_split_in_no_time() -> None:
    pieces = cut("word " * 40_000, limit=4096)

    assert len(pieces) == 49
