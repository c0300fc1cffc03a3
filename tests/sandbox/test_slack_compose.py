"""The composer of the sandbox makes of typed text what Slack's composer makes of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.sandbox.slack.compose import compose, with_names
from bot.sandbox.slack.state import Workspace


@pytest.fixture
def workspace() -> Workspace:
    found = Workspace(lambda: datetime(2026, 11, 21, tzinfo=UTC))
    found.keep_user("U1", "mika", real_name="Mika Sari", language="id", role="member")
    found.keep_user("U2", "mikado", real_name="Do", language="id", role="member")
    found.add_group("leads", ["U1"]).id = "S1"
    found.add_channel("desk", ["U1"]).id = "C1"
    return found


def text(content: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": content} | ({"style": style} if style else {})


INLINE = [
    ("plain", "plain", [text("plain")]),
    ("a < b & c > d", "a &lt; b &amp; c &gt; d", [text("a < b & c > d")]),
    ("*bold* _it_ ~no~", "*bold* _it_ ~no~", [
        text("bold", bold=True), text(" "), text("it", italic=True), text(" "), text("no", strike=True),
    ]),
    ("*a _b_*", "*a _b_*", [text("a ", bold=True), text("b", bold=True, italic=True)]),
    ("`*x* <y>`", "`*x* &lt;y&gt;`", [text("*x* <y>", code=True)]),
    ("2*3*4 snake_case_name", "2*3*4 snake_case_name", [text("2*3*4 snake_case_name")]),
    ("see https://a.example/x?y=1&z.", "see <https://a.example/x?y=1&amp;z>.", [
        text("see "), {"type": "link", "url": "https://a.example/x?y=1&z"}, text("."),
    ]),
    ("@mika!", "<@U1>!", [{"type": "user", "user_id": "U1"}, text("!")]),
    ("@mikado", "<@U2>", [{"type": "user", "user_id": "U2"}]),
    ("@Mika Sari ok", "<@U1> ok", [{"type": "user", "user_id": "U1"}, text(" ok")]),
    ("me@mika.example", "me@mika.example", [text("me@mika.example")]),
    ("@nobody", "@nobody", [text("@nobody")]),
    ("@leads", "<!subteam^S1>", [{"type": "usergroup", "usergroup_id": "S1"}]),
    ("@here", "<!here>", [{"type": "broadcast", "range": "here"}]),
    ("<@U1>", "&lt;@U1&gt;", [text("<@U1>")]),
    (":tada: 🔒", ":tada: :lock:", [
        {"type": "emoji", "name": "tada", "unicode": "1f389"}, text(" "),
        {"type": "emoji", "name": "lock", "unicode": "1f512"},
    ]),
    (":nonsense: 10:30:00", ":nonsense: 10:30:00", [text(":nonsense: 10:30:00")]),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "mrkdwn", "elements"), INLINE, ids=[typed for typed, _, _ in INLINE])
def test_what_is_typed_in_a_line_becomes_elements_and_mrkdwn(
    workspace: Workspace, typed: str, mrkdwn: str, elements: list[dict[str, Any]]
) -> None:
    found, (block,) = compose(typed, workspace)

    assert found == mrkdwn
    assert block["elements"] == [{"type": "rich_text_section", "elements": elements}]


def test_lists_quotes_and_fences_become_elements_of_their_own(workspace: Workspace) -> None:
    typed = "intro\n- one\n- *two*\n1. first\n> said\n```\nx < 1\n```\nend"

    found, (block,) = compose(typed, workspace)

    kinds = [(element["type"], element.get("style")) for element in block["elements"]]
    assert kinds == [
        ("rich_text_section", None),
        ("rich_text_list", "bullet"),
        ("rich_text_list", "ordered"),
        ("rich_text_quote", None),
        ("rich_text_preformatted", None),
        ("rich_text_section", None),
    ]
    assert found == "intro\n• one\n• *two*\n1. first\n&gt; said\n```x &lt; 1```\nend"


def test_a_commands_names_become_entities(workspace: Workspace) -> None:
    found = with_names("#42 @leads @Mika Sari see https://a.example", workspace)

    assert found == "#42 <!subteam^S1> <@U1|Mika Sari> see <https://a.example>"
