"""
What the kinds of Telegram's messages say, beside their files.

Source of all fields: Telegram Bot API, "Message" and the types it names.
"""

import re
from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import Any

from telegram import MessageEntity

from bot.channels.base import Detail
from bot.channels.content import Content, amount, detail, lines, listed, named, place, written
from bot.channels.lenient import at, text
from bot.channels.telegram.format import length, shows

UNSUPPORTED = "unsupported"  #: the kind of a message in which we know no field
FOR_EVER = 0x7FFFFFFF  #: seconds of a live location that ends only when its sender ends it
MAX_DEPTH = 12  #: of blocks in blocks in a rich message
#: fields that say how a message came and looks, not what it is
_FRAME = frozenset(
    {
        *("message_id", "message_thread_id", "from", "chat", "date", "edit_date", "media_group_id", "caption", "quote"),
        *("caption_entities", "entities", "reply_markup", "reply_to_message", "external_reply", "reply_to_story"),
        *("forward_origin", "via_bot", "sender_chat", "sender_boost_count", "sender_business_bot", "effect_id"),
        *("has_protected_content", "is_from_offline", "is_automatic_forward", "is_topic_message", "author_signature"),
        *("link_preview_options", "show_caption_above_media", "has_media_spoiler", "business_connection_id"),
        *("paid_star_count", "is_paid_post", "direct_messages_topic", "reply_to_checklist_task_id"),
    }
)
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)
_NUMBER = re.compile(r"^TEL[^:\r\n]*:(?:tel:)?(.{1,40})$", re.MULTILINE | re.IGNORECASE)

_Json = Mapping[str, Any]


def content(message: _Json) -> Content:
    """What a message is and says; the first known kind counts: an animation also has ``document``."""
    reader = next(((kind, read) for kind, read in _READERS.items() if kind in message), None)
    if reader is None:
        return _unknown(message)
    kind, read = reader
    found = read(message[kind], message)
    words = found.words or spelled(text(message.get("caption")), message.get("caption_entities"))
    return Content(kind=found.kind or kind, words=words, details=found.details, link=found.link)


def origin(message: _Json) -> tuple[Detail, ...]:
    """Whose words they are, or to which words of another chat they answer, if they say so."""
    found = []
    if "forward_origin" in message:
        found.append(_from("forwarded", message["forward_origin"]))
    if "external_reply" in message:
        said = text(at(message, "quote", "text"))
        replied = _from("answers", at(message, "external_reply", "origin"))
        found.append(Detail(replied.name, {**replied.blanks, **detail("", words=said).blanks}))
    if "reply_to_story" in message:
        found.append(Detail("answers_story"))
    return tuple(found)


def _from(name: str, source: object) -> Detail:
    """With the name of the person, channel or group, which may be hidden."""
    chats = [at(source, "chat"), at(source, "sender_chat")]
    names = (*(at(chat, "title") for chat in chats), *map(person, (at(source, "sender_user"), *chats)))
    return detail(name, who=named(at(source, "sender_user_name"), *names, "?"))


def person(who: object) -> str:
    """First and last name, else the username."""
    return named(" ".join((text(at(who, "first_name")), text(at(who, "last_name")))), at(who, "username"))


# --- the kinds


def _file(_: object, __: _Json) -> Content:
    return Content(kind="")


def _text(words: object, message: _Json) -> Content:
    return Content(kind="", words=spelled(text(words), message.get("entities")))


def spelled(words: str, entities: object) -> str:
    """The words with each address that hides behind some of them written after those: "here (https://example.org)"."""
    at_unit = {unit: index for index, unit in enumerate(accumulate(map(length, words), initial=0))}
    hidden = [one for one in listed(entities) if at(one, "type") == MessageEntity.TEXT_LINK]
    for start, size, address in sorted(map(_link, hidden), reverse=True):  # from the end, so that the places stay
        first, end = at_unit.get(start), at_unit.get(start + size)
        if first is not None and end is not None and first < end and not shows(words[first:end], address=address):
            words = f"{words[:end]} ({address}){words[end:]}"
    return words


def _link(entity: object) -> tuple[int, int, str]:
    """Where it begins and how long it is, in UTF-16 code units, and where it leads; nowhere: -1."""
    start, size, address = (at(entity, name) for name in ("offset", "length", "url"))
    if not isinstance(start, int) or not isinstance(size, int) or not text(address).strip():
        return -1, 0, ""
    return start, size, text(address)


