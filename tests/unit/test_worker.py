"""The loop that moves things: it wakes, works side by side, rests, and survives the store."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.delivery.worker import STUMBLE, Worker
from tests.clock import MONDAY, ManualClock

SECOND = timedelta(seconds=1)


class Jobs:
    """A queue of named jobs, each due at a time; `doing` says how long one takes."""

    name = "jobs"

    def __init__(self) -> None:
        self.due: dict[str, datetime] = {}
        self.begun: list[str] = []
        self.done: list[str] = []
        self.looks = 0
        self.recovered = 0
        self.faults: list[Exception] = []
        self.doing: Callable[[str], Awaitable[object]] | None = None
        self.while_looking: Callable[[], None] = lambda: None

    async def recover(self, *, now: datetime) -> None:
        del now
        self._stumble()
        self.recovered += 1

    async def take(self, *, now: datetime, limit: int) -> Sequence[str]:
        self.looks += 1
        self._stumble()
        ready = [job for job, due_at in self.due.items() if due_at <= now and job not in self.begun][:limit]
        self.begun += ready
        self.while_looking()
        return ready

    def about(self, item: str) -> dict[str, str]:
        return {"id": item}

    async def work(self, item: str) -> None:
        if self.doing is not None:
            try:
                await self.doing(item)
            except BaseException:
                self.begun.remove(item)
                raise
        del self.due[item]
        self.done.append(item)

    async def next_due(self, *, now: datetime) -> datetime | None:
        return min((due_at for due_at in self.due.values() if due_at > now), default=None)

    def _stumble(self) -> None:
        if self.faults:
            raise self.faults.pop(0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
async def worker(jobs: Jobs, clock: ManualClock) -> AsyncIterator[Worker[str]]:
    """A worker of two slots that has looked around once, and runs until the test ends."""
    worker = Worker(jobs, clock=clock, slots=2)
    running = asyncio.create_task(worker.run())
    yield worker
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await worker.finish(within=timedelta(0))


async def settles() -> None:
    """Let everything happen that needs no time."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_it_takes_up_what_was_left_before_it_looks_for_more(worker: Worker[str], jobs: Jobs) -> None:
    await worker.resting.wait()

    assert (jobs.recovered, jobs.looks) == (1, 1)


async def test_it_wakes_when_told_and_rests_when_all_is_done(worker: Worker[str], jobs: Jobs) -> None:
    await worker.resting.wait()
    jobs.due = {"a": MONDAY, "b": MONDAY, "c": MONDAY}

    worker.wake()
    assert not worker.resting.is_set()
    await worker.resting.wait()

    assert jobs.done == ["a", "b", "c"]


async def test_without_being_told_it_does_not_look(worker: Worker[str], jobs: Jobs, clock: ManualClock) -> None:
    await worker.resting.wait()

    clock.passes(timedelta(days=1))
    await settles()

    assert jobs.looks == 1


async def test_it_sleeps_until_the_next_job_is_due(worker: Worker[str], jobs: Jobs, clock: ManualClock) -> None:
    jobs.due = {"soon": MONDAY + SECOND, "later": MONDAY + 5 * SECOND}
    worker.wake()
    await worker.resting.wait()

    clock.passes(SECOND)
    await settles()
    assert jobs.done == ["soon"]

    clock.passes(4 * SECOND)
    await settles()
    assert jobs.done == ["soon", "later"]


async def test_what_becomes_due_while_it_looks_is_not_overslept(
    worker: Worker[str], jobs: Jobs, clock: ManualClock
) -> None:
    jobs.due = {"a": MONDAY + SECOND}
    jobs.while_looking = lambda: clock.passes(SECOND)

    worker.wake()
    await settles()

    assert jobs.done == ["a"]
    assert worker.resting.is_set()


async def test_what_arrives_while_it_looks_is_seen(worker: Worker[str], jobs: Jobs) -> None:
    def arrives() -> None:
        jobs.while_looking = lambda: None
        jobs.due["a"] = MONDAY
        worker.wake()

    jobs.while_looking = arrives

    worker.wake()
    await worker.resting.wait()

    assert jobs.done == ["a"]


