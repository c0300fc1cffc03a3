"""One customer writes without end: nobody else waits for that, and it is all there."""

import re
from datetime import timedelta

from bot.models.rows import MessageRow, TicketRow
from tests.crashes.process import until_so
from tests.database import Kind
from tests.world import World
from tests.world import world as new_world

SECOND = timedelta(seconds=1)
MANY = 250
POSTS = MANY // 25 + 15  #: of 25 texts each; the rest is what else there is to say


def shown(world: World, card: str) -> list[int]:
    """What of the flood stands in the thread, in its order."""
    return [int(number) for line in world.thread(card) for number in re.findall(r"flood (\d+)", line)]


async def test_hundreds_of_messages_of_one_delay_nobody_else_and_are_all_there_in_order() -> None:
    async with new_world("[limits]\nslack_posts_per_second = 1.0", kind=Kind.SQLITE) as world:
        ada, ben = world.customer("Ada"), world.customer("Ben")
        await ada.writes("first")
        await ben.writes("Hello from Ben")
        adas, bens = (str(card["ts"]) for card in world.cards())
        await world.passes(5 * SECOND)

        async def is_decided() -> bool:
            return await MessageRow.filter(ticket__number=2, direction="in").count() == 2

        for number in range(MANY):
            world.telegram.writes(ada.id, f"flood {number}")
        world.telegram.writes(ben.id, "Are you there?")
        await until_so(is_decided, "Ben's message")
        decided = await MessageRow.filter(ticket__number=1, direction="in").count()
        await world.quiet()
        for _ in range(3):
            await world.passes(SECOND)
        early, bens_thread = shown(world, adas), world.thread(bens)
        await world.mika.commands("/reply 2 Yes, Ben")
        await world.mika.commands("/reply 1 One at a time, Ada")
        answers = [ben.received[-1], ada.received[-1]]
        for _ in range(POSTS):
            await world.passes(SECOND)

        assert decided < MANY, "Ben's is decided before the last of Ada's, though it came after it"
        assert len(early) < MANY / 2
        assert "Are you there?" in "\n".join(bens_thread)
        assert answers == ["Yes, Ben", "One at a time, Ada"]
        assert shown(world, adas) == list(range(MANY))
        assert await TicketRow.all().count() == 2
