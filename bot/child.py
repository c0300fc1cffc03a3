"""
``loket run`` as a child process of the demo: it can be killed and started again, and it never outlives its parent.

The child's standard input is a pipe whose other end the parent alone holds. The system closes it when the parent ends,
however that happens, and then the child ends too.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread

import structlog

STOP_S = 10  #: what `loket run` promises to need for a clean stop
LINE_BYTES = 2**20  #: the longest line that the child may log
ROOT = Path(__file__).parents[1]  #: where the package is

#: What our own log adds to each line; and the tracebacks of libraries, of which an outage makes many. Ours have none.
NOT_SAID = frozenset({"logger", "timestamp", "exception"})


class Child:
    """
    The service with settings of its own, which may live several times, one life after the other.

    Args:
        environment: all that the child is given; nothing of ours is passed on.
        folder: where it works.
        ready: called in each life with the port where it listens.
    """

    def __init__(self, environment: Mapping[str, str], *, folder: Path, ready: Callable[[int], object]) -> None:
        self._environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment}
        self._environment |= {"LOKET_LOG_FORMAT": "json", "LOKET_LOG_LEVEL": "INFO"}  # we read it
        self._folder = folder
        self._ready = ready
        self._process: asyncio.subprocess.Process | None = None
        self._ended: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()  # the present life listens, or is over
        self._starting = asyncio.Lock()
        self.is_ready = False
        self.failed = asyncio.Event()  #: set when it gave up by itself
        self.code = 0  #: the exit code with which it gave up

    @property
    def pid(self) -> int | None:
        """Its number; None while there is none."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start it if it does not run, and return when it listens, or has ended again."""
        async with self._starting:
            if self._process is None:
                self._begun.clear()
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "bot.child", cwd=self._folder, env=self._environment, limit=LINE_BYTES,
                    stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
                    start_new_session=True,  # Ctrl-C is for the parent, which then stops it
                )  # fmt: skip
                self._ended = asyncio.create_task(self._live(self._process))
        await self._begun.wait()

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Let it end cleanly; kill it if it does not in the time that it has."""
        try:
            async with asyncio.timeout(STOP_S):
                await self._end(signal.SIGTERM)
        except TimeoutError:
            await self.kill()

    async def _end(self, number: signal.Signals) -> None:
        process, ended = self._process, self._ended
        if process is None or ended is None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(number)
        await asyncio.shield(ended)

    async def _live(self, process: asyncio.subprocess.Process) -> None:
        """Listen to one life until its end."""
        while process.stderr is not None and (line := await process.stderr.readline()):
            self._hear(line.decode(errors="replace"))
        code = await process.wait()
        self._process, self.is_ready = None, False
        if code > 0:  # below: a signal; somebody has killed it from outside, who may start it again
            self.code = code
            self.failed.set()
        self._begun.set()

    def _hear(self, line: str) -> None:
        """Show what is not for us: warnings, and whatever is no log at all."""
        try:
            fields = json.loads(line)
            level, event = logging.getLevelNamesMapping()[fields.pop("level").upper()], fields.pop("event")
        except (ValueError, KeyError, AttributeError, TypeError):
            sys.stderr.write(line)
            return
        if event == "ready" and not self.is_ready:
            self.is_ready = True
            self._ready(int(fields["port"]))
            self._begun.set()
        elif level >= logging.WARNING:
            said = {name: value for name, value in fields.items() if name not in NOT_SAID}
            structlog.get_logger(fields.get("logger")).log(level, event, **said)


def main() -> None:
    """What the child runs."""
    from bot.cli import main  # not for the parent, which comes from there

    Thread(target=_end_with_parent, daemon=True).start()
    main(["run"])


def _end_with_parent() -> None:
    """As promised, nothing is lost by ending at any moment."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
