"""What an agent's text says about itself: that it is an internal note, or a command to the desk."""

import re
import unicodedata

from bot.domain.text import is_visible

_SIGNS = ("//", ";;", "🔒")
# Ignored around a text: quote marks, formatting that was typed, the bullet that an edge writes before a list's item.
_AROUND = ">\"'“”„‟‘’‚‛«»‹›*_~`´″′•-"
_AROUND_AND_SPACE = re.compile(rf"^[\s{re.escape(_AROUND)}]+|[\s{re.escape(_AROUND)}]+$")
_PREFIX = re.compile(rf"(?:note|internal|private)[\s{re.escape(_AROUND)}]*:")
_COMMAND = re.compile(r"[!！](\S*)\s*")


def is_note(plain: str) -> bool:
    """
    Whether the writer marked the text as internal.

    It begins or ends with ``//``, ``;;`` or 🔒, or begins with ``note:``, ``internal:`` or ``private:``. Case, outer
    spaces, quote marks, bold and the like, and characters that nobody can see don't count, and wide forms (``：``) are
    the same as narrow ones. In doubt a text is a note: a note taken for a reply can't be taken back. So is a ``!``
    behind quote marks or a bullet, which is no command, and no answer either.
    """
    # Compatibility forms make the wide marks narrow, but tear ″ and ´ apart, so outer marks go first and again after.
    inner = _AROUND_AND_SPACE.sub("", _seen(plain))
    inner = _AROUND_AND_SPACE.sub("", _seen(unicodedata.normalize("NFKC", inner))).casefold()
    return inner.startswith((*_SIGNS, "!")) or inner.endswith(_SIGNS) or _PREFIX.match(inner) is not None


def command(plain: str) -> tuple[str, str] | None:
    """
    The verb in lower case and the rest, of a text that begins with ``!``; None for any other.

    The rest is the very end of *plain*, so ``len(plain) - len(rest)`` characters stand before it. A verb that is none
    (empty, or more exclamation marks) is still a command: such a text is never relayed.
    """
    start = next((index for index, char in enumerate(plain) if is_visible(char)), len(plain))
    found = _COMMAND.match(plain, start)
    if found is None:
        return None
    return "".join(filter(is_visible, found[1])).lower(), plain[found.end() :]


def _seen(text: str) -> str:
    return "".join(char for char in text if is_visible(char) or char.isspace())
