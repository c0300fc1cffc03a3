"""
Slack's two notations for text, ``rich_text`` blocks and mrkdwn: read into ours, written so that nothing comes alive.

Sources: Slack developer documentation, "Formatting message text" and "Rich text block".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import emoji

from bot.domain.text import Mark, RichText, Span, joined

MAX_DEPTH = 8  #: lists in lists; Slack's composer makes no more
SOMEONE, SOME_GROUP, SOME_CHANNEL = "@someone", "@group", "#channel"  #: until `RichText.named` knows better

_Marks = frozenset[Mark]
_NONE: _Marks = frozenset()
_VERBATIM = frozenset({Mark.CODE, Mark.PRE})


def read(message: Mapping[str, Any]) -> RichText:
    """
    What a person wrote, from a message of any shape: its rich text, else its mrkdwn.

    Mentions carry ids like ``user:U1``, ``group:S1``, ``channel:C1``, ``special:here``. Total: what can't be understood
    is left out, never raised.
    """
    blocks = _stacked(_block(block) for block in _objects(message.get("blocks")))
    return _storable(blocks or _mrkdwn(_string(message.get("text"))))


def escape(text: str) -> str:
    """For our own mrkdwn: the three characters that Slack reads as control characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_GUARD = "\u200b"
_AWAKE = (
    (re.compile(r"[*_~`]"), rf"{_GUARD}\g<0>{_GUARD}"),  # either may be the opening or the closing one
    (re.compile(r"[@#<]|:(?=\S)"), rf"\g<0>{_GUARD}"),  # mentions, channels, :emoji:, ://
    (re.compile(r"(?<=\w)\.(?=[^\W\d])"), rf"\g<0>{_GUARD}"),  # example.com
    (re.compile(r"^[^\S\n]*(?=>)", re.MULTILINE), rf"\g<0>{_GUARD}"),  # quotes, which Slack knows escaped too
)


def literal(text: str) -> str:
    """
    Somebody else's words for a place that Slack parses (mrkdwn, top-level ``text``, ``username``).

    Zero-width spaces keep mentions, links, channels, emoji and formatting from coming alive; it looks as written.
    """
    for pattern, guarded in _AWAKE:
        text = pattern.sub(guarded, text)
    return escape(text)


# --- rich_text blocks -------------------------------------------------------------------------------------------------


def _block(block: Mapping[str, Any]) -> RichText:
    match block.get("type"):
        case "rich_text":
            return _stacked(_element(element, depth=0) for element in _objects(block.get("elements")))
        case "table":  # pasted from a spreadsheet, beside the rich text of the same message
            rows = block.get("rows")
            return joined(map(_row, rows if isinstance(rows, list) else ()), "\n")
        case _:
            return RichText(())


def _row(cells: object) -> RichText:
    return joined((_cell(cell) for cell in _objects(cells)), " | ")


def _cell(cell: Mapping[str, Any]) -> RichText:
    is_rich = cell.get("type") == "rich_text"
    return _block(cell) if is_rich else RichText.of(_string(cell.get("text")))


def _element(element: Mapping[str, Any], *, depth: int) -> RichText:
    match element.get("type"):
        case "rich_text_list":
            return _list(element, depth=depth)
        case "rich_text_quote":
            return _section(element, marks=frozenset({Mark.QUOTE}))
        case "rich_text_preformatted":
            return _section(element, marks=frozenset({Mark.PRE}))
        case _:
            return _section(element, marks=_NONE)


def _list(element: Mapping[str, Any], *, depth: int) -> RichText:
    """One line per item; an ordered list that was interrupted goes on counting (``offset``)."""
    if depth >= MAX_DEPTH:
        return RichText(())
    number = _number(element.get("offset"))
    indent = "    " * min(max(_number(element.get("indent")), depth), MAX_DEPTH)
    lines = []
    for item in _objects(element.get("elements")):
        if item.get("type") == "rich_text_list":
            lines.append(_list(item, depth=depth + 1))
            continue
        number += 1
        bullet = f"{number}. " if element.get("style") == "ordered" else "• "
        lines.append(joined((RichText.of(indent + bullet), _element(item, depth=MAX_DEPTH)), ""))
    text = _stacked(lines)
    return text.marked(Mark.QUOTE) if element.get("border") == 1 else text


def _section(element: Mapping[str, Any], *, marks: _Marks) -> RichText:
    return RichText(tuple(_inline(part, marks=marks) for part in _objects(element.get("elements"))))


_STYLES = {
    "bold": Mark.BOLD,
    "italic": Mark.ITALIC,
    "underline": Mark.UNDERLINE,
    "strike": Mark.STRIKE,
    "code": Mark.CODE,
}


