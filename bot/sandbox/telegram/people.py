"""What customers do with their Telegram client."""

from collections.abc import Collection, Sequence
from typing import Any

from bot.sandbox import files
from bot.sandbox.files import File
from bot.sandbox.serving import ClientError
from bot.sandbox.telegram.kinds import CAPTIONED, FILED, is_album, name_of, sample, with_file
from bot.sandbox.telegram.text import found_entities
from bot.sandbox.telegram.world import FIRST_PERSON_ID, Json, Message, Person, World, view


class People:
    """The hands of all customers. A person is named by their id, as `add_person` gave it."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def bot_name(self) -> str:
        """What the people see as the bot's name."""
        return str(self._world.bot["first_name"])

    @bot_name.setter
    def bot_name(self, name: str) -> None:
        self._world.bot["first_name"] = name

    def add_person(self, first_name: str, *, username: str | None = None, language_code: str | None = None) -> int:
        """Somebody new, who has not written yet."""
        person = Person(FIRST_PERSON_ID + len(self._world.people), first_name, username, language_code)
        self._world.people[person.id] = person
        self._world.show("person", person)
        return person.id

    def writes(self, person: int, text: str, *, reply_to: int | None = None) -> int:
        """The person sends a text. Returns its message id."""
        if not text.strip():
            raise ClientError("An empty text can't be sent.")
        return self._send(person, "text", _text(text), reply_to=reply_to)

    def sends(
        self,
        person: int,
        kind: str,
        *,
        caption: str | None = None,
        file: File | None = None,
        reply_to: int | None = None,
    ) -> int:
        """The person sends something that is not text, a sample unless they have a file. Returns its message id."""
        content = self._content(kind, file)
        if caption is not None and kind not in CAPTIONED:
            raise ClientError(f"A {kind} has no caption.")
        captioned = {} if caption is None else _caption(caption)
        return self._send(person, name_of(kind), {**content, **captioned}, reply_to=reply_to)

    def sends_album(
        self, person: int, kinds: Sequence[str], *, captions: Sequence[str] = (), files: Sequence[File] = ()
    ) -> list[int]:
        """
        The person sends two to ten at once: as many messages, which have the ``media_group_id`` in common.

        ``captions`` and ``files`` go with the kinds by their order; an empty caption, or none, is none.
        """
        if not is_album(kinds):
            raise ClientError("An album has two to ten photos and videos, or documents, or pieces of music.")
        group = {"media_group_id": f"1359488{self._world.number():010}"}
        sent = []
        for at, kind in enumerate(kinds):
            content = self._content(kind, files[at] if at < len(files) else None)
            captioned = _caption(captions[at]) if at < len(captions) and captions[at] else {}
            sent.append(self._send(person, kind, {**content, **group, **captioned}))
        return sent

    def _content(self, kind: str, file: File | None) -> Json:
        number = self._world.number()
        if kind in FILED:
            return with_file(kind, file or files.sample(kind, number=number), self._world.files)
        content = sample(kind, number=number)
        if content is None:
            raise ClientError(f"There is no kind {kind!r}.")
        return content

    def edits(self, person: int, message_id: int, text: str, *, file: File | None = None) -> None:
        """
        The person changes a text of theirs, or the caption of what they sent; an empty one is none.

        What they sent may be replaced by another ``file`` of the same kind.
        """
        who, message = self._message(person, message_id)
        if message.from_bot or message.kind not in {"text", *CAPTIONED}:
            raise ClientError("Only one's own texts and captions can be edited.")
        if message.kind == "text":
            if file is not None:
                raise ClientError("A text does not become a file.")
            message.content = _text(text)
        else:
            if file is not None:
                message.content |= with_file(message.kind, file, self._world.files)
            kept = {name: value for name, value in message.content.items() if not name.startswith("caption")}
            message.content = {**kept, **(_caption(text) if text else {})}
        message.edited_at = self._world.clock()
        self._world.updates.add("edited_message", self._world.as_message(who, message))
        self._world.show("message_edited", who, message)

    def presses(self, person: int, message_id: int, callback_data: str) -> None:
        """The person presses the button that carries this data."""
        who, message = self._message(person, message_id)
        rows = (message.reply_markup or {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == callback_data for row in rows for button in row):
            raise ClientError(f"Message {message_id} has no button with the data {callback_data!r}.")
        query: Json = {
            "id": f"{self._world.number()}",
            "from": who.as_user(),
            "message": self._world.as_message(who, message),
            "chat_instance": f"{-who.id}",
            "data": callback_data,
        }
        self._world.queries[query["id"]] = self._world.clock()
        self._world.updates.add("callback_query", query)

    def reacts(self, person: int, message_id: int, emoji: str) -> None:
        """The person sets their one reaction; an empty ``emoji`` takes it back."""
        who, message = self._message(person, message_id)
        old, new = message.reactions[False], [emoji] if emoji else []
        message.reactions[False] = new
        change = {
            "chat": who.as_chat(),
            "message_id": message.id,
            "user": who.as_user(),
            "date": int(self._world.clock().timestamp()),
            "old_reaction": [{"type": "emoji", "emoji": each} for each in old],
            "new_reaction": [{"type": "emoji", "emoji": each} for each in new],
        }
        self._world.updates.add("message_reaction", change)
        self._world.show("reactions", who, message)

    def blocks(self, person: int) -> None:
        """The person stops the bot."""
        self._member(self.person(person), blocked=True)

    def unblocks(self, person: int) -> None:
        """The person starts the bot again."""
        self._member(self.person(person), blocked=False)

    def received(self, person: int) -> list[str]:
        """The texts that the bot sent and that still stand, in order, as they read now."""
        return [
            message.content.get("text", "") for message in self.person(person).messages.values() if message.from_bot
        ]

    def chat(self, person: int) -> list[Json]:
        """The whole conversation, as in ``/client/state``."""
        return [view(message) for message in self.person(person).messages.values()]

    @property
    def everybody(self) -> Collection[Person]:
        """All people."""
        return self._world.people.values()

    def conversations(self) -> list[Json]:
        """What everybody has written and read, as in ``/client/state``."""
        people: list[Json] = self._world.state()["people"]
        return people

    def person(self, number: int) -> Person:
        """
        The person with this id.

        Raises:
            ClientError: nobody has it.
        """
        if number not in self._world.people:
            raise ClientError(f"There is no person {number}.")
        return self._world.people[number]

    def _message(self, person: int, message_id: int) -> tuple[Person, Message]:
        who = self.person(person)
        if message_id not in who.messages:
            raise ClientError(f"{who.first_name}'s chat has no message {message_id}.")
        return who, who.messages[message_id]

    def _send(self, person: int, kind: str, content: Json, *, reply_to: int | None = None) -> int:
        who = self.person(person) if reply_to is None else self._message(person, reply_to)[0]
        if who.blocked:
            raise ClientError("Unblock the bot to write to it.")
        who.started = True
        message = self._world.add_message(who, kind, content, from_bot=False, reply_to=reply_to)
        self._world.updates.add("message", self._world.as_message(who, message))
        return message.id

    def _member(self, who: Person, *, blocked: bool) -> None:
        if who.blocked == blocked:
            return
        who.blocked = blocked
        change = {
            "chat": who.as_chat(),
            "from": who.as_user(),
            "date": int(self._world.clock().timestamp()),
            "old_chat_member": self._membership(blocked=not blocked),
            "new_chat_member": self._membership(blocked=blocked),
        }
        self._world.updates.add("my_chat_member", change)
        self._world.show("person", who)

    def _membership(self, *, blocked: bool) -> dict[str, Any]:
        status: Json = {"status": "kicked", "until_date": 0} if blocked else {"status": "member"}
        return {"user": self._world.bot, **status}


def _text(text: str) -> Json:
    entities = found_entities(text)
    return {"text": text, "entities": entities} if entities else {"text": text}


def _caption(caption: str) -> Json:
    entities = found_entities(caption)
    return {"caption": caption, "caption_entities": entities} if entities else {"caption": caption}
