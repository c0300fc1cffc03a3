"""What the sandbox's WhatsApp knows: the business number, the people and their chats."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.live import Live
from bot.sandbox.whatsapp.media import Media, Stored
from bot.sandbox.whatsapp.webhooks import Webhooks

Json = dict[str, Any]
FIRST_PERSON_ID = 2001
WINDOW = timedelta(hours=24)  # Source: Cloud API, "Customer service windows"
STATES = ("sent", "delivered", "read")


@dataclass(slots=True)
class Message:
    """One message of a chat."""

    id: str  #: the ``wamid``
    from_bot: bool
    kind: str
    date: datetime
    content: Json  #: a customer's: its fields as in a webhook; the bot's: as it was sent
    reply_to: str | None = None
    mark: str | None = None  #: ``biz_opaque_callback_data``
    to_phone: bool = True  #: sent to a phone number, not to a business-scoped id
    status: str = ""  #: of the bot's: the furthest of `STATES`, or failed; of a customer's: read
    edited: bool = False
    deleted: bool = False
    reactions: dict[bool, str] = field(default_factory=dict)  #: by "is the bot's"
    media: Stored | None = None  #: the file that it is


@dataclass(slots=True)
class Person:
    """A person with a WhatsApp client, and their chat with the business."""

    id: int
    name: str
    phone: str
    bsuid: str  #: empty: none, as before the year 2026
    username: str | None
    shows_phone: bool
    blocked: bool = False
    offline: bool = False
    wrote_at: datetime | None = None
    messages: dict[str, Message] = field(default_factory=dict)  #: by id, in order

    def as_contact(self) -> Json:
        """The webhooks' ``contacts`` entry."""
        ids = {"wa_id": self.phone if self.shows_phone else None, "user_id": self.bsuid or None}
        return {"profile": given({"name": self.name, "username": self.username}), **given(ids)}

    def as_sender(self) -> Json:
        """The fields of a message that say from whom it is."""
        return given({"from": self.phone if self.shows_phone else None, "from_user_id": self.bsuid or None})


class World:
    """The business, the people, and everything between them."""

    def __init__(self, *, clock: Callable[[], datetime], webhooks: Webhooks) -> None:
        self.clock = clock
        self.webhooks = webhooks
        self.people: dict[int, Person] = {}
        self.live = Live()
        self.media = Media(clock)
        self.statuses = True  #: whether sent and delivered are reported without being asked for
        self.business = "Sandbox"
        self._numbers = 0

    def number(self) -> int:
        """A number never given before."""
        self._numbers += 1
        return self._numbers

    def wamid(self) -> str:
        """A message id never given before, in the form of the real ones."""
        said = f"{self.webhooks.phone_number_id} message {self.number():08}"
        return "wamid." + base64.b64encode(said.encode()).decode()

    def timestamp(self) -> str:
        """Now, as webhooks write it."""
        return f"{int(self.clock().timestamp())}"

    def add_message(self, person: Person, message: Message) -> None:
        """Put a new message at the end of the person's chat."""
        fields = message.content.get(message.kind)
        if isinstance(fields, dict):
            message.media = self.media.find(str(fields.get("id")))
        person.messages[message.id] = message
        self.show("message", person, message)

    def is_window_open(self, person: Person) -> bool:
        """Whether the bot may write freely."""
        return person.wrote_at is not None and self.clock() < person.wrote_at + WINDOW

    def deliver(self, person: Person, message: Message, **content: Any) -> None:
        """Tell the bot of something that the person did; ``content`` has the fields of its kind."""
        item = {**person.as_sender(), "id": message.id, "timestamp": self.timestamp(), **content}
        if message.reply_to is not None:
            item["context"] = {"from": self.webhooks.display_number, "id": message.reply_to}
        self.webhooks.add({"contacts": [person.as_contact()], "messages": [item]})

    def report(self, person: Person, message: Message, status: str, *, error: Json | None = None) -> None:
        """Tell the bot what became of its message."""
        message.status = status
        item: Json = {"id": message.id, "status": status, "timestamp": self.timestamp()}
        is_failed = status == "failed"
        if message.to_phone or person.shows_phone:
            item["recipient_id"] = person.phone
        if person.bsuid and not (is_failed and message.to_phone):
            item["recipient_user_id"] = person.bsuid
        if message.mark is not None:
            item["biz_opaque_callback_data"] = message.mark
        if is_failed:
            item["errors"] = [error]
        else:
            item["pricing"] = {"billable": False, "pricing_model": "PMP", "category": "service", "type": "free"}
        contacts: Json = {} if is_failed else {"contacts": [person.as_contact()]}
        self.webhooks.add({**contacts, "statuses": [item]})
        self.show("status", person, message)

    def show(self, what: str, person: Person, message: Message | None = None) -> None:
        """Tell the watching pages."""
        subject = {"message": view(message)} if message else {}
        self.live.publish({"type": what, "person": person.id, **subject})

    def state(self) -> Json:
        """Everything a page needs to show."""
        people = [
            {
                **{name: getattr(one, name) for name in ("id", "name", "phone", "bsuid", "username", "shows_phone")},
                "blocked": one.blocked,
                "window_open": self.is_window_open(one),
                "messages": [view(message) for message in one.messages.values()],
            }
            for one in self.people.values()
        ]
        return {"business": {"name": self.business, "phone": self.webhooks.display_number}, "people": people}


def view(message: Message) -> Json:
    """A message as a page shows it."""
    content = message.content.get(message.kind)
    fields = content if isinstance(content, dict) else {}
    return {
        "message_id": message.id,
        "from_bot": message.from_bot,
        "kind": message.kind,
        "text": words(message),
        "caption": fields.get("caption"),
        "date": message.date.isoformat(),
        "status": message.status,
        "choices": choices(message),
        "menu": fields.get("action", {}).get("button"),
        "edited": message.edited,
        "deleted": message.deleted,
        "reactions": [{"emoji": emoji, "from_bot": is_bot} for is_bot, emoji in message.reactions.items()],
        "reply_to": message.reply_to,
        "file": None if message.media is None else _file(message.media, fields),
    }


def _file(stored: Stored, fields: Json) -> Json:
    """The id, by which a page gets it, and what it is called."""
    name = fields.get("filename", "")
    return {"id": stored.id, "name": name, "mime": stored.file.mime, "size": stored.file.size}


def words(message: Message) -> str | None:
    """The text that one reads."""
    if message.kind not in {"text", "interactive"}:
        return None
    content = message.content[message.kind]
    if message.kind == "interactive":
        pressed = content.get(content["type"], {})
        return str(content["body"]["text"]) if message.from_bot else str(pressed.get("title"))
    return str(content["body"])


def choices(message: Message) -> list[Json]:
    """The buttons or rows under a message of the bot, each with its id and title."""
    if not message.from_bot or message.kind != "interactive":
        return []
    action = message.content["interactive"]["action"]
    buttons = [button["reply"] for button in action.get("buttons", [])]
    return [*buttons, *(row for section in action.get("sections", []) for row in section["rows"])]


def given(fields: Json) -> Json:
    """Without what is not there."""
    return {name: value for name, value in fields.items() if value is not None}
