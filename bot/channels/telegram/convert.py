"""
What Telegram's updates mean. Pure and total: whatever stands in the JSON, nothing here raises on it.

Source of all fields: Telegram Bot API, "Getting updates" and "Available types".
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from bot.channels.base import Ignored, Inbound, InboundMessage, Raw, Reachability, Reaction, Sender, Unreadable
from bot.channels.content import Content
from bot.channels.lenient import at, instant, is_deep, text
from bot.channels.telegram import files
from bot.channels.telegram.content import content, origin, person
from bot.domain.ids import Address
from bot.domain.reactions import UNSHOWN
from bot.domain.text import RichText

NAME = "telegram"
#: What we ask Telegram for: what a customer does. The setting is sticky there, so it is sent with every poll.
UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction")
COMMANDS = ("start", "help", "status", "new", "close", "lang")  #: every other text with a slash is a message
_SERVICE = frozenset(
    {
        *("pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "chat_background_set"),
        *("connected_website", "forum_topic_created", "forum_topic_edited", "forum_topic_closed"),
    }
)
ID_BOUND = 2**52  #: Source: Telegram Bot API, "Chat": ids have at most 52 significant bits
MAX_EMOJI = 16  #: characters of one emoji; the longest have about ten
MAX_NAME = 128  #: characters; Telegram allows 64 for each of two names

_Json = Mapping[str, Any]


def raw(update: object, *, account: str) -> Raw:
    """An update as the inbox keeps it; of one that is nested too deep, its number alone."""
    number = number_of(update)
    kept = {"update_id": number} if is_deep(update) else update
    body = json.dumps(kept)
    named = number if number is not None else f"unnumbered-{hashlib.sha256(body.encode()).hexdigest()}"
    # The account stands in the key, too: another bot's updates are numbered anew.
    return Raw(key=f"{account}:{named}", lane=f"{account}:{_chat(update)}", position=number or 0, body=body)


def number_of(update: object) -> int | None:
    """What counts an update; None: nothing that a poll could confirm it by."""
    number = _number(at(update, "update_id"))
    return number if number is not None and number >= 0 else None


def _chat(update: object) -> int | None:
    fields = update.items() if isinstance(update, dict) else ()
    subject = next((value for name, value in fields if name != "update_id"), None)
    return _number(at(subject, "chat", "id"), at(subject, "message", "chat", "id"), at(subject, "from", "id"))


def inbound(body: str, *, account: str) -> Inbound:
    """What a stored update means."""
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable("not JSON")
    if not isinstance(update, dict):
        return Unreadable("not an object")
    for kind in ("message", "edited_message"):
        if kind in update:
            return _message(update[kind], account=account, edit_id=_edit_id(update))
    if "callback_query" in update:
        return _press(update["callback_query"], account=account)
    if "my_chat_member" in update:
        return _reachability(update["my_chat_member"], account=account)
    if "message_reaction" in update:
        return _reaction(update["message_reaction"], account=account)
    return _other(update)


def _other(update: _Json) -> Inbound:
    if any("business" in kind for kind in update):
        return Unreadable("of a Telegram Business account, which is not served")
    return Unreadable("an unknown kind of update")


def pressed(update: object) -> tuple[str, int | None, int | None] | None:
    """The press of a button: its id, which wants an answer, and the chat and number of the message with the button."""
    query = at(update, "callback_query")
    number = text(at(query, "id"))
    if not number:
        return None
    return number, _number(at(query, "message", "chat", "id")), _number(at(query, "message", "message_id"))


def _message(message: object, *, account: str, edit_id: str | None) -> Inbound:
    chat, number = _number(at(message, "chat", "id")), _number(at(message, "message_id"))
    sent_at = instant(at(message, "date") if edit_id is None else at(message, "edit_date") or at(message, "date"))
    if not isinstance(message, dict) or chat is None or number is None or sent_at is None:
        return Unreadable("a message without chat, number or date")
    if at(message, "chat", "type") != "private":
        return Ignored("not in a private chat")
    if at(message, "from", "is_bot") is True:
        return Ignored("written by a bot")
    if _SERVICE & message.keys():
        return Ignored("a note of Telegram's own")
    if edit_id is not None and "location" in message:
        return Ignored("a live location moved")
    found, told = content(message), origin(message)
    # What others wrote is no command of the one who forwards it.
    command, words = (None, found.words) if "forward_origin" in message else _command(message, found)
    return InboundMessage(
        key=f"{chat}:{number}" if edit_id is None else f"{chat}:{number}:{edit_id}",
        sender=_sender(message, chat=chat, account=account),
        sent_at=sent_at,
        text=RichText.of(words),
        kind=found.kind,
        edit=edit_id is not None,
        revises=None if edit_id is None else f"{chat}:{number}",
        command=command,
        quotes=None
        if (quoted := _number(at(message, "reply_to_message", "message_id"))) is None
        else f"{chat}:{quoted}",
        files=files.files(message),
        album=files.album(message, chat=chat),
        link=found.link,
        details=(*told, *found.details),
    )


def _press(query: object, *, account: str) -> Inbound:
    """
    A button under a message of ours was pressed.

    Telegram does not date presses: they bear the time of the message that the button stands under.
    """
    message, data = at(query, "message"), text(at(query, "data"))
    chat, number, press = _number(at(message, "chat", "id")), _number(at(message, "message_id")), at(query, "id")
    sent_at = instant(at(message, "date"))
    if not isinstance(query, dict) or chat is None or number is None or sent_at is None or not text(press):
        return Unreadable("a press without message or id")
    if at(message, "chat", "type") != "private" or not data:
        return Ignored("a press that is not of a choice of ours")
    return InboundMessage(
        key=f"{chat}:press-{text(press)}",
        sender=_sender(query, chat=chat, account=account),
        sent_at=sent_at,
        text=RichText.of(_label(message, data=data)),
        quotes=f"{chat}:{number}",
        choice=data,
    )


def _label(message: object, *, data: str) -> str:
    """What stands on the button; its data where the keyboard is gone."""
    rows = at(message, "reply_markup", "inline_keyboard")
    buttons = [button for row in rows if isinstance(row, list) for button in row] if isinstance(rows, list) else []
    return next((text(at(each, "text")) for each in buttons if at(each, "callback_data") == data), "") or data


def _reaction(change: object, *, account: str) -> Inbound:
    """A customer has one reaction on a message; others than emoji can't be shown elsewhere."""
    chat, number, happened_at = _number(at(change, "chat", "id")), _number(at(change, "message_id")), at(change, "date")
    moment, new = instant(happened_at), at(change, "new_reaction")
    if not isinstance(change, dict) or chat is None or number is None or moment is None or not isinstance(new, list):
        return Unreadable("a reaction without chat, message or date")
    if at(change, "chat", "type") != "private" or "user" not in change:
        return Ignored("not a customer's reaction")
    return Reaction(
        who=_sender({"from": change["user"]}, chat=chat, account=account),
        key=f"{chat}:{number}",
        emoji=(text(at(new[0], "emoji"))[:MAX_EMOJI] or UNSHOWN) if new else "",
        at=moment,
    )


