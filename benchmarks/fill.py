"""
Filling a database with years of a desk's life: the rows that Loket itself would have written, by the thousand.

`PER_DAY` tickets a day up to ``now``: half of the customers come twice, most tickets are solved and closed, those of
the last days are not. The columns are those of `bot.models.rows`.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from bot.models.database import database_path

PER_DAY = 100
BATCH = 5_000  #: tickets
CLOSED_AFTER = timedelta(hours=72)  #: as Loket closes what was solved
OPEN_AT_MOST = timedelta(days=7)
SUBJECTS = (
    "Where is my order?", "The parcel came damaged", "I was charged twice", "How do I change my address?",
    "Pesanan saya belum sampai", "Barangnya salah ukuran", "Can I pay by bank transfer?", "Refund, please",
)  # fmt: skip

#: the tables in the order of their references, and the columns that are filled
COLUMNS: dict[str, str] = {
    "customer": "id name language created_at",
    "identity": "id customer_id channel account key created_at last_inbound_at",
    "ticket": "id number desk customer_id identity_id subject status owner level resolution slack_channel thread_ts "
    "opened_at first_reply_at solved_at closed_at last_customer_at last_agent_at next_due_at version",
    "message": "id ticket_id seq direction author author_name body kind sent_at arrived_at external_key slack_ts "
    "receipt receipt_shown",
    "delivery": "id lane seq kind budget ticket_id message_id payload state rank attempts due_at tried_at external_key "
    "cause part created_at settled_at",
    "journal": "id at event ticket_id actor data",
    "inbox": "id source key lane position raw received_at state attempts next_at settled_at",
    "seen": "key at",
    "counter": "name value",
}
NEEDED_BY_REPORTS = ("customer", "identity", "ticket", "message")

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Life:
    """When what happened to a ticket, as the database's driver takes an instant; None: it did not."""

    opened: Any
    replied: Any
    solved: Any
    closed: Any
    due: Any

    @classmethod
    def of(cls, number: int, opened: datetime, *, now: datetime, written: Callable[[datetime], Any]) -> "Life":
        """Some are answered and solved soon, some late; one of ten is left open for a week."""
        solved = opened + timedelta(hours=1 + number % 30)
        is_solved = solved < now and (number % 10 > 0 or now - opened > OPEN_AT_MOST)
        closed = solved + CLOSED_AFTER
        return cls(
            opened=written(opened),
            replied=written(opened + timedelta(minutes=3 + number % 40)),
            solved=written(solved) if is_solved else None,
            closed=written(closed) if is_solved and closed < now else None,
            due=written(closed) if is_solved and closed >= now else None,
        )


def rows_of(number: int, life: Life, rows: Rows) -> None:
    """Add all rows of one ticket; its id is its number, and the ids of its other rows follow from it."""
    customer, is_new = (number + 1) // 2, number % 2 == 1
    agent, text = f"U{number % 7:07d}", f"{SUBJECTS[number % len(SUBJECTS)]} #{number}"
    status = "closed" if life.closed else "solved" if life.solved else "open"
    if is_new:
        rows["customer"].append((customer, f"Customer {customer}", "en", life.opened))
        key = str(10_000_000 + customer)
        rows["identity"].append((customer, customer, "telegram", "123456", key, life.opened, life.opened))
    rows["ticket"].append(
        (number, number, "Support", customer, customer, text, status, agent, 1, "Sent again", "C0OLD",
         f"{number}.000001", life.opened, life.replied, life.solved, life.closed, life.opened, life.replied, life.due,
         4)
    )  # fmt: skip
    _conversation(number, life, agent=agent, text=text, rows=rows)
    _machinery(number, life, agent=agent, text=text, rows=rows)


def _conversation(number: int, life: Life, *, agent: str, text: str, rows: Rows) -> None:
    said = (
        ("in", "customer", "Customer", text, life.opened, None),
        ("out", "desk", "", f"Thank you. Your ticket number is #{number}.", life.opened, "accepted"),
        ("out", f"agent:{agent}", "Mika", "It left our warehouse this morning.", life.replied, "accepted"),
        ("in", "customer", "Customer", "Thank you, then I will wait for it", life.replied, None),
    )
    for seq, (direction, author, name, words, at, receipt) in enumerate(said, 1):
        key = f"telegram:123456:filled:{number}:{seq}" if direction == "in" else None  # nobody's real key
        rows["message"].append(
            (4 * number + seq - 4, number, seq, direction, author, name, json.dumps([{"text": words}]), "text", at, at,
             key, f"{number}.{seq:06d}", receipt, receipt)
        )  # fmt: skip


