"""
What WhatsApp's webhooks mean. Pure and total: whatever stands in the JSON, nothing here raises on it.

Source of all fields: WhatsApp Cloud API, "Webhooks reference" (messages, statuses, errors, system, edit, revoke) and
"Business-scoped user IDs".
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.channels.base import (
    AddressChanged,
    Deletion,
    Ignored,
    Inbound,
    InboundMessage,
    Raw,
    Reaction,
    Report,
    Sender,
    Unreadable,
    Word,
)
from bot.channels.lenient import at, instant, seconds, text
from bot.channels.whatsapp.content import content, origin
from bot.channels.whatsapp.errors import reason, waits
from bot.channels.whatsapp.files import files
from bot.domain.ids import Address
from bot.domain.text import RichText

NAME = "whatsapp"
MAX_EMOJI = 16  #: characters of one emoji; the longest have about ten
MAX_NAME = 128  #: characters of a customer's name that we keep
MAX_KEY = 200  #: characters of an id that we keep as it is; longer ones stand as their hash
_PHONE = re.compile(r"[0-9]{3,20}", re.ASCII)
#: Country, dot, up to 128 letters and digits; ``ENT.`` marks the id of a parent portfolio. As many as we can keep.
_USER_ID = re.compile(r"(?=.{4,128}\Z)[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]+", re.ASCII)
_MOVED = re.compile(r"changed from (\S+) to (\S+)\Z")

#: What a change of the field ``messages`` carries, and what one of it is called where we keep it.
_ITEMS = {"messages": "message", "statuses": "status", "errors": "error", "user_id_update": "moved"}
_WORDS = {
    "sent": Word.ACCEPTED,
    "delivered": Word.DELIVERED,
    "read": Word.READ,
    "played": Word.READ,
    "failed": Word.FAILED,
}

_Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Handed:
    """What one webhook brought: ours, one row for each thing, and how much was another number's."""

    raws: tuple[Raw, ...]
    elsewhere: int


def handed(body: _Json, *, account: str) -> Handed:
    """A webhook's body taken apart: over all entries, changes, messages, statuses and errors."""
    entries = body.get("entry")
    if body.get("object") != "whatsapp_business_account" or not isinstance(entries, list):
        return Handed((_raw("body", body, account=account),), 0)
    raws: list[Raw] = []
    elsewhere = 0
    for change in (change for entry in entries for change in _listed(at(entry, "changes"))):
        number = at(change, "value", "metadata", "phone_number_id")
        if number is not None and number != account:
            elsewhere += 1
        else:
            raws += _of_change(change, account=account)
    return Handed(tuple(raws), elsewhere)


def _of_change(change: object, *, account: str) -> Iterator[Raw]:
    value = at(change, "value")
    known = [name for name in _ITEMS if isinstance(value, dict) and name in value]
    for name in known:
        items = _listed(at(value, name))
        for item in items:
            contact = _contact(at(value, "contacts"), item, is_alone=len(items) == 1)
            yield _raw(_ITEMS[name], item, account=account, contact=contact)
    if not known:
        yield _raw("change", change, account=account)


def _raw(kind: str, item: object, *, account: str, contact: object = None) -> Raw:
    """One thing as the inbox keeps it; it comes again under the same key."""
    people = [*_addresses(item, contact)]
    return Raw(
        key=_key(kind, item),
        lane=f"{account}:{next((one for one in people if not _PHONE.fullmatch(one)), next(iter(people), kind))}",
        position=seconds(at(item, "timestamp")) or 0,
        body=json.dumps({kind: item} if contact is None else {kind: item, "contact": contact}),
    )


def _key(kind: str, item: object) -> str:
    names = {"message": ("id",), "status": ("id", "status", "timestamp")}.get(kind, ())
    parts = [at(item, name) for name in names]
    key = ":".join([kind, *(part for part in parts if isinstance(part, str) and part)])
    if parts and key.count(":") == len(parts) and len(key) <= MAX_KEY and re.fullmatch(r"[!-~]+", key):
        return key
    return f"{kind}:{hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()}"


