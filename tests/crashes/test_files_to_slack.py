"""``kill -9`` at each step of the way of customers' files: each stands in its thread once, byte for byte."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from bot.sandbox.faults import Hold, Matcher
from bot.sandbox.files import File
from tests.crashes.desk import Desk
from tests.crashes.process import until
from tests.world import words


def scan(number: int) -> File:
    """A file that can be told from the others by its name, its ending and its length."""
    return File(f"scan.{number}pdf", "application/pdf", b"%PDF-1.4\n" + bytes(range(256)) * (400 + number))


def is_about(file: File) -> Matcher:
    """Which calls of any server are about this file."""
    _, _, ending = file.name.rpartition(".")

    def matches(given: Mapping[str, object]) -> bool:
        return given.get("length") == file.size or any(ending in str(value) for value in given.values())

    return matches


def standing(desk: Desk) -> dict[str, list[bytes]]:
    """What stands in the threads of the desk's cards: the files by their names."""
    found: dict[str, list[bytes]] = {}
    for card in desk.cards():
        for post in desk.slack.thread(desk.channel, card["ts"])[1:]:
            for one in post.get("files") or ():
                found.setdefault(one["name"], []).append(desk.slack.workspace.files[one["id"]].content)
    return found


def has_cards(desk: Desk, captions: Sequence[str]) -> bool:
    shown = "\n".join(map(words, desk.cards()))
    return all(caption in shown for caption in captions)


async def killed(desk: Desk, files: Sequence[File], gates: Sequence[Hold]) -> None:
    """Customers send the files; the service is killed when each stands at its gate, and started again."""
    for number, file in enumerate(files):
        desk.telegram.sends(desk.customer(f"Petronella {number}"), "document", file=file, caption=f"See {file.name}")
    async with asyncio.timeout(20):
        await asyncio.gather(*(gate.reached() for gate in gates))
    captions = [f"See {file.name}" for file in files]
    await until(lambda: has_cards(desk, captions), "the texts do not wait for the files")
    await desk.kill()


@pytest.mark.timeout(120)
async def test_a_file_stands_in_its_thread_once_wherever_the_service_was_killed(desk: Desk) -> None:
    files = [scan(number) for number in range(6)]
    fetched, asked, before, after, unshared, shared = files
    slack, telegram = desk.slack.faults, desk.telegram.faults
    gates = [
        telegram.hold("file", performed=False, matches=is_about(fetched)),
        slack.hold("files.getUploadURLExternal", performed=True, matches=is_about(asked)),
        slack.hold("upload", performed=False, matches=is_about(before)),
        slack.hold("upload", performed=True, matches=is_about(after)),
    ]
    last_gates = [
        slack.hold("files.completeUploadExternal", performed=False, matches=is_about(unshared)),
        slack.hold("files.completeUploadExternal", performed=True, matches=is_about(shared)),
    ]

    await desk.start()
    await killed(desk, files[:4], gates)
    half = sorted(path.name for path in (desk.folder / "loket-data").iterdir() if path.suffix == ".part")
    await desk.start()
    await desk.rests()
    await killed(desk, files[4:], last_gates)
    await desk.start()
    await desk.rests()
    found = standing(desk)
    for gate in (*gates, *last_gates):
        gate.release()

    assert len(half) == 1
    assert found == {file.name: [file.content] for file in files}
    assert desk.count("SELECT COUNT(*) FROM delivery WHERE state = 'uncertain'") == 0
