"""
What Slack refuses in an app manifest.

Source: slackapi/manifest-schema, schemas/manifest.schema.2.0.0.json; docs.slack.dev, apps.manifest.create (messages).
"""

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

SECTIONS = frozenset({"_metadata", "display_information", "features", "oauth_config", "settings"})
LONGEST = {
    "/display_information/name": 35,
    "/display_information/description": 140,
    "/features/bot_user/display_name": 80,
}
MOST_COMMANDS, LONGEST_COMMAND, LONGEST_HINT, MOST_EVENTS = 50, 32, 1000, 100


def refusals(manifest: Json) -> list[dict[str, str]]:
    """The ``errors`` of Slack's answer, each with its ``pointer``; empty: it is taken."""
    return [{"pointer": pointer, "message": message} for pointer, message in _problems(manifest)]


def _problems(manifest: Json) -> Iterator[tuple[str, str]]:
    for name in sorted(manifest.keys() - SECTIONS):
        yield f"/{name}", "Unknown property"
    for pointer, most in LONGEST.items():
        value = _at(manifest, pointer)
        if value is not None and len(str(value)) > most:
            yield pointer, f"Must be at most {most} characters"
    if not _at(manifest, "/display_information/name"):
        yield "/display_information/name", "Required"
    is_socket = bool(_at(manifest, "/settings/socket_mode_enabled"))
    yield from _commands(_at(manifest, "/features/slash_commands") or [], is_socket=is_socket)
    yield from _addresses(manifest, is_socket=is_socket)


def _commands(commands: list[Json], *, is_socket: bool) -> Iterator[tuple[str, str]]:
    if len(commands) > MOST_COMMANDS:
        yield "/features/slash_commands", f"Must have at most {MOST_COMMANDS} items"
    for number, command in enumerate(commands):
        pointer = f"/features/slash_commands/{number}"
        name = str(command.get("command", ""))
        if not name.startswith("/") or not 1 < len(name) <= LONGEST_COMMAND:
            yield f"{pointer}/command", "Must begin with / and be at most 32 characters"
        if not command.get("description"):
            yield f"{pointer}/description", "Required"
        if len(str(command.get("usage_hint", ""))) > LONGEST_HINT:
            yield f"{pointer}/usage_hint", f"Must be at most {LONGEST_HINT} characters"
        if not is_socket and not _is_public(command.get("url")):
            yield f"{pointer}/url", "Slash Command requires either Request URL or Socket Mode Enabled"


def _addresses(manifest: Json, *, is_socket: bool) -> Iterator[tuple[str, str]]:
    events = _at(manifest, "/settings/event_subscriptions") or {}
    if len(events.get("bot_events", [])) > MOST_EVENTS:
        yield "/settings/event_subscriptions/bot_events", f"Must have at most {MOST_EVENTS} items"
    if events.get("bot_events") and not is_socket and not _is_public(events.get("request_url")):
        yield "/settings/event_subscriptions", "Event Subscription requires either Request URL or Socket Mode Enabled"
    interactivity = _at(manifest, "/settings/interactivity") or {}
    if interactivity.get("is_enabled") and not is_socket and not _is_public(interactivity.get("request_url")):
        yield "/settings/interactivity", "Interactivity requires a Request URL"


def _is_public(url: object) -> bool:
    return isinstance(url, str) and url.startswith("https://")


def _at(manifest: Json, pointer: str) -> Any:
    value: Any = manifest
    for name in pointer.strip("/").split("/"):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
