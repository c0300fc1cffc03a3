"""Reading JSON of which nothing is certain: whatever stands there, nothing here raises."""

import json
from datetime import UTC, datetime

MAX_DEPTH = 100  #: levels of JSON; platforms use about ten, and much deeper ones can be read but not written again


def parsed(body: bytes) -> object:
    """What the JSON says; None for what is no JSON, and for what is nested too deep (see `is_deep`)."""
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return None if is_deep(value) else value


def is_deep(value: object) -> bool:
    """Whether it has more than `MAX_DEPTH` levels."""
    level = [value]
    for _ in range(MAX_DEPTH):
        inner = [one for one in level if isinstance(one, dict | list)]
        if not inner:
            return False
        level = [each for one in inner for each in (one.values() if isinstance(one, dict) else one)]
    return any(isinstance(one, dict | list) for one in level)


def at(value: object, *path: str | int) -> object:
    """What stands there, or None if the JSON has another shape."""
    for name in path:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and isinstance(name, int) and name < len(value):
            value = value[name]
        else:
            return None
    return value


def text(value: object) -> str:
    """The characters that can be stored: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def seconds(value: object) -> int | None:
    """A Unix time in whole seconds, as a number or in digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 11:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**11 else None


def instant(value: object) -> datetime | None:
    """The same as an instant."""
    number = seconds(value)
    return None if number is None else datetime.fromtimestamp(number, tz=UTC)
