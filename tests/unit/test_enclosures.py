"""An agent's file on its way to the customer, while the database is in another program's hands."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from bot.channels.base import Sink
from bot.channels.telegram.adapter import TelegramChannel
from bot.delivery.enclosures import Enclosures
from bot.delivery.files import FileStore
from bot.models.database import is_temporary
from bot.models.rows import AttachmentRow, CustomerRow, IdentityRow, MessageRow, TicketRow
from bot.sandbox.files import sample
from tests.clock import MONDAY
from tests.database import fresh_database

if TYPE_CHECKING:
    import sqlite3

SCAN = sample("photo", number=1)


class Locking:
    """Slack, which hands the file over as another program takes the database, if ``by`` one."""

    def __init__(self) -> None:
        self.by: sqlite3.Connection | None = None

    async def fetch(self, row: AttachmentRow, sink: Sink) -> None:  # noqa: ARG002 - there is only one
        if self.by is not None:
            self.by.execute("BEGIN IMMEDIATE")
        await sink(SCAN.content)


async def stored() -> AttachmentRow:
    """A file of an agent's reply that waits."""
    customer = await CustomerRow.create(name="Ada", created_at=MONDAY)
    identity = await IdentityRow.create(
        customer_id=customer.id, channel="telegram", account="1", key="1", created_at=MONDAY
    )
    ticket = await TicketRow.create(
        number=1, desk="Support", customer_id=customer.id, identity_id=identity.id, subject="?", status="open",
        opened_at=MONDAY, last_customer_at=MONDAY,
    )  # fmt: skip
    message = await MessageRow.create(
        ticket_id=ticket.id, seq=1, direction="out", author="agent:U1", body=[], kind="file", sent_at=MONDAY,
        arrived_at=MONDAY,
    )  # fmt: skip
    return await AttachmentRow.create(
        message_id=message.id, position=1, kind="file", name=SCAN.name, mime=SCAN.mime, size_bytes=SCAN.size,
        source={"id": "F1"}, state="waiting", created_at=MONDAY,
    )  # fmt: skip


async def test_a_file_that_came_while_the_database_was_locked_is_certainly_not_sent(tmp_path: Path) -> None:
    import sqlite3  # only now, when it is the one that bot.models chose

    async def no_pause(_: timedelta) -> None:
        pass

    telegram, slack = TelegramChannel(token="1:x", now=lambda: MONDAY, pause=no_pause), Locking()
    enclosures = Enclosures(FileStore(tmp_path / "loket-data"), slack)
    async with fresh_database(tmp_path / "loket.db"):
        client: Any = get_connection("default")
        client.pragmas = {**client.pragmas, "busy_timeout": 20}
        file = await stored()

        with closing(sqlite3.connect(tmp_path / "loket.db", isolation_level=None)) as slack.by:
            with pytest.raises(OperationalError) as locked:
                await enclosures.ready(file.id, telegram)
            unsent = await enclosures.is_unsent(file.id)
        slack.by = None
        found = await enclosures.ready(file.id, telegram)

        assert is_temporary(locked.value)
        assert unsent
        assert (found.kind, found.path.read_bytes()) == ("photo", SCAN.content)
        assert not await enclosures.is_unsent(file.id)
