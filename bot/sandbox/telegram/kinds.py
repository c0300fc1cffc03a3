"""The kinds of message that a person can send, each with the fields of a Bot API ``Message`` (Bot API 10.1)."""

from collections.abc import Collection
from typing import Any

from bot.sandbox import files as samples
from bot.sandbox.files import File
from bot.sandbox.telegram.files import Files

Json = dict[str, Any]

CAPTIONED = frozenset({"photo", "document", "voice", "audio", "video", "animation"})
STICKERS = {"sticker": "static", "animated_sticker": "animated", "video_sticker": "video"}
FILED = CAPTIONED | {"video_note"} | STICKERS.keys()  #: the kinds that are files
ALBUMED = ({"photo", "video"}, {"document"}, {"audio"})  #: what may be in one album


def name_of(kind: str) -> str:
    """The field of ``Message`` that says what it is: all stickers are one kind there."""
    return "sticker" if kind in STICKERS else kind


def is_album(kinds: Collection[str]) -> bool:
    """Whether these can be sent as one."""
    return 2 <= len(kinds) <= 10 and any(set(kinds) <= alike for alike in ALBUMED)


def with_file(kind: str, file: File, files: Files) -> Json:
    """What a message of this kind carries when it is this file, which is kept."""
    field = name_of(kind)
    stored = files.keep(file, field)
    named = {"file_name": file.name, "mime_type": file.mime}
    match field:
        case "photo":
            small = files.keep(samples.sample("photo", number=0), field)
            return {"photo": [small.as_json(width=90, height=60), stored.as_json(width=1280, height=853)]}
        case "document":
            return {field: stored.as_json(**named)}
        case "voice":
            return {field: stored.as_json(duration=4, mime_type=file.mime)}
        case "audio":
            return {field: stored.as_json(duration=180, title="Song", performer="Band", **named)}
        case "video":
            return {field: stored.as_json(width=1280, height=720, duration=12, **named)}
        case "video_note":
            return {field: stored.as_json(length=240, duration=5)}
        case "sticker":
            moving = {"is_animated": STICKERS[kind] == "animated", "is_video": STICKERS[kind] == "video"}
            return {field: stored.as_json(type="regular", width=512, height=512, emoji="👍", **moving)}
        case _:
            animation = stored.as_json(width=320, height=180, duration=3, **named)
            return {"animation": animation, "document": animation}  # both, for older bots (Bot API, Message)


def sample(kind: str, *, number: int) -> Json | None:
    """
    What a message of this kind carries, if it is no file; None for a kind that nobody knows.

    Args:
        kind: the name of the field in ``Message``.
        number: makes ids unique.
    """
    place = {"latitude": -6.2, "longitude": 106.816667}
    samples: dict[str, Json] = {
        "location": {"location": place},
        "venue": {"venue": {"location": place, "title": "Kopi", "address": "Jl. Merdeka 1"}, "location": place},
        "contact": {"contact": {"phone_number": "+62800000000", "first_name": "Budi"}},
        "poll": {"poll": _poll(number)},
        "dice": {"dice": {"emoji": "🎲", "value": 4}},
        "rich_message": {"rich_message": {"blocks": [{"type": "paragraph", "text": "newer than the library"}]}},
    }
    return samples.get(kind)


def _poll(number: int) -> Json:
    return {
        "id": f"{number}",
        "question": "Tea or coffee?",
        "options": [
            {"persistent_id": f"{n}", "text": text, "voter_count": 0} for n, text in enumerate(("Tea", "Coffee"))
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    }
