"""
The pace towards customers: a budget for each chat, spent together with that of its whole channel.

A chat is known here by our own number for it: no address stands in a budget, nor in what is logged of one.
"""

from collections.abc import Mapping

from bot.channels.base import Capabilities
from bot.rates import Rate

_OF = ":"


def budget_of(channel: str, identity: int) -> str:
    """The budget of all that goes to one of the customers of a channel."""
    return f"{channel}{_OF}{identity}"


class Paces:
    """What the channels say of their own limits."""

    def __init__(self, channels: Mapping[str, Capabilities]) -> None:
        self._channels = channels

    def rate_of(self, budget: str) -> Rate | None:
        """The rate of a chat or of a whole channel; None: no limit is known."""
        name, _, chat = budget.partition(_OF)
        pace = self._channels[name].pace if name in self._channels else None
        if pace is None:
            return None
        return pace.chat if chat else pace.overall

    def whole_of(self, budget: str) -> str | None:
        """The budget of the channel that a chat belongs to: the beginning of the chat's own name."""
        name, _, chat = budget.partition(_OF)
        return f"{name}{_OF}" if chat and name in self._channels else None
