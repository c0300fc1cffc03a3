"""Rich text reaches Telegram with every entity where it belongs."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import MessageEntity

from bot.channels.telegram.format import LIMIT, MAX_ENTITIES, length, pieces, render
from bot.domain.text import Mark, RichText, Span

SPANS = st.builds(
    Span,
    st.text(st.sampled_from("ab \n!é👍🏽"), max_size=8),
    st.frozensets(st.sampled_from(Mark), max_size=4),
    st.none() | st.sampled_from(["https://example.com", "https://example.org", "mailto:a@example.org"]),
)
TEXTS = st.builds(RichText, st.lists(SPANS, max_size=10).map(tuple))


def marked(text: str, *marks: Mark) -> Span:
    return Span(text, frozenset(marks))


def rendered(*spans: Span) -> list[tuple[str, str]]:
    """Each entity's kind and the words it covers."""
    text, entities = render(RichText(spans))
    return [(entity.type, covered(text, entity)) for entity in entities]


def covered(text: str, entity: MessageEntity) -> str:
    units = text.encode("utf-16-le")
    return units[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le")


@pytest.mark.parametrize(("text", "units"), [("", 0), ("abc", 3), ("é", 1), ("👍🏽", 4), ("\ud83d", 1)])
def test_length_is_counted_in_utf_16_units(text: str, units: int) -> None:
    assert length(text) == units


def test_offsets_stand_behind_characters_of_two_units() -> None:
    text, [entity] = render(RichText((Span("👍 now "), marked("👋🏼 bold", Mark.BOLD))))

    assert (text, entity.type, entity.offset, entity.length) == ("👍 now 👋🏼 bold", "bold", 7, 9)


@pytest.mark.parametrize("mark", Mark)
def test_every_mark_has_its_entity(mark: Mark) -> None:
    [(kind, words)] = rendered(marked("x", mark))

    assert words == "x"
    assert kind == {Mark.STRIKE: "strikethrough", Mark.QUOTE: "blockquote"}.get(mark, mark.value)


def test_one_quote_holds_its_formatting_and_links() -> None:
    linked = Span("here", frozenset({Mark.QUOTE}), "https://x.org")

    assert rendered(marked("a ", Mark.QUOTE), marked("b ", Mark.QUOTE, Mark.BOLD), linked) == [
        ("blockquote", "a b here"),
        ("bold", "b "),
        ("text_link", "here"),
    ]


def test_code_holds_nothing_else() -> None:
    assert rendered(marked("a", Mark.PRE, Mark.BOLD, Mark.QUOTE), marked("b", Mark.CODE, Mark.ITALIC)) == [
        ("pre", "a"),
        ("code", "b"),
    ]


def test_crossing_formatting_is_taken_apart() -> None:
    spans = marked("a", Mark.ITALIC), marked("b", Mark.ITALIC, Mark.BOLD), marked("c", Mark.BOLD)

    assert rendered(*spans) == [("italic", "a"), ("bold", "bc"), ("italic", "b")]


def test_a_link_keeps_its_address_where_the_words_do_not_show_it() -> None:
    text, [entity] = render(RichText((Span("our shop", link="https://x.org/a"),)))

    assert (text, entity.type, entity.url) == ("our shop", "text_link", "https://x.org/a")


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("https://x.org/a", "https://x.org/a"),
        ("x.org", "http://x.org"),
        ("x.org", "https://x.org/"),
        ("a@x.org", "mailto:a@x.org"),
        ("+6281", "tel:+6281"),
    ],
)
def test_an_address_that_is_shown_needs_no_entity(words: str, address: str) -> None:
    assert render(RichText((Span(words, link=address),))) == (words, [])


@pytest.mark.parametrize(
    "span",
    [
        Span("us", link="mailto:a@x.org"),
        Span("us", frozenset({Mark.CODE}), "https://x.org"),
        Span("us", frozenset({Mark.PRE}), "https://x.org"),
    ],
)
def test_an_address_that_telegram_would_not_link_is_written_out(span: Span) -> None:
    assert render(RichText((span,)))[0] == f"us ({span.link})"


def test_of_too_many_entities_the_links_stay() -> None:
    bold = [span for n in range(MAX_ENTITIES) for span in (marked(f"{n}", Mark.BOLD), Span(" "))]

    kinds = [kind for kind, _ in rendered(*bold, Span("shop", link="https://x.org"))]

    assert len(kinds) == MAX_ENTITIES
    assert kinds[-1] == "text_link"


def test_a_long_text_becomes_messages_that_telegram_takes() -> None:
    messages = pieces(RichText((marked("👍🏽 fine. " * 2000, Mark.BOLD),)))

    assert len(messages) > 1
    for message in messages:
        text, [entity] = render(message)
        assert length(text) <= LIMIT
        assert covered(text, entity) == text


def test_a_text_without_anything_to_see_needs_no_message() -> None:
    assert pieces(RichText.of(" \n\u200b")) == ()


@given(TEXTS)
def test_entities_are_nested_or_apart_and_cover_what_carries_them(text: RichText) -> None:
    plain, entities = render(text)

    for entity in entities:
        assert 0 <= entity.offset < entity.offset + entity.length <= length(plain)
        assert covered(plain, entity) in plain
    for one, other in combinations(entities, 2):  # ordered by place, the outer one first
        assert other.offset >= one.offset + one.length or other.offset + other.length <= one.offset + one.length
        assert one.type != other.type or other.offset >= one.offset + one.length


@given(st.lists(st.text(st.sampled_from("aé👍🏽\u200d"), min_size=1, max_size=5)))
def test_each_entity_covers_its_own_span(words: list[str]) -> None:
    spans = [span for word in words for span in (marked(word, Mark.BOLD), Span(" "))]

    assert rendered(*spans) == [("bold", word) for word in words]


@given(TEXTS)
def test_rendering_the_pieces_adds_nothing(text: RichText) -> None:
    assert [render(piece)[0] for piece in pieces(text)] == [piece.plain for piece in pieces(text)]
