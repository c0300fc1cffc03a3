"""What an agent quotes at the beginning of a reply."""

from collections.abc import Iterable
from itertools import takewhile

from bot.domain.text import Mark, RichText


def unquoted(text: RichText, said: Iterable[tuple[str, str]]) -> tuple[str | None, RichText]:
    """
    The key of the message that the text begins by quoting, and the text without that.

    ``said`` are the keys of the customer's messages, each with what it says or said before it was changed. It must be
    exactly one of them, word for word, and something must follow; else the text stays as it is, and nothing is quoted.
    """
    quote = "".join(span.text for span in takewhile(lambda span: Mark.QUOTE in span.marks, text.spans))
    rest = text.without_prefix(len(quote)).stripped()
    keys = {key for key, words in said if _words(words) == _words(quote)}
    return (keys.pop(), rest) if _words(quote) and rest and len(keys) == 1 else (None, text)


def _words(text: str) -> list[str]:
    return text.split()
