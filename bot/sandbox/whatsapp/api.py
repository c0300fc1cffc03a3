"""
``POST /{version}/{phone number id}/messages``, as far as a support bot needs it.

Source: WhatsApp Cloud API, "Send messages" and the pages of each kind; the API's published description for the limits.
"""

import re
from typing import Any

from bot.sandbox.pacing import Pace
from bot.sandbox.whatsapp.graph import GraphError
from bot.sandbox.whatsapp.sending import KINDS, check_file
from bot.sandbox.whatsapp.world import Json, Message, Person, World

MAX_TEXT = 4096
MAX_BODY = 1024
MAX_HEADER = MAX_FOOTER = 60
MAX_BUTTONS, MAX_BUTTON_TITLE, MAX_BUTTON_ID = 3, 20, 256
MAX_ROWS, MAX_ROW_TITLE, MAX_ROW_TEXT, MAX_ROW_ID = 10, 24, 72, 200
MAX_MENU = 20
MAX_MARK = 512
OLD_WINDOW = "Message failed to send because more than 24 hours have passed since the customer last replied."


class Messages:
    """The one call by which a business speaks."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.refuses_late = False  #: a closed window shows as a failed status, not as an error of the call
        self.test_recipients: set[str] | None = None  #: a test number's list of phone numbers
        self.pace: Pace | None = None  #: of the whole number
        self.pair_pace: Pace | None = None  #: to each person

    def post(self, given: Json) -> Json:
        """
        Send, react, or mark as read.

        Raises:
            GraphError: the call is refused.
        """
        if given.get("messaging_product") != "whatsapp":
            raise parameter("messaging_product", "must be whatsapp")
        if "status" in given:
            return self._mark_read(given)
        kind = given.get("type", "text")
        checks = {"text": _check_text, "interactive": _check_interactive, "reaction": _check_reaction}
        if kind not in checks and kind not in KINDS:
            raise GraphError(131051, f"Unsupported in this sandbox: {kind!r}.")
        if given.get("recipient_type", "individual") != "individual":
            raise parameter("recipient_type", "must be individual")
        if kind in KINDS:
            check_file(kind, _object(given, kind), self._world.media)
        else:
            checks[kind](_object(given, kind))
        person, is_phone = self._recipient(given)
        self._check_rates(person)
        message = self._stored(person, given, kind=kind, to_phone=is_phone)
        ids = {"wa_id": person.phone} if is_phone else {"user_id": person.bsuid}
        contact = {"input": given["to"] if is_phone else given["recipient"], **ids}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": message.id}]}

    def _recipient(self, given: Json) -> tuple[Person, bool]:
        """Who is meant, and whether by phone number."""
        to, recipient = given.get("to"), given.get("recipient")
        if to is not None:
            digits = re.sub(r"[+\s()-]", "", to) if isinstance(to, str) else ""
            if not digits.isdigit():
                raise parameter("to", "must be a phone number")
            if self.test_recipients is not None and digits not in self.test_recipients:
                raise GraphError(131030, "Add the recipient phone number to the list of allowed ones.")
            found = (one for one in self._world.people.values() if one.phone == digits)
        elif isinstance(recipient, str):
            found = (one for one in self._world.people.values() if one.bsuid and one.bsuid == recipient)
        else:
            raise parameter("to", "is required")
        person = next(found, None)
        if person is None or person.blocked:
            raise GraphError(131026, "Message undeliverable.")
        return person, to is not None

    def _stored(self, person: Person, given: Json, *, kind: str, to_phone: bool) -> Message:
        mark = given.get("biz_opaque_callback_data")
        if mark is not None and not (isinstance(mark, str) and len(mark) <= MAX_MARK):
            raise parameter("biz_opaque_callback_data", f"must be a string of at most {MAX_MARK} characters")
        reply_to = self._quoted(person, given)
        is_open = self._world.is_window_open(person)
        if not is_open and not self.refuses_late:
            raise GraphError(131047, OLD_WINDOW)
        message = Message(
            id=self._world.wamid(), from_bot=True, kind=kind, date=self._world.clock(), content=given,
            reply_to=reply_to, mark=mark, to_phone=to_phone,
        )  # fmt: skip
        if not is_open:
            self._world.report(person, message, "failed", error=GraphError(131047, OLD_WINDOW).as_status())
        elif kind == "reaction":
            self._react(person, given["reaction"])
        else:
            self._accept(person, message)
        return message

    def _accept(self, person: Person, message: Message) -> None:
        self._world.add_message(person, message)
        message.status = "sent"
        if self._world.statuses:
            self._world.report(person, message, "sent")
            if not person.offline:
                self._world.report(person, message, "delivered")

    def _react(self, person: Person, reaction: Json) -> None:
        message = person.messages.get(reaction["message_id"])
        if message is None:
            raise GraphError(131009, "Reaction target does not exist.")
        message.reactions[True] = reaction["emoji"]
        if not reaction["emoji"]:
            del message.reactions[True]
        self._world.show("reactions", person, message)

    def _quoted(self, person: Person, given: Json) -> str | None:
        if "context" not in given:
            return None
        quoted = _string(_object(given, "context"), "message_id", most=MAX_MARK)
        if quoted not in person.messages:
            raise GraphError(131009, "Context message does not exist.")
        return quoted

    def _mark_read(self, given: Json) -> Json:
        if given["status"] != "read":
            raise parameter("status", "must be read")
        if "typing_indicator" in given and given["typing_indicator"] != {"type": "text"}:
            raise parameter("typing_indicator", "must have the type text")
        number = _string(given, "message_id", most=MAX_MARK)
        for person in self._world.people.values():
            if number in person.messages and not person.messages[number].from_bot:
                self._read_up_to(person, number)
                if "typing_indicator" in given:
                    self._world.show("typing", person)
                return {"success": True}
        raise parameter("message_id", "is not the id of a received message")

    def _read_up_to(self, person: Person, number: str) -> None:
        """Earlier ones are marked, too."""
        for message in person.messages.values():
            if not message.from_bot:
                message.status = "read"
                self._world.show("status", person, message)
            if message.id == number:
                return

    def _check_rates(self, person: Person) -> None:
        now = self._world.clock()
        if self.pace and self.pace.wait_s(None, now=now):
            raise GraphError(130429, "Cloud API message throughput has been reached.")
        if self.pair_pace and self.pair_pace.wait_s(person.id, now=now):
            raise GraphError(131056, "Too many messages to the same customer in a short time.")
        for pace, key in ((self.pace, None), (self.pair_pace, person.id)):
            if pace:
                pace.take(key, now=now)


def parameter(name: str, what: str) -> GraphError:
    """An argument is not as it should be."""
    return GraphError(100, f"(#100) Param {name} {what}")


def _check_text(text: Json) -> None:
    _string(text, "body", most=MAX_TEXT)
    if not isinstance(text.get("preview_url", False), bool):
        raise parameter("text.preview_url", "must be a boolean")


def _check_reaction(reaction: Json) -> None:
    _string(reaction, "message_id", most=MAX_MARK)
    if not isinstance(reaction.get("emoji"), str):
        raise parameter("reaction.emoji", "must be a string; an empty one removes the reaction")


def _check_interactive(interactive: Json) -> None:
    _string(_object(interactive, "body"), "text", most=MAX_BODY)
    if "header" in interactive:
        _string(_object(interactive, "header"), "text", most=MAX_HEADER)
    if "footer" in interactive:
        _string(_object(interactive, "footer"), "text", most=MAX_FOOTER)
    action = _object(interactive, "action")
    match interactive.get("type"):
        case "button":
            _check_buttons(_objects(action, "buttons", most=MAX_BUTTONS))
        case "list":
            _string(action, "button", most=MAX_MENU)
            _check_sections(_objects(action, "sections", most=MAX_ROWS))
        case _:
            raise parameter("interactive.type", "must be button or list")


def _check_buttons(buttons: list[Json]) -> None:
    replies = [_object(button, "reply") for button in buttons]
    if any(button.get("type") != "reply" for button in buttons):
        raise parameter("interactive.action.buttons.type", "must be reply")
    ids = [_string(reply, "id", most=MAX_BUTTON_ID) for reply in replies]
    titles = [_string(reply, "title", most=MAX_BUTTON_TITLE) for reply in replies]
    if len(set(ids)) < len(ids) or len(set(titles)) < len(titles):
        raise parameter("interactive.action.buttons", "must have different ids and titles")


def _check_sections(sections: list[Json]) -> None:
    rows = [row for section in sections for row in _objects(section, "rows", most=MAX_ROWS)]
    if len(rows) > MAX_ROWS:
        raise parameter("interactive.action.sections", f"must have at most {MAX_ROWS} rows in all")
    if len(sections) > 1:
        for section in sections:
            _string(section, "title", most=MAX_ROW_TITLE)
    ids = [_string(row, "id", most=MAX_ROW_ID) for row in rows]
    if len(set(ids)) < len(ids):
        raise parameter("interactive.action.sections.rows", "must have different ids")
    for row in rows:
        _string(row, "title", most=MAX_ROW_TITLE)
        if "description" in row:
            _string(row, "description", most=MAX_ROW_TEXT)


def _string(given: Json, name: str, *, most: int) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise parameter(name, "is required and must be a string with characters in it")
    if len(value) > most:
        raise parameter(name, f"must be at most {most} characters long")
    return value


def _object(given: Json, name: str) -> Json:
    value: Any = given.get(name)
    if not isinstance(value, dict):
        raise parameter(name, "is required and must be an object")
    return value


def _objects(given: Json, name: str, *, most: int) -> list[Json]:
    value: Any = given.get(name)
    if not isinstance(value, list) or not 1 <= len(value) <= most or not all(isinstance(one, dict) for one in value):
        raise parameter(name, f"must be a list of 1 to {most} objects")
    return value
