"""
Files on the disk while they are on their way, in either direction; it knows numbers and bytes, no platform.

A file is called by the number of its attachment and nothing else, so that no name of anybody's reaches the disk. It is
written beside and then renamed: what is here is whole. Only our own user may read it, and nobody may run it.
"""

import asyncio
import errno
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, TypeVar

from bot.channels.base import Health
from bot.errors import Later, TooBig

LARGEST_BYTES = 100 << 20  #: the most that is taken of one file: WhatsApp's largest; Telegram's cloud stops at 20 MB
PART = "files"  #: how `/readyz` and `loket_up` call this part of the service
ABANDONED = timedelta(hours=1)  #: after which nobody goes on writing a file

FORGIVEN = 4  #: sweeps without a failure after which a disk counts as well again: nobody waits for longer to try again

_BEGUN = ".part"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

Result = TypeVar("Result")
Wanted = Callable[[Sequence[int]], Awaitable[Collection[int]]]  #: which of these attachments still need their files


class DiskRefuses(Later):
    """The disk does not take a file now."""


class Keeping:
    """A file that is being written; its `write` is a `bot.channels.base.Sink`."""

    def __init__(self, file: IO[bytes], *, cap_bytes: int) -> None:
        self._file = file
        self._cap_bytes = cap_bytes
        self._hash = sha256()
        self.size_bytes = 0

    async def write(self, data: bytes) -> None:
        """Take the next bytes; raises `bot.errors.TooBig` with the first beyond the cap."""
        self.size_bytes += len(data)
        if self.size_bytes > self._cap_bytes:
            raise TooBig(self._cap_bytes)
        self._hash.update(data)
        with _told():
            await _apart(_written, self._file, data)

    @property
    def sha256(self) -> str:
        """Of what has been written."""
        return self._hash.hexdigest()


class FileStore:
    """The folder that holds them. It is made with the first file. ``health`` says when it takes none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.health = Health(is_quiet=True)
        self._sweeps = 0  #: since the last failure

    def here(self, attachment: int) -> Path | None:
        """Where the file is; None: it is not here, or not whole."""
        path = self._folder / str(attachment)
        return path if path.is_file() else None

    @asynccontextmanager
    async def keep(self, attachment: int, *, cap_bytes: int = LARGEST_BYTES) -> AsyncIterator[Keeping]:
        """
        Write a file; it is here when the block has ended without an error, and survives a power cut.

        Raises `bot.errors.Later` when the disk does not take it.
        """
        begun = self._folder / f"{attachment}.{secrets.token_hex(8)}{_BEGUN}"  # two may write it: the last one stays
        try:
            with _told():
                file = await _apart(_opened, begun)
            with file:
                kept = Keeping(file, cap_bytes=cap_bytes)
                yield kept
                with _told():
                    await _apart(os.fsync, file.fileno())
            with _told():
                await _apart(_renamed, begun, self._folder / str(attachment))
        except DiskRefuses as reason:
            self.health.problem, self._sweeps = str(reason), 0
            raise
        else:
            self.health.problem = None
        finally:
            with suppress(OSError):  # the sweep comes by
                begun.unlink(missing_ok=True)

    async def remove(self, attachments: Iterable[int]) -> None:
        """They are no longer needed; those that are not here need not be named apart."""
        await asyncio.to_thread(_removed, [self._folder / str(attachment) for attachment in attachments])

    async def sweep(self, wanted: Wanted, *, now: datetime) -> int:
        """Remove what is not wanted, and what was begun and never ended; says how many files that were."""
        self._sweeps += 1
        if self._sweeps >= FORGIVEN:
            self.health.problem = None
        whole, begun = await asyncio.to_thread(_listed, self._folder, now - ABANDONED)
        needed = set(await wanted(whole)) if whole else set()
        spare = [self._folder / str(attachment) for attachment in whole if attachment not in needed]
        await asyncio.to_thread(_removed, [*spare, *begun])
        return len(spare) + len(begun)


async def _apart(do: Callable[..., Result], *arguments: object) -> Result:
    """Do what may take its time in a thread; a cancel waits for its end, or it would meet a closed file."""
    doing = asyncio.ensure_future(asyncio.to_thread(do, *arguments))
    try:
        return await asyncio.shield(doing)
    finally:
        await asyncio.wait([doing])


@contextmanager
def _told() -> Iterator[None]:
    """What the disk refuses now it may take later."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskRefuses("The disk of the machine that Loket runs on is full.") from error
        raise DiskRefuses("The folder of LOKET_DATA_DIR can't be written.") from error


def _opened(path: Path) -> IO[bytes]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)


def _written(file: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    while rest:  # a disk that is nearly full takes a part
        rest = rest[file.write(rest) :]


def _renamed(begun: Path, path: Path) -> None:
    begun.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _removed(paths: Sequence[Path]) -> None:
    for path in paths:
        with suppress(OSError):  # the next sweep comes by again
            path.unlink(missing_ok=True)


def _listed(folder: Path, before: datetime) -> tuple[list[int], list[Path]]:
    """The attachments whose files are here, and what nobody goes on writing."""
    whole: list[int] = []
    begun: list[Path] = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.isdecimal():
                whole.append(int(entry.name))
            elif entry.name.endswith(_BEGUN) and entry.stat().st_mtime < before.timestamp():
                begun.append(Path(entry.path))
    return whole, begun
