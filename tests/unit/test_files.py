"""Files on the disk: whole or not there, readable by nobody else, and gone when they are not needed."""

import asyncio
import os
import resource
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from bot.delivery.files import ABANDONED, FORGIVEN, LARGEST_BYTES, FileStore
from bot.errors import Later, TooBig
from tests.clock import MONDAY

PIECES = (b"%PDF", bytes(range(256)), b"\r\n")
WHOLE = b"".join(PIECES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "loket-data"


@pytest.fixture
def store(folder: Path) -> FileStore:
    return FileStore(folder)


async def keep(store: FileStore, attachment: int, *pieces: bytes, cap_bytes: int = LARGEST_BYTES) -> None:
    async with store.keep(attachment, cap_bytes=cap_bytes) as kept:
        for piece in pieces:
            await kept.write(piece)


@contextmanager
def full_disk(size_bytes: int) -> Iterator[None]:
    """No file may grow beyond: as if the disk were full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


async def test_what_was_written_is_here_byte_by_byte_with_its_size_and_hash(store: FileStore) -> None:
    async with store.keep(7) as kept:
        for piece in PIECES:
            await kept.write(piece)

    path = store.here(7)
    assert path is not None
    assert path.read_bytes() == WHOLE
    assert (kept.size_bytes, kept.sha256) == (len(WHOLE), sha256(WHOLE).hexdigest())


async def test_an_empty_file_is_a_file(store: FileStore) -> None:
    await keep(store, 7)

    path = store.here(7)
    assert path is not None
    assert path.read_bytes() == b""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def broken_off(store: FileStore, failure: BaseException) -> None:
    async with store.keep(7) as kept:
        await kept.write(WHOLE)
        raise failure


async def test_nobody_else_may_read_it_and_nobody_may_run_it(store: FileStore, folder: Path) -> None:
    await keep(store, 7, *PIECES)

    assert (mode(folder), mode(folder / "7")) == (0o700, 0o600)


async def test_it_is_not_here_before_it_is_whole(store: FileStore, folder: Path) -> None:
    async with store.keep(7) as kept:
        await kept.write(WHOLE)
        while_written = store.here(7)

    assert while_written is None
    assert os.listdir(folder) == ["7"]


@pytest.mark.parametrize("failure", [OSError("reset"), asyncio.CancelledError()])
async def test_of_what_was_broken_off_nothing_stays(store: FileStore, folder: Path, failure: BaseException) -> None:
    with pytest.raises(type(failure)):
        await broken_off(store, failure)

    assert store.here(7) is None
    assert os.listdir(folder) == []


async def test_a_failure_of_the_other_side_is_passed_on_as_it_is(store: FileStore) -> None:
    with pytest.raises(ConnectionResetError):
        async with store.keep(7):
            raise ConnectionResetError


async def test_what_is_too_big_is_broken_off_with_the_first_byte_too_many(store: FileStore, folder: Path) -> None:
    with pytest.raises(TooBig, match="larger than 1 MB"):
        await keep(store, 7, bytes(1 << 20), b"!", cap_bytes=1 << 20)
    await keep(store, 8, bytes(1 << 20), cap_bytes=1 << 20)

    assert os.listdir(folder) == ["8"]


async def test_a_full_disk_means_later_and_leaves_nothing(store: FileStore, folder: Path) -> None:
    with full_disk(4096), pytest.raises(Later, match="full"):
        await keep(store, 7, bytes(4000), bytes(4000))
    leftovers = os.listdir(folder)
    await keep(store, 7, *PIECES)

    assert leftovers == []
    assert store.here(7) is not None


async def test_a_disk_that_takes_nothing_is_a_problem_until_it_takes_a_file_or_nobody_tries(store: FileStore) -> None:
    async def nobody(_: Sequence[int]) -> Collection[int]:
        return ()

    async def fails() -> str | None:
        with full_disk(4096), pytest.raises(Later):
            await keep(store, 7, bytes(5000))
        return store.health.problem

    said = await fails()
    await keep(store, 7, *PIECES)
    taken = store.health.problem
    await fails()
    tried = []
    for _ in range(FORGIVEN):
        tried.append(store.health.problem)
        await store.sweep(nobody, now=MONDAY)

    assert said is not None
    assert "full" in said
    assert taken is None
    assert None not in tried
    assert store.health.problem is None


async def test_a_folder_that_cannot_be_made_means_later(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Later, match="LOKET_DATA_DIR"):
        await keep(FileStore(tmp_path / "file" / "data"), 7, *PIECES)


async def test_of_two_that_write_the_same_file_at_once_it_stays_whole(store: FileStore, folder: Path) -> None:
    async with store.keep(7) as first:
        await first.write(WHOLE[:100])
        await keep(store, 7, *PIECES)
        await first.write(WHOLE[100:])

    assert (folder / "7").read_bytes() == WHOLE
    assert os.listdir(folder) == ["7"]


async def test_what_is_removed_is_gone_and_what_is_not_here_is_no_error(store: FileStore) -> None:
    await keep(store, 7, *PIECES)
    await keep(store, 8, *PIECES)

    await store.remove((7, 9))

    assert store.here(7) is None
    assert store.here(8) is not None


async def test_the_sweep_leaves_what_is_wanted_and_what_is_being_written(store: FileStore, folder: Path) -> None:
    asked: list[int] = []

    async def wanted(attachments: Sequence[int]) -> Collection[int]:
        asked.extend(sorted(attachments))
        return {8}

    for attachment in (7, 8):
        await keep(store, attachment, *PIECES)
    (folder / "somebody-elses.txt").touch()
    old = folder / "6.0123.part"
    old.touch()
    os.utime(old, (0, 0))
    async with store.keep(9) as kept:
        await kept.write(WHOLE)
        (begun,) = (name for name in os.listdir(folder) if name.startswith("9."))
        os.utime(folder / begun, (MONDAY.timestamp(), MONDAY.timestamp()))
        swept = await store.sweep(wanted, now=MONDAY + ABANDONED / 2)

    assert asked == [7, 8]
    assert swept == 2
    assert sorted(os.listdir(folder)) == ["8", "9", "somebody-elses.txt"]


async def test_where_no_file_ever_was_there_is_nothing_to_sweep(store: FileStore) -> None:
    async def nobody(_: Sequence[int]) -> Collection[int]:
        raise AssertionError

    assert await store.sweep(nobody, now=MONDAY) == 0
