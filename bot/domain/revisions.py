"""What becomes of a reply that is edited or deleted after it began to leave: a step for each of its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.text import RichText


class Act(StrEnum):
    """What is done about one part."""

    REWRITE = "rewrite"  #: it leaves, if it ever does, with the new words
    DROP = "drop"  #: it does not leave any more
    EDIT = "edit"  #: the customer's copy gets the new words
    DELETE = "delete"  #: the customer's copy goes


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPart:
    """A part of a reply, as the outbox knows it."""

    id: int
    state: str
    text: RichText  #: what the customer has of it, or would get
    file: int | None = None  #: that it carries instead of a text
    in_doubt: bool = False  #: a change of it is under way
    announced: bool = False  #: the thread was told that nobody knows whether it arrived


@dataclass(frozen=True, slots=True)
class Step:
    """What is done about the part; ``text`` are its new words."""

    part: int
    act: Act
    text: RichText | None = None


_NOT_THERE = frozenset({"held", "queued", "later", "failed"})


def revised(parts: Sequence[SentPart], pieces: Sequence[RichText]) -> tuple[Step, ...] | None:
    """
    The steps that make the customer read ``pieces``; none: they do already. None if these need more messages than
    there are: one more would come behind what has been said since.
    """
    if len(pieces) > len(parts):
        return None
    steps = [_changed(part, piece) for part, piece in zip(parts, pieces, strict=False)]
    return tuple(step for step in (*steps, *map(_gone, parts[len(pieces) :])) if step is not None)


def taken_back(parts: Sequence[SentPart]) -> tuple[Step, ...]:
    """The steps that leave the customer nothing of it."""
    return tuple(step for step in map(_gone, parts) if step is not None)


def _changed(part: SentPart, piece: RichText) -> Step | None:
    if part.state == "discarded" or (part.text == piece and not part.in_doubt):
        return None
    return Step(part.id, Act.REWRITE if _waits(part) else Act.EDIT, piece)


def _gone(part: SentPart) -> Step | None:
    if part.state == "discarded":
        return None
    return Step(part.id, Act.DROP if _waits(part) else Act.DELETE)


def _waits(part: SentPart) -> bool:
    """Whether it is not on its way: it has not left, or waits for somebody's decision."""
    return part.state in _NOT_THERE or (part.state == "uncertain" and part.announced)
