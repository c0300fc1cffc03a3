"""
Our text as Slack's ``rich_text``, in which nothing comes alive: its text elements are not parsed.

Source: Slack developer documentation, "Rich text block".
"""

from itertools import groupby
from typing import Any

from bot.domain.text import Mark, RichText, Span

_STYLES = {Mark.BOLD: "bold", Mark.ITALIC: "italic", Mark.STRIKE: "strike", Mark.CODE: "code"}


def rich_text(text: RichText, *, block_id: str) -> dict[str, Any]:
    """A block with the text; links are shown with their address, as plain text."""
    elements = [
        {"type": kind, "elements": [_element(span, kind=kind) for span in spans]}
        for kind, spans in groupby(text.spans, key=_kind)
    ]
    return {"type": "rich_text", "block_id": block_id, "elements": elements}


def _kind(span: Span) -> str:
    if Mark.PRE in span.marks:
        return "rich_text_preformatted"
    return "rich_text_quote" if Mark.QUOTE in span.marks else "rich_text_section"


def _element(span: Span, *, kind: str) -> dict[str, Any]:
    shows_address = span.link is None or span.link in {span.text, f"mailto:{span.text}"}
    element: dict[str, Any] = {"type": "text", "text": span.text if shows_address else f"{span.text} ({span.link})"}
    style = {_STYLES[mark]: True for mark in sorted(span.marks) if mark in _STYLES}
    return {**element, "style": style} if style and kind != "rich_text_preformatted" else element
