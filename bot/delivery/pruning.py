"""
What platforms sent is not kept for ever: some time after it was settled, the payload of an inbox row is emptied.

The row itself stays with its key: who plays back an old webhook changes nothing, however old it is. What still waits,
for its turn or for a person, keeps its payload.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.models.database import query

BATCH = 200  #: rows in one statement, so that nobody waits for it
BATCHES = 50  #: in one go, so that a flood of old rows takes its time

# In the order of an index; a row that was emptied leaves this part of it, so that none is looked at twice.
_EMPTY = """
UPDATE inbox SET raw = '', state = 'pruned' WHERE id IN (
    SELECT id FROM inbox WHERE state = ? AND next_at <= ? ORDER BY next_at LIMIT ?)
RETURNING id
"""


async def prune(
    *, until: datetime, give_way: Callable[[], Awaitable[object]], batch: int = BATCH, batches: int = BATCHES
) -> int:
    """
    Empty what came up to then and is settled; says how many rows that were.

    ``give_way`` is awaited before each batch. What is more than can be done in one go waits for the next.
    """
    emptied = 0
    for state in ("done", "discarded"):
        for _ in range(batches):
            await give_way()
            found = await query(_EMPTY, [state, until, batch])
            emptied += len(found)
            if len(found) < batch:
                break
    return emptied