def _reachability(change: object, *, account: str) -> Inbound:
    """The customer blocked the bot, or started it again."""
    chat, status = _number(at(change, "chat", "id")), text(at(change, "new_chat_member", "status"))
    happened_at = instant(at(change, "date"))
    if chat is None or happened_at is None or not status:
        return Unreadable("a change of membership without chat, date or status")
    if at(change, "chat", "type") != "private":
        return Ignored("not in a private chat")
    address = Address(channel=NAME, account=account, key=str(chat))
    return Reachability(address=address, reachable=status not in {"kicked", "left"}, at=happened_at)


def _edit_id(update: _Json) -> str | None:
    """Names the version of an edited message: two edits may fall into one second, so its date would not."""
    return f"edit-{_number(update.get('update_id'))}" if "edited_message" in update else None


def _sender(message: _Json, *, chat: int, account: str) -> Sender:
    who = at(message, "from")
    language = text(at(who, "language_code"))
    return Sender(
        address=Address(channel=NAME, account=account, key=str(chat)),
        name=person(who)[:MAX_NAME] or f"Telegram {chat}",
        language=language if re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}", language) else None,
    )


def _command(message: _Json, found: Content) -> tuple[str | None, str]:
    """
    The command that the text begins with, if Telegram marks it as one, and the words behind it; else all the words.

    ``start`` and ``payload`` of ``/start@the_bot payload``.
    """
    words, entities = found.words, message.get("entities")
    marked = isinstance(entities, list) and any(
        at(entity, "type") == "bot_command" and _number(at(entity, "offset")) == 0 for entity in entities
    )
    start = re.match(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+|$)", words)
    if marked and start and (name := start[1].lower()) in COMMANDS:
        return name, words[start.end() :]
    return None, words


def _number(*values: object) -> int | None:
    """The first that is a whole number and may be an id."""
    found = (value for value in values if isinstance(value, int) and not isinstance(value, bool))
    return next((value for value in found if abs(value) < ID_BOUND), None)
