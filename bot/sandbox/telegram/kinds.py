"""The kinds of message that a person can send, each with the fields of a Bot API ``Message`` (Bot API 10.1)."""

from typing import Any

CAPTIONED = frozenset({"photo", "document", "voice", "audio", "video", "animation"})


def _file(number: int, **more: object) -> dict[str, Any]:
    return {"file_id": f"sandbox-file-{number}", "file_unique_id": f"sandbox{number}", "file_size": 20_480, **more}


def sample(kind: str, *, number: int) -> dict[str, Any] | None:
    """
    What a message of this kind carries; None for a kind that nobody knows.

    Args:
        kind: the name of the field in ``Message``.
        number: makes the file ids unique.
    """
    animation = _file(number, width=320, height=180, duration=3, file_name="cat.mp4", mime_type="video/mp4")
    place = {"latitude": -6.2, "longitude": 106.816667}
    samples: dict[str, dict[str, Any]] = {
        "photo": {"photo": [_file(number, width=90, height=60), _file(number + 1, width=1280, height=853)]},
        "document": {"document": _file(number, file_name="invoice.pdf", mime_type="application/pdf")},
        "voice": {"voice": _file(number, duration=4, mime_type="audio/ogg")},
        "audio": {"audio": _file(number, duration=180, title="Song", performer="Band", mime_type="audio/mpeg")},
        "video": {"video": _file(number, width=1280, height=720, duration=12, mime_type="video/mp4")},
        "video_note": {"video_note": _file(number, length=240, duration=5)},
        "sticker": {"sticker": _sticker(number)},
        "animation": {"animation": animation, "document": animation},  # both, for older bots (Bot API, Message)
        "location": {"location": place},
        "venue": {"venue": {"location": place, "title": "Kopi", "address": "Jl. Merdeka 1"}, "location": place},
        "contact": {"contact": {"phone_number": "+62800000000", "first_name": "Budi"}},
        "poll": {"poll": _poll(number)},
        "dice": {"dice": {"emoji": "🎲", "value": 4}},
        "rich_message": {"rich_message": {"blocks": [{"type": "paragraph", "text": "newer than the library"}]}},
    }
    return samples.get(kind)


def _sticker(number: int) -> dict[str, Any]:
    return _file(number, type="regular", width=512, height=512, is_animated=False, is_video=False, emoji="👍")


def _poll(number: int) -> dict[str, Any]:
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
