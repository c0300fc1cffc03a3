"""Whose turn it is to write: one at a time, the urgent first, else in the order of arrival."""

import asyncio
from heapq import heappop, heappush
from itertools import count

URGENT, NORMAL, LAST = 0, 1, 2


class Turns:
    """A lock with a queue; whoever took a turn gives it on."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = count()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits."""
        return any(not turn.done() for _, _, turn in self._waiting)

    async def take(self, urgency: int = NORMAL) -> None:
        """Return when it is one's turn."""
        if not self._taken:
            self._taken = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (urgency, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it had just become ours
                self.give()
            raise

    def give(self) -> None:
        """Let the next one have it."""
        while self._waiting:
            _, _, turn = heappop(self._waiting)
            if not turn.done():  # else its task was cancelled
                turn.set_result(None)
                return
        self._taken = False
