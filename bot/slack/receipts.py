"""The reactions that show what became of an agent's message."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.receipts import Receipt

REACTIONS = {
    Receipt.WAITING: "hourglass_flowing_sand",
    Receipt.ACCEPTED: "white_check_mark",
    Receipt.READ: "eyes",
    Receipt.INTERNAL: "lock",
    Receipt.HELD: "raised_hand",
    Receipt.TROUBLE: "warning",
}
_ALIASES = {
    "hand": "raised_hand",
    "thumbsup": "+1",
    "thumbsdown": "-1",
    "poop": "hankey",
}  # Slack may tell an emoji by its other name


def named(receipt: str | None) -> set[str]:
    """The reaction for a receipt, as a set of one; or of none."""
    return set() if receipt is None else {REACTIONS[Receipt(receipt)]}


def given(reactions: Iterable[Mapping[str, Any]] | None, *, by: str) -> set[str]:
    """The names of the receipts' reactions among those of a message that a user, such as our own, has given."""
    return _given(reactions, by=by) & set(REACTIONS.values())


def others(reactions: Iterable[Mapping[str, Any]] | None, *, by: str) -> set[str]:
    """The names of the other reactions that a user has given."""
    return _given(reactions, by=by) - set(REACTIONS.values())


def _given(reactions: Iterable[Mapping[str, Any]] | None, *, by: str) -> set[str]:
    mine = {str(one.get("name")) for one in reactions or () if by in (one.get("users") or ())}
    return {_ALIASES.get(name, name) for name in mine}


def shown(names: set[str]) -> Receipt | None:
    """The receipt that reactions show; None: none or more than one, so nobody can tell."""
    found = [receipt for receipt, name in REACTIONS.items() if name in names]
    return found[0] if len(found) == 1 else None
