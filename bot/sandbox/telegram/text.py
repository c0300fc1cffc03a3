"""Texts and their entities, as Telegram counts, finds and checks them."""

import re
from typing import Any

_ENTITY_TYPES = (
    "mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough spoiler blockquote "
    "expandable_blockquote code pre text_link text_mention custom_emoji date_time"
)
ENTITY_TYPES = frozenset(_ENTITY_TYPES.split())
NEEDED_FIELD = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}
MAX_ENTITIES = 100  # more are ignored (Bot API, Limits)

_FOUND = {
    "bot_command": re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,32}(?:@\w+)?\b(?![/<>])"),
    "url": re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]"),
}


class BadEntities(ValueError):
    """The entities do not fit the text; the message says why."""


def units(text: str) -> int:
    """Length in UTF-16 code units, in which Telegram counts offsets and lengths."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def found_entities(text: str) -> list[dict[str, Any]]:
    """The commands and addresses that Telegram's client marks in what a person writes."""
    found = [
        {"type": kind, "offset": units(text[: match.start()]), "length": units(match[0])}
        for kind, pattern in _FOUND.items()
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda entity: entity["offset"])


def checked_entities(entities: object, *, text: str) -> list[dict[str, Any]]:
    """
    The entities as Telegram takes them.

    Raises:
        BadEntities: not a list of objects, an unknown type, outside of the text, or through the middle of a character.
    """
    if not isinstance(entities, list):
        raise BadEntities("expected an Array of MessageEntity")
    return [_checked(entity, text=text) for entity in entities[:MAX_ENTITIES]]


def _checked(entity: object, *, text: str) -> dict[str, Any]:
    if not isinstance(entity, dict):
        raise BadEntities("expected an Object as MessageEntity")
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if kind not in ENTITY_TYPES:
        raise BadEntities(f"unsupported entity type {kind!r}")
    if not (isinstance(offset, int) and isinstance(length, int)) or offset < 0 or length <= 0:
        raise BadEntities("entity has an invalid offset or length")
    if offset + length > units(text):
        raise BadEntities(f"entity at UTF-16 offset {offset} ends after the end of the text")
    if _splits_character(text, offset) or _splits_character(text, offset + length):
        raise BadEntities(f"entity at UTF-16 offset {offset} begins or ends in the middle of a UTF-16 symbol")
    needed = NEEDED_FIELD.get(kind)
    if needed and not entity.get(needed):
        raise BadEntities(f"entity {kind} has no {needed}")
    return entity


def _splits_character(text: str, offset: int) -> bool:
    following = text.encode("utf-16-le", "surrogatepass")[offset * 2 : offset * 2 + 2]
    return 0xDC00 <= int.from_bytes(following, "little") <= 0xDFFF
