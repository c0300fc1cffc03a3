"""What customers do with their WhatsApp client."""

from contextlib import AbstractContextManager
from typing import Any

from bot.sandbox.files import File
from bot.sandbox.serving import ClientError
from bot.sandbox.whatsapp.kinds import CAPTIONED, FILED, file_sample, sample, with_file
from bot.sandbox.whatsapp.media import RECEIVED, told
from bot.sandbox.whatsapp.world import FIRST_PERSON_ID, Json, Message, Person, World, choices, view, words


class People:
    """The hands of all customers. A person is named by the id that `add_person` gave, a message by its ``wamid``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add_person(
        self,
        name: str,
        *,
        phone: str | None = None,
        username: str | None = None,
        bsuid: str | None = None,
        shows_phone: bool | None = None,
    ) -> int:
        """
        Somebody new, who has not written yet.

        Args:
            phone: digits only; made up if None.
            bsuid: the business-scoped user id; made up if None, none at all if empty.
            shows_phone: whether the business sees the number; by default when there is no username.
        """
        number = FIRST_PERSON_ID + len(self._world.people)
        shows = username is None if shows_phone is None else shows_phone
        bsuid = f"ID.134912086553{number:08}" if bsuid is None else bsuid
        person = Person(number, name, phone or f"628120000{number}", bsuid, username, shows)
        self._world.people[number] = person
        self._world.show("person", person)
        return number

    def writes(self, person: int, text: str, *, reply_to: str | None = None) -> str:
        """The person sends a text, perhaps as an answer to a message. Returns its id."""
        if not text.strip():
            raise ClientError("An empty text can't be sent.")
        return self._send(person, {"type": "text", "text": {"body": text}}, reply_to=reply_to)

    def replies(self, person: int, message_id: str, text: str) -> str:
        """The person answers a message. Returns the id of the answer."""
        return self.writes(person, text, reply_to=message_id)

    def sends(
        self,
        person: int,
        kind: str,
        *,
        caption: str | None = None,
        file: File | None = None,
        reply_to: str | None = None,
    ) -> str:
        """The person sends something that is not text, a sample unless they have a file. Returns its id."""
        content = self._content(kind, file)
        if caption is not None and kind not in CAPTIONED:
            raise ClientError(f"A {kind} has no caption.")
        if caption is not None:
            content[kind]["caption"] = caption
        return self._send(person, content, reply_to=reply_to)

    def _content(self, kind: str, file: File | None) -> Json:
        number = self._world.number()
        if kind in FILED:
            stored = self._world.media.keep(file or file_sample(kind, number=number), lifetime=RECEIVED)
            return with_file(kind, told(stored), name=stored.file.name)
        content = sample(kind, number=number)
        if content is None:
            raise ClientError(f"There is no kind {kind!r}.")
        return content

    def presses(self, person: int, message_id: str, choice: str) -> str:
        """The person presses the button, or the row of the list, with this id. Returns the id of their answer."""
        _, message = self._message(person, message_id)
        pressed = next((one for one in choices(message) if one["id"] == choice), None)
        if pressed is None:
            raise ClientError(f"That message has no choice {choice!r}.")
        kind = "button_reply" if message.content["interactive"]["type"] == "button" else "list_reply"
        answer = {"type": kind, kind: pressed}
        return self._send(person, {"type": "interactive", "interactive": answer}, reply_to=message_id)

    def reads(self, person: int) -> None:
        """The person opens the chat: all that came is read."""
        who = self.person(person)
        for message in who.messages.values():
            if message.from_bot and message.status in {"sent", "delivered"}:
                self._world.report(who, message, "read")

    def tells_again(self, person: int, status: str) -> None:
        """The platform repeats an earlier status of the bot's last message, late and out of order."""
        who = self.person(person)
        last = [message for message in who.messages.values() if message.from_bot][-1]
        stands, last.status = last.status, status
        self._world.report(who, last, status)
        last.status = stands

    def reacts(self, person: int, message_id: str, emoji: str) -> None:
        """The person sets their one reaction; an empty ``emoji`` takes it back."""
        who, message = self._message(person, message_id)
        message.reactions[False] = emoji
        if not emoji:
            del message.reactions[False]
        reaction = {"message_id": message.id, **({"emoji": emoji} if emoji else {})}
        self._event(who, {"type": "reaction", "reaction": reaction})
        self._world.show("reactions", who, message)

    def edits(self, person: int, message_id: str, text: str) -> None:
        """The person changes a text of theirs, or the caption of what they sent; an empty one is none."""
        who, message = self._own(person, message_id)
        if message.kind not in {"text", *CAPTIONED}:
            raise ClientError("Only one's own texts and captions can be edited.")
        message.content, message.edited = _changed(message, text), True
        edit = {"original_message_id": message.id, "message": message.content}
        self._event(who, {"type": "edit", "edit": edit})
        self._world.show("message_edited", who, message)

    def deletes(self, person: int, message_id: str) -> None:
        """The person deletes a message of theirs for everyone."""
        who, message = self._own(person, message_id)
        message.deleted = True
        self._event(who, {"type": "revoke", "revoke": {"original_message_id": message.id}})
        self._world.show("message_deleted", who, message)

    def opens(self, person: int) -> None:
        """The person opens the chat for the first time."""
        self._event(self.person(person), {"type": "request_welcome"})

    def changes_number(self, person: int, phone: str) -> None:
        """The person moves to another phone number, and with it to another business-scoped id."""
        who = self.person(person)
        old = who.as_sender()
        before, who.phone = who.bsuid, phone
        who.bsuid = f"{before}0" if before else ""
        if who.shows_phone:
            said = {"type": "user_changed_number", "wa_id": phone, "user_id": who.bsuid or None}
            said["body"] = f"User {who.name} changed from {old['from']} to {phone}"
            self._system({"from": old["from"]}, said)
        if before:
            said = {"type": "user_changed_user_id", "user_id": who.bsuid}
            said["body"] = f"User {who.name} changed from {before} to {who.bsuid}"
            self._system({}, said)
            self._updated(who, before)
        self._world.show("person", who)

    def blocks(self, person: int) -> None:
        """The person blocks the business, which is not told."""
        self._set_blocked(person, blocked=True)

    def unblocks(self, person: int) -> None:
        """The person wants to hear of the business again."""
        self._set_blocked(person, blocked=False)

    def goes_offline(self, person: int) -> None:
        """The phone is off: messages are sent, but not delivered."""
        self.person(person).offline = True

    def comes_online(self, person: int) -> None:
        """The phone is on again, and all that waited is delivered."""
        who = self.person(person)
        who.offline = False
        for message in who.messages.values():
            if message.from_bot and message.status == "sent":
                self._world.report(who, message, "delivered")

    def received(self, person: int) -> list[str]:
        """The texts that the bot sent, in order; of those with choices, the text above them."""
        return [words(message) or "" for message in self.person(person).messages.values() if message.from_bot]

    def chat(self, person: int) -> list[Json]:
        """The whole conversation, as in ``/client/state``."""
        return [view(message) for message in self.person(person).messages.values()]

    def batch(self) -> AbstractContextManager[None]:
        """What happens inside is told in one body."""
        return self._world.webhooks.batch()

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

    def _message(self, person: int, message_id: str) -> tuple[Person, Message]:
        who = self.person(person)
        if message_id not in who.messages:
            raise ClientError(f"{who.name}'s chat has no message {message_id}.")
        return who, who.messages[message_id]

    def _own(self, person: int, message_id: str) -> tuple[Person, Message]:
        who, message = self._message(person, message_id)
        if message.from_bot:
            raise ClientError("Only one's own messages can be changed.")
        return who, message

    def _send(self, person: int, content: Json, *, reply_to: str | None = None) -> str:
        who = self.person(person) if reply_to is None else self._message(person, reply_to)[0]
        if who.blocked:
            raise ClientError("Unblock the business to write to it.")
        now = self._world.clock()
        message = Message(
            id=self._world.wamid(), from_bot=False, kind=content["type"], date=now, content=content, reply_to=reply_to
        )
        who.wrote_at = now
        self._world.add_message(who, message)
        self._world.deliver(who, message, **content)
        return message.id

    def _event(self, who: Person, content: Json) -> None:
        """Something that is told like a message and is none."""
        item = {**who.as_sender(), "id": self._world.wamid(), "timestamp": self._world.timestamp(), **content}
        self._world.webhooks.add({"contacts": [who.as_contact()], "messages": [item]})

    def _system(self, sender: Json, said: dict[str, Any]) -> None:
        """A message of WhatsApp itself, which comes without contacts."""
        item = {**sender, "id": self._world.wamid(), "timestamp": self._world.timestamp(), "type": "system"}
        self._world.webhooks.add({"messages": [{**item, "system": said}]})

    def _updated(self, who: Person, before: str) -> None:
        change = {"previous": before, "current": who.bsuid}
        update = {"detail": f"User id for {who.name} has been updated.", "user_id": change}
        phone = {"wa_id": who.phone} if who.shows_phone else {}
        item = {**phone, **update, "timestamp": self._world.timestamp()}
        contact = {"profile": {"name": who.name}, **phone}
        self._world.webhooks.add({"contacts": [contact], "user_id_update": [item]}, name="user_id_update")

    def _set_blocked(self, person: int, *, blocked: bool) -> None:
        who = self.person(person)
        who.blocked = blocked
        self._world.show("person", who)


def _changed(message: Message, words: str) -> Json:
    """What a message carries when its words are these."""
    if message.kind == "text":
        return {"type": "text", "text": {"body": words}}
    kept = {name: value for name, value in message.content[message.kind].items() if name != "caption"}
    return {"type": message.kind, message.kind: {**kept, **({"caption": words} if words else {})}}
