"""The real service as a process of its own: started, watched, stopped and killed from outside."""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp

from tests import silence

ROOT = Path(__file__).parents[2]
PATIENCE_S = 20
LOOK_EVERY_S = 0.01
ANSWER_S = 0.3  #: a healthy process says in less whether it is ready


async def until(condition: Callable[[], object], what: str, *, within_s: float = PATIENCE_S) -> None:
    """Return when the condition holds; a test that waits in vain fails with what it waited for."""

    async def is_so() -> bool:
        return bool(condition())

    await until_so(is_so, what, within_s=within_s)


async def until_so(is_so: Callable[[], Awaitable[bool]], what: str, *, within_s: float = PATIENCE_S) -> None:
    """`until`, for a condition that is asked for."""
    try:
        async with asyncio.timeout(within_s):
            while not await is_so():  # noqa: ASYNC110 - nothing in another process sets an event of ours
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        raise AssertionError(f"waited {within_s} s in vain: {what}") from None


class Process:
    """One life of ``python -m bot``, or of another module. Its standard error is kept."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._errors: list[bytes] = []
        self._listening = asyncio.create_task(self._listen())
        self.output = ""  #: what it wrote to standard output; known at its end

    @classmethod
    async def start(
        cls, *arguments: str, environment: Mapping[str, str], folder: Path, module: str = "bot"
    ) -> "Process":
        """Start the command in this folder, with this environment and nothing else."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *arguments, cwd=folder, stdin=asyncio.subprocess.DEVNULL,
            env={"PYTHONPATH": str(ROOT), "PTB_TIMEDELTA": "true", **environment},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        made = cls(process)
        silence.also(lambda: made.errors)
        return made

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            self._errors.append(line)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def errors(self) -> str:
        """All that it wrote to standard error so far."""
        return b"".join(self._errors).decode()

    @property
    def port(self) -> int | None:
        """Where it listens, once it has said so."""
        for line in self._errors:
            with suppress(ValueError):
                said = json.loads(line)
                if said.get("event") == "ready":
                    return int(said["port"])
        return None

    async def listens(self, *, within_s: float = PATIENCE_S) -> None:
        """Return when it serves HTTP, so when all of it was started; fail if it ended instead."""
        await until(
            lambda: self.port is not None or self._process.returncode is not None,
            "the service starts",
            within_s=within_s,
        )
        assert self.port is not None, self.errors

    async def answers(self, path: str, *, within_s: float = 5) -> tuple[int, Any]:
        """The status and the body of an HTTP answer."""
        limit = aiohttp.ClientTimeout(total=within_s)
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.get(f"http://127.0.0.1:{self.port}{path}") as answer,
        ):
            return answer.status, await answer.json()

    async def is_stuck(self) -> None:
        """Return when it waits for the database: then it can't say whether it is ready."""

        async def is_so() -> bool:
            try:
                await self.answers("/readyz", within_s=ANSWER_S)
            except TimeoutError:
                return True
            return False

        await until_so(is_so, "it waits for the database")

    async def is_ready(self) -> None:
        """Return when it says that it is ready."""

        async def is_so() -> bool:
            return (await self.answers("/readyz"))[0] == 200

        await until_so(is_so, "it is ready")

    async def is_not_ready(self, part: str) -> None:
        """Return when it says that this part of it has a problem."""

        async def is_so() -> bool:
            return bool((await self.answers("/readyz"))[1]["parts"][part].get("problem"))

        await until_so(is_so, f"it has trouble with {part}")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; it may have ended already."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.signal(signal.SIGKILL)
        await self.end()

    async def end(self, *, within_s: float = PATIENCE_S) -> int:
        """Wait for its end and return its exit code (negative: the signal that killed it)."""
        assert self._process.stdout is not None
        async with asyncio.timeout(within_s):
            self.output += (await self._process.stdout.read()).decode()
            await self._listening
            return await self._process.wait()


async def command(
    *arguments: str, environment: Mapping[str, str], folder: Path, within_s: float = PATIENCE_S
) -> tuple[int, str, str]:
    """Run a command to its end: exit code, standard output, standard error."""
    process = await Process.start(*arguments, environment=environment, folder=folder)
    try:
        code = await process.end(within_s=within_s)
    finally:
        await process.kill()
    return code, process.output, process.errors
