"""Files that people have, how the platforms' pages hand them out, and how a page hands them in."""

import base64
import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

MOST_BYTES = 128 * 1024**2  #: of a request to a sandbox; the platforms' own limits are lower

#: What a page may show by itself; everything else is only ever saved. No SVG and no HTML: those can hold a script.
SHOWN = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp"),
        *("audio/mpeg", "audio/ogg", "audio/mp4", "audio/wav", "audio/webm"),
        *("video/mp4", "video/webm"),
    }
)


@dataclass(frozen=True, slots=True)
class File:
    """A file as somebody has it: what it is called, what it is said to be, and what is in it."""

    name: str
    mime: str
    content: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


def shown(file: File) -> web.Response:
    """
    The file for a page, so that nothing of what somebody sent is run.

    Pictures, sounds and films are shown; the rest is for saving. The browser is forbidden to guess otherwise.
    """
    mime = file.mime.partition(";")[0].strip().lower()
    disposition = "inline" if mime in SHOWN else "attachment"
    headers = {
        "Content-Type": mime if mime in SHOWN else "application/octet-stream",
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return web.Response(body=file.content, headers=headers)


async def given_with_files(request: web.Request) -> dict[str, object]:
    """
    The arguments of a page's call: JSON, or a form with JSON in its field ``given`` and files beside it.

    A form's field is called as the argument; one that is called ``files`` may come several times.
    """
    if request.content_type != "multipart/form-data":
        body = await request.json()
        if not isinstance(body, dict):
            raise ValueError("The body is not a JSON object.")
        return body
    form = await request.post()
    given: dict[str, object] = json.loads(str(form.get("given", "{}")))
    several: list[File] = []
    for name, value in form.items():
        if isinstance(value, web.FileField):
            file = File(value.filename, value.content_type, value.file.read())
            several.append(file)
            given[name] = several if name == "files" else file
    return given


# --- samples, for those who say no more than what kind of file they send


def sample(kind: str, *, number: int) -> File:
    """
    A small file of this kind with the beginnings that its format has; another number makes other bytes.

    Raises:
        KeyError: There is no such sample.
    """
    name, mime, make = _SAMPLES[kind]
    return File(name, mime, make(b"sandbox file %d" % number))


def jpeg(note: bytes, *, width: int = 64, height: int = 48) -> bytes:
    """
    A grey picture.

    Source: ITU-T T.81: quantisation of ones; a Huffman table each for DC and AC with one code of one bit, so that every
    block of 8 × 8 is the two bits 00: no difference, end of block.
    """
    blocks = -(-width // 8) * -(-height // 8)
    table = bytes([1, *[0] * 15, 0])
    frame = bytes([8, *height.to_bytes(2, "big"), *width.to_bytes(2, "big"), 1, 1, 0x11, 0])
    segments = [
        (0xFE, note),
        (0xDB, bytes([0, *[1] * 64])),
        (0xC0, frame),
        (0xC4, b"\x00" + table),
        (0xC4, b"\x10" + table),
        (0xDA, bytes([1, 1, 0, 0, 63, 0])),
    ]
    head = b"".join(bytes([0xFF, mark]) + (len(body) + 2).to_bytes(2, "big") + body for mark, body in segments)
    bits = "0" * (2 * blocks)
    bits += "1" * (-len(bits) % 8)
    return b"\xff\xd8" + head + int(bits, 2).to_bytes(len(bits) // 8, "big") + b"\xff\xd9"


def _begins(head: bytes) -> Callable[[bytes], bytes]:
    return lambda note: head + note


def _animated_sticker(note: bytes) -> bytes:
    """Lottie's JSON, packed, as Telegram has it."""
    lottie = {
        "tgs": 1,
        "v": "5.5.2",
        "fr": 60,
        "ip": 0,
        "op": 60,
        "w": 512,
        "h": 512,
        "layers": [],
        "nm": note.decode(),
    }
    return gzip.compress(json.dumps(lottie).encode(), mtime=0)


_WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")  # one pixel
_MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42"
_SAMPLES: Mapping[str, tuple[str, str, Callable[[bytes], bytes]]] = {
    "photo": ("photo.jpg", "image/jpeg", jpeg),
    "document": ("invoice.pdf", "application/pdf", _begins(b"%PDF-1.4\n% ")),
    "voice": ("voice.ogg", "audio/ogg", _begins(b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01")),
    "audio": ("song.mp3", "audio/mpeg", _begins(b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00")),
    "video": ("video.mp4", "video/mp4", _begins(_MP4)),
    "animation": ("cat.mp4", "video/mp4", _begins(_MP4)),
    "video_note": ("note.mp4", "video/mp4", _begins(_MP4)),
    "sticker": ("sticker.webp", "image/webp", _begins(_WEBP)),
    "animated_sticker": ("sticker.tgs", "application/x-tgsticker", _animated_sticker),
    "video_sticker": ("sticker.webm", "video/webm", _begins(b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01")),
}
