"""Slack's rules for app manifests; what `loket manifest` prints keeps them."""

import json
from typing import Any

import pytest

from bot import cli
from bot.manifest import manifest
from bot.sandbox.slack.manifest import refusals


@pytest.mark.parametrize("options", [[], ["--no-aliases"], ["--http", "https://desk.example.org"]])
def test_what_the_command_prints_is_taken(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    parsed = cli._parser().parse_args(["manifest", *options])
    parsed.act(parsed)

    assert refusals(json.loads(capsys.readouterr().out)) == []


def changed(pointer: str, value: object, *, http: str | None = None) -> dict[str, Any]:
    """Our manifest with something else in one place; None takes it away."""
    whole: dict[str, Any] = json.loads(json.dumps(manifest(http=http)))
    place: Any = whole
    *path, last = pointer.strip("/").split("/")
    for name in path:
        place = place[int(name)] if isinstance(place, list) else place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return whole


@pytest.mark.parametrize(
    ("pointer", "value", "refused"),
    [
        ("/colour", "red", "/colour"),
        ("/display_information/name", "x" * 36, "/display_information/name"),
        ("/display_information/name", None, "/display_information/name"),
        ("/display_information/description", "x" * 141, "/display_information/description"),
        ("/features/bot_user/display_name", "x" * 81, "/features/bot_user/display_name"),
        ("/features/slash_commands/0/command", "claim", "/features/slash_commands/0/command"),
        ("/features/slash_commands/0/command", "/" + "x" * 32, "/features/slash_commands/0/command"),
        ("/features/slash_commands/0/description", None, "/features/slash_commands/0/description"),
        ("/features/slash_commands/0/usage_hint", "x" * 1001, "/features/slash_commands/0/usage_hint"),
        ("/settings/event_subscriptions/bot_events", ["app_mention"] * 101, "/settings/event_subscriptions/bot_events"),
    ],
)
def test_each_rule_refuses(pointer: str, value: object, refused: str) -> None:
    assert [one["pointer"] for one in refusals(changed(pointer, value))] == [refused]


@pytest.mark.parametrize(
    ("pointer", "refused"),
    [
        ("/settings/event_subscriptions/request_url", "/settings/event_subscriptions"),
        ("/settings/interactivity/request_url", "/settings/interactivity"),
        ("/features/slash_commands/0/url", "/features/slash_commands/0/url"),
    ],
)
def test_without_socket_mode_every_part_needs_an_address(pointer: str, refused: str) -> None:
    without = changed(pointer, None, http="https://desk.example.org")

    assert [one["pointer"] for one in refusals(without)] == [refused]


def test_too_many_commands_are_refused() -> None:
    commands = [{"command": f"/c{number}", "description": "d"} for number in range(51)]

    (refused,) = refusals(changed("/features/slash_commands", commands))

    assert refused["pointer"] == "/features/slash_commands"
