"""``loket demo`` as a process, for whoever wants to use it from outside."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_S = 60  #: for a busy machine; usually it is three


@dataclass(slots=True)
class Demo:
    """One run of it; ``address`` is the page's, as it was printed."""

    process: asyncio.subprocess.Process
    address: str

    async def end(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        """Send a signal, and wait for the end: exit code, what else it wrote, and what it complained of."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        output, errors = await self.process.communicate()
        return self.process.returncode or 0, output.decode(), errors.decode()


@asynccontextmanager
async def demo(*arguments: str, folder: Path) -> AsyncIterator[Demo]:
    """Run it on any free port, with ``folder`` for everything temporary; it is gone afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", "0", "--no-browser", *arguments,
        cwd=folder, env={"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    running = Demo(process, "")
    try:
        async with asyncio.timeout(START_S):
            said = (await process.stdout.readline()).decode()
        if not said:
            _, _, errors = await running.end()
            raise AssertionError(f"the demo did not start: {errors}")
        running.address = said.removeprefix("Loket is here: ").strip()
        yield running
    finally:
        if process.returncode is None:
            await running.end()
