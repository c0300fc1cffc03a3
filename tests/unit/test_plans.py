"""On PostgreSQL no question that is asked again and again reads a whole table, whatever the server believes of it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.delivery.inbox import Inbox
from bot.delivery.ports import Arrived
from bot.models.database import connect
from bot.scheduler.due import Due, due_by_time
from tests import postgres
from tests.clock import MONDAY, ManualClock
from tests.outgoing import Desk

OFTEN = 12  #: times; after five the server makes one plan for whatever the values may be
WAITING = 300  #: as below
FILLED = """
INSERT INTO customer (id, name, created_at) VALUES (1, 'Ada', '2026-11-01');
INSERT INTO identity (id, customer_id, channel, account, key, created_at)
VALUES (1, 1, 'chat', '1', 'ada', '2026-11-01');
INSERT INTO ticket (number, desk, customer_id, identity_id, subject, status, level, version, opened_at,
    last_customer_at, next_due_at)
SELECT n, 'Support', 1, 1, 's', 'open', 1, 1, '2026-11-01', '2026-11-01', '2099-01-01' FROM generate_series(1, 3000) n;
INSERT INTO inbox (source, key, lane, position, raw, received_at, state, attempts, next_at)
SELECT 'chat', n, 'lane ' || n, n, '{}', '2026-11-01', 'done', 0, '2026-11-01' FROM generate_series(1, 3000) n;
INSERT INTO delivery (lane, seq, kind, budget, payload, state, rank, attempts, due_at, cause, part, created_at)
SELECT 'lane ' || n, n, 'send', '', '{}', 'done', 0, 1, '2026-11-01', n, 0, '2026-11-01'
FROM generate_series(1, 3000) n;
"""
WAIT = """
INSERT INTO inbox (source, key, lane, position, raw, received_at, state, attempts, next_at)
SELECT 'chat', 'new ' || n, 'lane ' || n, n, '{}', '2026-11-01', 'new', 0, '2026-11-01'
FROM generate_series(1, 300) n;
"""
SCANNED = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname IN ('ticket', 'inbox', 'delivery')"
READ = "SELECT CAST(SUM(idx_tup_read) AS bigint) FROM pg_stat_user_indexes WHERE relname = 'inbox'"
LATER = MONDAY + timedelta(days=1)


class Looks:
    """The queues of a desk, as they are looked at."""

    def __init__(self) -> None:
        self.outbox = Desk()
        self.inbox = Inbox(processors={}, alarm=_never, clock=ManualClock(), jitter=lambda: 1.0)

    async def all(self) -> None:
        """Everything that a tick, or a worker that has nothing to do, looks at."""
        assert await due_by_time(now=LATER) == Due(timers=False, arrived=False, leaving=False)
        for queue in (self.inbox, self.outbox.outbox):
            assert await queue.take(now=LATER, limit=10) == []
            assert await queue.next_due(now=LATER) is None


async def _never(arrived: Arrived, *, now: datetime) -> None:
    raise AssertionError(arrived, now)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with postgres.fresh_url() as url:
        await postgres.script(url, FILLED)
        yield url


@pytest.mark.parametrize("known", ["", "VACUUM ANALYZE"])
async def test_looking_for_what_is_due_reads_no_table(url: str, known: str) -> None:
    if known:
        await postgres.script(url, known)
    before = dict(await postgres.rows(url, SCANNED))

    database = await connect(url)
    for _ in range(OFTEN):
        await Looks().all()
    await database.close()

    assert dict(await postgres.rows(url, SCANNED)) == before


async def test_what_waits_is_not_looked_through_for_each_that_waits(url: str) -> None:
    await postgres.script(url, "VACUUM ANALYZE")  # as long as nothing waited
    await postgres.script(url, WAIT)
    [(before,)] = await postgres.rows(url, READ)

    database = await connect(url)
    taken: Any = await Looks().inbox.take(now=LATER, limit=WAITING)
    await database.close()

    [(after,)] = await postgres.rows(url, READ)
    assert len(taken) == WAITING
    assert after - before < 5 * WAITING
