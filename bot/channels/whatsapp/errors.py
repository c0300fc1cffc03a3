"""
What the Cloud API's answers mean for a delivery, sorted by their code.

Source of the codes: WhatsApp Cloud API, "Error codes"; Graph API, "Handling errors".
"""

from collections.abc import Mapping
from datetime import timedelta

import aiohttp

from bot.calls import NEVER_SENT
from bot.channels.lenient import at, text
from bot.errors import Away, Closed, DeliveryError, Down, Later, Meaning, Rejected, Unconfirmed, Unreachable
from bot.logs import masked

FAILURES = (aiohttp.ClientError, TimeoutError, OSError)  #: how a call can fail without an answer

PAIR_RATE = 131056
UNDELIVERABLE = 131026
CLOSED = 131047
PAIR_PAUSE = timedelta(seconds=6)  #: about one message every six seconds to one customer, after a burst
_LOST = "WhatsApp's answer did not come: the message may have arrived or not."
_TOO_FAST = "WhatsApp asks to send more slowly."
_TROUBLE = "WhatsApp says that it has a problem of its own."

_TOKEN = "WhatsApp does not accept the access token: make a new one and set WHATSAPP_ACCESS_TOKEN."  # noqa: S105
_RIGHTS = "The access token may not do this: give its system user the permission whatsapp_business_messaging."
_UNREGISTERED = "The phone number is not registered with the Cloud API: register it."
_NO_SUCH_NUMBER = "WhatsApp knows no such phone number: check WHATSAPP_PHONE_NUMBER_ID and the token's permissions."
_MEDIA = "WhatsApp could not take the file."
_MARKETING = "WhatsApp does not deliver messages of this kind to this customer."

#: All that we know (docs/reference/errors.md explains them); of any other, the status says what it means.
CODES: Mapping[int, Meaning] = {
    **dict.fromkeys((4, 17, 80007, 130429, PAIR_RATE), (Later, _TOO_FAST)),
    **dict.fromkeys((2, 131000, 131016, 131057, 133004), (Later, _TROUBLE)),
    # --- until somebody mends it
    **dict.fromkeys((0, 190), (Down, _TOKEN)),
    **dict.fromkeys((3, 10, *range(200, 300), 131005), (Down, _RIGHTS)),
    33: (Down, _NO_SUCH_NUMBER),
    131031: (Down, "WhatsApp has locked the business account: see its state in the WhatsApp Manager."),
    131037: (Down, "WhatsApp wants the number's display name to be approved first: see the WhatsApp Manager."),
    131042: (Down, "WhatsApp has a problem with the payment method of the business account."),
    131048: (Down, "WhatsApp slows the number down, as customers report its messages: see the WhatsApp Manager."),
    **dict.fromkeys((131045, 133010), (Down, _UNREGISTERED)),
    368: (Down, "WhatsApp has blocked the business account for a while because of its policies."),
    # --- until the customer writes
    CLOSED: (
        Closed, "The customer's last message is more than 24 hours old: WhatsApp lets us write again when they do.",
    ),
    UNDELIVERABLE: (
        Unreachable, "WhatsApp can't deliver to this customer: they may have blocked us, or no longer use WhatsApp.",
    ),
    # --- never
    131030: (Rejected, "This is a test number of WhatsApp, and the customer is not on the list of its recipients."),
    131021: (Rejected, "This would be a message to ourselves."),
    131051: (Rejected, "WhatsApp does not take messages of this kind."),
    **dict.fromkeys((131052, 131053), (Rejected, _MEDIA)),
    **dict.fromkeys((131049, 131050, 130472), (Rejected, _MARKETING)),
    131062: (Rejected, "WhatsApp needs the customer's phone number for this, and has not told it."),
    130497: (Rejected, "WhatsApp does not allow messages to the customer's country."),
}  # fmt: skip


class NoSuchObject(Down):
    """What was asked for is not there, or not for this token; of our own number the latter."""


def of_answer(status: int, body: object, *, retry_after: str | None = None) -> DeliveryError:
    """
    What an answer other than success means.

    *body* is the parsed JSON, or None if it is none; *retry_after* the header of that name.
    """
    error = at(body, "error")
    code = _code(error)
    if code is None:
        return _of_gateway(status, retry_after)
    if code == 100 and at(error, "error_subcode") == 33:
        return NoSuchObject(_NO_SUCH_NUMBER)
    kind, words = CODES.get(code, _of_status(status, reason(error)))
    if at(error, "is_transient") is True and kind not in {Down, Later}:
        kind, words = Later, _TROUBLE
    return Later(words, after=_wait(code, retry_after)) if kind is Later else kind(words)


def waits(error: object) -> bool:
    """Whether what could not be delivered may be sent again once the customer lets us."""
    return _code(error) in {UNDELIVERABLE, CLOSED}


def of_failure(error: Exception) -> DeliveryError:
    """What a call means that ended without an answer."""
    if isinstance(error, NEVER_SENT):
        return Away("whatsapp", "WhatsApp can't be reached.")
    return Unconfirmed(_LOST)


def reason(error: object) -> str:
    """An error object of the Cloud API as a sentence for the agent; its own details may name the customer."""
    code = _code(error)
    if code is not None and code in CODES:
        return CODES[code][1]
    title = masked(text(at(error, "title")) or text(at(error, "message")))
    return f"WhatsApp refuses it: {title[:200] or 'it does not say why'} ({'no code' if code is None else code})"


def _code(error: object) -> int | None:
    code = at(error, "code")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _of_status(status: int, words: str) -> Meaning:
    """What WhatsApp's own answer means whose code is not known; *words* are those of a refusal."""
    if status == 429:
        return Later, _TOO_FAST
    return (Unconfirmed, _LOST) if status >= 500 else (Rejected, words)


def _of_gateway(status: int, retry_after: str | None) -> DeliveryError:
    """Below 500 a gateway has let nothing through; above, nobody knows how far the request came."""
    if status == 429:
        return Later(_TOO_FAST, after=_wait(None, retry_after))
    if 300 <= status < 500:
        return Later("Something between here and WhatsApp refuses the connection.")
    return Unconfirmed(_LOST)


def _wait(code: int | None, retry_after: str | None) -> timedelta | None:
    if retry_after is not None and retry_after.isascii() and retry_after.isdigit():
        return timedelta(seconds=min(int(retry_after[:6]), 3600))
    return PAIR_PAUSE if code == PAIR_RATE else None
