"""What a file is, by its first bytes, and what it may be called where we pass it on."""

import mimetypes
import re
import unicodedata

HEAD_BYTES = 64  #: so many first bytes are looked at
LONGEST_NAME, LONGEST_NAME_BYTES = 120, 200  #: characters; bytes in UTF-8, of which most disks take 255

UNKNOWN = "application/octet-stream"
PROGRAM = "application/x-executable"  #: of any machine

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
    "image/png": ".png",
    "image/webp": ".webp",
    "image/webp-animated": ".webp",
    "image/heic": ".heic",
    "application/ogg": ".ogg",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/amr": ".amr",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "application/x-tgsticker": ".tgs",
    PROGRAM: ".bin",  # with which nothing runs it
}
#: What may be believed to be each other: one container, or one format with and without something.
_FAMILIES = (
    {"video/mp4", "audio/mp4", "video/quicktime"},
    {"audio/ogg", "application/ogg"},
    {"image/webp", "image/webp-animated"},
)
#: What a name says by its ending, as far as the bytes can belie it.
_SAID = {
    **dict.fromkeys(("jpg", "jpeg"), "image/jpeg"),
    **dict.fromkeys(("ogg", "oga", "opus"), "audio/ogg"),
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
}
#: Endings of what people open without a thought: no program is called so by mistake.
_OPENED = frozenset(
    {
        *_SAID,
        *("bmp", "heic", "svg", "tif", "tiff", "aac", "amr", "wav", "3gp", "avi", "mkv", "webm"),
        *("csv", "doc", "docx", "odp", "ods", "odt", "ppt", "pptx", "rtf", "txt", "xls", "xlsx", "zip"),
    }
)
# Source: the Linux Foundation, "ELF"; Apple, "Mach-O Programming Topics" (32 and 64 bits, either order).
_PROGRAMS = (b"\x7fELF", *(bytes.fromhex(magic) for magic in ("feedface", "feedfacf", "cefaedfe", "cffaedfe")))
#: Names of devices: with any ending, Windows opens no file under them. Source: Microsoft, "Naming Files, Paths".
_DEVICE = re.compile(r"(CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9]) *(\.|$)", re.IGNORECASE)
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


def is_program(head: bytes) -> bool:
    """Whether what begins with these bytes is made to be run."""
    if head.startswith(_PROGRAMS):
        return True
    # Two letters may begin any text; at 60 stands where the rest of the header is. Source: Microsoft, "PE Format".
    return head.startswith(b"MZ") and len(head) >= HEAD_BYTES and int.from_bytes(head[60:64], "little") < 1 << 16


def truthful(name: str, *, head: bytes) -> str:
    """The name, with the true ending behind the one that it has if these first bytes belie that."""
    said = name.rpartition(".")[2].lower()
    found = PROGRAM if is_program(head) else _by_bytes(head)
    if found is None or said not in (_OPENED if found == PROGRAM else _SAID) or _is_akin(found, _SAID.get(said, "")):
        return name
    return name + _ending(found)


def _is_akin(found: str, said: str) -> bool:
    return found == said or any({found, said} <= family for family in _FAMILIES)


def _ending(mime: str) -> str:
    return _ENDINGS.get(mime) or mimetypes.guess_extension(mime) or ""


def harmless(name: str) -> str:
    """
    The name as it may be passed on: one line, no path, no control or direction mark, not too long; may be empty.

    The ending is kept, since it says what opens the file.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(char for char in last if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    line = " ".join(seen.split()).strip(". ")
    line = f"_{line}" if _DEVICE.match(line) else line
    stem, dot, ending = line.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = line, "", ""
    return f"{_cut(stem, but=dot + ending)}{dot}{ending}"


def _cut(stem: str, *, but: str) -> str:
    """As much of it as there is room for, before the rest of its name."""
    cut = stem[: LONGEST_NAME - len(but)].encode()[: LONGEST_NAME_BYTES - len(but.encode())].decode(errors="ignore")
    return stem if cut == stem else cut.rstrip(". ")


def file_name(name: str, *, kind: str, mime: str) -> str:
    """The name under which we pass a file on; one that came without a name is called by its kind."""
    given = harmless(name)
    if given:
        return given
    return kind + _ending(mime.partition(";")[0].strip().lower())


def type_label(name: str, *, mime: str) -> str:
    """How people call the type: by the name's ending, else by the last part of the MIME type. PDF, JPG, OGG."""
    _, dot, ending = name.rpartition(".")
    if dot and re.fullmatch(r"[A-Za-z0-9]{1,5}", ending):
        return ending.upper()
    return mime.partition(";")[0].rpartition("/")[2].removeprefix("x-").upper()[:12]
