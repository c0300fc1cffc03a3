"""How much of a file a channel takes, said to an agent."""

import math
from collections.abc import Mapping

from bot.errors import Rejected

MB = 1_000_000  #: platforms don't say which they mean; the smaller one is certainly taken


def fitting(kind: str, *, size_bytes: int, most_bytes: Mapping[str, int], label: str) -> str:
    """
    The kind itself where a file of this size fits it, else ``document``, the largest one.

    Raises `bot.errors.Rejected` for a file that fits neither.
    """
    if size_bytes == 0:
        raise Rejected("The file is empty.")
    if size_bytes <= most_bytes[kind]:
        return kind
    most = most_bytes["document"]
    if size_bytes > most:
        raise Rejected(f"{label} takes at most {most // MB} MB; this has {math.ceil(size_bytes / MB * 10) / 10:g} MB.")
    return "document"
