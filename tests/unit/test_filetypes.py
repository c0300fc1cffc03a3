"""What a file is, and what it may be called."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.sizes import MB, fitting
from bot.domain.filetypes import LONGEST_NAME, LONGEST_NAME_BYTES, UNKNOWN, harmless, sniffed, truthful
from bot.errors import Rejected

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
OPUS = b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01"


@pytest.mark.parametrize(
    ("head", "claimed", "expected"),
    [
        (PNG, "image/png", "image/png"),
        (PNG, "image/jpeg", "image/png"),
        (JPEG, "", "image/jpeg"),
        (b"GIF89a\x01\x00", "image/gif", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00", "image/webp", "image/webp-animated"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00", "image/webp", "image/webp"),
        (b"%PDF-1.7", "application/octet-stream", "application/pdf"),
        (OPUS, "audio/ogg; codecs=opus", "audio/ogg"),
        (b"OggS\x00\x02" + bytes(22) + b"\x01vorbis", "audio/ogg", "application/ogg"),
        (b"ID3\x04", "audio/mpeg", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac", "audio/aac"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4", "video/mp4"),
        (b"\x00\x00\x00\x18ftypmp42", "audio/mp4", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypM4A ", "", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic", "image/heic"),
        (b"PK\x03\x04", "application/zip", "application/zip"),
        (b"hello", "text/plain", "text/plain"),
        (b"hello", "image/png", UNKNOWN),
        (b"<html>", "image/jpeg", UNKNOWN),
        (b"", "", UNKNOWN),
    ],
)
def test_a_file_is_what_its_bytes_say(head: bytes, claimed: str, expected: str) -> None:
    assert sniffed(head, claimed=claimed) == expected


@given(head=st.binary(max_size=80), claimed=st.text(max_size=30))
def test_every_beginning_is_of_some_type(head: bytes, claimed: str) -> None:
    assert sniffed(head, claimed=claimed)


PE = b"MZ\x90\x00" + bytes(56) + b"\xf8\x00\x00\x00"


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("photo.jpg", JPEG, "photo.jpg"),
        ("photo.JPG", PNG, "photo.JPG.png"),
        ("photo.jpg", b"hello", "photo.jpg"),  # broken, or of a kind that we don't know: nothing is claimed instead
        ("photo.jpg", PE, "photo.jpg.bin"),
        ("invoice.docx", PE, "invoice.docx.bin"),
        ("invoice.pdf", b"\x7fELF\x02\x01", "invoice.pdf.bin"),
        ("song.mp3", b"\xcf\xfa\xed\xfe\x0c\x00", "song.mp3.bin"),
        ("setup.exe", PE, "setup.exe"),
        ("tool", PE, "tool"),
        ("names.txt", b"MZ, AB, " * 20, "names.txt"),
        ("read me.txt", b"%PDF-1.7 begins every PDF", "read me.txt"),
        ("invoice.pdf", PNG, "invoice.pdf.png"),
        ("voice.ogg", b"OggS\x00\x02" + bytes(22) + b"\x01vorbis", "voice.ogg"),
        ("song.m4a", b"\x00\x00\x00\x18ftypmp42", "song.m4a"),
        ("cat.webp", b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00", "cat.webp"),
        ("photo.jpg", b"\x00\x00\x00\x18ftypheic", "photo.jpg.heic"),
    ],
)
def test_a_name_that_the_bytes_belie_gets_the_true_ending(name: str, head: bytes, expected: str) -> None:
    assert truthful(name, head=head) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Rechnung März.pdf", "Rechnung März.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("a\r\nContent-Type: x.txt", "aContent-Type: x.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("  .hidden ", "hidden"),
        ("..", ""),
        ("", ""),
        ("x" * 300 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
        ("y" * 300, "y" * LONGEST_NAME),
        ("😀" * 80 + ".pdf", "😀" * 49 + ".pdf"),
        ("a" * 115 + "    b.pdf", "a" * 115 + ".pdf"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("contract.txt", "contract.txt"),
    ],
)
def test_a_name_that_is_passed_on_can_harm_nobody(name: str, expected: str) -> None:
    assert harmless(name) == expected


@given(st.text(max_size=400) | st.text("./\\ con1\u202e\u200b\x00\n😀é", max_size=200))
def test_no_name_is_a_path_or_too_long_or_turns_its_line_around(name: str) -> None:
    found = harmless(name)

    assert not set(found) & set("/\\")
    assert not {unicodedata.category(char) for char in found} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not found.startswith((".", " "))
    assert not found.endswith((".", " "))
    assert not re.match(r"(con|nul|com1)(\.|$)", found, re.IGNORECASE)
    assert len(found) <= LONGEST_NAME
    assert len(found.encode()) <= LONGEST_NAME_BYTES
    assert harmless(found) == found


SIZES = {"photo": 10 * MB, "document": 50 * MB}


@pytest.mark.parametrize(
    ("kind", "size_bytes", "expected"),
    [
        ("photo", 10 * MB, "photo"),
        ("photo", 10 * MB + 1, "document"),
        ("document", 50 * MB, "document"),
    ],
)
def test_a_file_goes_as_its_kind_or_else_as_a_document(kind: str, size_bytes: int, expected: str) -> None:
    assert fitting(kind, size_bytes=size_bytes, most_bytes=SIZES, label="Chat") == expected


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        (50 * MB + 1, "Chat takes at most 50 MB; this has 50.1 MB."),
        (80 * MB, "Chat takes at most 50 MB; this has 80 MB."),
        (0, "The file is empty."),
    ],
)
def test_what_fits_no_kind_is_refused_with_the_limit(size_bytes: int, words: str) -> None:
    with pytest.raises(Rejected) as refused:
        fitting("photo", size_bytes=size_bytes, most_bytes=SIZES, label="Chat")

    assert str(refused.value) == words
