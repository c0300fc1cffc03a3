"""
Databases of each released schema with rows in every table, as SQL in ``tests/fixtures/databases``.

A step that is added needs its own, for every database that was written by it must be brought up to date by all later
ones. ``python -m tests.dumps`` writes the latest one, by ``pg_dump`` for PostgreSQL. The earlier ones are never written
again.
"""

import asyncio
import pkgutil
import re
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import bot.models  # noqa: F401 - first of all: it chooses the SQLite library
from bot.models import migrations
from bot.models.database import connect
from tests import postgres
from tests.clock import MONDAY
from tests.database import Kind, empty_url

FOLDER = Path(__file__).parent / "fixtures" / "databases"


def steps() -> list[str]:
    """The names of all migrations, in their order."""
    return sorted(name for _, name, _ in pkgutil.iter_modules(migrations.__path__))


def dump_of(step: str, kind: Kind) -> Path:
    """Where the database of a step is."""
    return FOLDER / f"{step}.{kind}.sql"


async def load(dump: Path, url: str) -> None:
    """Make the database of a dump in an empty one."""
    sql = dump.read_text()  # noqa: ASYNC240 (tens of kilobytes)
    if not url.startswith("sqlite://"):
        await postgres.script(url, sql)
        return
    import sqlite3

    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as database:
        database.executescript(sql)


async def _write_latest(kind: Kind, folder: Path) -> None:
    from tests.every_table import fill

    async with empty_url(folder / "loket.db", kind) as url:
        database = await connect(url)
        try:
            await database.migrate(now=MONDAY)
            await fill()
        finally:
            await database.close()
        text = _of_the_server(url) if kind is Kind.POSTGRES else _of_the_file(folder / "loket.db")
        dump_of(steps()[-1], kind).write_text(text)


def _of_the_file(path: Path) -> str:
    import sqlite3

    lines: list[str] = []
    with closing(sqlite3.connect(path)) as database:
        made = database.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
        ).fetchall()
        for kind, name, sql in made:
            if name != "sqlite_sequence":  # SQLite makes it
                lines.append(f"{sql};")
            if kind == "table":
                columns = [f'"{row[1]}"' for row in database.execute(f"PRAGMA table_info({name})")]
                values = "|| ', ' ||".join(f"quote({column})" for column in columns)
                rows = database.execute(f"SELECT {values} FROM {name}").fetchall()  # noqa: S608 - names of ours alone
                lines += [f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({row});" for (row,) in rows]  # noqa: S608
    return "\n".join(lines) + "\n"


def _of_the_server(url: str) -> str:
    command = ["pg_dump", "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=50", f"--dbname={url}"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    text = re.sub(r"(?m)^(--.*|\\.*|SET .*|SELECT pg_catalog.set_config.*)\n", "", text)  # ours and psql's own business
    return re.sub(r"\n{3,}", "\n\n", text).lstrip()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        for each in Kind:
            asyncio.run(_write_latest(each, Path(name)))
    print(*sorted(path.name for path in FOLDER.iterdir()), sep="\n", file=sys.stdout)
