"""The whole way of a text: out of Slack's notation to Telegram and WhatsApp, and our own text into Slack and back."""

import re
from itertools import groupby
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from telegram import MessageEntity

from bot.channels.telegram import format as telegram
from bot.channels.whatsapp import format as whatsapp
from bot.domain.text import Mark, RichText, Span, split
from bot.slack import mrkdwn
from bot.slack.render import rich_text

CHARACTERS = ("a", "é", "e\u0301", "👍", "👍🏽", "👩\u200d👩\u200d👧", "🇮🇩", "1\ufe0f\u20e3", "ß", "漢")
WORD = st.lists(st.sampled_from(CHARACTERS), min_size=1, max_size=4).map("".join)
STYLES = {"bold": Mark.BOLD, "italic": Mark.ITALIC, "strike": Mark.STRIKE, "code": Mark.CODE}
KINDS = {
    "bold": MessageEntity.BOLD, "italic": MessageEntity.ITALIC, "strike": MessageEntity.STRIKETHROUGH,
    "code": MessageEntity.CODE,
}  # fmt: skip
SIGNS = {"bold": "*", "italic": "_", "strike": "~", "code": "`"}
STYLED = st.lists(st.tuples(WORD, st.sampled_from([None, *STYLES])), min_size=1, max_size=12)

Words = list[tuple[str, str | None]]


def typed(words: Words) -> RichText:
    """Words between spaces, each with its own style, as Slack's composer hands them over."""
    elements: list[dict[str, Any]] = []
    for word, style in words:
        elements.append({"type": "text", "text": word, **({"style": {style: True}} if style else {})})
        elements.append({"type": "text", "text": " "})
    section = {"type": "rich_text_section", "elements": elements[:-1]}
    return mrkdwn.read({"blocks": [{"type": "rich_text", "elements": [section]}]})


@given(STYLED)
def test_what_was_typed_in_slack_stands_on_telegram_with_the_same_words_formatted(words: Words) -> None:
    text, entities = telegram.render(typed(words))

    units = text.encode("utf-16-le")
    covered = [units[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le") for one in entities]
    assert text == " ".join(word for word, _ in words)
    assert list(zip((one.type for one in entities), covered, strict=True)) == [
        (KINDS[style], word) for word, style in words if style
    ]


@given(STYLED)
def test_what_was_typed_in_slack_stands_on_whatsapp_with_the_same_words_between_signs(words: Words) -> None:
    shown = whatsapp.render(typed(words)).split(" ")

    assert shown == [f"{SIGNS[style]}{word}{SIGNS[style]}" if style else word for word, style in words]


@given(st.text())
def test_plain_words_reach_each_channel_as_they_are(words: str) -> None:
    plain = RichText.of(words.encode(errors="replace").decode())

    assert telegram.render(plain) == (plain.plain, [])
    assert whatsapp.render(plain) == plain.plain


#: no colon: between two of them an agent's words may be the name of an emoji
LETTERS = st.text(st.sampled_from("a *_~`<@!#.>&|\n👍"), min_size=1, max_size=12)
SPANS = st.builds(
    Span,
    LETTERS.map(lambda text: f"{text}a"),
    st.frozensets(st.sampled_from([*STYLES.values(), Mark.QUOTE, Mark.PRE]), max_size=3),
    st.none() | st.just("https://example.org/a"),
)


@given(st.lists(SPANS, min_size=1, max_size=8))
def test_our_text_in_slack_reads_back_as_the_same_words_and_nothing_in_it_lives(spans: list[Span]) -> None:
    text = RichText(tuple(spans))
    block = rich_text(text, block_id="text")

    inner = [part for section in block["elements"] for part in section["elements"]]
    assert {part["type"] for part in inner} <= {"text"}  # no mention, no link, no emoji, no broadcast
    back = mrkdwn.read({"blocks": [block]})
    assert not back.mentions
    assert all(span.link is None for span in back.spans)
    seen = "".join(part["text"] for part in inner)
    assert back.plain.replace("\n", "") == seen.replace("\n", "")
    for span in spans:
        assert span.text in seen


@given(st.lists(SPANS.filter(lambda span: span.link is None and not span.marks & {Mark.QUOTE, Mark.PRE})))
def test_our_text_keeps_its_styles_in_slack(spans: list[Span]) -> None:
    text = RichText(tuple(spans))

    assert mrkdwn.read({"blocks": [rich_text(text, block_id="text")]}) == text


@given(st.lists(st.sampled_from([*CHARACTERS, " ", "\n", ". "]), max_size=60), st.integers(8, 30))
def test_no_piece_ends_inside_of_what_looks_like_one_character(characters: list[str], limit: int) -> None:
    whole = "".join(name if name != "🇮🇩" else "🇮🇩 " for name in characters)  # flags that touch are read in pairs anyway
    pieces = split(RichText.of(whole), limit=limit, length=telegram.length)

    rest = whole
    for piece in pieces:
        before, found, rest = rest.partition(piece.plain)
        assert found
        assert not before.strip()
        assert not re.match("[\u0301\u200d\ufe0f\u20e3🏻-🏿]", rest)
    assert not rest.strip()


@given(st.lists(SPANS, max_size=8), st.integers(2, 30))
def test_a_link_that_is_cut_leads_to_the_same_place_on_both_sides(spans: list[Span], limit: int) -> None:
    text = RichText(tuple(spans))
    pieces = split(text, limit=limit, length=len)

    def linked(part: RichText) -> list[tuple[str | None, str]]:
        return [(link, "".join(one.text for one in run)) for link, run in groupby(part.spans, key=lambda one: one.link)]

    def letters(parts: list[RichText]) -> list[tuple[str | None, str]]:
        return [(link, letter) for part in parts for link, words in linked(part) for letter in words if letter.strip()]

    assert letters([*pieces]) == letters([text]) or not text
