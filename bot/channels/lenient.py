"""Reading JSON of which nothing is certain: whatever stands there, nothing here raises."""

from datetime import UTC, datetime


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
