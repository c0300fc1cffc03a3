"""
What a customer may read of a thread's history, by the table of the contract alone; nothing of the bot is asked.

Every text bears a word of its own. A word may arrive only if its text was allowed to leave: as plain text of the owner
in a ticket that is worked on, or by an explicit act. What is not certain, because several people acted at the same
moment, counts as allowed here; what *must* arrive is kept apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Mode(StrEnum):
    """The setting ``replies.mode``."""

    OWNER = "owner"
    EVERYONE = "everyone"
    EXPLICIT = "explicit"


class Fate(StrEnum):
    """What has become of a text, as far as its writers can tell."""

    NOTE = "note"
    WAITS = "waits"  #: in its hold
    SENT = "sent"
    ASKED = "asked"  #: held until somebody decides
    GONE = "gone"  #: deleted before it left


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands."""

    owner: str | None
    is_done: bool


@dataclass(slots=True)
class Said:
    """A message in a thread."""

    ts: str
    author: str
    words: list[str]  #: of every version
    fate: Fate
    is_note_now: bool = False  #: its last version says so
    is_guess: bool = False  #: several acted when it was written, so its fate may have been another


@dataclass(slots=True)
class Truth:
    """One ticket's thread."""

    mode: Mode
    said: list[Said] = field(default_factory=list)
    may: set[str] = field(default_factory=set)
    must: set[str] = field(default_factory=set)

    def plain(self, ts: str, author: str, word: str, *, at: Iterable[Standing], is_alone: bool) -> None:
        """An agent's plain text; ``at``: how the ticket may have stood then."""
        fates = {self._fate(author, standing) for standing in at}
        fate = next((one for one in (Fate.WAITS, Fate.ASKED) if one in fates), Fate.NOTE)
        self.said.append(Said(ts, author, [word], fate, is_guess=len(fates) > 1))
        if fate is Fate.WAITS:
            self.may.add(word)
            if is_alone and fates == {Fate.WAITS}:
                self.must.add(word)

    def _fate(self, author: str, standing: Standing) -> Fate:
        if self.mode is Mode.EXPLICIT:
            return Fate.NOTE
        if self.mode is Mode.OWNER and standing.owner not in {None, author}:
            return Fate.NOTE
        return Fate.ASKED if standing.is_done or standing.owner is None else Fate.WAITS

    def internal(self, ts: str, author: str, word: str) -> None:
        """A text that never leaves by itself."""
        self.said.append(Said(ts, author, [word], Fate.NOTE, is_note_now=True))

    def explicit(self, word: str, *, ts: str = "", author: str = "") -> None:
        """An agent said it outright."""
        self.may.add(word)
        self.must.add(word)
        if ts:
            self.said.append(Said(ts, author, [word], Fate.SENT))

    def edited(self, said: Said, word: str, *, is_internal: bool) -> None:
        """New words in the place of old ones; none of this makes a note a reply."""
        old = said.words[-1]
        said.words.append(word)
        said.is_note_now = is_internal
        match said.fate:
            case Fate.WAITS:
                self.may.discard(old)
                self.must.discard(old)
                if is_internal:
                    said.fate = Fate.NOTE
                else:
                    self.may.add(word)
            case Fate.SENT:
                self.must.discard(old)  # it may have waited still, behind another's hold
                if not is_internal:
                    self.may.add(word)  # the customer's copy may follow
            case Fate.ASKED if is_internal:
                said.fate = Fate.NOTE
            case _:
                pass

    def deleted(self, said: Said) -> None:
        """Its writer took it out of the thread."""
        if said.fate is Fate.WAITS:
            self.may.discard(said.words[-1])
        self.must -= set(said.words)
        said.fate = Fate.GONE

    def undone(self, author: str, *, is_alone: bool) -> None:
        """The writer took back what was in its hold; in a race it may have come too late for a text."""
        for said in self.said:
            if said.author == author and said.fate is Fate.WAITS:
                self.must.discard(said.words[-1])
                if is_alone:
                    self.may.discard(said.words[-1])
                    said.fate = Fate.NOTE

    def pressed(self, said: Said, words: Iterable[str]) -> None:
        """
        An agent pressed a button that sends the text as it was at that moment, one of these versions.

        There is no such button at a text that waits or was sent: if we took it for one, we had guessed wrong.
        """
        if said.fate in {Fate.ASKED, Fate.NOTE} or (said.is_guess and said.fate is not Fate.GONE):
            self.may.update(words)
            said.fate = Fate.SENT

    def kept(self, said: Said) -> None:
        """An agent decided that a held text stays internal."""
        if said.fate is Fate.ASKED:
            said.fate = Fate.NOTE

    def time_passes(self) -> None:
        """All holds are over."""
        for said in self.said:
            if said.fate is Fate.WAITS:
                said.fate = Fate.SENT
