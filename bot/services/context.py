"""What every use case needs at hand."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

from tortoise.transactions import in_transaction

from bot.channels.base import Channel
from bot.config import Config
from bot.metrics import Metrics
from bot.models.lost import Lost
from bot.texts import Texts


class SetForward(Protocol):
    """Knows by how much the computer's clock was set forward lately."""

    def __call__(self, *, within: timedelta) -> timedelta:
        """By how much it was set forward last, if that was less than so long ago; else zero."""
        ...


def _never_set(*, within: timedelta) -> timedelta:  # noqa: ARG001 - as asked
    return timedelta(0)


class Context:
    """The configuration, the words, the customer channels, the measures, and the bell that wakes the outbox."""

    def __init__(
        self, *, config: Config, texts: Texts, channels: Mapping[str, Channel], metrics: Metrics | None = None
    ) -> None:
        self.config = config
        self.texts = texts
        self.channels = channels
        self.metrics = metrics or Metrics()
        self.lost: Lost | None = None  #: the time that the database knows nothing of
        self.set_forward: SetForward = _never_set
        self.wake: Callable[[], None] = lambda: None  #: called when new parts are committed

    def is_lost(self, moment: datetime) -> bool:
        """
        Whether something of that moment may have been handled without leaving a trace in the database.

        What is older than the lost time and was not known by its end may have been, too.
        """
        return self.lost is not None and moment < self.lost.until

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """One business transaction; what it put into the outbox leaves as soon as it is committed."""
        async with in_transaction():
            yield
        self.wake()
