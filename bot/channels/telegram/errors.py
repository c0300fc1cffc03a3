"""What python-telegram-bot's errors mean for a delivery: sorted by their cause, since its classes mix the certain with
the uncertain (``NetworkError`` stands for a refused connection, a lost answer and a gateway's page alike)."""

import re
from collections.abc import Mapping
from datetime import timedelta

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

from bot.calls import NEVER_SENT
from bot.errors import Away, DeliveryError, Down, Later, Meaning, Rejected, Unconfirmed, Unreachable
from bot.logs import masked

# How the library words an answer that is not Telegram's own: the phrase and the number of the status.
# Source: python-telegram-bot 22.8, BaseRequest._request_wrapper.
_NOT_TELEGRAMS = re.compile(r"[A-Z][\w' -]* \((\d{3})\)")

_TOO_LARGE = "The file is too large for Telegram."
_LOST = "Telegram's answer did not come: the message may have arrived or not."
_ASKS_TO_WAIT = "Telegram asks to wait."
_MOVED = "The chat has moved to another one."
_NOT_THERE = "The bot is no longer in this chat."
_UNKNOWN = "Telegram does not know this customer."
_TOO_LONG = "The text is too long for one Telegram message."
_NO_PICTURE = "Telegram can't show this picture."

#: Telegram's words, in lower case, and what they mean; docs/reference/errors.md explains them. Other words come with
#: a status, which says it. Source: tdlib/telegram-bot-api, Client.cpp.
WORDS: Mapping[str, Meaning] = {
    "bot was blocked by the user": (Unreachable, "The customer has blocked the bot."),
    "user is deactivated": (Unreachable, "The customer's Telegram account no longer exists."),
    "bot can't initiate conversation": (
        Unreachable, "The customer has never written to this bot, so it may not write to them.",
    ),
    "bot can't send messages to bots": (Unreachable, "This customer is a bot, and Telegram lets no bot write to bots."),
    **dict.fromkeys(
        ("bot was kicked from the", "bot is not a member of the", "the group chat was deleted"),
        (Unreachable, _NOT_THERE),
    ),
    **dict.fromkeys(("chat not found", "peer_id_invalid"), (Rejected, _UNKNOWN)),
    "upgraded to a supergroup chat": (Rejected, _MOVED),
    "message text is empty": (Rejected, "There is nothing in this message that Telegram would show."),
    **dict.fromkeys(("message is too long", "message caption is too long"), (Rejected, _TOO_LONG)),
    "message to edit not found": (Rejected, "The message is no longer in the customer's chat."),
    "message can't be edited": (Rejected, "Telegram does not let this message be changed any more."),
    "message can't be deleted": (Rejected, "Telegram lets a message be deleted for 48 hours only."),
    "file must be non-empty": (Rejected, "The file is empty."),
    **dict.fromkeys(("is too big", "entity too large"), (Rejected, _TOO_LARGE)),
    **dict.fromkeys(("photo_invalid_dimensions", "image_process_failed"), (Rejected, _NO_PICTURE)),
    "voice_messages_forbidden": (Rejected, "The customer's settings allow no voice messages."),
    "too many requests": (Later, _ASKS_TO_WAIT),
}  # fmt: skip


def translated(error: TelegramError) -> DeliveryError:
    """The same in our words; never with the token or a customer's words in it."""
    match error:  # the order matters: BadRequest and TimedOut are NetworkErrors
        case RetryAfter():
            return Later(_ASKS_TO_WAIT, after=_wait(error))
        case InvalidToken() | EndPointNotFound():
            return Down("Telegram does not accept the bot's token (or TELEGRAM_API_URL is not a Bot API).")
        case Conflict():
            return Down(_conflict(error.message))
        case ChatMigrated():
            return Rejected(_MOVED)
        case _ if (status := gateway_status(error)) is not None:
            return _of_gateway(status)
        case Forbidden():
            return _of_words(error.message, Unreachable, f"Telegram refuses it: {masked(error.message)}")
        case BadRequest():
            return _of_words(error.message, Rejected, f"Telegram refuses it: {masked(error.message)}")
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
        return Away("telegram", "Telegram can't be reached.")
    if isinstance(error, NetworkError) and error.__cause__ is None:  # Telegram's own JSON, code 500 for instance
        return _of_words(error.message, Later, "Telegram says that it has a problem of its own.")
    return Unconfirmed(_LOST)


def _of_words(theirs: str, kind: type[DeliveryError], ours: str) -> DeliveryError:
    """What Telegram's words mean; *kind* and *ours* are for words that are not known."""
    known = (meaning for words, meaning in WORDS.items() if words in theirs.lower())
    kind, ours = next(known, (kind, ours))
    return kind(ours)


def _conflict(words: str) -> str:
    if "webhook" in words.lower():
        return "A webhook is set for this Telegram bot: delete it (deleteWebhook), so that messages come here."
    return "Another program receives this Telegram bot's messages: stop it, or give one of them its own bot."


def _wait(error: RetryAfter) -> timedelta:
    """Whole seconds or a timedelta, as ``PTB_TIMEDELTA`` says."""
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
