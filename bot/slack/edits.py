"""What changed between two versions of a text."""

import re

from bot.domain.text import Mark, RichText, Span

_WORD = re.compile(r"\s*\S+|\s+")


def struck(old: str, new: str) -> RichText:
    """The old words; those between the first and the last that differ are struck out."""
    were, are = _WORD.findall(old), _WORD.findall(new)
    most = min(len(were), len(are))
    first = next((at for at in range(most) if were[at] != are[at]), most)
    rest = most - first
    last = next((at for at in range(rest) if were[-1 - at] != are[-1 - at]), rest)
    end = len(were) - last
    gone = Span("".join(were[first:end]), frozenset({Mark.STRIKE}))
    return RichText((Span("".join(were[:first])), gone, Span("".join(were[end:]))))