def _location(value: object, _: _Json) -> Content:
    words, link = place(value)
    accuracy, period = amount(at(value, "horizontal_accuracy")), amount(at(value, "live_period"))
    details = () if accuracy is None else (detail("accuracy", metres=written(accuracy)),)
    if period is None or not period:
        return Content(kind="", words=words, details=details, link=link)
    live = Detail("live") if period >= FOR_EVER else detail("live_for", minutes=written(-(-period // 60)))
    return Content(kind="", words=words, details=(*details, live), link=link)


def _venue(value: object, message: _Json) -> Content:
    where, link = place(at(value, "location") or message.get("location"))
    words = lines(at(value, "title"), at(value, "address"))
    return Content(kind="", words=words or where, link=link)


def _contact(value: object, message: _Json) -> Content:
    user = at(value, "user_id")
    is_own = isinstance(user, int) and user == at(message, "from", "id")
    more = [number.strip() for number in _NUMBER.findall(text(at(value, "vcard")))]
    known = _digits(text(at(value, "phone_number")))
    numbers = [number for number in more if _digits(number) != known]
    return Content(
        kind="contact_own" if is_own else "", words=lines(person(value), at(value, "phone_number"), *numbers)
    )


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _poll(value: object, _: _Json) -> Content:
    options = [f"• {words}" for one in listed(at(value, "options")) if (words := text(at(one, "text")).strip())]
    return Content(kind="", words=lines(at(value, "question"), at(value, "description"), *options))


def _checklist(value: object, _: _Json) -> Content:
    tasks = [
        f"{'☑' if at(task, 'completion_date') else '☐'} {words}"
        for task in listed(at(value, "tasks"))
        if (words := text(at(task, "text")).strip())
    ]
    return Content(kind="", words=lines(at(value, "title"), *tasks))


def _dice(value: object, _: _Json) -> Content:
    thrown = amount(at(value, "value"))
    return Content(kind="", words=f"{text(at(value, 'emoji')) or '🎲'} {'?' if thrown is None else written(thrown)}")


def _story(value: object, _: _Json) -> Content:
    return Content(kind="", details=(_from("forwarded", value),))


def _gift(value: object, _: _Json) -> Content:
    gift = at(value, "gift")
    words = lines(at(value, "text"), at(gift, "base_name"), at(gift, "sticker", "emoji"))
    return Content(kind="gift", words=words, details=_stars(at(gift, "star_count")))


def _paid_media(value: object, _: _Json) -> Content:
    return Content(kind="", details=_stars(at(value, "star_count")))


def _stars(value: object) -> tuple[Detail, ...]:
    stars = amount(value)
    return () if stars is None else (detail("stars", stars=written(stars)),)


def _rich_message(value: object, _: _Json) -> Content:
    return Content(kind="", words="\n".join(found for block in listed(at(value, "blocks")) if (found := _said(block))))


def _said(value: object, *, depth: int = 0) -> str:
    """The words within a block: texts in texts stand side by side, blocks in blocks below each other."""
    if isinstance(value, str):
        return text(value)
    if depth == MAX_DEPTH or not isinstance(value, list | dict):
        return ""
    if isinstance(value, list):
        return "".join(_said(one, depth=depth + 1) for one in value)
    inner = [_said(at(value, name), depth=depth + 1) for name in ("text", "caption", "title", "summary", "expression")]
    if at(value, "type") == "url" and (address := text(at(value, "url"))) and not shows(inner[0], address=address):
        inner[0] += f" ({address})"
    rows = [one for name in ("blocks", "items", "cells", "rows") for one in listed(at(value, name))]
    return "\n".join(filter(None, (*inner, *(_said(row, depth=depth + 1) for row in rows))))


_READERS: Mapping[str, Callable[[object, _Json], Content]] = {
    "text": _text,
    "animation": _file,
    "venue": _venue,
    **dict.fromkeys(("photo", "document", "voice", "audio", "video", "video_note", "sticker"), _file),
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "checklist": _checklist,
    "dice": _dice,
    "story": _story,
    "gift": _gift,
    "unique_gift": _gift,
    "paid_media": _paid_media,
    "rich_message": _rich_message,
}
KINDS = (*_READERS, "contact_own")  #: all that `content` may answer, beside `UNSUPPORTED`


def _unknown(message: _Json) -> Content:
    """Called as the platform calls it, with what it has of words."""
    name = next((name for name in message if name not in _FRAME and _FIELD.fullmatch(name)), "")
    value = message.get(name)
    words = lines(*(at(value, field) for field in ("title", "name", "text", "description")), message.get("caption"))
    return Content(kind=UNSUPPORTED, words=words, details=(detail("called", kind=name),) if name else ())
