"""
Copies of an SQLite file, taken while others read and write it.

A copy is whole or not there: it is written under another name, marked as a copy, checked, flushed to the disk, and only
then given its own.
"""

import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bot.errors import BotError, ConfigError, CopyFailed, NoRoom

COPIED_AT = "copied_at"  #: the counter that a copy holds: when it was taken, in ms since 1970
PATIENCE_S = 10.0  #: for a program that has locked the whole file
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
UNLINKABLE = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)  #: what a file system without links answers, such as FAT


def copy(source: Path, target: Path, *, now: datetime, patience_s: float = PATIENCE_S) -> None:
    """
    Write a consistent copy of the database *source* to *target*, readable by its owner only.

    Call it in a thread, for it waits. Nobody who uses the source has to wait for it.

    :raises ConfigError: *target* is there already or can't be written, or *source* is no database of Loket's.
    :raises CopyFailed: *source* is locked or damaged, or there is `NoRoom`. Nothing of the copy is left.
    """
    try:
        with _partial(target) as partial:
            with closing(_opened(source, patience_s=patience_s)) as database:
                database.execute("VACUUM INTO ?", [str(partial)])
            with closing(sqlite3.connect(partial, isolation_level=None)) as written:
                _mark(written, now=now)
                _check(written)
            _keep(partial, target)
    except sqlite3.Error as error:
        raise _explained(error, source=source, target=target) from error
    except FileExistsError as error:
        raise ConfigError([f"{target} is there already, and nothing is overwritten; name a new file"]) from error
    except OSError as error:
        if error.errno in FULL:
            raise NoRoom(f"no room for {target} ({error.strerror}); make room, or name a file elsewhere") from error
        mend = "name a file in a folder that can be written"
        raise ConfigError([f"cannot write {target} ({error.strerror}); {mend}"]) from error


@contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """An empty file beside *target*, which is gone afterwards."""
    if os.path.lexists(target):
        raise FileExistsError
    file, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".partial", dir=target.parent)  # its owner's only
    os.close(file)
    try:
        yield Path(name)
    finally:
        for left in (name, f"{name}-journal"):  # SQLite's own, where it failed
            with suppress(FileNotFoundError):
                os.unlink(left)


def _opened(source: Path, *, patience_s: float) -> sqlite3.Connection:
    """The source, for reading only: it is not made when it is not there, and a writer is not in the way."""
    if not source.exists():
        raise ConfigError([f"DATABASE_URL: there is no database {source}; name the one that the service uses"])
    database = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=patience_s)
    try:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'tortoise_migrations'").fetchall():
            raise ConfigError([f"DATABASE_URL: {source} is no database of Loket's; name the one that the service uses"])
    except BaseException:
        database.close()
        raise
    return database


def _mark(copy: sqlite3.Connection, *, now: datetime) -> None:
    """Let the copy say that it is one, so that whoever runs on it knows that time has passed."""
    moment_ms = int(now.timestamp() * 1000)
    copy.execute("INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)", [COPIED_AT, moment_ms])


def _check(copy: sqlite3.Connection) -> None:
    found = [str(row[0]) for row in copy.execute("PRAGMA integrity_check(3)")]
    orphans = len(copy.execute("PRAGMA foreign_key_check").fetchall())
    if orphans:
        found.append(f"{orphans} rows lack the row that they belong to")
    if found != ["ok"]:
        raise CopyFailed(f"the database is damaged ({'; '.join(found)}); restore an earlier copy")


def _keep(partial: Path, target: Path) -> None:
    """Flush the file to the disk and give it its name, unless another one has that by now."""
    _flush(partial)
    try:
        os.link(partial, target)
    except OSError as error:
        if error.errno not in UNLINKABLE:
            raise
        partial.rename(target)  # the name was free a moment ago
    with suppress(OSError):  # not every file system can flush a folder
        _flush(target.parent)


def _flush(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _explained(error: sqlite3.Error, *, source: Path, target: Path) -> BotError:
    words = str(error)
    if "is full" in words or "disk I/O error" in words:  # the latter is what SQLite says of a quota or a limit
        return NoRoom(f"no room for {target} ({words}); make room, or name a file elsewhere")
    if "is locked" in words:
        return CopyFailed(f"{source} is locked by another program ({words}); stop that, or try again later")
    return CopyFailed(f"cannot copy {source} ({words}); restore an earlier copy")