def _inline(part: Mapping[str, Any], *, marks: _Marks) -> Span:
    style = part.get("style")
    marks |= {mark for name, mark in _STYLES.items() if isinstance(style, dict) and style.get(name) is True}
    kind = part.get("type")
    make = _PARTS.get(kind, _other) if isinstance(kind, str) else _other
    span = make(part)
    if kind == "text" and not _VERBATIM & marks:
        span = replace(span, text=_with_emoji(span.text))
    return replace(span, marks=marks)


def _other(part: Mapping[str, Any]) -> Span:
    """A part that has an address or some words, of whatever type it is."""
    url = _unescaped(_string(part.get("url")))
    words = (_string(part.get(key)) for key in ("text", "label", "title", "fallback", "value"))
    return Span(next(filter(None, words), url), link=url or None)


def _mention(key: str, *, kind: str, fallback: str) -> Callable[[Mapping[str, Any]], Span]:
    return lambda part: Span(fallback, mention=f"{kind}:{_string(part.get(key))}")


def _broadcast(part: Mapping[str, Any]) -> Span:
    audience = _string(part.get("range")) or "here"
    return Span(f"@{audience}", mention=f"special:{audience}")


def _date(part: Mapping[str, Any]) -> Span:
    found = _other(part)
    with suppress(OverflowError, OSError, ValueError):  # outside the years that a calendar has
        moment = datetime.fromtimestamp(_number(part.get("timestamp")), UTC)
        return replace(found, text=_string(part.get("fallback")) or f"{moment:%Y-%m-%d %H:%M} UTC")
    return found


def _emoji_part(part: Mapping[str, Any]) -> Span:
    name, _, suffix = _string(part.get("name")).partition("::skin-tone-")
    tone = _number(part.get("skin_tone")) or int(suffix if suffix in _TONES else 0)
    with suppress(ValueError, OverflowError):  # not hexadecimal, or beyond Unicode
        characters = "".join(chr(int(code, 16)) for code in _string(part.get("unicode")).split("-"))
        return Span(_toned(characters, tone))
    return Span(_emoji(name, tone) or f":{name}:")


_PARTS: Mapping[str, Callable[[Mapping[str, Any]], Span]] = {
    "user": _mention("user_id", kind="user", fallback=SOMEONE),
    "usergroup": _mention("usergroup_id", kind="group", fallback=SOME_GROUP),
    "team": _mention("team_id", kind="team", fallback=SOME_GROUP),
    "channel": _mention("channel_id", kind="channel", fallback=SOME_CHANNEL),
    "broadcast": _broadcast,
    "emoji": _emoji_part,
    "date": _date,
}


# --- mrkdwn -----------------------------------------------------------------------------------------------------------

_FENCE = re.compile(r"```(.*?)```", re.DOTALL)
_QUOTED = re.compile(r"(?:&gt;|>) ?")
_QUOTED_REST = re.compile(r"^(?:&gt;|>){3} ?", re.MULTILINE)


def _pair(name: str, sign: str) -> str:
    """Text between two signs that stand at the edges of words; code and entities inside are taken whole."""
    inside = rf"(?:[^{sign}<`\n]|<[^<>\n]*>|`[^`\n]+`)+"
    return rf"(?<![^\W_])(?<!{sign}){sign}(?P<{name}>(?![\s{_GUARD}]){inside}(?<![\s{_GUARD}])){sign}(?![^\W_]|{sign})"


_CODE = rf"`(?P<code>(?!{_GUARD})[^`\n]+(?<!{_GUARD}))`"
_IN_POINTS = r"<(?P<entity>[^<>\n]+)>"
_PAIRS = (_pair("bold", r"\*"), _pair("italic", "_"), _pair("strike", "~"))
_MARKUP = re.compile("|".join((_CODE, _IN_POINTS, *_PAIRS)))
_ENTITY = re.compile(_IN_POINTS)
_INNER_MARKS = {"code": Mark.CODE, "bold": Mark.BOLD, "italic": Mark.ITALIC, "strike": Mark.STRIKE}


def _mrkdwn(text: str) -> RichText:
    parts: list[RichText] = []
    for index, part in enumerate(_FENCE.split(text)):  # every second one was inside a fence
        if index % 2:
            parts.append(RichText(tuple(_spans(part.strip("\n"), marks=frozenset({Mark.PRE})))))
        else:
            parts.append(_lines(part.strip(" ") if index else part))
    return _stacked(parts)


