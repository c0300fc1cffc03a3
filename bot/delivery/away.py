"""Parts that found nobody at a platform: its first sign of life calls them back, a few at a time."""

from collections import defaultdict
from itertools import islice

CALLED_BACK = 2  #: by one sign of life; each that arrives then is a sign again, so that no crowd comes at once


class CalledBack:
    """Known to this process only: after a restart each waits out its pause once more."""

    def __init__(self) -> None:
        self._away: dict[str, dict[int, None]] = defaultdict(dict)  # by platform, in the order of their attempts
        self.parts: set[int] = set()  #: called back and not taken yet

    def waits(self, part: int, *, platform: str) -> None:
        """It was tried in vain."""
        self._away[platform][part] = None

    def is_taken(self, part: int) -> None:
        """It is tried again, for whatever reason."""
        self.parts.discard(part)
        for parts in self._away.values():
            parts.pop(part, None)

    def alive(self, platform: str) -> bool:
        """The platform has answered; False: nothing waits for that."""
        some = list(islice(self._away[platform], CALLED_BACK))
        for part in some:
            del self._away[platform][part]
        self.parts.update(some)
        return bool(some)
