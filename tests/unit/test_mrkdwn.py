"""Slack's notations are read to the last entity, and a stranger's words stay words."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.text import Mark, RichText, Span
from bot.slack.mrkdwn import escape, literal, read

BOLD, ITALIC, STRIKE = frozenset({Mark.BOLD}), frozenset({Mark.ITALIC}), frozenset({Mark.STRIKE})
CODE, PRE, QUOTE = frozenset({Mark.CODE}), frozenset({Mark.PRE}), frozenset({Mark.QUOTE})


def rich(*elements: dict[str, Any]) -> RichText:
    """A message whose mrkdwn says something else, to see that the blocks are preferred."""
    return read({"text": "other", "blocks": [{"type": "rich_text", "elements": list(elements)}]})


def section(*parts: dict[str, Any] | str, kind: str = "section", **more: Any) -> dict[str, Any]:
    elements = [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts]
    return {"type": f"rich_text_{kind}", "elements": elements, **more}


def inline(**part: Any) -> tuple[Span, ...]:
    return rich(section(part)).spans


def mrkdwn(text: str) -> RichText:
    return read({"text": text})


def test_rich_text_is_preferred_and_its_styles_become_marks() -> None:
    styled = {"type": "text", "text": "soon", "style": {"bold": True, "strike": True, "italic": False, "glow": True}}

    assert rich(section("On its way, ", styled)) == RichText((Span("On its way, "), Span("soon", BOLD | STRIKE)))


def test_mrkdwn_is_read_where_the_blocks_say_nothing() -> None:
    assert read({"text": "*hi*", "blocks": [{"type": "section"}]}) == RichText((Span("hi", BOLD),))


def test_text_in_blocks_is_not_escaped_and_stays_as_typed() -> None:
    assert rich(section("AT&amp;T <b> *x*")).plain == "AT&amp;T <b> *x*"


@pytest.mark.parametrize(
    ("part", "span"),
    [
        ({"type": "link", "url": "https://x.org"}, Span("https://x.org", link="https://x.org")),
        ({"type": "link", "url": "https://x.org?a&amp;b", "text": "x"}, Span("x", link="https://x.org?a&b")),
        ({"type": "user", "user_id": "U1"}, Span("@someone", mention="user:U1")),
        ({"type": "usergroup", "usergroup_id": "S1"}, Span("@group", mention="group:S1")),
        ({"type": "channel", "channel_id": "C1"}, Span("#channel", mention="channel:C1")),
        ({"type": "broadcast", "range": "here"}, Span("@here", mention="special:here")),
        ({"type": "emoji", "name": "tada", "unicode": "1f389"}, Span("🎉")),
        ({"type": "emoji", "name": "wave::skin-tone-3", "unicode": "1f44b-1f3fc"}, Span("👋🏼")),
        ({"type": "emoji", "name": "wave", "unicode": "1f44b", "skin_tone": 3}, Span("👋🏼")),
        ({"type": "emoji", "name": "wave::skin-tone-3"}, Span("👋🏼")),
        ({"type": "emoji", "name": "flag-id"}, Span("🇮🇩")),
        ({"type": "emoji", "name": "male-technologist"}, Span("👨\u200d💻")),
        ({"type": "emoji", "name": "our_logo"}, Span(":our_logo:")),
        ({"type": "emoji", "name": "our_logo", "unicode": "zz"}, Span(":our_logo:")),
        ({"type": "date", "timestamp": 0, "format": "{date}", "fallback": "new year"}, Span("new year")),
        ({"type": "date", "timestamp": 90, "format": "{date}"}, Span("1970-01-01 00:01 UTC")),
        ({"type": "color", "value": "#F405B3"}, Span("#F405B3")),
        ({"type": "to_come", "label": "a canvas", "url": "https://x.org"}, Span("a canvas", link="https://x.org")),
    ],
)
def test_every_kind_of_element_arrives(part: dict[str, Any], span: Span) -> None:
    assert inline(**part) == (span,)


def test_lists_keep_their_bullets_numbers_and_indent() -> None:
    text = rich(
        section("Please:\n"),
        section(section("open it"), section("then"), kind="list", style="ordered", indent=0),
        section(section("press "), kind="list", style="bullet", indent=1),
        section(section("wait"), kind="list", style="ordered", indent=0, offset=2),
        section("Thanks"),
    )

    assert text.plain == "Please:\n1. open it\n2. then\n    • press \n3. wait\nThanks"


def test_a_list_inside_a_list_is_indented() -> None:
    inner = section(section("b"), kind="list", style="bullet")

    assert rich(section(section("a"), inner, kind="list", style="bullet")).plain == "• a\n    • b"


def test_quotes_and_code_blocks_stand_on_their_own_lines() -> None:
    text = rich(section("see"), section("he said", kind="quote"), section("x = 1", kind="preformatted"), section("ok"))

    assert text.spans == (
        Span("see\n"),
        Span("he said", QUOTE),
        Span("\n"),
        Span("x = 1", PRE),
        Span("\nok"),
    )


def test_a_pasted_table_is_not_lost() -> None:
    table = {
        "type": "table",
        "rows": [
            [{"type": "raw_text", "text": "item"}, {"type": "raw_text", "text": "price"}],
            [{"type": "rich_text", "elements": [section("pen")]}, {"type": "raw_text", "text": "2"}],
        ],
    }

    text = read({"blocks": [{"type": "rich_text", "elements": [section("prices")]}, table]})

    assert text.plain == "prices\nitem | price\npen | 2"


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a *b* _c_ ~d~ `e`", ("a ", ("b", BOLD), " ", ("c", ITALIC), " ", ("d", STRIKE), " ", ("e", CODE))),
        ("*_both_*", (("both", BOLD | ITALIC),)),
        ("*bold*_it_", (("bold", BOLD), ("it", ITALIC))),
        ("snake_case_name 2*3*4 a ~ b ~", ("snake_case_name 2*3*4 a ~ b ~",)),
        ("* no * and ** and `", ("* no * and ** and `",)),
        ("`*a* :tada: &lt;`", (("*a* :tada: <", CODE),)),
        ("one\n&gt; two\n&gt; *three*\nfour", ("one\n", ("two\n", QUOTE), ("three", QUOTE | BOLD), "\nfour")),
        ("a\n&gt;&gt;&gt; b\nc", ("a\n", ("b\nc", QUOTE))),
        ("a ```\nx *y*\n``` b", ("a \n", ("x *y*", PRE), "\nb")),
        ("&lt;b&gt; &amp;amp;", ("<b> &amp;",)),
        (":tada: :wave::skin-tone-3: :our_logo: 10:30:15", ("🎉 👋🏼 :our_logo: 10:30:15",)),
    ],
)
def test_mrkdwn_formatting(text: str, spans: tuple[str | tuple[str, frozenset[Mark]], ...]) -> None:
    assert mrkdwn(text).spans == tuple(Span(span) if isinstance(span, str) else Span(*span) for span in spans)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("<@U1>", Span("@someone", mention="user:U1")),
        ("<@U1|mika>", Span("@mika", mention="user:U1")),
        ("<#C1|general>", Span("#general", mention="channel:C1")),
        ("<#C1|>", Span("#channel", mention="channel:C1")),
        ("<!subteam^S1|@leads>", Span("@leads", mention="group:S1")),
        ("<!subteam^S1>", Span("@group", mention="group:S1")),
        ("<!here>", Span("@here", mention="special:here")),
        ("<!channel|channel>", Span("@channel", mention="special:channel")),
        ("<!date^1392734382^{date}|18 Feb 2014>", Span("18 Feb 2014")),
        ("<!date^1^{date}^https://x.org|then>", Span("then", link="https://x.org")),
        ("<https://x.org?a=1&amp;b=2>", Span("https://x.org?a=1&b=2", link="https://x.org?a=1&b=2")),
        ("<https://x.org|our &lt;shop&gt;>", Span("our <shop>", link="https://x.org")),
        ("<mailto:a@x.org|a@x.org>", Span("a@x.org", link="mailto:a@x.org")),
        ("*<@U1>*", Span("@someone", BOLD, mention="user:U1")),
        ("*<https://x.org/a*b|c>*", Span("c", BOLD, "https://x.org/a*b")),
        ("`<@U1>`", Span("@someone", CODE, mention="user:U1")),
    ],
)
def test_every_mrkdwn_entity_is_read(text: str, span: Span) -> None:
    assert mrkdwn(text).spans == (span,)


KEYS = st.sampled_from(
    ["type", "text", "elements", "blocks", "style", "unicode", "timestamp", "url", "name", "rows", "offset", "indent"]
)
TYPES = ["rich_text", "rich_text_list", "rich_text_section", "rich_text_quote", "text", "link", "user", "emoji", "date"]
TYPES += ["broadcast", "table", "ordered"]
NASTY = ["d83d", "1f389-1f3fb", "\ud83d", "\0", "*_~a~_*", "<!", "<|>", "<@|>", "```>"]
WORDS = st.sampled_from([*TYPES, *NASTY])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=30
)


@settings(max_examples=50)
@given(st.dictionaries(KEYS, JSON, max_size=5), st.lists(st.dictionaries(KEYS, JSON, max_size=5), max_size=3))
def test_no_message_whatever_is_too_strange_to_read(message: dict[str, Any], blocks: list[dict[str, Any]]) -> None:
    for strange in (message, {"blocks": blocks}, {"blocks": [{"type": "rich_text", "elements": blocks}]}):
        read(strange).plain.encode()


@given(st.text("*_~`<>@#!|&;:gtlampd^\n "))
def test_no_mrkdwn_whatever_is_too_strange_to_read(text: str) -> None:
    assert isinstance(mrkdwn(text), RichText)


def test_lists_nested_without_end_are_cut_off() -> None:
    element: dict[str, Any] = section(section("deep"), kind="list")
    for _ in range(5000):
        element = {"type": "rich_text_list", "elements": [element]}

    assert not rich(element, section("")).plain.startswith("•")


@pytest.mark.parametrize("sign", ["*", "*a ", "_ _", "`", "```", "<", "<@", "&gt;", ":", ":a", "~`", "*<", "\n>"])
def test_mrkdwn_made_to_be_slow_is_read_at_once(sign: str) -> None:
    began = time.process_time()

    mrkdwn(sign * (40_000 // len(sign)))

    assert time.process_time() - began < 1


def test_escaping_touches_the_three_control_characters_only() -> None:
    assert escape("<a> & *b* &amp;") == "&lt;a&gt; &amp; *b* &amp;amp;"


ACTIVE = ["<!here>", "<@U1>", "@here", "@channel", "#general", ":tada:", "*b*", "_i_", "~s~", "`c`", "```\np\n```"]
ACTIVE += ["https://x.org", "<https://x.org|y>", "x.org", "mailto:a@x.org"]
WORDS_OF_STRANGERS = [*ACTIVE, "> quote", ">>> quote", "&lt;!here&gt;", " ", "\n", "a", "*", "_", "`", ">", "<", "&"]


@pytest.mark.parametrize("active", ACTIVE)
def test_nothing_that_slack_would_wake_up_stays_in_one_piece(active: str) -> None:
    shown = literal(f"{active} and {active}")

    assert active not in shown
    assert escape(active) not in shown
    assert "<" not in shown


@given(st.lists(st.sampled_from(WORDS_OF_STRANGERS)).map("".join) | st.text())
def test_literal_words_read_back_as_the_same_plain_words(words: str) -> None:
    shown = mrkdwn(literal(words))

    assert all(not span.marks and span.link is None and span.mention is None for span in shown.spans)
    assert shown.plain.replace("\u200b", "") == words.replace("\u200b", "").replace("\0", "")
