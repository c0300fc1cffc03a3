"""Whether the database can be used as it is set up. Nothing is made, changed or brought up to date by looking."""

import fcntl
import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from bot.findings import Finding, Kind, good, warning, wrong
from bot.machine import Machine
from bot.models import has_wal_reset_bug
from bot.models.base import known_steps
from bot.models.database import database_path
from bot.models.postgres import RUNNING
from bot.models.safe_asyncpg import OPEN_S, TROUBLE

MIB = 1 << 20
FULL_BYTES, LOW_BYTES = 64 * MIB, 1024 * MIB
OLDEST_POSTGRES = 15  #: the oldest major version that is tested

READY = good("DATABASE_URL: {name} is up to date and can be written")
NEW = good("DATABASE_URL: {name} is not there yet; `loket run` makes it")
BEHIND = good("DATABASE_URL: {name} is of an older Loket; `loket run` makes a copy and brings it up to date")
NO_FOLDER = wrong(
    "DATABASE_URL: there is no folder {folder}",
    "make it, or name a file in another one; `sqlite:///` begins a full path",
)
NOT_WRITABLE = wrong(
    "DATABASE_URL: {name} or its folder can't be written by the user who runs this",
    "make both belong to the user who runs Loket: `chown -R loket {folder}`",
)
NOT_A_FILE = wrong("DATABASE_URL: {name} is a folder", "name a file in it")
DAMAGED = wrong(
    "DATABASE_URL: {name} can't be read as a database ({error})", "name another file, or put a backup in its place"
)
NEWER = wrong(
    "DATABASE_URL: {name} was written by a newer Loket",
    "install that version, or put a backup from before the upgrade in its place",
)
FOREIGN = wrong("DATABASE_URL: {name} belongs to another program", "name another database")
ON_NETWORK = wrong(
    "DATABASE_URL: {name} is on a network or shared folder ({kind}), where SQLite can lose data",
    "put it on a disk of this machine, or use PostgreSQL",
)
DISK_FULL = wrong("DATABASE_URL: the disk of {folder} is full ({free} MB are free)", "make room on it")
DISK_LOW = warning("DATABASE_URL: the disk of {folder} is nearly full ({free} MB are free)", "make room on it soon")
WAL_RESET = warning(
    "DATABASE_URL: SQLite {version} can damage a file that two programs write at the same time",
    "let Python use SQLite 3.51.3 or newer; until then don't run other `loket` commands while the service runs",
)

POSTGRES_AWAY = wrong(
    "DATABASE_URL: no PostgreSQL answers at {host}", "check host and port in it, that the server runs, and the firewall"
)
POSTGRES_DENIED = wrong(
    "DATABASE_URL: PostgreSQL at {host} does not let this user in",
    "check user and password in it, and that pg_hba.conf lets this machine in",
)
POSTGRES_NO_DATABASE = wrong(
    "DATABASE_URL: PostgreSQL at {host} has no database of this name", "make it, or name one that exists"
)
POSTGRES_REFUSES = wrong("DATABASE_URL: PostgreSQL at {host} refuses us ({error})", "look into the server's log")
POSTGRES_OLD = wrong("DATABASE_URL: PostgreSQL {version} is too old", "use version {oldest} or newer")
POSTGRES_ENCODING = wrong(
    "DATABASE_URL: the database keeps texts as {encoding}, in which many characters can't be written",
    "make it anew with ENCODING 'UTF8' TEMPLATE template0",
)
POSTGRES_COPY = wrong(
    "DATABASE_URL: the server at {host} only takes reads", "name the server that can be written, not its copy"
)
POSTGRES_RIGHTS = wrong(
    "DATABASE_URL: this user may not make tables in the database", "make Loket's user the owner of the database"
)
POSTGRES_EMPTY = wrong("DATABASE_URL: {name} has no tables yet", "run `loket migrate`")
POSTGRES_BEHIND = wrong(
    "DATABASE_URL: {name} is of an older Loket",
    "make a copy, then run `loket migrate` or start with `loket run --migrate`",
)
POSTGRES_OFFLINE = good("DATABASE_URL: is written as the address of a PostgreSQL server")


@dataclass(slots=True)
class Looked:
    """What was found, and whether a Loket is at work on the database just now."""

    findings: list[Finding]
    is_running: bool = False


def look(url: str, machine: Machine) -> Looked:
    """What can be told without the network."""
    path = database_path(url)
    if path is None:
        return Looked([POSTGRES_OFFLINE.found()])
    return Looked([*_file(path, machine)], is_running=_is_locked(path.with_name(f"{path.name}.lock")))


