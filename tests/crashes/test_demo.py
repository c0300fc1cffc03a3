"""The bot of ``loket demo`` is a process of its own: it dies and lives as one likes, but not longer than the demo."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.child import Child
from tests.crashes.desk import Desk
from tests.crashes.process import ROOT, command, until, until_so
from tests.demo import demo

pytestmark = pytest.mark.timeout(180)  # on a busy machine the start of two processes takes long

PARENT = """
import asyncio, json, sys
from pathlib import Path
from bot.child import Child

async def main():
    child = Child(json.loads(sys.argv[1]), folder=Path(sys.argv[2]), ready=lambda port: print(port, flush=True))
    await child.start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def is_listening(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


@asynccontextmanager
async def child_at(desk: Desk) -> AsyncIterator[tuple[Child, list[int]]]:
    """The service at this desk, and the ports of its lives."""
    ports: list[int] = []
    child = Child(desk.environment, folder=desk.folder, ready=ports.append)
    try:
        yield child, ports
    finally:
        await child.stop()


async def test_a_killed_service_starts_again_where_it_was(desk: Desk) -> None:
    async with child_at(desk) as (child, ports):
        await child.start()
        ada = desk.customer("Adalberta")
        desk.writes(ada, "My clock ticks")
        await desk.rests()

        await child.kill()
        desk.writes(ada, "At night too")
        pid_of_the_dead = child.pid
        await child.start()
        await desk.rests()

        assert pid_of_the_dead is None
        assert not child.failed.is_set()
        assert len(ports) == 2
        card = desk.card_with("My clock ticks")
        assert desk.shown(card, ["My clock ticks", "At night too"]) == ["My clock ticks", "At night too"]


async def test_two_starts_at_once_make_one_service(desk: Desk) -> None:
    async with child_at(desk) as (child, ports):
        await asyncio.gather(child.start(), child.start())

        assert len(ports) == 1


async def test_a_service_that_gives_up_is_told(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    (desk.folder / "loket.toml").write_text("nonsense = 1")
    async with child_at(desk) as (child, _):
        await child.start()

        assert not child.is_ready
        assert child.failed.is_set()
        assert child.code == 2
        assert "nonsense" in capfd.readouterr().err


async def test_the_service_ends_when_the_demo_is_killed(desk: Desk) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, json.dumps(desk.environment), str(desk.folder),
        env={"PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert parent.stdout is not None
    port = int(await parent.stdout.readline())
    was_listening = is_listening(port)

    parent.send_signal(signal.SIGKILL)
    await parent.wait()

    assert was_listening
    await until(lambda: not is_listening(port), "the service ends as well")


async def test_the_demo_says_where_it_is_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async with demo(folder=tmp_path) as running, aiohttp.ClientSession() as session:
        async with session.get(running.address) as page:
            shown = await page.text()
        while_it_runs = names(tmp_path)

        code, output, errors = await running.end(signal.SIGINT)

    assert "Loket demo" in shown
    assert len(while_it_runs) == 1
    assert (code, output, errors) == (0, "Ctrl-C ends it.\n", "")
    assert names(tmp_path) == []


async def test_the_demo_keeps_the_database_where_it_is_told_to(tmp_path: Path) -> None:
    async with demo("--keep", "kept", folder=tmp_path) as running:
        await running.end(signal.SIGTERM)

    assert names(tmp_path) == ["kept"]
    assert "loket.db" in names(tmp_path / "kept")


async def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, _, errors = await command("demo", "--port", f"{port}", environment={}, folder=tmp_path)

    assert code == 2
    assert errors == f"--port: {port} can't be used (Address already in use); name another, or 0 for any\n"


@dataclass
class Visit:
    """Somebody who plays the demo over HTTP, as its page does."""

    page: aiohttp.ClientSession
    mika: str = ""
    channel: str = ""
    state: dict[str, Any] = field(default_factory=dict)

    async def post(self, path: str, **body: object) -> dict[str, Any]:
        async with self.page.post(path, json=body) as answer:
            said: dict[str, Any] = await answer.json()
        assert said.get("ok", True), said
        return said

    async def enters(self) -> None:
        people = (await (await self.page.get("/slack/client/state")).json())["users"]
        self.mika = next(one["id"] for one in people if one["name"] == "mika")

    async def cards(self) -> dict[str, str]:
        """The cards in the channel, by their ``ts``, as JSON."""
        state = await (await self.page.get("/slack/client/state", params={"as": self.mika})).json()
        self.channel = next(one["id"] for one in state["channels"] if one["name"] == "support")
        return {one["ts"]: json.dumps(one) for one in state["messages"][self.channel] if one.get("bot_id")}

    async def claims(self, card: str) -> None:
        where = {"as": self.mika, "channel": self.channel, "ts": card}
        await self.post("/slack/client/press", **where, action_id="ticket.claim")

        async def is_so() -> bool:
            return "ticket.claim" not in (await self.cards())[card]

        await until_so(is_so, "the ticket is claimed")

    async def everybody_writes(self, text: str, cards: Sequence[str] = ()) -> None:
        await self.post("/telegram/client/writes", **{"as": 1001}, text=f"Ada: {text}")
        await self.post("/whatsapp/client/writes", **{"as": 2001}, text=f"Dewi: {text}")
        for number, card in enumerate(cards):
            where = {"as": self.mika, "channel": self.channel, "thread_ts": card}
            await self.post("/slack/client/post", **where, text=f"Mika to {number}: {text}")

    async def all_has_arrived(self) -> None:
        """Wait until nothing is on its way any more."""

        async def is_so() -> bool:
            self.state = await (await self.page.get("/control/state")).json()
            return not any(self.state[side]["waiting"] for side in ("customers", "agents"))

        await until_so(is_so, "everything has arrived", within_s=60)


async def test_whatever_goes_wrong_everything_arrives_once(tmp_path: Path) -> None:
    (tmp_path / "loket.toml").write_text("[replies]\nhold_seconds = 1\n")
    async with (
        demo("--keep", str(tmp_path), folder=tmp_path) as running,
        aiohttp.ClientSession(running.address) as session,
    ):
        visit = Visit(session)
        await visit.enters()
        await visit.everybody_writes("hello")
        await visit.all_has_arrived()
        cards = list(await visit.cards())
        for card in cards:
            await visit.claims(card)
        for name in ("slack_lost", "whatsapp_lost"):
            await visit.post(f"/control/{name}", on=True)
        await visit.everybody_writes("and the answers get lost", cards)
        await visit.all_has_arrived()
        lost = {name: on for name, on in visit.state["switches"].items() if on}

        for name in ("slack_away", "telegram_away", "whatsapp_away", "slack_busy", "dead"):
            await visit.post(f"/control/{name}", on=True)
            await visit.everybody_writes(f"and then {name}", cards)
        waiting = (await (await session.get("/control/state")).json())["customers"]["waiting"]
        await visit.post("/control/well")
        await visit.all_has_arrived()

    nothing = {"waiting": 0, "undecided": 0, "left": 0, "missing": 0, "doubled": 0}
    assert len(cards) == 2
    assert lost == {}
    assert waiting > 0
    assert visit.state["customers"] == {"written": 14, "arrived": 14, **nothing}
    assert visit.state["agents"] == {"written": 12, "arrived": 12, **nothing}
