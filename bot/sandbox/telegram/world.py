"""What the sandbox's Telegram knows: the bot, the people and their chats, and how all that looks in the Bot API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.sandbox.live import Live
from bot.sandbox.telegram.files import Files
from bot.sandbox.telegram.updates import Updates
from bot.sandbox.telegram.webhook import REDELIVER_AFTER_S, Courier

Json = dict[str, Any]
FIRST_PERSON_ID = 1001


@dataclass(slots=True)
class Message:
    """One message of a private chat."""

    id: int  #: rises within its chat only
    from_bot: bool
    kind: str
    date: datetime
    content: Json  #: the fields of its kind as in the Bot API: text, entities, caption, photo, …
    reply_to: int | None = None
    edited_at: datetime | None = None
    reply_markup: Json | None = None
    reactions: dict[bool, list[str]] = field(default_factory=lambda: {True: [], False: []})  #: by "is the bot's"


@dataclass(slots=True)
class Person:
    """A person with a Telegram client, and their chat with the bot."""

    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None
    started: bool = False  #: has written at least once; before that the bot may not
    blocked: bool = False
    messages: dict[int, Message] = field(default_factory=dict)  #: by id, in order
    last_message_id: int = 0

    def as_user(self) -> Json:
        """The Bot API's ``User``."""
        optional = {"username": self.username, "language_code": self.language_code}
        return {"id": self.id, "is_bot": False, "first_name": self.first_name, **_given(optional)}

    def as_chat(self) -> Json:
        """The Bot API's ``Chat``."""
        return {"id": self.id, "type": "private", "first_name": self.first_name, **_given({"username": self.username})}


class World:
    """The bot, the people, and everything between them."""

    def __init__(
        self,
        *,
        token: str,
        clock: Callable[[], datetime],
        redeliver_after_s: Sequence[float] = REDELIVER_AFTER_S,
    ) -> None:
        self.clock = clock
        self.people: dict[int, Person] = {}
        self.updates = Updates(clock)
        self.courier = Courier(self.updates, redeliver_after_s)
        self.live = Live()
        self.files = Files(clock)
        self.queries: dict[str, datetime] = {}  # callback queries nobody has answered
        self.commands: dict[str, list[Json]] = {}  # by scope and language
        self.webhook: Json = {"url": ""}
        self.privacy = True  # in groups the bot is sent only what is meant for it
        bot_id = int(token.partition(":")[0])
        self.bot: Json = {"id": bot_id, "is_bot": True, "first_name": "Sandbox", "username": "sandbox_desk_bot"}
        self._numbers = 0

    def number(self) -> int:
        """A number never given before."""
        self._numbers += 1
        return self._numbers

    def add_message(
        self,
        person: Person,
        kind: str,
        content: Json,
        *,
        from_bot: bool,
        reply_to: int | None = None,
        reply_markup: Json | None = None,
    ) -> Message:
        """Put a new message at the end of the person's chat."""
        person.last_message_id += 1
        message = Message(
            person.last_message_id, from_bot, kind, self.clock(), content, reply_to=reply_to, reply_markup=reply_markup
        )
        person.messages[message.id] = message
        self.show("message", person, message)
        return message

    def as_message(self, person: Person, message: Message) -> Json:
        """The Bot API's ``Message``; what it replies to is never nested further."""
        body = self._bare(person, message)
        quoted = person.messages.get(message.reply_to or 0)
        return body if quoted is None else {**body, "reply_to_message": self._bare(person, quoted)}

    def _bare(self, person: Person, message: Message) -> Json:
        edited = {"edit_date": int(message.edited_at.timestamp())} if message.edited_at else {}
        return {
            "message_id": message.id,
            "from": self.bot if message.from_bot else person.as_user(),
            "chat": person.as_chat(),
            "date": int(message.date.timestamp()),
            **edited,
            **message.content,
            **_given({"reply_markup": message.reply_markup}),
        }

    def show(self, what: str, person: Person, message: Message | None = None) -> None:
        """Tell the watching pages."""
        subject = {"message": view(message)} if message else {}
        self.live.publish({"type": what, "person": person.id, **subject})

    def state(self) -> Json:
        """Everything a page needs to show."""
        return {"bot": self.bot, "people": [_person_view(person) for person in self.people.values()]}


def view(message: Message) -> Json:
    """A message as a page shows it."""
    return {
        "message_id": message.id,
        "from_bot": message.from_bot,
        "text": message.content.get("text"),
        "entities": message.content.get("entities", []),
        "date": message.date.isoformat(),
        "kind": message.kind,
        "caption": message.content.get("caption"),
        "edited": message.edited_at is not None,
        "reply_markup": message.reply_markup,
        "reactions": [
            {"emoji": emoji, "from_bot": from_bot} for from_bot, all_ in message.reactions.items() for emoji in all_
        ],
        "reply_to": message.reply_to,
        "file": _file(message),
    }


def _file(message: Message) -> Json | None:
    """Which file a message is: its id, by which a page gets it, and what it is called."""
    stored = message.content.get(message.kind)
    if isinstance(stored, list):  # a photo in its sizes, the largest last
        stored = stored[-1]
    if not isinstance(stored, dict) or "file_id" not in stored:
        return None
    names = {"id": "file_id", "name": "file_name", "mime": "mime_type", "size": "file_size"}
    return {name: stored.get(field) for name, field in names.items()}


def _person_view(person: Person) -> Json:
    return {
        **person.as_user(),
        "username": person.username,
        "language_code": person.language_code,
        "blocked": person.blocked,
        "messages": [view(message) for message in person.messages.values()],
    }


def _given(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
