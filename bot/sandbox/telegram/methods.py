"""
The methods of the Bot API, as far as a support bot needs them.

Source: Telegram Bot API documentation; the words of refusals as its open-source server writes them.
"""

import math
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.pacing import Pace
from bot.sandbox.telegram.arguments import ApiError, Arguments, bad_request
from bot.sandbox.telegram.content import checked_reactions, is_command, keyboard, reply_target, text_content
from bot.sandbox.telegram.sending import file_content
from bot.sandbox.telegram.updates import WEBHOOK_SET, Terminated
from bot.sandbox.telegram.world import Json, Message, Person, World

MAX_ANSWER_CHARACTERS = 200
MAX_POLL_S = 50
PORTS = frozenset({80, 88, 443, 8443})
MAX_COMMANDS = 100
DELETABLE = timedelta(hours=48)
QUERY_LIFETIME = timedelta(minutes=1)  # not documented; real ones are gone after some such time

_CHAT_ACTIONS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note"
)
CHAT_ACTIONS = frozenset(_CHAT_ACTIONS.split())
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)

Method = Callable[[Arguments], Awaitable[Any]]


def throttled(seconds: int) -> ApiError:
    """429; the server adds ``retry_after`` from the words."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}")


class Methods:
    """One method of the Bot API per method, named in lower case, since Telegram ignores case here."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.chat_pace: Pace | None = None
        self.pace: Pace | None = None

    def find(self, name: str) -> Method | None:
        """The method of this name, in any case."""
        return None if name.lower() == "find" or not name.isalpha() else getattr(self, name.lower(), None)

    async def getme(self, _: Arguments) -> Json:
        """https://core.telegram.org/bots/api#getme"""
        more = {"supports_inline_queries": False, "can_connect_to_business": False}
        return {
            **self._world.bot,
            "can_join_groups": True,
            "can_read_all_group_messages": not self._world.privacy,
            **more,
        }

    async def getupdates(self, given: Arguments) -> list[Json]:
        """https://core.telegram.org/bots/api#getupdates"""
        if self._world.webhook["url"]:
            raise ApiError(409, WEBHOOK_ACTIVE)
        self._ask_for(given)
        limit = given.number("limit", 100)
        timeout_s = min(max(given.number("timeout", 0), 0), MAX_POLL_S)
        try:
            return await self._world.updates.poll(
                offset=given.number("offset", 0), limit=limit if 1 <= limit <= 100 else 100, timeout_s=timeout_s
            )
        except Terminated as reason:
            raise ApiError(409, f"Conflict: {reason}") from None

    async def setwebhook(self, given: Arguments) -> bool:
        """https://core.telegram.org/bots/api#setwebhook"""
        url, secret = given.text("url"), given.text("secret_token")
        if url and not url.startswith("https://"):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if url and (urlsplit(url).port or 443) not in PORTS:
            raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        self._ask_for(given)
        if given.flag("drop_pending_updates"):
            self._world.updates.clear()
        if not url:
            return await self.deletewebhook(given)
        self._world.webhook = {"url": url, "max_connections": given.number("max_connections", 40)}
        self._world.updates.terminate(WEBHOOK_SET)
        self._world.courier.url, self._world.courier.secret = url, secret
        self._world.courier.start()
        return True

    async def deletewebhook(self, given: Arguments) -> bool:
        """https://core.telegram.org/bots/api#deletewebhook"""
        if given.flag("drop_pending_updates"):
            self._world.updates.clear()
        self._world.webhook = {"url": ""}
        self._world.courier.url = ""
        await self._world.courier.stop()
        return True

    async def getwebhookinfo(self, _: Arguments) -> Json:
        """https://core.telegram.org/bots/api#getwebhookinfo"""
        updates = self._world.updates
        asked_for = {"allowed_updates": sorted(updates.allowed)} if updates.allowed else {}
        courier, failed = self._world.courier, {}
        if courier.last_error_at is not None:
            at = int(courier.last_error_at.timestamp())
            failed = {"last_error_date": at, "last_error_message": courier.last_error}
        return {
            **self._world.webhook,
            **failed,
            "has_custom_certificate": False,
            "pending_update_count": updates.pending,
            **asked_for,
        }

    async def sendmessage(self, given: Arguments) -> Json:
        """https://core.telegram.org/bots/api#sendmessage"""
        person = self._reachable(given)
        content, reply_markup = text_content(given), keyboard(given)
        reply_to = reply_target(given, person)
        self._pace(person)
        message = self._world.add_message(
            person, "text", content, from_bot=True, reply_to=reply_to, reply_markup=reply_markup
        )
        return self._world.as_message(person, message)

    async def sendphoto(self, given: Arguments) -> Json:
        """https://core.telegram.org/bots/api#sendphoto"""
        return self._send_file("photo", given)

    async def sendanimation(self, given: Arguments) -> Json:
        """https://core.telegram.org/bots/api#sendanimation"""
        return self._send_file("animation", given)

    async def sendaudio(self, given: Arguments) -> Json:
        """https://core.telegram.org/bots/api#sendaudio"""
        return self._send_file("audio", given)

    async def senddocument(self, given: Arguments) -> Json:
        """https://core.telegram.org/bots/api#senddocument"""
        return self._send_file("document", given)

    async def sendvideo(self, given: Arguments) -> Json:
        """https://core.telegram.org/bots/api#sendvideo"""
        return self._send_file("video", given)

    async def sendvoice(self, given: Arguments) -> Json:
        """https://core.telegram.org/bots/api#sendvoice"""
        return self._send_file("voice", given)

    def _send_file(self, kind: str, given: Arguments) -> Json:
        person = self._reachable(given)
        content = file_content(kind, given, self._world.files)
        reply_to = reply_target(given, person)
        self._pace(person)
        message = self._world.add_message(person, kind, content, from_bot=True, reply_to=reply_to)
        return self._world.as_message(person, message)

    async def editmessagetext(self, given: Arguments) -> Json:
        """https://core.telegram.org/bots/api#editmessagetext"""
        person = self._reachable(given)
        message = _message(given, person, otherwise="message to edit not found")
        if not message.from_bot:
            raise bad_request("message can't be edited")
        content, reply_markup = text_content(given), keyboard(given)
        if content == message.content and reply_markup == message.reply_markup:
            raise bad_request(NOT_MODIFIED)
        self._pace(person)
        message.content, message.reply_markup, message.edited_at = content, reply_markup, self._world.clock()
        self._world.show("message_edited", person, message)
        return self._world.as_message(person, message)

    async def editmessagereplymarkup(self, given: Arguments) -> Json:
        """https://core.telegram.org/bots/api#editmessagereplymarkup"""
        person = self._reachable(given)
        message = _message(given, person, otherwise="message to edit not found")
        if not message.from_bot:
            raise bad_request("message can't be edited")
        reply_markup = keyboard(given)
        if reply_markup == message.reply_markup:
            raise bad_request(NOT_MODIFIED)
        message.reply_markup, message.edited_at = reply_markup, self._world.clock()
        self._world.show("message_edited", person, message)
        return self._world.as_message(person, message)

    async def deletemessage(self, given: Arguments) -> bool:
        """https://core.telegram.org/bots/api#deletemessage"""
        person = self._chat(given)
        message = _message(given, person, otherwise="message to delete not found")
        if message.date + DELETABLE < self._world.clock():
            raise bad_request("message can't be deleted for everyone")
        del person.messages[message.id]
        self._world.show("message_deleted", person, message)
        return True

    async def answercallbackquery(self, given: Arguments) -> bool:
        """https://core.telegram.org/bots/api#answercallbackquery"""
        if len(given.text("text")) > MAX_ANSWER_CHARACTERS:
            raise bad_request("MESSAGE_TOO_LONG")
        pressed_at = self._world.queries.pop(given.text("callback_query_id"), None)
        if pressed_at is None or pressed_at + QUERY_LIFETIME < self._world.clock():
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        return True

    async def sendchataction(self, given: Arguments) -> bool:
        """https://core.telegram.org/bots/api#sendchataction"""
        person = self._reachable(given)
        if given.text("action") not in CHAT_ACTIONS:
            raise bad_request("wrong parameter action in request")
        self._world.show("typing", person)
        return True

    async def setmessagereaction(self, given: Arguments) -> bool:
        """https://core.telegram.org/bots/api#setmessagereaction; a bot sets at most one."""
        person = self._reachable(given)
        message = _message(given, person, otherwise="message to react not found")
        message.reactions[True] = checked_reactions(given)
        self._world.show("reactions", person, message)
        return True

    async def setmycommands(self, given: Arguments) -> bool:
        """https://core.telegram.org/bots/api#setmycommands"""
        commands = given.decoded("commands", None)
        if not isinstance(commands, list) or len(commands) > MAX_COMMANDS:
            raise bad_request("expected an Array of BotCommand")
        if not all(is_command(command) for command in commands):
            raise bad_request("BOT_COMMAND_INVALID")
        self._world.commands[_scope(given)] = commands
        return True

    async def getmycommands(self, given: Arguments) -> list[Json]:
        """https://core.telegram.org/bots/api#getmycommands"""
        return self._world.commands.get(_scope(given), [])

    async def deletemycommands(self, given: Arguments) -> bool:
        """https://core.telegram.org/bots/api#deletemycommands"""
        self._world.commands.pop(_scope(given), None)
        return True

    async def getchat(self, given: Arguments) -> Json:
        """https://core.telegram.org/bots/api#getchat"""
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        more = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}
        return {**self._chat(given).as_chat(), **more}

    async def getfile(self, given: Arguments) -> Json:
        """https://core.telegram.org/bots/api#getfile"""
        return self._world.files.get_file(given.text("file_id"))

    def _ask_for(self, given: Arguments) -> None:
        if "allowed_updates" in given:
            self._world.updates.allowed = frozenset(given.decoded("allowed_updates", []))

    def _chat(self, given: Arguments) -> Person:
        if not given.text("chat_id"):
            raise bad_request("chat_id is empty")
        number = given.text("chat_id")
        person = self._world.people.get(int(number)) if re.fullmatch(r"-?\d{1,18}", number) else None
        if person is None:
            raise bad_request("chat not found")
        return person

    def _reachable(self, given: Arguments) -> Person:
        person = self._chat(given)
        if not person.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        if person.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return person

    def _pace(self, person: Person) -> None:
        now, paces = self._world.clock(), ((self.chat_pace, person.id), (self.pace, None))
        wait_s = max(pace.wait_s(key, now=now) if pace else 0 for pace, key in paces)
        if wait_s:
            raise throttled(math.ceil(wait_s))
        for pace, key in paces:
            if pace:
                pace.take(key, now=now)


def _message(given: Arguments, person: Person, *, otherwise: str) -> Message:
    message = person.messages.get(given.number("message_id", 0))
    if message is None:
        raise bad_request(otherwise)
    return message


def _scope(given: Arguments) -> str:
    return f"{given.decoded('scope', {'type': 'default'})} {given.text('language_code')}"
