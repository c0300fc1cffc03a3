"""Rich text as Telegram takes it: plain text with entities, so that nothing needs escaping and nothing is parsed."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bot.channels.base import Choice
from bot.domain.text import Mark, RichText, Span, split

LIMIT = 4096  #: UTF-16 code units of a message. Source: Telegram Bot API, sendMessage, `text`, "after entities parsing"
ROW = 24  #: characters of labels that a phone shows side by side; by eye
MAX_ENTITIES = 100  #: per message; more are ignored. Source: python-telegram-bot, constants.MessageLimit

# From the outermost to the innermost. Source for what may hold what: Telegram Bot API, "Formatting options".
_NESTING = (
    MessageEntity.BLOCKQUOTE,
    MessageEntity.TEXT_LINK,
    MessageEntity.PRE,
    MessageEntity.CODE,
    MessageEntity.BOLD,
    MessageEntity.ITALIC,
    MessageEntity.UNDERLINE,
    MessageEntity.STRIKETHROUGH,
)
# The most important first: a lost link loses words, lost code its line breaks and spaces, the rest only looks.
_IMPORTANCE = (MessageEntity.TEXT_LINK, MessageEntity.PRE, MessageEntity.CODE, *_NESTING[:1], *_NESTING[4:])
_MARKS = {
    MessageEntity.BLOCKQUOTE: Mark.QUOTE,
    MessageEntity.PRE: Mark.PRE,
    MessageEntity.CODE: Mark.CODE,
    MessageEntity.BOLD: Mark.BOLD,
    MessageEntity.ITALIC: Mark.ITALIC,
    MessageEntity.UNDERLINE: Mark.UNDERLINE,
    MessageEntity.STRIKETHROUGH: Mark.STRIKE,
}
_VERBATIM = frozenset({Mark.PRE, Mark.CODE})


def length(text: str) -> int:
    """In UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def pieces(text: RichText) -> tuple[RichText, ...]:
    """The messages that *text* needs, each ready for `render`; none for a text without anything to see."""
    return split(_spelled(text), limit=LIMIT, length=length)


def render(text: RichText) -> tuple[str, list[MessageEntity]]:
    """
    The plain text and its entities, ordered by place.

    Entities are nested or apart, never crossed. Of more than `MAX_ENTITIES` the least important are left out.
    """
    spans = _spelled(text).spans
    entities = [entity for depth in range(len(_NESTING)) for entity in _runs(spans, depth=depth)]
    kept = sorted(entities, key=lambda entity: _IMPORTANCE.index(entity.type))[:MAX_ENTITIES]
    return "".join(span.text for span in spans), sorted(kept, key=lambda entity: (entity.offset, -entity.length))


def keyboard(choices: Sequence[Choice]) -> InlineKeyboardMarkup | None:
    """The buttons under a message, in one row where they fit, else one below the other; None without choices."""
    buttons = [InlineKeyboardButton(choice.label, callback_data=choice.id) for choice in choices]
    if not buttons:
        return None
    fits = sum(len(choice.label) for choice in choices) <= ROW
    return InlineKeyboardMarkup([buttons] if fits else [[button] for button in buttons])


def _runs(spans: tuple[Span, ...], *, depth: int) -> list[MessageEntity]:
    """The entities of one kind: as long as possible without crossing those further out."""
    runs: list[MessageEntity] = []
    offset = 0
    for values, run in groupby(((_layers(span)[: depth + 1], span.text) for span in spans), key=itemgetter(0)):
        words = "".join(text for _, text in run)
        if (value := values[depth]) and words.strip():
            url = value if isinstance(value, str) else None
            runs.append(MessageEntity(type=_NESTING[depth], offset=offset, length=length(words), url=url))
        offset += length(words)
    return runs


def _layers(span: Span) -> tuple[bool | str | None, ...]:
    """What *span* carries of each kind in `_NESTING`, as far as Telegram allows it together."""
    marks = span.marks
    if Mark.PRE in marks:
        marks = frozenset({Mark.PRE})
    elif Mark.CODE in marks:
        marks &= {Mark.CODE, Mark.QUOTE}
    return tuple(span.link if kind == MessageEntity.TEXT_LINK else _MARKS[kind] in marks for kind in _NESTING)


def _spelled(text: RichText) -> RichText:
    """With links only where Telegram needs and takes them: elsewhere the address is, or comes to stand, in the text."""
    spans: list[Span] = []
    for span in text.spans:
        if span.link is None or shows(span.text, address=span.link):
            spans.append(Span(span.text, span.marks))
        elif span.link.lower().startswith(("http://", "https://")) and not _VERBATIM & span.marks:
            spans.append(Span(span.text, span.marks, span.link))
        else:
            spans.append(Span(f"{span.text} ({span.link})", span.marks))
    return RichText(tuple(spans))


def shows(words: str, *, address: str) -> bool:
    """Whether Telegram, or a reader, recognises the address in the words without help."""
    bare = address
    for scheme in ("https://", "http://", "mailto:", "tel:"):
        bare = bare.removeprefix(scheme)
    return words.strip() in {address, bare, bare.removesuffix("/")}
