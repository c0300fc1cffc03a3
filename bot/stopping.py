"""How a command ends: its exit codes, and the signals that end a service."""

import asyncio
import signal

DONE, FAILED, WRONG = 0, 1, 2


async def until_stopped(failed: asyncio.Event, stop: asyncio.Event) -> int:
    """Wait for SIGTERM or Ctrl-C, or for what never should fail; returns the exit code."""
    waits = [asyncio.create_task(event.wait()) for event in (stop, failed)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in waits:
        task.cancel()
    return FAILED if failed.is_set() else DONE


def stop_signals() -> asyncio.Event:
    """An event that SIGTERM and Ctrl-C set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