def _machinery(number: int, life: Life, *, agent: str, text: str, rows: Rows) -> None:
    """Inbox, outbox, journal and handled causes."""
    first, cause, post = 4 * number - 3, f"inbox:{number}", "slack:post:Support"
    parts = (
        (f"slack:{number}", 1, "open_thread", post, None),
        (f"customer:{number}", 1, "send", "", first + 1),
        (f"card:{number}", 1, "update_card", "slack:update", None),
        (f"customer:{number}", 2, "send", "", first + 2),
        (f"receipt:{first + 2}", 1, "show_receipt", "slack:react", first + 2),
        (f"slack:{number}", 2, "post_message", post, first + 3),
    )
    sent = json.dumps({"text": [{"text": text}], "released_at": str(life.replied)})
    for part, (lane, seq, kind, budget, message) in enumerate(parts):
        rows["delivery"].append(
            (6 * number + part - 5, lane, seq, kind, budget, number, message, sent if kind == "send" else "{}", "done",
             0, 1, life.replied, life.replied, f"{number}:{part}", cause, part, life.opened, life.replied)
        )  # fmt: skip
    events = ("TicketOpened", "TicketClaimed", "ReplyQueued", "ReplyAccepted", "CustomerWrote", "TicketSolved")
    for place, event in enumerate(events):
        data = f'{{"message": {first + place % 4}}}'
        rows["journal"].append((6 * number + place - 5, life.opened, event, number, f"agent:{agent}", data))
    raw = json.dumps({"update_id": number, "message": {"text": text}, "padding": "x" * 400})
    for place, source in enumerate(("telegram", "slack", "telegram")):
        rows["inbox"].append(
            (3 * number + place - 2, source, f"filled:{number}:{place}", f"{source}:filled:{number}", place, raw,
             life.opened, "done", 0, life.opened, life.opened)
        )  # fmt: skip
    rows["seen"].append((f"press:{number}", life.opened))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """So many tickets, evenly over ``spread`` up to ``now``; only these tables."""

    tickets: int
    now: datetime
    spread: timedelta
    tables: Sequence[str]

    def batches(self, written: Callable[[datetime], Any]) -> Iterator[Rows]:
        """Rows by table, some thousand tickets at a time."""
        step = self.spread / self.tickets
        for start in range(1, self.tickets + 1, BATCH):
            rows: Rows = {table: [] for table in COLUMNS}
            for number in range(start, min(start + BATCH, self.tickets + 1)):
                opened = self.now - (self.tickets - number + 1) * step
                rows_of(number, Life.of(number, opened, now=self.now, written=written), rows)
            if start + BATCH > self.tickets:
                rows["counter"].append(("ticket", self.tickets))
            yield {table: rows[table] for table in self.tables}


async def fill(
    url: str, tickets: int, *, now: datetime, tables: Sequence[str] = tuple(COLUMNS), spread: timedelta | None = None
) -> None:
    """Fill the empty, migrated database that ``url`` names."""
    filling = Filling(tickets=tickets, now=now, spread=spread or timedelta(days=tickets / PER_DAY), tables=tables)
    path = database_path(url)
    if path is not None:
        await asyncio.to_thread(_fill_sqlite, path, filling)
    else:
        await _fill_postgres(url, filling)


# To build an index at once is much quicker than row by row; those that guard a constraint stay.


def _fill_sqlite(path: Path, filling: Filling) -> None:
    indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous=OFF")  # of this connection; nothing here has to survive
        database.execute("PRAGMA cache_size=-200000")  # kibibytes
        dropped = database.execute(indexes).fetchall()
        for name, _ in dropped:
            database.execute(f'DROP INDEX "{name}"')
        for rows in filling.batches(str):
            database.execute("BEGIN")
            for table, some in rows.items():
                columns = COLUMNS[table].split()
                marks = ", ".join("?" * len(columns))
                database.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", some)  # noqa: S608
            database.execute("COMMIT")
        for _, sql in dropped:
            database.execute(sql)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("ANALYZE")


async def _fill_postgres(url: str, filling: Filling) -> None:
    indexes = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
        "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")  # no look at each foreign key
        dropped = await connection.fetch(indexes)
        for name, _ in dropped:
            await connection.execute(f'DROP INDEX "{name}"')
        for rows in filling.batches(lambda moment: moment):
            for table, some in rows.items():
                await connection.copy_records_to_table(table, records=some, columns=COLUMNS[table].split())
        for _, sql in dropped:
            await connection.execute(sql)
        for table in (table for table, columns in COLUMNS.items() if columns.startswith("id ")):
            serial = f"pg_get_serial_sequence('{table}', 'id')"
            await connection.execute(f"SELECT setval({serial}, (SELECT COALESCE(MAX(id), 1) FROM {table}))")  # noqa: S608
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
