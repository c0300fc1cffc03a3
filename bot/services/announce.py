"""Saying something in a desk's Slack channel, outside every ticket."""

from collections.abc import Mapping
from datetime import datetime

from bot.config import Desk
from bot.delivery.entries import Entry, put
from bot.domain.ids import Cause


async def announce(desk: Desk, name: str, words: Mapping[str, str], *, cause: Cause, now: datetime) -> None:
    """Post the text ``alarm.<name>``; call inside the transaction."""
    entry = Entry(
        lane=f"desk:{desk.name}",
        kind="post_alarm",
        budget=f"slack:post:{desk.name}",
        payload={"name": name, "words": dict(words)},
    )
    await put([entry], cause=cause, now=now)
