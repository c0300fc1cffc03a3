"""The one state that an agent sees on a message: never better than the truth."""

from collections.abc import Collection
from enum import StrEnum


class Receipt(StrEnum):
    """What the agent's message shows."""

    WAITING = "waiting"  #: on its way: hold, queue, outage
    ACCEPTED = "accepted"  #: by the channel
    READ = "read"  #: by the customer, where the channel tells
    INTERNAL = "internal"
    HELD = "held"  #: until the writer decides
    TROUBLE = "trouble"  #: not delivered, or not known


def advanced(current: Receipt | None, word: Receipt) -> Receipt:
    """A later word replaces an earlier receipt, but never takes back that the customer has read it."""
    return Receipt.READ if current is Receipt.READ else word


_ON_THEIR_WAY = frozenset({"held", "queued", "sending", "later"})


def of_parts(states: Collection[str]) -> Receipt:
    """The receipt of a message whose parts are in these states: the worst one counts, also when people let it be."""
    if any(state in {"failed", "uncertain", "discarded"} for state in states):
        return Receipt.TROUBLE
    if any(state in _ON_THEIR_WAY for state in states):
        return Receipt.WAITING
    return Receipt.ACCEPTED if "done" in states else Receipt.INTERNAL
