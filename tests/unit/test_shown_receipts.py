"""What our reactions on a message of Slack's say."""

from typing import Any

import pytest

from bot.domain.receipts import Receipt
from bot.slack.receipts import given, shown

ME = "UBOT"


def reaction(name: str, *users: str) -> dict[str, Any]:
    return {"name": name, "users": list(users), "count": len(users)}


@pytest.mark.parametrize(
    ("reactions", "receipt"),
    [
        (None, None),
        ([], None),
        ([reaction("white_check_mark", ME)], Receipt.ACCEPTED),
        ([reaction("white_check_mark", "UMIKA")], None),  # anybody can press that
        ([reaction("white_check_mark", "UMIKA", ME), reaction("tada", ME)], Receipt.ACCEPTED),
        ([reaction("hand", ME)], Receipt.HELD),
        ([reaction("white_check_mark", ME), reaction("warning", ME)], None),  # between the one and the other
        ([{"name": "eyes"}], None),
    ],
)
def test_only_one_receipt_of_our_own_counts(reactions: list[dict[str, Any]] | None, receipt: Receipt | None) -> None:
    assert shown(given(reactions, by=ME)) is receipt
