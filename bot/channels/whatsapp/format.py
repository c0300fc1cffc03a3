"""
Rich text in WhatsApp's own markup.

It has no way to escape: a sign that stands alone around words, as in ``*so*``, formats them even where it was meant as
itself. Source: WhatsApp Help Center, "How to format your messages".
"""

import re
from collections.abc import Iterator

from bot.domain.text import Mark, RichText, Span, split

LIMIT = 4096  #: of a text's body; counted in UTF-16 code units, which are never fewer than characters
CHOICES_LIMIT = 1024  #: of a body with buttons or a list under it

_SIGNS = {Mark.BOLD: "*", Mark.ITALIC: "_", Mark.STRIKE: "~"}


def length(words: str) -> int:
    """In UTF-16 code units."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def pieces(text: RichText) -> tuple[RichText, ...]:
    """The messages that *text* needs, each ready for `render`; none for a text without anything to see."""
    return tuple(_fitting(text, limit=LIMIT))


def _fitting(text: RichText, *, limit: int) -> Iterator[RichText]:
    """Pieces that fit with their signs, which cost characters too."""
    for piece in split(_spelled(text), limit=limit, length=length):
        if length(render(piece)) <= LIMIT:
            yield piece
        else:
            yield from _fitting(piece, limit=limit * 3 // 4)


def render(text: RichText) -> str:
    """The text with its signs."""
    spans = _spelled(text).spans
    shown = ""
    for span, after in zip(spans, (*spans, Span(""))[1:], strict=True):
        shown += _signed(span, before=shown[-1:], after=after.text[:1])
    return _quoted(shown, spans)


def _signed(span: Span, *, before: str, after: str) -> str:
    """The span between its signs: they hug the words of each line, and count only where no other word touches them."""
    if Mark.PRE in span.marks and "```" not in span.text:
        return f"```{span.text}```"
    if Mark.CODE in span.marks:
        signs = "" if "`" in span.text else "`"
    else:
        signs = "".join(sign for mark, sign in _SIGNS.items() if mark in span.marks)
    lines = span.text.split("\n")
    for index, line in enumerate(lines):
        left = before if index == 0 else ""
        right = after if index == len(lines) - 1 else ""
        words = line.strip()
        if words and not re.search(r"\w", _outside(line, left, right)):
            lines[index] = line.replace(words, f"{signs}{words}{signs[::-1]}", 1)
    return "\n".join(lines)


def _outside(line: str, left: str, right: str) -> str:
    """What touches the words of *line*: nothing on a side where it has white space of its own."""
    return ("" if line[:1].isspace() else left) + ("" if line[-1:].isspace() else right)


def _quoted(shown: str, spans: tuple[Span, ...]) -> str:
    """With ``> `` before each line of which all is quoted."""
    if not any(Mark.QUOTE in span.marks for span in spans):
        return shown
    quoted = [all(part is None or part for part in line) for line in _by_line(spans)]
    lines = shown.split("\n")
    return "\n".join(f"> {line}" if is_quoted and line else line for line, is_quoted in zip(lines, quoted, strict=True))


def _by_line(spans: tuple[Span, ...]) -> list[list[bool | None]]:
    """For each line, whether its parts are quoted; None for a part without characters."""
    lines: list[list[bool | None]] = [[]]
    for span in spans:
        for index, part in enumerate(span.text.split("\n")):
            if index:
                lines.append([])
            lines[-1].append((Mark.QUOTE in span.marks) if part else None)
    return lines


def _spelled(text: RichText) -> RichText:
    """Without links: where the words do not show the address, it comes to stand behind them."""
    return RichText(tuple(_spelled_out(span) for span in text.spans))


def _spelled_out(span: Span) -> Span:
    if span.link is None:
        return span
    bare = span.link
    for scheme in ("https://", "http://", "mailto:", "tel:"):
        bare = bare.removeprefix(scheme)
    shows = span.text.strip() in {span.link, bare, bare.removesuffix("/")}
    return Span(span.text if shows else f"{span.text} ({span.link})", span.marks)
