"""Whose turn it is to write."""

import asyncio

from bot.models.turns import LAST, NORMAL, URGENT, Turns


async def steps(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


class Queue:
    """Tasks that want a turn each, note their name when they have it, and give it on."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.served: list[str] = []

    def join(self, name: str, urgency: int = NORMAL) -> "asyncio.Task[None]":
        async def wait() -> None:
            await self.turns.take(urgency)
            self.served.append(name)
            self.turns.give()

        return asyncio.create_task(wait())


async def test_the_urgent_go_first_and_others_in_the_order_in_which_they_came() -> None:
    queue = Queue()
    await queue.turns.take()
    waiting = [queue.join("close", LAST), queue.join("a"), queue.join("b"), queue.join("webhook", URGENT)]
    await steps()

    queue.turns.give()
    await asyncio.gather(*waiting)

    assert queue.served == ["webhook", "a", "b", "close"]


async def test_who_is_cancelled_while_waiting_keeps_nobody_from_their_turn() -> None:
    queue = Queue()
    await queue.turns.take()
    gone, waiting = queue.join("gone"), queue.join("b")
    await steps()

    gone.cancel()
    queue.turns.give()
    await waiting

    assert queue.served == ["b"]


async def test_who_is_cancelled_just_when_it_is_their_turn_gives_it_on() -> None:
    queue = Queue()
    await queue.turns.take()
    gone, waiting = queue.join("gone"), queue.join("b")
    await steps()

    queue.turns.give()
    gone.cancel()
    await waiting

    assert queue.served == ["b"]
    await queue.turns.take()
