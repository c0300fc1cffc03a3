"""Files that people have, how the platforms' pages hand them out, and how a page hands them in."""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
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


def shown(file: File, request: web.Request) -> web.Response:
    """
    The file for a page, so that nothing of what somebody sent is run; a part of it, if that is asked for by a player.

    Pictures, sounds and films are shown; the rest is for saving. The browser is forbidden to guess otherwise.
    """
    mime = file.mime.partition(";")[0].strip().lower()
    disposition = "inline" if mime in SHOWN else "attachment"
    headers = {
        "Content-Type": mime if mime in SHOWN else "application/octet-stream",
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    start, stop, _ = request.http_range.indices(file.size)
    if "Range" not in request.headers or start >= stop:
        return web.Response(body=file.content, headers={**headers, "Accept-Ranges": "bytes"})
    part = {"Content-Range": f"bytes {start}-{stop - 1}/{file.size}"}
    return web.Response(status=206, body=file.content[start:stop], headers={**headers, **part})


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
    A small file of this kind that can be shown or played; another number makes other bytes.

    Raises:
        KeyError: There is no such sample.
    """
    name, mime, make = _SAMPLES[kind]
    return File(name, mime, make(b"sandbox file %d" % number))


def _kept(name: str, noted: Callable[[bytes, bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda note: noted(_read(name), note)


@cache
def _read(name: str) -> bytes:
    return (Path(__file__).parent / "samples" / name).read_bytes()


def _behind(content: bytes, note: bytes) -> bytes:
    """Behind their end these formats hold what nobody reads; a PDF's must be a comment."""
    return content + b"% " + note + b"\n"


def _comment(content: bytes, note: bytes) -> bytes:
    """A JPEG's comment. Source: ITU-T T.81, COM segment."""
    return content[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + content[2:]


def _free_box(content: bytes, note: bytes) -> bytes:
    """An MP4's free space. Source: ISO/IEC 14496-12, ``free``."""
    return content + (len(note) + 8).to_bytes(4, "big") + b"free" + note


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


_SAMPLES: Mapping[str, tuple[str, str, Callable[[bytes], bytes]]] = {
    "photo": ("photo.jpg", "image/jpeg", _kept("photo.jpg", _comment)),
    "document": ("invoice.pdf", "application/pdf", _kept("invoice.pdf", _behind)),
    "voice": ("voice.ogg", "audio/ogg", _kept("voice.ogg", _behind)),
    "audio": ("song.mp3", "audio/mpeg", _kept("song.mp3", _behind)),
    "video": ("video.mp4", "video/mp4", _kept("video.mp4", _free_box)),
    "animation": ("cat.mp4", "video/mp4", _kept("video.mp4", _free_box)),
    "video_note": ("note.mp4", "video/mp4", _kept("video.mp4", _free_box)),
    "sticker": ("sticker.webp", "image/webp", _kept("sticker.webp", _behind)),
    "animated_sticker": ("sticker.tgs", "application/x-tgsticker", _animated_sticker),
    "video_sticker": ("sticker.webm", "video/webm", lambda note: b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01" + note),
}
