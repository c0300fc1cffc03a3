"""What Slack's composer makes of typed text: rich_text blocks, and the mrkdwn ``text`` beside them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from bot.sandbox.slack import emoji
from bot.sandbox.slack.state import Json, Workspace

_FENCE = re.compile(r"```\n?(.*?)\n?```\n?", re.DOTALL)
_URL = r"(?P<url>https?://[^\s<>|]*[^\s<>|.,;:!?)'\"*_~])"
_INLINE = re.compile(
    r"(?P<code>`[^`\n]+`)"
    r"|(?<![\w*])\*(?P<bold>\S|\S[^\n]*?\S)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>\S|\S[^\n]*?\S)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>\S|\S[^\n]*?\S)~(?![\w~])"
    rf"|{_URL}"
    r"|(?P<name>[@#](?=\w))"
    r"|:(?P<emoji>[a-z0-9_+-]+(?:::skin-tone-[2-6])?):"
    rf"|(?P<character>{'|'.join(map(re.escape, emoji.NAMES))})",
)
_MARKS = {"bold": "*", "italic": "_", "strike": "~"}
_LINES = (
    ("quote", re.compile(r"> ?(.*)")),
    ("bullet", re.compile(r"[-•] (.*)")),
    ("ordered", re.compile(r"\d+\. (.*)")),
    ("plain", re.compile(r"(.*)")),
)


@dataclass(slots=True)
class Composed:
    """Elements and text that mean the same."""

    elements: list[Json] = field(default_factory=list)
    text: str = ""

    def add(self, element: Json, text: str) -> None:
        """Put an element at the end; text of one style runs together."""
        last = self.elements[-1] if self.elements else {}
        if element["type"] == "text" == last.get("type") and element.get("style") == last.get("style"):
            last["text"] += element["text"]
        else:
            self.elements.append(element)
        self.text += text


def escaped(text: str) -> str:
    """The three characters that mean something in Slack's text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def compose(typed: str, workspace: Workspace) -> tuple[str, list[Json]]:
    """The ``text`` and ``blocks`` of a message that somebody typed."""
    composer = _Composer(_mentionable(workspace))
    done = Composed()
    at = 0
    for fence in _FENCE.finditer(typed):
        composer.lines(typed[at : fence.start()].removesuffix("\n"), done)
        code = fence.group(1)
        done.add({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": code}], "border": 0}, "")
        done.text += f"```{escaped(code)}```\n"
        at = fence.end()
    composer.lines(typed[at:], done)
    block = {"type": "rich_text", "block_id": workspace.next_id("b"), "elements": done.elements}
    return done.text.rstrip("\n"), [block]


def with_names(typed: str, workspace: Workspace) -> str:
    """A command's text with ``should_escape``: people, channels and addresses as Slack's entities."""
    names = _mentionable(workspace)

    def replaced(match: re.Match[str]) -> str:
        if match.group("url"):
            return f"<{match.group('url')}>"
        element, entity = names[match.group("name")]
        return f"<@{element['user_id']}|{match.group('name')[1:]}>" if element["type"] == "user" else entity

    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"{_URL}|(?P<name>(?<!\w)(?:{known})(?!\w))", replaced, typed)


def _mentionable(workspace: Workspace) -> dict[str, tuple[Json, str]]:
    """What may follow ``@`` and ``#``, as its rich_text element and its entity."""
    names: dict[str, tuple[Json, str]] = {
        f"@{word}": ({"type": "broadcast", "range": word}, f"<!{word}>") for word in ("here", "channel", "everyone")
    }
    for group in workspace.groups.values():
        names[f"@{group.handle}"] = ({"type": "usergroup", "usergroup_id": group.id}, f"<!subteam^{group.id}>")
    for user in workspace.users.values():
        for name in (user.name, user.real_name):
            names[f"@{name}"] = ({"type": "user", "user_id": user.id}, f"<@{user.id}>")
    for channel in workspace.channels.values():
        if channel.name:
            entity = f"<#{channel.id}|{channel.name if channel.kind == 'channel' else ''}>"
            names[f"#{channel.name}"] = ({"type": "channel", "channel_id": channel.id}, entity)
    return names


@dataclass(slots=True)
class _Composer:
    names: Mapping[str, tuple[Json, str]]

    def lines(self, typed: str, done: Composed) -> None:
        if not typed:
            return
        for kind, group in groupby(map(_kind_of_line, typed.split("\n")), key=lambda line: line[0]):
            _ADD[kind](self, [content for _, content in group], done)

    def inline(self, typed: str, style: Mapping[str, bool] | None = None) -> Composed:
        done = Composed()
        at = 0
        while match := _INLINE.search(typed, at):
            _add_text(typed[at : match.start()], style, done)
            at = self._special(typed, match, style, done)
        _add_text(typed[at:], style, done)
        return done

    def _special(self, typed: str, match: re.Match[str], style: Mapping[str, bool] | None, done: Composed) -> int:
        """Add what the match means; the position after it."""
        kind = str(match.lastgroup)
        if kind in _MARKS:
            inner = self.inline(match[kind], {**(style or {}), kind: True})
            for element in inner.elements:
                done.add(element, "")
            done.text += f"{_MARKS[kind]}{inner.text}{_MARKS[kind]}"
        elif kind == "name":
            return self._mention(typed, match.start(), style, done)
        else:
            element, text = _SPECIAL[kind](match[kind])
            done.add(_styled(element, style), text)
        return match.end()

    def _mention(self, typed: str, start: int, style: Mapping[str, bool] | None, done: Composed) -> int:
        fits = [name for name in self.names if typed.startswith(name, start) and _ends(typed, start + len(name))]
        if not fits or (start and typed[start - 1].isalnum()):
            _add_text(typed[start], style, done)
            return start + 1
        name = max(fits, key=len)
        element, entity = self.names[name]
        done.add(_styled(element, style), entity)
        return start + len(name)


def _kind_of_line(line: str) -> tuple[str, str]:
    for kind, pattern in _LINES:
        if match := pattern.fullmatch(line):
            return kind, match.group(1)
    return "plain", line


def _ends(typed: str, at: int) -> bool:
    return at >= len(typed) or not (typed[at].isalnum() or typed[at] == "_")


def _styled(element: Json, style: Mapping[str, bool] | None) -> Json:
    return {**element, "style": {**element.get("style", {}), **style}} if style else dict(element)


def _add_text(text: str, style: Mapping[str, bool] | None, done: Composed) -> None:
    if text:
        done.add(_styled({"type": "text", "text": text}, style), escaped(text))


def _code(typed: str) -> tuple[Json, str]:
    return {"type": "text", "text": typed.strip("`"), "style": {"code": True}}, escaped(typed)


def _link(url: str) -> tuple[Json, str]:
    return {"type": "link", "url": url}, f"<{escaped(url)}>"


def _emoji(name: str) -> tuple[Json, str]:
    known = emoji.canonical(name)
    if known is None:
        return {"type": "text", "text": f":{name}:"}, f":{name}:"
    code = emoji.code_points(known.partition("::")[0])
    return {"type": "emoji", "name": known, "unicode": code}, f":{known}:"


def _character(character: str) -> tuple[Json, str]:
    return _emoji(emoji.NAMES[character])


_SPECIAL: Mapping[str, Callable[[str], tuple[Json, str]]] = {
    "code": _code,
    "url": _link,
    "emoji": _emoji,
    "character": _character,
}


def _add_plain(composer: _Composer, contents: list[str], done: Composed) -> None:
    inner = composer.inline("\n".join(contents))
    if inner.elements:
        done.elements.append({"type": "rich_text_section", "elements": inner.elements})
    done.text += inner.text + "\n"


def _add_quote(composer: _Composer, contents: list[str], done: Composed) -> None:
    inner = composer.inline("\n".join(contents))
    done.elements.append({"type": "rich_text_quote", "elements": inner.elements})
    done.text += "".join(f"&gt; {line}\n" for line in inner.text.split("\n"))


def _add_list(style: str, bullet: Callable[[int], str]) -> "_Add":
    def add(composer: _Composer, contents: list[str], done: Composed) -> None:
        items = [composer.inline(content) for content in contents]
        sections = [{"type": "rich_text_section", "elements": item.elements} for item in items]
        done.elements.append({"type": "rich_text_list", "style": style, "indent": 0, "border": 0, "elements": sections})
        done.text += "".join(f"{bullet(number)} {item.text}\n" for number, item in enumerate(items, 1))

    return add


_Add = Callable[[_Composer, list[str], Composed], None]
_ADD: Mapping[str, _Add] = {
    "plain": _add_plain,
    "quote": _add_quote,
    "bullet": _add_list("bullet", lambda _: "•"),
    "ordered": _add_list("ordered", lambda number: f"{number}."),
}
