"""
The files that customers send by Telegram.

Source: Telegram Bot API, "Message" and "PhotoSize".
"""

from bot.channels.base import InboundFile
from bot.channels.lenient import at, text

#: The fields that hold a file. The first one counts: an animation has ``document``, too.
FIELDS = ("animation", "photo", "document", "voice", "audio", "video", "video_note", "sticker")
#: What Telegram does not say of these, as it is always the same.
_TYPES = {"photo": "image/jpeg", "video_note": "video/mp4"}


def files(message: object) -> tuple[InboundFile, ...]:
    """The file of a message; of a photo, which comes in several sizes, the largest one."""
    for kind in FIELDS:
        found = at(message, kind)
        if kind == "photo" and isinstance(found, list):
            found = max(found, key=_area, default=None)
        number = text(at(found, "file_id"))
        if number:
            source = {"file_id": number, "unique": text(at(found, "file_unique_id"))}
            return (
                InboundFile(
                    kind=kind,
                    name=text(at(found, "file_name")),
                    mime=text(at(found, "mime_type")) or _type(kind, found),
                    size_bytes=_whole(at(found, "file_size")),
                    source=source,
                ),
            )
    return ()


def album(message: object, *, chat: int) -> str | None:
    """What the messages of an album have in common; several of them come for one act of the customer."""
    group = text(at(message, "media_group_id"))
    return f"{chat}:{group}" if group else None


def _area(size: object) -> tuple[int, int]:
    width, height, size_bytes = (_whole(at(size, name)) or 0 for name in ("width", "height", "file_size"))
    return width * height, size_bytes


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _type(kind: str, found: object) -> str:
    if kind != "sticker":
        return _TYPES.get(kind, "")
    if at(found, "is_animated") is True:
        return "application/x-tgsticker"
    return "video/webm" if at(found, "is_video") is True else "image/webp"
