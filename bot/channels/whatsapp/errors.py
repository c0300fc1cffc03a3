"""
What the Cloud API's answers mean for a delivery, sorted by their code.

Source of the codes: WhatsApp Cloud API, "Error codes"; Graph API, "Handling errors".
"""

from collections.abc import Mapping
from datetime import timedelta

import aiohttp

from bot.channels.lenient import at, text
from bot.errors import Closed, DeliveryError, Down, Later, Rejected, Unconfirmed, Unreachable

FAILURES = (aiohttp.ClientError, TimeoutError, OSError)  #: how a call can fail without an answer

#: These happen before the first byte of a request is written.
NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)

PAIR_RATE = 131056
UNDELIVERABLE = 131026
CLOSED = 131047
PAIR_PAUSE = timedelta(seconds=6)  #: about one message every six seconds to one customer, after a burst
_LOST = "WhatsApp's answer did not come: the message may have arrived or not."
_TOO_FAST = "WhatsApp asks to send more slowly."
_TROUBLE = "WhatsApp says that it has a problem of its own."

_LATER: Mapping[int, str] = {
    **dict.fromkeys((4, 80007, 130429, PAIR_RATE), _TOO_FAST),
    **dict.fromkeys((2, 131000, 131016, 131057, 133004), _TROUBLE),
}
_TOKEN = "WhatsApp does not accept the access token: make a new one and set WHATSAPP_ACCESS_TOKEN."  # noqa: S105
_RIGHTS = "The access token may not do this: give its system user the permission whatsapp_business_messaging."
_DOWN: Mapping[int, str] = {
    **dict.fromkeys((0, 190), _TOKEN),
    **dict.fromkeys((3, 10, *range(200, 300), 131005), _RIGHTS),
    131031: "WhatsApp has locked the business account: see its state in the WhatsApp Manager.",
    131042: "WhatsApp has a problem with the payment method of the business account.",
    131045: "The phone number is not registered with the Cloud API: register it.",
    133010: "The phone number is not registered with the Cloud API: register it.",
    368: "WhatsApp has blocked the business account for a while because of its policies.",
}
_NO_SUCH_NUMBER = "WhatsApp knows no such phone number: check WHATSAPP_PHONE_NUMBER_ID and the token's permissions."
_MEDIA = "WhatsApp could not take the file."
_MARKETING = "WhatsApp does not deliver messages of this kind to this customer."
_FINAL: Mapping[int, str] = {
    CLOSED: "The customer's last message is more than 24 hours old: WhatsApp lets us write again when they do.",
    UNDELIVERABLE: "WhatsApp can't deliver to this customer: they may have blocked us, or no longer use WhatsApp.",
    131030: "This is a test number of WhatsApp, and the customer is not on the list of its recipients.",
    131021: "This would be a message to ourselves.",
    131051: "WhatsApp does not take messages of this kind.",
    **dict.fromkeys((131052, 131053), _MEDIA),
    **dict.fromkeys((131049, 131050, 130472), _MARKETING),
    131062: "WhatsApp needs the customer's phone number for this, and has not told it.",
    130497: "WhatsApp does not allow messages to the customer's country.",
}


def of_answer(status: int, body: object, *, retry_after: str | None = None) -> DeliveryError:
    """
    What an answer other than success means.

    *body* is the parsed JSON, or None if it is none; *retry_after* the header of that name.
    """
    error = at(body, "error")
    code = _code(error)
    if code is None:
        return _of_gateway(status)
    if code == 100 and at(error, "error_subcode") == 33:
        return Down(_NO_SUCH_NUMBER)
    if code in _DOWN:
        return Down(_DOWN[code])
    if code in _LATER or at(error, "is_transient") is True:
        return Later(_LATER.get(code, _TROUBLE), after=_wait(code, retry_after))
    if status >= 500 and code not in _FINAL:
        return Unconfirmed(_LOST)
    kinds: Mapping[int, type[Rejected]] = {UNDELIVERABLE: Unreachable, CLOSED: Closed}
    return kinds.get(code, Rejected)(reason(error))


def waits(error: object) -> bool:
    """Whether what could not be delivered may be sent again once the customer lets us."""
    return _code(error) in {UNDELIVERABLE, CLOSED}


def of_failure(error: Exception) -> DeliveryError:
    """What a call means that ended without an answer."""
    if isinstance(error, NEVER_SENT):
        return Later("WhatsApp can't be reached.")
    return Unconfirmed(_LOST)


def reason(error: object) -> str:
    """An error object of the Cloud API as a sentence for the agent; its own details may name the customer."""
    code = _code(error)
    for known in (_FINAL, _DOWN, _LATER):
        if code is not None and code in known:
            return known[code]
    title = text(at(error, "title")) or text(at(error, "message"))
    return f"WhatsApp refuses it: {title[:200] or 'it does not say why'} ({'no code' if code is None else code})"


def _code(error: object) -> int | None:
    code = at(error, "code")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _of_gateway(status: int) -> DeliveryError:
    """Below 500 a gateway has let nothing through; above, nobody knows how far the request came."""
    if 300 <= status < 500:
        return Later("Something between here and WhatsApp refuses the connection.")
    return Unconfirmed(_LOST)


def _wait(code: int, retry_after: str | None) -> timedelta | None:
    if retry_after is not None and retry_after.isascii() and retry_after.isdigit():
        return timedelta(seconds=min(int(retry_after[:6]), 3600))
    return PAIR_PAUSE if code == PAIR_RATE else None
