"""What a message says where it is more than text, in one shape for all channels. Pure and total."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import isfinite

from bot.channels.base import Detail
from bot.channels.lenient import at, text

MAX_BLANK = 200  #: characters of the customer's words in a line of ours
MAX_AMOUNT = Decimal(10**15)  #: nobody orders more, in any currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The parts of an `InboundMessage` that depend on its kind."""

    kind: str
    words: str = ""
    details: tuple[Detail, ...] = ()
    link: str | None = None


def detail(name: str, **blanks: object) -> Detail:
    """A line of ours with the customer's words in it, each on one line and not too long."""
    return Detail(name, {blank: brief(words) for blank, words in blanks.items()})


def brief(value: object) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text(value).split())
    return line if len(line) <= MAX_BLANK else line[: MAX_BLANK - 1] + "…"


def lines(*values: object) -> str:
    """The texts among the values below each other, each once."""
    return "\n".join(dict.fromkeys(found for value in values if (found := text(value).strip())))


def listed(value: object) -> list[object]:
    """The members of a list, if it is one."""
    return value if isinstance(value, list) else []


def place(value: object) -> tuple[str, str | None]:
    """
    Latitude and longitude in degrees, as people write them, and where a map shows them; nothing if they are none.

    The address is made of the two numbers alone. The map needs no account.
    """
    latitude, longitude = (_degrees(at(value, name), most) for name, most in (("latitude", 90), ("longitude", 180)))
    if latitude is None or longitude is None:
        return "", None
    link = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
    return f"{latitude}, {longitude}", link


def _degrees(value: object, most: int) -> str | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not -most <= value <= most:
        return None
    return f"{value:.6f}" if isfinite(value) else None


def amount(value: object) -> Decimal | None:
    """A price or a quantity, as a number or in digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(f"{value}"[:30]) == 30:
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found.normalize() if found.is_finite() and 0 <= found <= MAX_AMOUNT else None


def written(found: Decimal) -> str:
    """As people write it, with at most four places."""
    return f"{found.quantize(Decimal('0.0001')).normalize():f}"


def named(*names: object) -> str:
    """The first name in which there is anything, on one line."""
    return next((found for name in names if (found := brief(name))), "")
