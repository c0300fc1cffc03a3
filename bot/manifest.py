"""
The Slack app manifest: what our app asks of a workspace.

Source of names and limits: slackapi/manifest-schema, schemas/manifest.schema.2.0.0.json.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A slash command as people see it when they type `/`."""

    name: str  #: with its slash
    description: str
    usage_hint: str


ROOT = Command(
    name="/loket",
    description="Every verb of the desk, and help",
    usage_hint="list | mine | show #42 | assign #42 @person | unclaim #42 | reopen #42 | undo | help",
)
ALIASES = (
    Command(name="/claim", description="The ticket is mine", usage_hint="[#42]"),
    Command(name="/reply", description="Answer the customer, in my name", usage_hint="#42 text"),
    Command(name="/note", description="An internal note in the ticket's thread", usage_hint="#42 text"),
    Command(
        name="/escalate", description="The next level, or the one named", usage_hint="#42 [team or @person] reason"
    ),
    Command(name="/close", description="The ticket is done", usage_hint="[#42] [resolution]"),
    Command(
        name="/sla",
        description="How many tickets, and how fast",
        usage_hint="[today | 7d | last month | 2026-10-01..2026-10-31 | …] [by agent | channel] [csv] [share]",
    ),
)
COMMANDS = (*ALIASES, ROOT)

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:write",
    "reactions:read",
    "reactions:write",
    "usergroups:read",
    "users:read",
)
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "file_deleted",
    "group_archive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "tokens_revoked",
)


def without_aliases(commands: Sequence[Command] = COMMANDS) -> tuple[Command, ...]:
    """Only `/loket`: for a workspace where another app owns `/close` or its like (Slack's names have no namespaces)."""
    return tuple(command for command in commands if command == ROOT)


def manifest(commands: Sequence[Command] = COMMANDS, *, http: str | None = None) -> dict[str, object]:
    """
    The manifest, ready to be written as JSON.

    Args:
        commands: the slash commands that are asked for.
        http: our public address, as ``https://desk.example.org``, where Slack shall call; None: Socket Mode, for which
            an app-level token is made by hand in Slack.
    """
    url = None if http is None else f"{http.rstrip('/')}/slack/events"
    called = {} if url is None else {"request_url": url}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Loket",
            "description": "A support desk: customers' conversations as Slack threads",
            "background_color": "#1a1d21",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,  # files come there; nobody reads what is written there
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Loket", "always_online": True},
            "slash_commands": [_slash_command(command, url=url) for command in commands],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**called, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **called},
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def _slash_command(command: Command, *, url: str | None) -> dict[str, object]:
    """Escaping makes Slack name people and channels by their ids, which names alone would not tell."""
    return {
        "command": command.name,
        **({} if url is None else {"url": url}),
        "description": command.description,
        "usage_hint": command.usage_hint,
        "should_escape": True,
    }
