"""The sandbox refuses the blocks and views that Slack refuses, and takes those at the limits."""

from typing import Any

import pytest

from bot.sandbox.slack.rules import check_blocks
from bot.sandbox.slack.rules_view import check_view


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **more}


def actions(*elements: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def options(count: int) -> list[dict[str, Any]]:
    return [{"text": plain(f"o{number}"), "value": f"{number}"} for number in range(count)]


DIVIDER = {"type": "divider"}
BAD_BLOCKS = {
    "51 blocks": [DIVIDER] * 51,
    "an unknown type": [{"type": "marquee"}],
    "no object": ["divider"],
    "a type that is a list": [{"type": []}],
    "a section without text": [{"type": "section"}],
    "an empty text": [{"type": "section", "text": plain("")}],
    "a section of 3001": [{"type": "section", "text": plain("x" * 3001)}],
    "11 fields": [{"type": "section", "fields": [plain("x")] * 11}],
    "a field of 2001": [{"type": "section", "fields": [plain("x" * 2001)]}],
    "an unknown property": [{"type": "divider", "colour": "red"}],
    "verbatim on plain text": [{"type": "section", "text": {**plain("x"), "verbatim": True}}],
    "a header of 151": [{"type": "header", "text": plain("x" * 151)}],
    "a header in mrkdwn": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "11 in a context": [{"type": "context", "elements": [plain("x")] * 11}],
    "26 actions": [actions(*(button(action_id=f"{number}") for number in range(26)))],
    "an action_id twice": [actions(button(), button())],
    "a block_id twice": [{**DIVIDER, "block_id": "a"}, {**DIVIDER, "block_id": "a"}],
    "a block_id of 256": [{**DIVIDER, "block_id": "a" * 256}],
    "an action_id of 256": [actions(button(action_id="x" * 256))],
    "a button of 76": [actions(button(text=plain("x" * 76)))],
    "a button in mrkdwn": [actions(button(text={"type": "mrkdwn", "text": "x"}))],
    "a button without text": [actions({"type": "button", "action_id": "x"})],
    "a button value of 2001": [actions(button(value="x" * 2001))],
    "a purple button": [actions(button(style="purple"))],
    "a text input among actions": [actions({"type": "plain_text_input", "action_id": "x"})],
    "101 options": [actions({"type": "static_select", "action_id": "x", "options": options(101)})],
    "a select without options": [actions({"type": "static_select", "action_id": "x"})],
    "six in an overflow": [actions({"type": "overflow", "action_id": "x", "options": options(6)})],
    "11 radio buttons": [actions({"type": "radio_buttons", "action_id": "x", "options": options(11)})],
    "an option value of 151": [
        actions({"type": "overflow", "action_id": "x", "options": [{"text": plain("x"), "value": "v" * 151}]})
    ],
    "a foreign initial option": [
        actions({"type": "static_select", "options": options(2), "initial_option": options(3)[2]})
    ],
    "a confirm title of 101": [
        actions(
            button(confirm={"title": plain("x" * 101), "text": plain("x"), "confirm": plain("y"), "deny": plain("n")})
        )
    ],
    "an input without a label": [{"type": "input", "element": {"type": "plain_text_input"}}],
    "a button as input": [{"type": "input", "label": plain("x"), "element": button()}],
    "an image without address": [{"type": "image", "alt_text": "x"}],
    "an unknown rich text": [{"type": "rich_text", "elements": [{"type": "blink", "elements": []}]}],
}


@pytest.mark.parametrize("blocks", BAD_BLOCKS.values(), ids=BAD_BLOCKS.keys())
def test_blocks_that_slack_refuses_have_a_problem_with_a_pointer(blocks: Any) -> None:
    problems = check_blocks(blocks, surface="message")

    assert problems
    assert all("[json-pointer:/blocks" in problem for problem in problems)


def test_blocks_at_every_limit_are_taken() -> None:
    confirm = {"title": plain("t"), "text": plain("x"), "confirm": plain("y"), "deny": plain("n")}
    blocks = [
        {"type": "header", "text": plain("x" * 150)},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000, "verbatim": True}, "accessory": button()},
        {"type": "context", "elements": [plain("x")] * 10},
        actions(*(button(action_id=f"{number}", confirm=confirm) for number in range(25))),
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]},
        *[DIVIDER] * 45,
    ]

    assert check_blocks(blocks, surface="message") == []


INPUT = {"type": "input", "label": plain("x"), "element": {"type": "plain_text_input"}}
BAD_VIEWS = {
    "no title": {"type": "modal", "blocks": []},
    "a title of 25": {"type": "modal", "title": plain("x" * 25), "blocks": []},
    "an input without submit": {"type": "modal", "title": plain("x"), "blocks": [INPUT]},
    "101 blocks": {"type": "modal", "title": plain("x"), "blocks": [DIVIDER] * 101},
    "private_metadata of 3001": {"type": "modal", "title": plain("x"), "blocks": [], "private_metadata": "x" * 3001},
    "a Home tab with a title": {"type": "home", "title": plain("x"), "blocks": []},
    "no blocks": {"type": "modal", "title": plain("x")},
    "a text": "modal",
}


@pytest.mark.parametrize("view", BAD_VIEWS.values(), ids=BAD_VIEWS.keys())
def test_a_view_that_slack_refuses_has_a_problem(view: Any) -> None:
    assert check_view(view)


@pytest.mark.parametrize("kind", ["modal", "home"])
def test_a_view_at_every_limit_is_taken(kind: str) -> None:
    words = {"title": plain("x" * 24), "submit": plain("x" * 24), "close": plain("x" * 24)} if kind == "modal" else {}
    blocks = [INPUT, *[DIVIDER] * 99]

    assert (
        check_view({"type": kind, "private_metadata": "x" * 3000, "callback_id": "x" * 255, "blocks": blocks, **words})
        == []
    )