def _lines(text: str) -> RichText:
    if rest := _QUOTED_REST.search(text):
        quoted = RichText(tuple(_spans(text[rest.end() :], marks=frozenset({Mark.QUOTE}))))
        return joined((_lines(text[: rest.start()]), quoted), "")
    spans: list[Span] = []
    before = _NONE
    for index, line in enumerate(text.split("\n")):
        quote = _QUOTED.match(line)
        marks = frozenset({Mark.QUOTE}) if quote else _NONE
        spans += [
            Span("\n" if index else "", marks & before),
            *_spans(line[quote.end() if quote else 0 :], marks=marks),
        ]
        before = marks
    return RichText(tuple(spans))


def _spans(text: str, *, marks: _Marks) -> Iterator[Span]:
    """Recursion ends: no pair contains its own sign again."""
    at = 0
    for found in (_ENTITY if _VERBATIM & marks else _MARKUP).finditer(text):
        yield Span(_words(text[at : found.start()], marks=marks), marks)
        kind, inner = found.lastgroup or "", found[found.lastgroup or 0]
        if kind == "entity":
            yield replace(_entity(inner), marks=marks)
        else:
            yield from _spans(inner, marks=marks | {_INNER_MARKS[kind]})
        at = found.end()
    yield Span(_words(text[at:], marks=marks), marks)


def _words(text: str, *, marks: _Marks) -> str:
    return _unescaped(text if _VERBATIM & marks else _with_emoji(text))


def _entity(body: str) -> Span:
    """What stands between ``<`` and ``>``: an address, or a sign and an id, then perhaps ``|`` and its words."""
    head, _, label = (_unescaped(part) for part in body.partition("|"))
    special, *details = head[1:].split("^")
    if head.startswith("@"):
        return Span(f"@{label.removeprefix('@')}" if label else SOMEONE, mention=f"user:{head[1:]}")
    if head.startswith("#"):
        return Span(f"#{label.removeprefix('#')}" if label else SOME_CHANNEL, mention=f"channel:{head[1:]}")
    if not head.startswith("!"):
        return Span(label or head, link=head)
    if special == "subteam":
        return Span(label or SOME_GROUP, mention=f"group:{details[0] if details else ''}")
    if special == "date":
        return Span(label or " ".join(details[:1]), link=details[2] if len(details) > 2 else None)
    return Span(f"@{special}", mention=f"special:{special}") if special in _BROADCASTS else Span(label or f"<{head}>")


_BROADCASTS = ("here", "channel", "everyone")


# --- both -------------------------------------------------------------------------------------------------------------

_EMOJI = re.compile(r":([\w+'-]+):(?::skin-tone-([2-6]):)?")
_TONES = {"2": "🏻", "3": "🏼", "4": "🏽", "5": "🏾", "6": "🏿"}  # Slack counts Fitzpatrick types, 1 and 2 are one


def _with_emoji(text: str) -> str:
    return _EMOJI.sub(lambda found: _emoji(found[1], int(found[2] or 0)) or found[0], text)


def _emoji(name: str, tone: int) -> str | None:
    """Slack's short name as characters; None for a workspace's own emoji."""
    if country := re.fullmatch("flag-([a-z])([a-z])", name):
        return "".join(chr(ord("🇦") + ord(letter) - ord("a")) for letter in country.groups())
    aliased = re.sub("^male-", "man_", re.sub("^female-", "woman_", name)).replace("-", "_")
    for candidate in (name, aliased):
        if characters := emoji.get_emoji_by_name(f":{candidate}:", language="alias"):
            return _toned(characters, tone)
    return None


def _toned(characters: str, tone: int) -> str:
    """With the skin tone behind the first character, unless it has one."""
    modifier = _TONES.get(str(tone), "")
    if not modifier or any(other in characters for other in _TONES.values()):
        return characters
    return characters[:1] + modifier + characters[1:].removeprefix("\ufe0f")


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _stacked(parts: Iterable[RichText]) -> RichText:
    """Below each other; a line break that is there already is not doubled."""
    stack: list[RichText] = []
    for part in parts:
        if not part.plain:
            continue
        if stack and not stack[-1].plain.endswith("\n") and not part.plain.startswith("\n"):
            stack.append(RichText.of("\n"))
        stack.append(part)
    return joined(stack, "")


def _storable(text: RichText) -> RichText:
    """Without what no database or UTF-8 takes: NUL, and halves of surrogate pairs."""
    return RichText(
        tuple(
            Span(_clean(span.text), span.marks, span.link and _clean(span.link), span.mention and _clean(span.mention))
            for span in text.spans
        )
    )


def _clean(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text).replace("\0", "")


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 10**12 else 0
