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

        await postgres.rows(world.database_url, CUT)
        await ada.writes("Are you there?")
        await world.passes(timedelta(seconds=2))
        await postgres.rows(world.database_url, CUT)
        await world.mika.commands("/claim #1")
        await world.passes(timedelta(seconds=2))

        assert world.thread(world.card())[0].endswith("Are you there?")
        assert not world.app.failed.is_set()