def _contact(contacts: object, item: object, *, is_alone: bool) -> object:
    """Who the item is of: matched by an id, or the only one where nothing contradicts."""
    people = [one for one in _listed(contacts) if isinstance(one, dict)]
    own = [at(item, name) for name in ("from", "from_user_id", "recipient_id", "recipient_user_id")]
    own = [one for one in own if isinstance(one, str)]
    for person in people:
        if person.get("wa_id") in own or person.get("user_id") in own:
            return person
    return people[0] if len(people) == 1 and (is_alone or not own) else None


def _addresses(item: object, contact: object) -> Iterator[str]:
    """The keys by which the person can be written to, each once: phone numbers, then business-scoped ids."""
    moved = at(item, "system", "wa_id"), at(item, "system", "user_id"), at(item, "user_id", "current")
    paths = ("from", "from_user_id", "recipient_id", "recipient_user_id")
    if any(isinstance(one, str) for one in moved):  # where they went, since there they will write from
        found = [*moved]
    else:
        found = [*(at(item, name) for name in paths), at(contact, "wa_id"), at(contact, "user_id")]
    said = dict.fromkeys(one for one in found if isinstance(one, str))
    yield from (one for one in said if _PHONE.fullmatch(one))
    yield from (one for one in said if _USER_ID.fullmatch(one))


def inbound(body: str, *, account: str) -> Inbound:
    """What a stored row means."""
    try:
        kept = json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable("not JSON")
    readers: Mapping[str, Callable[[object], Inbound]] = {
        "message": lambda item: _message(item, at(kept, "contact"), account=account),
        "status": _status,
        "error": lambda item: Unreadable(f"WhatsApp could not hand something over. {reason(item)}"),
        "moved": lambda item: _moved(at(item, "user_id", "previous"), at(item, "user_id", "current"), account=account),
        "change": _change,
    }
    for kind, reader in readers.items():
        if isinstance(kept, dict) and kind in kept:
            return reader(kept[kind])
    return Unreadable("not a webhook of WhatsApp")


def _change(item: object) -> Inbound:
    if at(item, "field") == "smb_message_echoes":
        return Ignored("answered with the WhatsApp Business app")
    return Unreadable("an unknown kind of webhook")


#: words that alone are a command: those of the menu, and those that bring it. WhatsApp has no commands of its own
_COMMAND = re.compile(r"/?(start|help|menu|bantuan|status|new|close|lang)(?: (id|en))?")


def _message(item: object, contact: object, *, account: str) -> Inbound:
    kind = at(item, "type")
    if at(item, "group_id") is not None:
        return Ignored("in a group")
    if kind == "system" and text(at(item, "system", "type")).startswith("user_changed"):
        return _system(item, account=account)
    sender, sent_at, key = _sender(item, contact, account=account), instant(at(item, "timestamp")), at(item, "id")
    if sender is None or sent_at is None or not isinstance(key, str) or not _is_key(key):
        return Unreadable("a message without sender, id or date")
    message = InboundMessage(key=key, sender=sender, sent_at=sent_at, text=RichText.of(""), quotes=_quoted(item))
    if kind == "reaction":
        return _reaction(at(item, "reaction"), sender, moment=sent_at)
    if kind == "revoke":
        return _deletion(at(item, "revoke", "original_message_id"), sender)
    if kind != "edit":
        return _filled(message, item)
    original = at(item, "edit", "original_message_id")
    return replace(
        _filled(message, at(item, "edit", "message")), edit=True, revises=text(original) if _is_key(original) else None
    )


def _deletion(key: object, sender: Sender) -> Inbound:
    if not _is_key(key):
        return Unreadable("a deletion that does not say of what")
    return Deletion(who=sender, key=str(key))