async def test_it_works_on_no_more_than_its_slots_and_one_slow_job_does_not_stop_the_rest(
    worker: Worker[str], jobs: Jobs
) -> None:
    slow_may_end = asyncio.Event()

    async def doing(job: str) -> None:
        if job == "slow":
            await slow_may_end.wait()

    jobs.doing = doing
    jobs.due = dict.fromkeys(["slow", "a", "b", "c"], MONDAY)
    worker.wake()
    await settles()

    assert jobs.done == ["a", "b", "c"]
    assert not worker.resting.is_set()
    slow_may_end.set()
    await worker.resting.wait()
    assert jobs.done == ["a", "b", "c", "slow"]


async def test_with_all_slots_taken_it_does_not_even_look(worker: Worker[str], jobs: Jobs) -> None:
    may_end = asyncio.Event()
    jobs.doing = lambda _: may_end.wait()
    jobs.due = dict.fromkeys(["a", "b", "c"], MONDAY)
    worker.wake()
    await settles()
    looks = jobs.looks

    worker.wake()
    await settles()

    assert jobs.looks == looks
    assert jobs.begun == ["a", "b"]
    may_end.set()
    await worker.resting.wait()


async def test_a_fault_of_the_store_at_the_start_is_survived(jobs: Jobs, clock: ManualClock) -> None:
    jobs.faults = [OSError("locked"), OSError("locked")]
    running = asyncio.create_task(Worker(jobs, clock=clock, slots=2).run())

    for _ in range(2):
        await settles()
        assert jobs.recovered == 0
        clock.passes(STUMBLE)
    await settles()

    assert (jobs.recovered, jobs.looks) == (1, 1)
    running.cancel()


async def test_a_fault_of_the_store_while_looking_is_survived(
    worker: Worker[str], jobs: Jobs, clock: ManualClock
) -> None:
    jobs.faults, jobs.due = [OSError("locked")], {"a": MONDAY}
    worker.wake()
    await settles()
    assert jobs.done == []

    clock.passes(STUMBLE)
    await settles()

    assert jobs.done == ["a"]


async def test_a_job_whose_end_could_not_be_stored_is_looked_at_again_after_a_while(
    worker: Worker[str], jobs: Jobs, clock: ManualClock
) -> None:
    async def unstored(_: str) -> None:
        jobs.doing = None
        raise OSError("disk is full")

    jobs.doing = unstored
    jobs.due = {"a": MONDAY}
    worker.wake()
    await settles()
    assert jobs.done == []
    assert not worker.resting.is_set()

    clock.passes(STUMBLE)
    await worker.resting.wait()

    assert jobs.done == ["a"]


async def test_to_finish_is_to_wait_for_what_is_under_way(jobs: Jobs, clock: ManualClock) -> None:
    worker, may_end = Worker(jobs, clock=clock, slots=2), asyncio.Event()
    jobs.doing = lambda _: may_end.wait()
    jobs.due = {"a": MONDAY}
    running = asyncio.create_task(worker.run())
    await settles()
    running.cancel()
    jobs.due["b"] = MONDAY

    finishing = asyncio.create_task(worker.finish(within=timedelta(seconds=30)))
    await settles()
    assert not finishing.done()
    may_end.set()
    await finishing

    assert jobs.done == ["a"]


async def test_what_takes_too_long_is_cancelled_for_the_next_start(jobs: Jobs, clock: ManualClock) -> None:
    worker = Worker(jobs, clock=clock, slots=2)
    jobs.doing = lambda _: asyncio.Event().wait()
    jobs.due = {"a": MONDAY}
    running = asyncio.create_task(worker.run())
    await settles()
    running.cancel()

    await worker.finish(within=timedelta(0))

    assert jobs.done == []
    assert jobs.begun == []


async def test_with_nothing_under_way_there_is_nothing_to_finish(jobs: Jobs, clock: ManualClock) -> None:
    await Worker(jobs, clock=clock, slots=2).finish(within=timedelta(seconds=30))

    assert jobs.done == []


async def test_while_something_is_more_urgent_it_takes_one_thing_at_a_time_and_then_slowly_more(
    jobs: Jobs, clock: ManualClock
) -> None:
    answers, taken = [False, False], [0]
    jobs.due = {f"{number}": MONDAY for number in range(12)}
    jobs.while_looking = lambda: taken.append(len(jobs.begun))

    async def gave_way() -> bool:
        return answers.pop(0) if answers else True

    worker = Worker(jobs, clock=clock, slots=4, gave_way=gave_way)
    running = asyncio.create_task(worker.run())
    await worker.resting.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    at_once = [after - before for before, after in pairwise(taken)]
    assert at_once[:3] == [1, 1, 2]
    assert max(at_once) == 4
    assert len(jobs.done) == 12
