"""Customers' reactions, and which of them agents' side can show as such: by the short names of emoji there."""

#: What messengers offer first, and all that Telegram allows. None of them is one that says what became of a message.
NAMES = {
    **{
        "👍": "+1",
        "👎": "-1",
        "❤": "heart",
        "🔥": "fire",
        "🥰": "smiling_face_with_3_hearts",
        "👏": "clap",
        "😁": "grin",
    },
    **{"🤔": "thinking_face", "🤯": "exploding_head", "😱": "scream", "🤬": "face_with_symbols_on_mouth", "😢": "cry"},
    **{"🎉": "tada", "🤩": "star-struck", "🤮": "face_vomiting", "💩": "hankey", "🙏": "pray", "👌": "ok_hand"},
    **{"🕊": "dove_of_peace", "🤡": "clown_face", "🥱": "yawning_face", "🥴": "woozy_face", "😍": "heart_eyes"},
    **{"🐳": "whale", "❤‍🔥": "heart_on_fire", "🌚": "new_moon_with_face", "🌭": "hotdog", "💯": "100", "⚡": "zap"},
    **{
        "🤣": "rolling_on_the_floor_laughing",
        "🍌": "banana",
        "🏆": "trophy",
        "💔": "broken_heart",
        "😐": "neutral_face",
    },
    **{"🤨": "face_with_raised_eyebrow", "🍓": "strawberry", "🍾": "champagne", "💋": "kiss", "😈": "smiling_imp"},
    **{"😴": "sleeping", "😭": "sob", "🤓": "nerd_face", "👻": "ghost", "👨‍💻": "male-technologist"},
    **{"🎃": "jack_o_lantern", "🙈": "see_no_evil", "😇": "innocent", "😨": "fearful", "🤝": "handshake"},
    **{"✍": "writing_hand", "🤗": "hugging_face", "🫡": "saluting_face", "🎅": "santa", "🎄": "christmas_tree"},
    **{"☃": "snowman", "💅": "nail_care", "🤪": "zany_face", "🗿": "moyai", "🆒": "cool", "💘": "cupid"},
    **{"🙉": "hear_no_evil", "🦄": "unicorn_face", "😘": "kissing_heart", "💊": "pill", "🙊": "speak_no_evil"},
    **{"😎": "sunglasses", "👾": "space_invader", "🤷": "shrug", "🤷‍♂": "man-shrugging", "🤷‍♀": "woman-shrugging"},
    **{"😡": "rage", "😂": "joy", "😮": "open_mouth", "😊": "blush", "🖕": "middle_finger"},
}
UNSHOWN = "❔"  #: stands for one that is no character, such as a picture of the platform's own
_TONES = dict.fromkeys([0xFE0F, *range(0x1F3FB, 0x1F400)])  # the look of an emoji and the colour of a skin


def name_of(emoji: str) -> str | None:
    """The short name; None: it is said in words instead."""
    return NAMES.get(emoji.translate(_TONES))
