"""PostgreSQL goes away under the running service, and comes back."""

from datetime import timedelta

from tests import postgres
from tests.crashes.process import until
from tests.database import Kind
from tests.world import World
from tests.world import world as new_world

CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def passed(world: World, count: int) -> bool:
    """Whether so much stands in the thread; as long as it does not, time passes, which the retries wait for."""
    world.clock.passes(timedelta(seconds=0.2))
    return len(world.thread(world.card())) >= count


async def test_the_service_goes_on_when_all_its_connections_were_cut() -> None:
    async with new_world(kind=Kind.POSTGRES) as world:
        ada = world.customer()
        await ada.writes("Hello")
        assert world.app is not None

        for said in (1, 2):
            world.telegram.writes(ada.id, f"Are you there? {said}")
            await postgres.rows(world.database_url, CUT)
            await until(lambda: passed(world, said), "it stands in the thread")  # noqa: B023 - called at once

        assert [text[-1] for text in world.thread(world.card())] == ["1", "2"]

        answer = await world.mika.writes("!reply Yes, I a", under=world.card())
        world.slack.edit(world.mika.id, world.channel, answer, "!reply Yes, I am")
        await postgres.rows(world.database_url, CUT)
        await until(lambda: passed(world, 2) and ada.received[1:] == ["Yes, I am"], "the customer has the new words")
        assert not world.app.failed.is_set()
