"""The emoji that the sandbox workspace knows: Slack's short names and their characters."""

CHARACTERS = {
    "+1": "👍", "-1": "👎", "alarm_clock": "⏰", "arrow_up": "⬆️", "bell": "🔔", "blush": "😊", "bug": "🐛",
    "bulb": "💡", "calendar": "📆", "clap": "👏", "confused": "😕", "cry": "😢", "eyes": "👀", "fire": "🔥",
    "grin": "😁", "handshake": "🤝", "heart": "❤️", "heavy_check_mark": "✔️", "heavy_plus_sign": "➕",
    "hourglass": "⌛", "hourglass_flowing_sand": "⏳", "inbox_tray": "📥", "information_source": "ℹ️", "joy": "😂",
    "key": "🔑", "laughing": "😆", "link": "🔗", "lock": "🔒", "mag": "🔍", "memo": "📝", "moneybag": "💰",
    "muscle": "💪", "no_entry": "⛔", "ok_hand": "👌", "package": "📦", "paperclip": "📎", "pencil2": "✏️",
    "phone": "☎️", "pray": "🙏", "pushpin": "📌", "question": "❓", "raised_hand": "✋", "raised_hands": "🙌",
    "red_circle": "🔴", "rocket": "🚀", "rotating_light": "🚨", "slightly_smiling_face": "🙂", "smile": "😄",
    "sos": "🆘", "sparkles": "✨", "star": "⭐", "sunglasses": "😎", "tada": "🎉", "thinking_face": "🤔",
    "ticket": "🎫", "truck": "🚚", "unlock": "🔓", "warning": "⚠️", "wave": "👋", "white_check_mark": "✅",
    "wink": "😉", "x": "❌", "zap": "⚡",
}  # fmt: skip

ALIASES = {"thumbsup": "+1", "thumbsdown": "-1", "hand": "raised_hand", "telephone": "phone", "satisfied": "laughing"}

NAMES = {character: name for name, character in CHARACTERS.items()}


def canonical(name: str) -> str | None:
    """Slack's own name of an emoji, without aliases but with its skin tone; None when there is no such emoji."""
    base, tone, skin = name.strip(":").partition("::skin-tone-")
    base = ALIASES.get(base, base)
    if base not in CHARACTERS or (tone and skin not in set("23456")):
        return None
    return base + tone + skin


def code_points(name: str) -> str:
    """The ``unicode`` of a rich_text emoji element, e.g. ``2764-fe0f``."""
    return "-".join(f"{ord(character):x}" for character in CHARACTERS[name])
