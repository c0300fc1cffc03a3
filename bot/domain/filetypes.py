"""What a file is, by its first bytes, and what it may be called where we pass it on."""

import mimetypes
import re
import unicodedata

HEAD_BYTES = 64  #: so many first bytes are looked at
LONGEST_NAME = 120  #: characters

UNKNOWN = "application/octet-stream"

# Source: the signatures of the formats' own specifications; WHATWG, "MIME Sniffing", tables of patterns.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
)
#: What people expect, where Python's table has something else, or nothing.
_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/amr": ".amr",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "application/x-tgsticker": ".tgs",
}
_BRANDS = {b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime", b"heic": "image/heic"}
_MPEG_AUDIO = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")  # frame sync, layer III
_ANIMATED = 0x02  # flag of WebP's VP8X header

#: Types that are what they are by their bytes: a file that only calls itself so is something else.
_KNOWN = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "application/pdf",
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "video/mp4",
    }
)


def sniffed(head: bytes, *, claimed: str) -> str:
    """
    The type of a file that begins with these bytes.

    ``claimed`` is believed unless the bytes say something else, or should and don't.
    """
    found = _by_bytes(head)
    claimed = claimed.partition(";")[0].strip().lower()
    if found == "video/mp4" and claimed in {"audio/mp4", "audio/x-m4a", "video/3gpp", "video/quicktime"}:
        return claimed  # one container for all
    if found is not None:
        return found
    return UNKNOWN if not claimed or claimed in _KNOWN else claimed


def _by_bytes(head: bytes) -> str | None:
    for signature, mime in _SIGNATURES:
        if head.startswith(signature):
            return mime
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        moves = head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & _ANIMATED)
        return "image/webp-animated" if moves else "image/webp"
    if head[:4] == b"OggS":
        return "audio/ogg" if b"OpusHead" in head else "application/ogg"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    return "audio/mpeg" if _MPEG_AUDIO.match(head) else None


def harmless(name: str) -> str:
    """
    The name as it may be passed on: one line, no path, no control or direction mark, not too long; may be empty.

    The ending is kept, since it says what opens the file.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(char for char in last if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    line = " ".join(seen.split()).strip(". ")
    if len(line) <= LONGEST_NAME:
        return line
    stem, dot, ending = line.rpartition(".")
    if not dot or len(ending) > 10:
        return line[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def file_name(name: str, *, kind: str, mime: str) -> str:
    """The name under which we pass a file on; one that came without a name is called by its kind."""
    given = harmless(name)
    if given:
        return given
    mime = mime.partition(";")[0].strip().lower()
    ending = _ENDINGS.get(mime) or mimetypes.guess_extension(mime) or ""
    return f"{kind}{ending}"


def type_label(name: str, *, mime: str) -> str:
    """How people call the type: by the name's ending, else by the last part of the MIME type. PDF, JPG, OGG."""
    _, dot, ending = name.rpartition(".")
    if dot and re.fullmatch(r"[A-Za-z0-9]{1,5}", ending):
        return ending.upper()
    return mime.partition(";")[0].rpartition("/")[2].removeprefix("x-").upper()[:12]
