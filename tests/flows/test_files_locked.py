"""A customer's file, while another program has the database in its hands."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from tortoise.connection import get_connection

from bot.delivery.outbox import SETTLE_PAUSE
from bot.models.rows import AttachmentRow
from tests.database import Kind
from tests.enclosed import SCAN
from tests.world import World
from tests.world import world as new_world


@contextmanager
def locked(world: World) -> Iterator[None]:
    """Another program has the database for itself, and we wait for it hardly at all."""
    import sqlite3

    client: Any = get_connection("default")
    client.pragmas = {**client.pragmas, "busy_timeout": 20}
    with closing(sqlite3.connect(world.folder / "loket.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.parametrize("step", ["file", "files.completeUploadExternal"])
async def test_what_was_done_while_it_was_locked_is_not_done_again(step: str) -> None:
    async with new_world(kind=Kind.SQLITE) as world:
        ada = world.customer()
        gate = (world.telegram if step == "file" else world.slack).faults.hold(step, performed=True)
        world.telegram.sends(ada.id, "document", file=SCAN)
        await gate.reached()

        with locked(world):
            gate.release()
            await world.clock.is_waited_for()
        world.clock.passes(SETTLE_PAUSE)
        await world.quiet()

        (post,) = [one for one in world.slack.thread(world.channel, world.card()) if one.get("files")]
        assert [world.slack.workspace.files[one["id"]].content for one in post["files"]] == [SCAN.content]
        assert [row.state for row in await AttachmentRow.all()] == ["done"]
        assert [call.method for call in world.slack.calls].count("files.completeUploadExternal") == 1
