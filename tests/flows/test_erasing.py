"""A customer is erased as `docs/howto/erase-a-customer.md` says."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import asyncpg

from bot.models.database import connect, query
from tests.enclosed import SCAN
from tests.world import Customer, World, words

HOWTO = Path(__file__).parents[2] / "docs/howto/erase-a-customer.md"
TABLES = ("inbox", "customer", "identity", "alias", "ticket", "message", "attachment", "delivery", "journal", "seen")
HOLD = timedelta(seconds=5)


async def stored(world: World) -> str:
    """All that stands in the database."""
    database = await connect(world.database_url)
    try:
        rows = [row for table in TABLES for row in await query(f"SELECT * FROM {table}", [])]  # noqa: S608 - of names
    finally:
        await database.close()
    return "\n".join(str(value) for row in rows for value in row.values())


async def erased(world: World, *, ticket: int) -> None:
    """The statements of the page are run by an operator."""
    found = re.search(r"```sql\n(.*?)VACUUM;", HOWTO.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    statements = found[1].replace("number = 42", f"number = {ticket}")
    if world.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(world.folder / "loket.db")) as file:
            file.executescript(statements)
        return
    server = await asyncpg.connect(world.database_url)
    try:
        await server.execute(statements)
    finally:
        await server.close()


async def a_ticket_with_all_in_it(world: World, ada: Customer) -> None:
    """Words, a file, a note, a reason and a resolution of Ada's ticket #1, which is solved."""
    card = str(world.cards()[0]["ts"])
    await world.mika.presses("ticket.claim", on=card)
    await world.mika.writes("The violet one comes today", under=card)
    await world.mika.writes("// violet again", under=card)
    await world.passes(HOLD)
    world.telegram.sends(ada.id, "document", file=SCAN, caption="violet scan")
    await world.quiet()
    await ada.writes("/status")
    await world.mika.commands("/escalate 1 violet reason")
    await world.mika.commands("/close 1 sent violet")
    await world.passes(3 * HOLD)


async def test_nothing_is_left_of_who_is_erased_and_all_of_the_others(world: World) -> None:
    ada, ben = world.customer("Adalinde"), world.customer("Benedikt")
    await ada.writes("Where is my violet order?")
    await ben.writes("Where is my orange order?")
    await a_ticket_with_all_in_it(world, ada)
    await world.stop()
    before = await stored(world)

    await erased(world, ticket=1)
    after = await stored(world)
    heard = len(ada.received)
    await world.start()
    await ada.writes("It is me")
    await world.mika.commands("/reply 2 Still here")

    theirs = ("violet", "Adalinde", str(ada.id), SCAN.name)
    assert all(word in before for word in theirs)
    assert [word for word in theirs if word in after] == []
    assert "orange" in after
    assert "Benedikt" in after
    assert ["#3" in words(one) for one in world.cards()] == [False, False, True]
    assert len(ada.received) == heard + 1
    assert ben.received[-1] == "Still here"
