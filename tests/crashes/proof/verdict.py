"""What each side has, compared with what was sent: a pure function."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Fate(StrEnum):
    """What must become of something that was sent."""

    MUST = "must arrive"
    MAY = "may arrive"  #: its sender was not told that it was taken, or took it back too late
    NEVER = "must not arrive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """
    One thing that somebody sent.

    Attributes:
        token: What tells it from all others, wherever it stands.
        lane: The conversation, and the side of it, where it belongs.
        after: What the service had taken for the same lane before this was sent, so must stand before it.
    """

    token: str
    lane: str
    fate: Fate = Fate.MUST
    after: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    The tokens that broke a promise, and what became of the uncertain ones.

    Attributes:
        leaked: Stands where it must not: a note, or somebody else's words.
    """

    must: int
    lost: Sequence[str] = field(default=())
    doubled: Sequence[str] = field(default=())
    disordered: Sequence[str] = field(default=())
    leaked: Sequence[str] = field(default=())
    uncertain_arrived: Sequence[str] = field(default=())
    uncertain_missing: Sequence[str] = field(default=())

    @property
    def is_good(self) -> bool:
        """No promise is broken."""
        return not (self.lost or self.doubled or self.disordered or self.leaked)


def compare(sent: Iterable[Sent], stands: Mapping[str, Sequence[str]], uncertain: Collection[str]) -> Verdict:
    """
    Judge.

    Args:
        stands: By lane, the tokens that stand there, in the order in which they do.
        uncertain: The tokens of which the service says itself that nobody can tell whether they arrived.
    """
    known = {one.token: one for one in sent}
    must = [one for one in known.values() if one.fate is Fate.MUST]
    seen = Counter(token for lane in stands.values() for token in lane)
    return Verdict(
        must=len(must),
        lost=[one.token for one in must if not seen[one.token] and one.token not in uncertain],
        doubled=[token for token, times in seen.items() if times > 1],
        disordered=[token for lane in stands.values() for token in _disordered(lane, known)],
        leaked=[token for lane, tokens in stands.items() for token in tokens if not _belongs(token, lane, known)],
        uncertain_arrived=[token for token in uncertain if seen[token]],
        uncertain_missing=[token for token in uncertain if not seen[token]],
    )


def _belongs(token: str, lane: str, known: Mapping[str, Sent]) -> bool:
    one = known.get(token)
    return one is not None and one.lane == lane and one.fate is not Fate.NEVER


def _disordered(lane: Sequence[str], known: Mapping[str, Sent]) -> Iterable[str]:
    """What stands before something that had been taken before it was sent."""
    later = set(lane)
    for token in lane:
        later.discard(token)
        if token in known and known[token].after & later:
            yield token
