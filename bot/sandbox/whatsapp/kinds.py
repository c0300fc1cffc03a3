"""The kinds of message that a person can send, each as the webhooks write it."""

from typing import Any

CAPTIONED = frozenset({"image", "video", "document"})


def sample(kind: str, *, number: int) -> dict[str, Any] | None:
    """
    What a message of this kind carries beside its sender, id and time; None for a kind that nobody knows.

    Args:
        kind: as in ``type``; also ``voice`` and ``place``, which are an audio and a location, and ``unknown``.
        number: makes the media ids unique.
    """
    place = {"latitude": -6.2, "longitude": 106.816667}
    named = {"name": "Kopi", "address": "Jl. Merdeka 1"}
    person = {
        "name": {"formatted_name": "Budi", "first_name": "Budi"},
        "phones": [{"phone": "+62 800", "type": "CELL"}],
    }
    item = {"product_retailer_id": "sku-1", "quantity": "1", "item_price": "10000", "currency": "IDR"}
    samples: dict[str, tuple[str, Any]] = {
        "image": ("image", _file(number, "image/jpeg")),
        "video": ("video", _file(number, "video/mp4")),
        "document": ("document", _file(number, "application/pdf", filename="invoice.pdf")),
        "audio": ("audio", _file(number, "audio/mpeg", voice=False)),
        "voice": ("audio", _file(number, "audio/ogg; codecs=opus", voice=True)),
        "sticker": ("sticker", _file(number, "image/webp", animated=False)),
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
    message = {"type": name, name: content}
    if kind == "unsupported":
        details = {"details": "Message type is currently not supported."}
        error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
        message["errors"] = [{**error, "error_data": details}]
    return message


def _file(number: int, mime_type: str, **more: object) -> dict[str, Any]:
    sha256 = "tZ2sGxJc1Nw1mJ7rmqv4p0YlUTy3WJ3pZ2sGxJc1Nw0="
    return {"id": f"90000000{number:06}", "mime_type": mime_type, "sha256": sha256, **more}
