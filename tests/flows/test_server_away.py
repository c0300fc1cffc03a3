"""PostgreSQL goes away under the running service, and comes back."""

from datetime import timedelta

from tests import postgres
from tests.database import Kind
from tests.world import world as new_world

CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_the_service_goes_on_when_all_its_connections_were_cut() -> None:
    async with new_world(kind=Kind.POSTGRES) as world:
        ada = world.customer()
        await ada.writes("Hello")
        assert world.app is not None

        for text in ("Are you there?", "Hello again?"):
            world.telegram.writes(ada.id, text)  # without waiting: time must pass before it is fetched again
            await postgres.rows(world.database_url, CUT)
            for _ in range(5):
                await world.passes(timedelta(seconds=2))

        assert [text.rpartition(" ")[2] for text in world.thread(world.card())] == ["there?", "again?"]
        assert not world.app.failed.is_set()
