"""What python-telegram-bot's errors mean for a delivery: sorted by their cause, since its classes mix the certain with
the uncertain (``NetworkError`` stands for a refused connection, a lost answer and a gateway's page alike)."""

import re
from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.errors import DeliveryError, Down, Later, Rejected, Unconfirmed, Unreachable

#: These happen before the first byte of a request is written.
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

# How the library words an answer that is not Telegram's own: the phrase and the number of the status.
# Source: python-telegram-bot 22.8, BaseRequest._request_wrapper.
_NOT_TELEGRAMS = re.compile(r"[A-Z][\w' -]* \((\d{3})\)")

# Telegram's words, and ours for an agent. Source of the former: tdlib/telegram-bot-api, Client.cpp.
_REFUSALS = {
    "bot was blocked by the user": "The customer has blocked the bot.",
    "user is deactivated": "The customer's Telegram account no longer exists.",
    "bot can't initiate conversation": "The customer has never written to this bot, so it may not write to them.",
    "chat not found": "Telegram does not know this customer.",
    "message text is empty": "There is nothing in this message that Telegram would show.",
    "message is too long": "The text is too long for one Telegram message.",
    "message to edit not found": "The message is no longer in the customer's chat.",
    "message can't be edited": "Telegram does not let this message be changed any more.",
    "message can't be deleted": "Telegram lets a message be deleted for 48 hours only.",
    "file must be non-empty": "The file is empty.",
}
_TOO_LARGE = "The file is too large for Telegram."
_LOST = "Telegram's answer did not come: the message may have arrived or not."


def translated(error: TelegramError) -> DeliveryError:
    """The same in our words; never with the token or a customer's words in it."""
    match error:  # the order matters: BadRequest and TimedOut are NetworkErrors
        case RetryAfter():
            return Later("Telegram asks to wait.", after=_wait(error))
        case InvalidToken() | EndPointNotFound():
            return Down("Telegram does not accept the bot's token (or TELEGRAM_API_URL is not a Bot API).")
        case Conflict():
            return Down(_conflict(error.message))
        case ChatMigrated():
            return Rejected("The chat has moved to another one.")
        case _ if (status := gateway_status(error)) is not None:
            return _of_gateway(status)
        case Forbidden():
            return Unreachable(_refusal(error.message))
        case BadRequest():
            return Rejected(_refusal(error.message))
        case _:
            return _of_network(error)


def gateway_status(error: TelegramError) -> int | None:
    """The HTTP status of an answer that is not Telegram's own."""
    found = _NOT_TELEGRAMS.match(error.message)
    return int(found[1]) if found else None


def _of_gateway(status: int) -> DeliveryError:
    """Below 500 a gateway has let nothing through; above, nobody knows how far the request came."""
    if status == 413:
        return Rejected(_TOO_LARGE)
    if status < 500:
        return Later("Something between here and Telegram refuses the connection.")
    return Unconfirmed(_LOST)


def _of_network(error: TelegramError) -> DeliveryError:
    if isinstance(error.__cause__, NEVER_SENT):
        return Later("Telegram can't be reached.")
    if "too large" in error.message.lower():  # Telegram's own 413
        return Rejected(_TOO_LARGE)
    if isinstance(error, NetworkError) and error.__cause__ is None:  # Telegram's own JSON, code 500 for instance
        return Later("Telegram says that it has a problem of its own.")
    return Unconfirmed(_LOST)


def _refusal(words: str) -> str:
    known = (ours for theirs, ours in _REFUSALS.items() if theirs in words.lower())
    return next(known, f"Telegram refuses it: {words}")


def _conflict(words: str) -> str:
    if "webhook" in words.lower():
        return "A webhook is set for this Telegram bot: delete it (deleteWebhook), so that messages come here."
    return "Another program receives this Telegram bot's messages: stop it, or give one of them its own bot."


def _wait(error: RetryAfter) -> timedelta:
    """Whole seconds or a timedelta, as ``PTB_TIMEDELTA`` says."""
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
