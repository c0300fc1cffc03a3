"""The kinds of message that a person can send, each as the webhooks write it."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox import files
from bot.sandbox.files import File

Json = dict[str, Any]

CAPTIONED = frozenset({"image", "video", "document"})

#: The kinds that are files: their ``type``, and what only they say of themselves.
FILED: Mapping[str, tuple[str, Json]] = {
    "image": ("image", {}),
    "video": ("video", {}),
    "document": ("document", {}),
    "audio": ("audio", {"voice": False}),
    "voice": ("audio", {"voice": True}),
    "sticker": ("sticker", {"animated": False}),
    "animated_sticker": ("sticker", {"animated": True}),
}
_SAMPLES = {"image": "photo", "animated_sticker": "sticker"}


def file_sample(kind: str, *, number: int) -> File:
    """A small file of this kind; another number makes other bytes."""
    made = files.sample(_SAMPLES.get(kind, kind), number=number)
    return File(made.name, "audio/ogg; codecs=opus", made.content) if kind == "voice" else made


def with_file(kind: str, stored: Json, *, name: str) -> Json:
    """What a message carries that is this file, as a webhook tells of it; only documents have names."""
    field, more = FILED[kind]
    named = {"filename": name} if field == "document" else {}
    return {"type": field, field: {**stored, **named, **more}}


def sample(kind: str, *, number: int) -> Json | None:
    """
    What a message of this kind carries beside its sender, id and time, if it is no file; None for an unknown kind.

    Args:
        kind: as in ``type``; also ``place``, which is a location, and ``unknown``.
        number: makes ids unique.
    """
    place = {"latitude": -6.2, "longitude": 106.816667}
    named = {"name": "Kopi", "address": "Jl. Merdeka 1"}
    person = {
        "name": {"formatted_name": "Budi", "first_name": "Budi"},
        "phones": [{"phone": "+62 800", "type": "CELL"}],
    }
    item = {"product_retailer_id": "sku-1", "quantity": "1", "item_price": "10000", "currency": "IDR"}
    samples: dict[str, tuple[str, Any]] = {
        "location": ("location", place),
        "place": ("location", {**place, **named}),
        "contacts": ("contacts", [person]),
        "order": ("order", {"catalog_id": "1", "text": "", "product_items": [item]}),
        "unsupported": ("unsupported", {"type": "poll"}),
        "unknown": ("hologram", {"id": f"{number}"}),
    }
    if kind not in samples:
        return None
    name, content = samples[kind]
    message: Json = {"type": name, name: content}
    if kind == "unsupported":
        details = {"details": "Message type is currently not supported."}
        error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
        message["errors"] = [{**error, "error_data": details}]
    return message
