"""Copies that are taken while the service works."""

import asyncio
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.crashes.desk import Desk
from tests.crashes.process import Process, command, until

BIG_ROWS = 40  #: of a megabyte, so that there is time to interrupt


async def backup(desk: Desk, target: Path) -> tuple[int, str, str]:
    """What `loket backup` says beside the running service."""
    return await command("backup", str(target), environment=desk.environment, folder=desk.folder)


def texts(path: Path) -> set[str]:
    """What customers said, by a copy."""
    with closing(sqlite3.connect(path)) as database:
        found = database.execute("SELECT json_extract(body, '$[0].text') FROM message WHERE direction = 'in'")
        return {text for (text,) in found}


async def test_a_copy_under_traffic_is_complete_and_the_service_does_not_notice(desk: Desk) -> None:
    await desk.start()
    ada, card = await desk.ticket("Adalberta", "My clock ticks")
    questions = [f"louder {one:02}" for one in range(20)]

    async def writes() -> None:
        for question in questions:
            desk.writes(ada, question)
            await asyncio.sleep(0.02)

    writing = asyncio.create_task(writes())
    code, output, errors = await backup(desk, desk.folder / "copy.db")
    await writing
    await desk.rests()

    assert (code, errors) == (0, "")
    assert "copy.db is a complete copy" in output
    assert "My clock ticks" in texts(desk.folder / "copy.db")
    assert desk.shown(card, questions) == questions


async def test_what_is_wrong_is_said_with_its_mend_and_an_exit_code(desk: Desk) -> None:
    (desk.folder / "taken.db").touch()

    taken = await backup(desk, desk.folder / "taken.db")
    elsewhere = desk.environment | {"DATABASE_URL": "postgres://loket:secret@127.0.0.1:1/loket"}
    server = await command("backup", "loket.dump", environment=elsewhere, folder=desk.folder)

    assert taken[0] == server[0] == 2
    assert "is there already, and nothing is overwritten" in taken[2]
    assert "pg_dump --format=custom --file=loket.dump" in server[2]
    assert "secret" not in server[2]


async def test_a_backup_that_is_killed_leaves_no_copy(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.path)) as database:
        row = "INSERT INTO seen (key, at) VALUES (? || hex(randomblob(500000)), '2026-11-23')"
        database.executemany(row, [(one,) for one in range(BIG_ROWS)])
        database.commit()

    process = await Process.start("backup", "copy.db", environment=desk.environment, folder=desk.folder)
    await until(lambda: list(desk.folder.glob("copy.db.*.partial")), "the copy is being written")
    process.signal(signal.SIGKILL)
    code = await process.end()

    assert code == -signal.SIGKILL
    assert not (desk.folder / "copy.db").exists()
