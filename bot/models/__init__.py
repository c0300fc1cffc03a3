"""
The database: rows, engine, migrations.

Importing this package puts a sound SQLite in the place of the system's, before anything can import aiosqlite. It must
be the only one in the process, for two copies of the library on one file do not see each other's locks. So nothing but
this package imports sqlite3 or aiosqlite, or only when it is called.
Source: sqlite.org, "How To Corrupt An SQLite Database File", section 2.2.1.
"""

import sqlite3
import sys

MENDED = ((3, 44, 6), (3, 50, 7))  # releases of older branches that got the mend too


def has_wal_reset_bug(version: tuple[int, int, int]) -> bool:
    """
    Whether two connections that write one file at the same time may corrupt it.

    Source: sqlite.org/wal.html, "The WAL-Reset Bug": 3.7.0 to 3.51.2, except for 3.50.7 and 3.44.6.
    """
    return version < (3, 51, 3) and not any(mended <= version < (3, mended[1] + 1, 0) for mended in MENDED)


def sqlite_version() -> tuple[int, int, int]:
    """Of the library in use."""
    import sqlite3  # again: it may be another one by now

    return sqlite3.sqlite_version_info


def _prefer_a_sound_sqlite() -> None:
    if not has_wal_reset_bug(sqlite3.sqlite_version_info):
        return
    try:
        import pysqlite3  # not every platform has it
    except ImportError:
        return  # one process writes (see `database.exclusive`), so the bug has little room
    if "aiosqlite" in sys.modules:
        raise ImportError("import bot.models before aiosqlite, which would hold on to the system's SQLite")
    sys.modules["sqlite3"] = pysqlite3


_prefer_a_sound_sqlite()
