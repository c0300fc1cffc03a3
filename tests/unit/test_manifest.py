"""The app manifest: what we ask of a workspace, within Slack's limits."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.manifest import COMMANDS, manifest, without_aliases

ROOT = Path(__file__).parents[2]
# Source of the limits: slackapi/manifest-schema, schemas/manifest.schema.2.0.0.json.
NAME, DESCRIPTION, DISPLAY_NAME = 35, 140, 80
MANY_COMMANDS, COMMAND, USAGE_HINT = 50, 32, 1000
MANY_EVENTS = 100


def ours() -> dict[str, Any]:
    """The manifest as Slack gets it."""
    app: dict[str, Any] = json.loads(json.dumps(manifest()))
    return app


def test_it_keeps_slacks_limits() -> None:
    app = ours()

    assert len(app["display_information"]["name"]) <= NAME
    assert len(app["display_information"]["description"]) <= DESCRIPTION
    assert len(app["features"]["bot_user"]["display_name"]) <= DISPLAY_NAME
    assert len(app["settings"]["event_subscriptions"]["bot_events"]) <= MANY_EVENTS
    assert len(app["features"]["slash_commands"]) <= MANY_COMMANDS


def test_each_command_keeps_slacks_limits_and_is_escaped() -> None:
    for command in ours()["features"]["slash_commands"]:
        assert command["command"].startswith("/")
        assert len(command["command"]) <= COMMAND
        assert command["description"]
        assert 0 < len(command["usage_hint"]) <= USAGE_HINT
        assert command["should_escape"] is True


def test_it_offers_every_command_and_can_leave_the_short_ones_out() -> None:
    names = [command.name for command in COMMANDS]

    assert sorted(names) == ["/claim", "/close", "/escalate", "/loket", "/note", "/reply", "/sla"]
    assert [command.name for command in without_aliases()] == ["/loket"]
    assert manifest(without_aliases())["oauth_config"] == manifest()["oauth_config"]


def test_it_needs_no_public_address() -> None:
    app = ours()

    assert app["settings"]["socket_mode_enabled"] is True
    assert app["settings"]["interactivity"] == {"is_enabled": True}
    assert "url" not in json.dumps(app)


def test_each_event_has_the_scope_that_slack_demands_for_it() -> None:
    app = ours()
    demanded = {  # source: docs.slack.dev/reference/events, "Required scopes"; any one of them is enough
        "app_home_opened": set(),
        "app_mention": {"app_mentions:read"},
        "app_uninstalled": set(),
        "channel_archive": {"channels:read"},
        "file_deleted": {"files:read"},
        "group_archive": {"groups:read"},
        "member_joined_channel": {"channels:read", "groups:read"},
        "member_left_channel": {"channels:read", "groups:read"},
        "message.channels": {"channels:history"},
        "message.groups": {"groups:history"},
        "tokens_revoked": set(),
    }

    assert set(app["settings"]["event_subscriptions"]["bot_events"]) == set(demanded)
    assert set().union(*demanded.values()) <= set(app["oauth_config"]["scopes"]["bot"])


def test_for_http_it_names_one_address_for_everything() -> None:
    app: dict[str, Any] = json.loads(json.dumps(manifest(http="https://desk.example.org/")))

    url = "https://desk.example.org/slack/events"
    assert app["settings"]["socket_mode_enabled"] is False
    assert app["settings"]["event_subscriptions"]["request_url"] == url
    assert app["settings"]["interactivity"] == {"is_enabled": True, "request_url": url}
    assert {command["url"] for command in app["features"]["slash_commands"]} == {url}
    assert app["oauth_config"] == ours()["oauth_config"]


@pytest.mark.parametrize("address", ["desk.example.org", "http://desk.example.org", "https://"])
def test_an_address_that_slack_could_not_call_is_wrong_usage(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["manifest", "--http", address])

    assert ended.value.code == 2
    assert "https://desk.example.org" in capsys.readouterr().err


def test_a_reader_who_has_seen_enough_is_no_failure() -> None:
    shell = f"set -o pipefail; {sys.executable} -m bot manifest | head -n 1"

    done = subprocess.run(["/bin/bash", "-c", shell], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "")
