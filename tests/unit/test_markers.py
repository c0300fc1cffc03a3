"""Notes and commands are recognised however they are dressed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.markers import command, is_note


@pytest.mark.parametrize(
    "plain",
    [
        "// he called twice",
        ";;careful",
        "🔒 vip",
        "he called twice //",
        "careful ;;\n",
        "vip 🔒",
        "note: vip",
        "NOTE : vip",
        "Internal: vip",
        "private:vip",
        "  // spaces",
        "> // quoted",
        "“note: quoted”",
        "«// quoted»",
        "*note:* vip",
        "*Note*: vip",
        "_~`// dressed`~_",
        "*vip //*",
        "• note: the item of a list",
        "\ufeff\u200bno\u200dte: vip",
        "note：wide",
        "／／ wide",
        "；； wide",
        "🔒\ufe0f",
        "vip 🔒\ufe0f\u200b",
        "see https://",
        "´// accents´",
    ],
)
def test_a_marked_text_is_a_note(plain: str) -> None:
    assert is_note(plain)


@pytest.mark.parametrize(
    "plain",
    [
        "",
        "Hello!",
        "a // b",
        "see https://example.com/path/",
        "please note: closed on Sunday",
        "notes: none",
        "Note that we close at five",
        "internally: no",
        "/ one",
        "your account is 🔒 locked",
        "privat: nein",
    ],
)
def test_a_text_without_a_marker_at_its_ends_is_none(plain: str) -> None:
    assert not is_note(plain)


@given(
    st.text("  >\"'“”«»*_~`\u200b\ufeff\n"),
    st.sampled_from(["// x", ";; x", "🔒 x", "note: x", "INTERNAL: x", "Private: x", "x //", "x ;;", "x 🔒"]),
    st.text("  \"'”»*_~`\u200b\ufeff\n"),
)
def test_dress_never_hides_a_note(before: str, marked: str, after: str) -> None:
    assert is_note(before + marked + after)


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("!claim", ("claim", "")),
        ("!Close sent a new invoice", ("close", "sent a new invoice")),
        ("  !reply\nHello\nthere", ("reply", "Hello\nthere")),
        ("\u200b!re\u200bply hi", ("reply", "hi")),
        ("！claim", ("claim", "")),
        ("!", ("", "")),
        ("!!!", ("!!", "")),
        ("! close", ("", "close")),
        ("Hello!", None),
        ("", None),
        (" \n", None),
    ],
)
def test_a_leading_exclamation_mark_makes_a_command(plain: str, expected: tuple[str, str] | None) -> None:
    assert command(plain) == expected


@given(st.text())
def test_the_rest_of_a_command_is_the_end_of_the_text(words: str) -> None:
    found = command(f" !reply {words}")

    assert found is not None
    assert f" !reply {words}".endswith(found[1])


@given(st.text())
def test_any_text_has_an_answer(plain: str) -> None:
    assert isinstance(is_note(plain), bool)
    assert (command(plain) is not None) >= plain.lstrip().startswith("!")
