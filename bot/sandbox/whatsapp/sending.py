"""
Files that the business sends: handed over first, then shown by a message with their id.

Source: WhatsApp Cloud API, "Media" (types, sizes, "Upload media") and the pages of each kind of message; the words of
refusals as the Graph API writes them.
"""

from collections.abc import Mapping

from bot.sandbox.files import File
from bot.sandbox.whatsapp.graph import GraphError
from bot.sandbox.whatsapp.media import UPLOADED, Json, Media

MB = 1024**2
MOST_CAPTION = 1024
CAPTIONED = ("image", "video", "document")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_DOCUMENTS = (
    *("text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel"),
    *("application/vnd.ms-powerpoint", f"{_OFFICE}.wordprocessingml.document"),
    *(f"{_OFFICE}.spreadsheetml.sheet", f"{_OFFICE}.presentationml.presentation"),
)
#: What a message of each kind can show, and how big it may be; a document can show the others' files as well.
KINDS: Mapping[str, tuple[frozenset[str], int]] = {
    "image": (frozenset({"image/jpeg", "image/png"}), 5 * MB),
    "video": (frozenset({"video/mp4", "video/3gpp"}), 16 * MB),
    "audio": (frozenset({"audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/opus"}), 16 * MB),
    "sticker": (frozenset({"image/webp"}), MB // 2),
    "document": (frozenset(_DOCUMENTS), 100 * MB),
}
TYPES = sorted(frozenset().union(*(types for types, _ in KINDS.values())))


def upload(given: Mapping[str, object], file: File | None, media: Media) -> Json:
    """
    Take a file; ``given`` are the other fields of the form.

    Raises:
        GraphError: fields are missing, or its type or size is none that can be shown.
    """
    if given.get("messaging_product") != "whatsapp":
        raise _parameter("messaging_product", "must be whatsapp")
    if file is None:
        raise _parameter("file", "is required")
    mime = str(given.get("type") or file.mime)
    if _bare(mime) not in TYPES:
        said = f"Param file must be a file with one of the following types: {', '.join(TYPES)}. "
        raise GraphError(100, f"(#100) {said}Received file of type '{mime}'.")
    if not file.size:
        raise GraphError(131053, "The file is empty.")
    if file.size > KINDS["document"][1]:
        raise GraphError(131053, "The file is larger than WhatsApp takes.")
    return {"id": media.keep(File(file.name, mime, file.content), lifetime=UPLOADED).id}


def check_file(kind: str, fields: Json, media: Media) -> None:
    """Refuse what a message of this kind can't show."""
    allowed = {"id"} | ({"caption"} if kind in CAPTIONED else set()) | ({"filename"} if kind == "document" else set())
    if strange := sorted(fields.keys() - allowed):
        raise GraphError(100, f'(#100) Unexpected key "{strange[0]}" on param "{kind}"')
    stored = media.find(str(fields.get("id")))
    if stored is None or not stored.is_ours:
        raise _parameter(f"{kind}['id']", "is not a valid whatsapp business account media attachment ID")
    types, most = KINDS[kind]
    if kind != "document" and _bare(stored.file.mime) not in types:
        raise GraphError(131053, f"Unsupported {kind} mime type {stored.file.mime}.")
    if stored.file.size > most:
        raise GraphError(131053, f"Files of type {kind} may have at most {most} bytes.")
    for name, longest in (("caption", MOST_CAPTION), ("filename", 240)):
        value = fields.get(name, "")
        if not isinstance(value, str) or len(value) > longest:
            raise _parameter(f"{kind}.{name}", f"must be a string of at most {longest} characters")


def _bare(mime: str) -> str:
    return mime.partition(";")[0].strip().lower()


def _parameter(name: str, what: str) -> GraphError:
    return GraphError(100, f"(#100) Param {name} {what}")
