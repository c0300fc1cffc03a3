"""
The files that customers send by WhatsApp.

Source: WhatsApp Cloud API, "Webhooks reference", messages of the types audio, document, image, sticker and video.
"""

from bot.channels.base import InboundFile
from bot.channels.lenient import at, text

TYPES = frozenset({"audio", "document", "image", "sticker", "video"})


def files(item: object, *, kind: str) -> tuple[InboundFile, ...]:
    """The file of a message, which we call ``kind``."""
    theirs = text(at(item, "type"))
    content = at(item, theirs) if theirs in TYPES else None
    number = text(at(content, "id"))
    if not number:
        return ()
    return (
        InboundFile(
            kind=kind,
            name=text(at(content, "filename")),
            mime=text(at(content, "mime_type")),
            source={"media": number, "sha256": text(at(content, "sha256"))},
        ),
    )