async def ask(url: str, *, oldest: int = OLDEST_POSTGRES) -> Looked:
    """What only the server can tell."""
    host = urlsplit(url).hostname or "the local socket"
    try:
        connection = await asyncpg.connect(url, timeout=OPEN_S, command_timeout=OPEN_S)
    except (*TROUBLE, ValueError) as error:
        return Looked([_refusal(error).found(host=host, error=type(error).__name__)])
    try:
        findings = [one async for one in _server(connection, host=host, oldest=oldest)]
        return Looked(findings, is_running=await _is_served(connection))
    except TROUBLE as error:
        return Looked([POSTGRES_REFUSES.found(host=host, error=type(error).__name__)])
    finally:
        with suppress(*TROUBLE):
            await connection.close(timeout=OPEN_S)


def _file(path: Path, machine: Machine) -> Iterator[Finding]:
    folder = path.absolute().parent
    where: dict[str, object] = {"name": path.absolute(), "folder": folder}
    if not folder.is_dir():
        yield NO_FOLDER.found(**where)
        return
    if path.is_dir():
        yield NOT_A_FILE.found(**where)
        return
    if not os.access(folder, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.R_OK | os.W_OK)):
        yield NOT_WRITABLE.found(**where)
    elif not path.exists() or not path.stat().st_size:
        yield NEW.found(**where)
    else:
        yield _contents(path)
    yield from _place(path, folder, machine)
    if has_wal_reset_bug(machine.sqlite):
        yield WAL_RESET.found(version=".".join(map(str, machine.sqlite)))


def _place(path: Path, folder: Path, machine: Machine) -> Iterator[Finding]:
    if kind := machine.network_kind(folder):
        yield ON_NETWORK.found(name=path.absolute(), kind=kind)
    free = machine.free_bytes(folder)
    if free < LOW_BYTES:
        yield (DISK_FULL if free < FULL_BYTES else DISK_LOW).found(folder=folder, free=free // MIB)


def _contents(path: Path) -> Finding:
    # Without a journal nobody has it open; SQLite then needs to be told not to make one.
    how = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=5)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            query = "SELECT name FROM tortoise_migrations" if "tortoise_migrations" in tables else "SELECT 1 WHERE 0"
            applied = {name for (name,) in connection.execute(query)}
    except sqlite3.DatabaseError as error:
        return DAMAGED.found(name=path.absolute(), error=error)
    return _state(tables, applied, empty=NEW, behind=BEHIND).found(name=path.absolute())


def _state(tables: Collection[str], applied: Collection[str], *, empty: Kind, behind: Kind) -> Kind:
    if not applied:
        return FOREIGN if set(tables) - {"tortoise_migrations"} else empty
    if set(applied) - set(known_steps()):
        return NEWER
    return behind if set(known_steps()) - set(applied) else READY


def _is_locked(path: Path) -> bool:
    """Whether a service holds the start lock; one that begins in this very moment could be refused."""
    try:
        lock = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


async def _server(connection: Any, *, host: str, oldest: int) -> Any:
    name = f"the PostgreSQL database at {host}"
    facts = await connection.fetchrow(
        "SELECT current_setting('server_version_num')::int / 10000 AS version, "
        "current_setting('server_version') AS shown, current_setting('server_encoding') AS encoding, "
        "pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS is_copy, "
        "coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create"
    )
    if facts["version"] < oldest:
        yield POSTGRES_OLD.found(version=facts["shown"], oldest=oldest)
    if facts["encoding"] != "UTF8":
        yield POSTGRES_ENCODING.found(encoding=facts["encoding"])
    if facts["is_copy"]:
        yield POSTGRES_COPY.found(host=host)
    elif not facts["may_create"]:
        yield POSTGRES_RIGHTS.found()
    tables = {
        row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    }
    query = "SELECT name FROM tortoise_migrations" if "tortoise_migrations" in tables else "SELECT 1 WHERE false"
    applied = {row[0] for row in await connection.fetch(query)}
    yield _state(tables, applied, empty=POSTGRES_EMPTY, behind=POSTGRES_BEHIND).found(name=name)


async def _is_served(connection: Any) -> bool:
    """Whether a service holds the start lock. Source: PostgreSQL, "pg_locks", on the keys of advisory locks."""
    return bool(
        await connection.fetchval(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
            "AND classid::bigint = $1 AND objid::bigint = $2 "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            RUNNING >> 32, RUNNING & 0xFFFFFFFF,
        )
    )  # fmt: skip


def _refusal(error: BaseException) -> Kind:
    kinds = (
        (asyncpg.InvalidCatalogNameError, POSTGRES_NO_DATABASE),
        (asyncpg.InvalidAuthorizationSpecificationError, POSTGRES_DENIED),
        (OSError, POSTGRES_AWAY),
    )
    return next((kind for errors, kind in kinds if isinstance(error, errors)), POSTGRES_REFUSES)
