"""Text with formatting, as every edge reads and writes it: spans of characters with marks, links and mentions."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self


class Mark(StrEnum):
    """How characters look; the values are stored."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKE = "strike"
    CODE = "code"
    PRE = "pre"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters that share everything but themselves."""

    text: str
    marks: frozenset[Mark] = frozenset()
    link: str | None = None  #: address, when the text is a link
    mention: str | None = None  #: opaque id of who or what is mentioned, made by the edge


@dataclass(frozen=True, slots=True)
class RichText:
    """Spans in reading order. Empty spans vanish and equal neighbours become one, so that equal texts are equal."""

    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", _merged(self.spans))

    @classmethod
    def of(cls, plain: str) -> Self:
        """Text without any formatting."""
        return cls((Span(plain),))

    @property
    def plain(self) -> str:
        return "".join(span.text for span in self.spans)

    @property
    def mentions(self) -> frozenset[str]:
        return frozenset(span.mention for span in self.spans if span.mention is not None)

    def __bool__(self) -> bool:
        """Whether there is anything to see."""
        return any(is_visible(char) for char in self.plain)

    def named(self, names: Mapping[str, str]) -> "RichText":
        """With mentions replaced by plain names ("@Mika"); unknown ones stay. Name before splitting."""
        return RichText(tuple(_named(span, names) for span in self.spans))

    def marked(self, *marks: Mark) -> "RichText":
        """With *marks* over all of it, beside what is there."""
        return RichText(tuple(replace(span, marks=span.marks | set(marks)) for span in self.spans))

    def stripped(self) -> "RichText":
        """Without outer white space."""
        plain = self.plain
        return self.part(len(plain) - len(plain.lstrip()), len(plain.rstrip()))

    def without_prefix(self, count: int) -> "RichText":
        """Without its first *count* characters."""
        return self.part(count, len(self.plain))

    def part(self, start: int, end: int) -> "RichText":
        """The characters from *start* up to, not including, *end*."""
        spans, at = [], 0
        for span in self.spans:
            spans.append(replace(span, text=span.text[max(start - at, 0) : max(end - at, 0)]))
            at += len(span.text)
        return RichText(tuple(spans))

    def to_json(self) -> list[dict[str, object]]:
        """One object per span; only what differs from plain is written."""
        return [_span_to_json(span) for span in self.spans]

    @classmethod
    def from_json(cls, data: Iterable[Mapping[str, Any]]) -> Self:
        """
        What `to_json` wrote.

        Raises KeyError or ValueError for anything else.
        """
        return cls(
            tuple(
                Span(span["text"], frozenset(map(Mark, span.get("marks", ()))), span.get("link"), span.get("mention"))
                for span in data
            )
        )


def joined(parts: Iterable[RichText], separator: str) -> RichText:
    """All *parts* in order with an unmarked *separator* between them."""
    spans: list[Span] = []
    for index, part in enumerate(parts):
        spans += [Span(separator if index else ""), *part.spans]
    return RichText(tuple(spans))


_FILLERS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")  # letters and marks by category, yet blank on every screen
_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))


def is_visible(char: str) -> bool:
    """Whether *char* leaves ink: no white space, control, zero-width, byte order mark, filler or variation selector."""
    # Unassigned (Cn) counts as visible: newer emoji are unassigned in an older Python's tables.
    blank = unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}
    return not (blank or char in _FILLERS or char in _SELECTORS)


# The best places first; each matches where the text may end.
_BREAKS = (
    re.compile(r"(?=\n[ \t]*\n)"),
    re.compile(r"(?=\n)"),
    re.compile(r"(?<=[.!?…])[\"'”’»)\]]*(?=\s)|(?<=[。！？])"),
)
_WORD_END = re.compile(r"(?=\s)")


def split(text: RichText, *, limit: int, length: Callable[[str], int]) -> tuple[RichText, ...]:
    """
    Pieces of at most *limit*, as *length* counts; nothing for a text without anything to see.

    A piece ends at the last blank line, line, sentence (these in its second half) or word that fits, else anywhere but
    inside a character that is made of several. Only white space at cuts and outer ends is lost, and pieces that would
    show nothing; formatting continues. *length* must count at least one for each code point and grow with the text; a
    single code point longer than *limit* stands alone.
    """
    pieces, rest = [], text.stripped()
    while rest:
        plain = rest.plain
        end = _end(plain, limit=limit, length=length)
        pieces.append(rest.part(0, len(plain[:end].rstrip())))
        rest = rest.without_prefix(_next_start(plain, end))
    return tuple(piece for piece in pieces if piece)


def _end(plain: str, *, limit: int, length: Callable[[str], int]) -> int:
    """Where the first piece ends; *plain* has something to see."""
    sizes = range(1, min(len(plain), limit) + 1)
    fit = max(1, bisect_right(sizes, limit, key=lambda end: length(plain[:end])))
    if fit == len(plain):
        return fit
    first = len(plain) - len(plain.lstrip())  # an indent is no place to cut
    for pattern, floor in (*((pattern, max(first, fit // 2)) for pattern in _BREAKS), (_WORD_END, first)):
        # One character more, for what must follow the end.
        ends = [match.end() for match in pattern.finditer(plain, 0, min(fit + 2, len(plain))) if match.end() <= fit]
        if ends and ends[-1] > floor and not _is_inside_character(plain, ends[-1]):
            return ends[-1]
    whole = next((end for end in range(fit, first, -1) if not _is_inside_character(plain, end)), 0)
    return whole or fit


def _next_start(plain: str, end: int) -> int:
    """Where the next piece begins: behind the white space, but a line keeps its indent where that is short."""
    start = len(plain) - len(plain[end:].lstrip())
    line = plain.rfind("\n", end, start) + 1
    return line if line and start - line <= MAX_INDENT else start


MAX_INDENT = 16  #: characters of indent kept at the beginning of a piece


def _is_inside_character(text: str, at: int) -> bool:
    """
    Whether a cut before ``text[at]``, somewhere inside, would tear one visible character apart.

    Source: the rules GB9 to GB13 of Unicode Standard Annex 29, "Text Segmentation", without their tables.
    """
    before, after = text[at - 1], text[at]
    if _is_flag_letter(before) and _is_flag_letter(after):
        run = len(text[:at]) - len(text[:at].rstrip(_FLAG_LETTERS))
        return run % 2 == 1
    return before == "\u200d" or _extends(after)


_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))


def _is_flag_letter(char: str) -> bool:
    return char in _FLAG_LETTERS


def _extends(char: str) -> bool:
    """Combining marks, joiners, skin tones, tags (flags of regions), and vowels and finals of decomposed Hangul."""
    ranges = (("\u1160", "\u11ff"), ("\U0001f3fb", "\U0001f3ff"), ("\U000e0020", "\U000e007f"))
    if char in "\u200c\u200d" or unicodedata.category(char) in {"Mn", "Me", "Mc"}:
        return True
    return any(first <= char <= last for first, last in ranges)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        # Two neighbouring mentions of one person stay two.
        if merged and span.mention is None and replace(merged[-1], text=span.text) == span:
            merged[-1] = replace(span, text=merged[-1].text + span.text)
        else:
            merged.append(span)
    return tuple(merged)


def _named(span: Span, names: Mapping[str, str]) -> Span:
    if span.mention is None or span.mention not in names:
        return span
    return replace(span, text=names[span.mention], mention=None)


def _span_to_json(span: Span) -> dict[str, object]:
    data: dict[str, object] = {"text": span.text}
    if span.marks:
        data["marks"] = sorted(span.marks)
    if span.link is not None:
        data["link"] = span.link
    if span.mention is not None:
        data["mention"] = span.mention
    return data