def _filled(message: InboundMessage, item: object) -> InboundMessage:
    """With the content of its kind."""
    if at(item, "type") == "request_welcome":
        return replace(message, command="start")
    found, told = content(item), origin(item)
    message = replace(
        message,
        kind=found.kind,
        text=RichText.of(found.words),
        link=found.link,
        details=(*told, *found.details),
        files=files(item, kind=found.kind),
    )
    if at(item, "type") == "interactive":
        pressed = at(item, "interactive", text(at(item, "interactive", "type")))
        return replace(message, choice=text(at(pressed, "id")) or None)
    is_own = found.kind == "text" and at(item, "context", "forwarded") is not True
    command = _COMMAND.fullmatch(found.words.strip().lower()) if is_own else None
    if command is None:
        return message
    name = "help" if command[1] in {"menu", "bantuan"} else command[1]
    return replace(message, command=name, text=RichText.of(command[2] or ""))


def _quoted(item: object) -> str | None:
    """The message that it answers."""
    quoted = at(item, "context", "id")
    return str(quoted) if _is_key(quoted) else None


def _reaction(reaction: object, sender: Sender, *, moment: datetime) -> Inbound:
    """One that was taken back has an empty emoji, or none."""
    key = at(reaction, "message_id")
    if not _is_key(key):
        return Unreadable("a reaction that does not say to what")
    return Reaction(who=sender, key=str(key), emoji=text(at(reaction, "emoji"))[:MAX_EMOJI], at=moment)


def _is_key(value: object) -> bool:
    """Whether it can be a message's id."""
    return isinstance(value, str) and re.fullmatch(r"[!-~]{1,200}", value) is not None


def _sender(item: object, contact: object, *, account: str) -> Sender | None:
    addresses = [Address(channel=NAME, account=account, key=key) for key in _addresses(item, contact)]
    if not addresses:
        return None
    names = (at(contact, "profile", "name"), at(contact, "profile", "username"))
    name = next((name for one in names if (name := " ".join(text(one).split())[:MAX_NAME])), "")
    return Sender(address=addresses[0], name=name or f"WhatsApp {addresses[0].key}", aliases=tuple(addresses[1:]))


def _system(item: object, *, account: str) -> Inbound:
    """A customer has another number, or another id (a new number always brings a new id)."""
    if at(item, "system", "type") == "user_changed_number":
        return _moved(at(item, "from"), at(item, "system", "wa_id"), account=account)
    # The old id stands in the words alone, unless a later version of the API names it; they end with both ids, so
    # that a name in them can't pretend anything.
    said = _MOVED.search(text(at(item, "system", "body")))
    return _moved(
        at(item, "system", "previous_user_id") or (said[1] if said else None),
        at(item, "system", "user_id"),
        account=account,
    )


def _moved(old: object, new: object, *, account: str) -> Inbound:
    places = [one for one in (old, new) if isinstance(one, str) and (_PHONE.fullmatch(one) or _USER_ID.fullmatch(one))]
    if len(places) < 2:
        return Unreadable("a customer moved, but it is not said from where to where")
    before, after = (Address(channel=NAME, account=account, key=place) for place in places)
    return Ignored("moved to where they were") if before == after else AddressChanged(old=before, new=after)


def _status(item: object) -> Inbound:
    word, key = _WORDS.get(text(at(item, "status"))), text(at(item, "id"))
    if not key:
        return Unreadable("a status without the message's id")
    if word is None:
        return Ignored("a status that says nothing about delivery")
    mark = text(at(item, "biz_opaque_callback_data"))
    why = reason(at(item, "errors", 0)) if word is Word.FAILED else ""
    held = word is Word.FAILED and waits(at(item, "errors", 0))
    return Report(word=word, mark=mark or None, key=key, reason=why, waits=held)


def _listed(value: object) -> list[object]:
    """The members of a list; what is none stands alone, so that nothing is dropped."""
    return value if isinstance(value, list) else [] if value is None else [value]
