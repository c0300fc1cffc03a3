"""What a message may contain: the checks of texts, keyboards, reply parameters, reactions and commands."""

import re

from bot.sandbox.telegram.arguments import Arguments, bad_request
from bot.sandbox.telegram.text import BadEntities, checked_entities, units
from bot.sandbox.telegram.world import Json, Person

MAX_TEXT_UNITS = 4096
MAX_CALLBACK_DATA_BYTES = 64

_REACTIONS = (
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤️‍🔥 🌚 "
    "🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ "
    "🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂️ 🤷 🤷‍♀️ 😡"
)
REACTIONS = frozenset(_REACTIONS.split())  # ReactionTypeEmoji


def text_content(given: Arguments) -> Json:
    """The text with its entities, checked."""
    text = given.text("text")
    if not text.strip():
        raise bad_request("message text is empty")
    if given.text("parse_mode"):
        raise bad_request("unsupported parse_mode (this sandbox knows none: send entities)")
    if units(text) > MAX_TEXT_UNITS:
        raise bad_request("message is too long")
    try:
        entities = checked_entities(given.decoded("entities", []), text=text)
    except BadEntities as error:
        raise bad_request(f"can't parse entities: {error}") from None
    return {"text": text, "entities": entities} if entities else {"text": text}


def keyboard(given: Arguments) -> Json | None:
    """The inline keyboard, checked; None when there is none."""
    markup = given.decoded("reply_markup", None)
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return None  # other keyboards are taken; a private chat's history does not keep them
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    for button in (button for row in rows for button in row):
        _check_button(button)
    return {"inline_keyboard": rows} if any(rows) else None


def reply_target(given: Arguments, person: Person) -> int | None:
    """The message it replies to, if that is there."""
    reply = given.decoded("reply_parameters", None)
    if reply is None:
        return None
    if not isinstance(reply, dict) or not isinstance(reply.get("message_id"), int):
        raise bad_request('can\'t parse reply parameters: field "message_id" must be a valid Number')
    if reply["message_id"] in person.messages:
        return int(reply["message_id"])
    if not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return None


def is_command(command: object) -> bool:
    """Whether this is a ``BotCommand``."""
    if not isinstance(command, dict):
        return False
    name, description = command.get("command"), command.get("description")
    named = isinstance(name, str) and re.fullmatch(r"[a-z0-9_]{1,32}", name) is not None
    return named and isinstance(description, str) and 1 <= len(description) <= 256


def _check_button(button: object) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request('can\'t parse inline keyboard button: field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: Text buttons are not allowed to be empty")
    data = button.get("callback_data")
    if data is None and not button.get("url"):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if data is not None and not (isinstance(data, str) and 1 <= len(data.encode()) <= MAX_CALLBACK_DATA_BYTES):
        raise bad_request("BUTTON_DATA_INVALID")


def checked_reactions(given: Arguments) -> list[str]:
    """The emoji, at most one, as bots may set."""
    reactions = given.decoded("reaction", [])
    if not isinstance(reactions, list) or not all(_is_reaction(each) for each in reactions):
        raise bad_request("REACTION_INVALID")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    return [each["emoji"] for each in reactions]


def _is_reaction(reaction: object) -> bool:
    return isinstance(reaction, dict) and reaction.get("type") == "emoji" and reaction.get("emoji") in REACTIONS
