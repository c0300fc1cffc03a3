"""What comes in is durable before its giver is told so, and is processed in order, row by row."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from tortoise.exceptions import OperationalError

from bot.channels.base import Raw
from bot.delivery.inbox import _HEADS, PAUSE, PRESSING, TRIES, Inbox
from bot.delivery.ports import Arrived, Unprocessable
from bot.errors import Later
from bot.models.database import Database, query
from bot.models.rows import InboxRow, SeenRow
from tests.clock import MONDAY, ManualClock
from tests.database import Kind, fresh_database

LOCKED = "database is locked"


class Desk:
    """Processes what arrives as it is told to, and hears the alarms."""

    def __init__(self) -> None:
        self.processed: list[str] = []
        self.alarms: list[str] = []
        self.deaf = False
        self.trouble: dict[str, Exception] = {}
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def process(self, arrived: Arrived) -> None:
        if self.meanwhile is not None:
            await self.meanwhile()
        if arrived.key in self.trouble:
            raise self.trouble[arrived.key]
        self.processed.append(arrived.key)

    async def alarm(self, arrived: Arrived, *, now: datetime) -> None:
        await SeenRow.create(key=f"alarm:{arrived.key}", at=now)
        if self.deaf:
            raise OperationalError(LOCKED)
        self.alarms.append(arrived.key)


@pytest.fixture
async def database(tmp_path: Path, kind: Kind) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path / "loket.db", kind) as database:
        yield database


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def inbox(database: Database, clock: ManualClock, desk: Desk) -> Inbox:  # noqa: ARG001 (it must be open)
    return Inbox(processors={"chat": desk.process}, alarm=desk.alarm, clock=clock, jitter=lambda: 1.0)


def raw(key: str, *, lane: str = "ada", position: int = 1) -> Raw:
    return Raw(key=key, lane=lane, position=position, body=f'{{"key": "{key}"}}')


async def states() -> dict[str, str]:
    return {row.key: row.state for row in await InboxRow.all()}


async def work_off(inbox: Inbox, clock: ManualClock) -> list[str]:
    """Work on one round of what is ready, and say in which order it was taken."""
    items = await inbox.take(now=clock.now(), limit=10)
    for item in items:
        await inbox.work(item)
    return [item.key for item in items]


def commits_seen_by(inbox: Inbox) -> list[int]:
    """Grows by one with each commit, since each wakes the worker."""
    seen: list[int] = []
    inbox.woken = lambda: seen.append(1)
    return seen


# --- handing over


async def test_what_was_put_is_stored_as_it_came(inbox: Inbox, clock: ManualClock) -> None:
    await inbox.put("chat", [raw("a", position=7)])

    row = await InboxRow.get()
    assert (row.source, row.key, row.lane, row.position) == ("chat", "a", "chat:ada", 7)
    assert (row.body, row.state, row.received_at) == ('{"key": "a"}', "new", clock.now())


async def test_ten_givers_at_once_share_a_commit(inbox: Inbox) -> None:
    commits = commits_seen_by(inbox)

    await asyncio.gather(*(inbox.put("chat", [raw(f"k{number}")]) for number in range(10)))

    assert await InboxRow.all().count() == 10
    assert len(commits) == 1


async def test_what_is_handed_over_during_a_commit_shares_the_next(inbox: Inbox) -> None:
    commits = commits_seen_by(inbox)
    first = asyncio.create_task(inbox.put("chat", [raw("first")]))
    await asyncio.sleep(0)  # it is handed over
    await asyncio.sleep(0)  # its commit is under way

    await asyncio.gather(first, *(inbox.put("chat", [raw(f"k{number}")]) for number in range(5)))

    assert await InboxRow.all().count() == 6
    assert len(commits) == 2


async def test_a_row_handed_over_twice_is_kept_once_as_it_first_came(inbox: Inbox) -> None:
    await inbox.put("chat", [raw("a", position=1), raw("a", position=2)])

    await asyncio.gather(*(inbox.put("chat", [raw("a", position=3)]) for _ in range(3)))
    await inbox.put("other", [raw("a", position=4)])

    rows = await InboxRow.all().order_by("id")
    assert [(row.source, row.position) for row in rows] == [("chat", 1), ("other", 4)]


async def test_nothing_handed_over_is_nothing_stored(inbox: Inbox) -> None:
    commits = commits_seen_by(inbox)

    await inbox.put("chat", [])

    assert commits == []


async def test_a_commit_that_fails_is_told_to_every_giver_and_the_next_works(inbox: Inbox, database: Database) -> None:
    commits = commits_seen_by(inbox)
    await query("ALTER TABLE inbox RENAME TO elsewhere", [])

    ended = await asyncio.gather(*(inbox.put("chat", [raw(f"k{n}")]) for n in range(3)), return_exceptions=True)
    await query("ALTER TABLE elsewhere RENAME TO inbox", [])
    await inbox.put("chat", [raw("later")])

    assert [type(error) for error in ended] == [OperationalError] * 3
    assert await states() == {"later": "new"}
    assert len(commits) == 1
    await database.check()


@pytest.mark.parametrize("fails", [False, True])
async def test_a_giver_who_leaves_harms_nobody(inbox: Inbox, *, fails: bool) -> None:
    if fails:
        await query("ALTER TABLE inbox RENAME TO elsewhere", [])
    puts = [asyncio.create_task(inbox.put("chat", [raw(key)])) for key in ("leaves", "stays")]
    await asyncio.sleep(0)

    puts[0].cancel()
    ended = await asyncio.gather(*puts, return_exceptions=True)

    assert isinstance(ended[0], asyncio.CancelledError)
    assert isinstance(ended[1], OperationalError) if fails else "stays" in await states()


# --- what a database would refuse


@pytest.mark.parametrize("position", [2**63, 10**400, -(2**63) - 1])
async def test_a_position_beyond_all_numbers_of_a_database_is_kept_at_the_end_of_them(
    inbox: Inbox, position: int
) -> None:
    await inbox.put("chat", [raw("a", position=position)])

    assert (await InboxRow.get()).position == (2**63 - 1 if position > 0 else -(2**63) + 1)


UNSTORABLE = ["7" * 400, "é" * 400, "a\0", "a\ud800", "\0" * 300]


@pytest.mark.parametrize("name", UNSTORABLE, ids=ascii)
async def test_a_name_that_can_not_be_stored_stands_for_itself_alone(inbox: Inbox, name: str) -> None:
    await inbox.put("chat", [raw(name, lane=name), raw(f"{name}x", lane=f"{name}x")])
    await inbox.put("chat", [raw(name, lane=name)])  # it comes again

    rows = await InboxRow.all()
    assert len(rows) == len({row.key for row in rows}) == len({row.lane for row in rows}) == 2
    assert all(max(len(row.key), len(row.lane)) <= 255 and row.lane.startswith("chat:") for row in rows)


async def test_a_name_that_just_fits_is_kept_as_it_is(inbox: Inbox) -> None:
    await inbox.put("chat", [raw("k" * 255, lane="l" * 250)])

    row = await InboxRow.get()
    assert (row.key, row.lane) == ("k" * 255, "chat:" + "l" * 250)


async def test_a_body_that_can_not_be_stored_means_the_same_afterwards(inbox: Inbox) -> None:
    body = '{"text": "a\0b\ud800c\\u0000 😀"}'

    await inbox.put("chat", [Raw(key="a", lane="ada", position=1, body=body)])

    row = await InboxRow.get()
    assert json.loads(row.body) == json.loads(body, strict=False)


async def test_what_a_database_refuses_fails_alone(inbox: Inbox) -> None:
    refused = "ch\ud800t"

    ended = await asyncio.gather(
        inbox.put("chat", [raw("a")]), inbox.put(refused, [raw("b")]), inbox.put("chat", [raw("c")]),
        return_exceptions=True,
    )  # fmt: skip

    assert [ended[0], ended[2]] == [None, None]
    assert isinstance(ended[1], Exception)
    assert await states() == {"a": "new", "c": "new"}


# --- order


async def test_a_lane_is_worked_off_by_position_and_not_by_arrival(inbox: Inbox, clock: ManualClock) -> None:
    await inbox.put("chat", [raw("third", position=3), raw("first", position=1), raw("second", position=2)])

    rounds = [await work_off(inbox, clock) for _ in range(4)]

    assert rounds == [["first"], ["second"], ["third"], []]


async def test_of_one_position_the_first_to_arrive_comes_first(inbox: Inbox, clock: ManualClock) -> None:
    await inbox.put("chat", [raw("one"), raw("other")])

    assert [await work_off(inbox, clock) for _ in range(2)] == [["one"], ["other"]]


async def test_lanes_go_side_by_side_and_a_busy_one_waits(inbox: Inbox, clock: ManualClock) -> None:
    await inbox.put("chat", [raw("a1"), raw("a2"), raw("b1", lane="ben"), raw("c1", lane="cleo")])

    first = await inbox.take(now=clock.now(), limit=2)
    second = await inbox.take(now=clock.now(), limit=2)
    third = await inbox.take(now=clock.now(), limit=2)

    assert [[item.key for item in items] for items in (first, second, third)] == [["a1", "b1"], ["c1"], []]


# --- endings


async def test_a_processed_row_is_done(inbox: Inbox, clock: ManualClock) -> None:
    await inbox.put("chat", [raw("a")])

    await work_off(inbox, clock)

    row = await InboxRow.get()
    assert (row.state, row.settled_at) == ("done", clock.now())


async def test_a_failing_row_delays_only_its_own_lane(inbox: Inbox, clock: ManualClock, desk: Desk) -> None:
    desk.trouble["a1"] = ValueError("ours")
    await inbox.put("chat", [raw("a1"), raw("a2", position=2), raw("b1", lane="ben"), raw("b2", lane="ben")])

    rounds = [await work_off(inbox, clock) for _ in range(3)]

    assert rounds == [["a1", "b1"], ["b2"], []]
    assert desk.processed == ["b1", "b2"]
    assert await inbox.next_due(now=clock.now()) == MONDAY + timedelta(seconds=1)


async def test_a_row_that_always_fails_is_parked_with_an_alarm_and_the_lane_goes_on(
    inbox: Inbox, clock: ManualClock, desk: Desk
) -> None:
    desk.trouble["a1"] = ValueError("words of a customer")
    await inbox.put("chat", [raw("a1"), raw("a2", position=2)])

    for _ in range(TRIES):
        assert desk.alarms == []
        assert await work_off(inbox, clock) == ["a1"]
        clock.passes(timedelta(minutes=1))
    await work_off(inbox, clock)

    assert desk.alarms == ["a1"]
    assert await states() == {"a1": "parked", "a2": "done"}
    assert (await InboxRow.get(key="a1")).error == "ValueError"


async def test_a_row_of_a_source_that_is_switched_off_is_parked_in_the_end(
    inbox: Inbox, clock: ManualClock, desk: Desk
) -> None:
    await inbox.put("gone", [raw("a1")])

    for _ in range(TRIES):
        await work_off(inbox, clock)
        clock.passes(timedelta(minutes=1))

    assert desk.alarms == ["a1"]


async def test_what_can_never_be_processed_is_parked_at_once(inbox: Inbox, clock: ManualClock, desk: Desk) -> None:
    desk.trouble["a1"] = Unprocessable("no chat in it")
    await inbox.put("chat", [raw("a1")])

    await work_off(inbox, clock)

    row = await InboxRow.get()
    assert (row.state, row.error, row.settled_at) == ("parked", "no chat in it", clock.now())
    assert desk.alarms == ["a1"]


@pytest.mark.parametrize(
    ("after", "wait"), [(None, PAUSE), (timedelta(0), PAUSE), (timedelta(seconds=9), timedelta(seconds=9))]
)
async def test_a_row_that_needs_a_platform_which_is_away_waits_without_counting(
    inbox: Inbox, clock: ManualClock, desk: Desk, after: timedelta | None, wait: timedelta
) -> None:
    desk.trouble["a1"] = Later("Slack is away", after=after)
    await inbox.put("chat", [raw("a1")])

    for _ in range(TRIES + 1):
        assert await work_off(inbox, clock) == ["a1"]
        assert await work_off(inbox, clock) == []
        assert await inbox.next_due(now=clock.now()) == clock.now() + wait
        clock.passes(wait)
    del desk.trouble["a1"]
    await work_off(inbox, clock)

    row = await InboxRow.get()
    assert (row.state, row.attempts) == ("done", 0)


async def test_a_temporary_fault_of_the_database_neither_loses_nor_parks(
    inbox: Inbox, clock: ManualClock, desk: Desk
) -> None:
    desk.trouble["a1"] = OperationalError(LOCKED)
    await inbox.put("chat", [raw("a1")])

    for _ in range(TRIES + 1):
        (item,) = await inbox.take(now=clock.now(), limit=1)
        with pytest.raises(OperationalError):
            await inbox.work(item)
    del desk.trouble["a1"]
    await work_off(inbox, clock)

    assert desk.processed == ["a1"]
    assert await states() == {"a1": "done"}
    assert desk.alarms == []


async def test_a_row_is_parked_together_with_its_alarm_or_not_at_all(
    inbox: Inbox, clock: ManualClock, desk: Desk
) -> None:
    desk.trouble["a1"], desk.deaf = Unprocessable("nonsense"), True
    await inbox.put("chat", [raw("a1")])

    with pytest.raises(OperationalError):
        await work_off(inbox, clock)

    assert await states() == {"a1": "new"}
    assert not await SeenRow.exists()


async def test_a_row_that_somebody_settled_meanwhile_is_left_as_it_is(
    inbox: Inbox, clock: ManualClock, desk: Desk
) -> None:
    desk.trouble["a1"] = Unprocessable("nonsense")
    desk.meanwhile = lambda: InboxRow.all().update(state="discarded")
    await inbox.put("chat", [raw("a1")])

    await work_off(inbox, clock)

    assert await states() == {"a1": "discarded"}
    assert desk.alarms == []


async def test_after_a_crash_a_row_is_simply_processed_again(inbox: Inbox, clock: ManualClock, desk: Desk) -> None:
    await inbox.put("chat", [raw("a1")])
    await inbox.take(now=clock.now(), limit=1)
    restarted = Inbox(processors={"chat": desk.process}, alarm=desk.alarm, clock=clock, jitter=lambda: 1.0)

    await restarted.recover(now=clock.now())

    assert await work_off(restarted, clock) == ["a1"]


async def test_without_anything_put_off_nothing_becomes_due(inbox: Inbox, clock: ManualClock) -> None:
    await inbox.put("chat", [raw("a1")])

    assert await inbox.next_due(now=clock.now()) is None


async def test_who_hands_over_alone_is_in_nobodys_way(inbox: Inbox) -> None:
    await inbox.put("chat", [raw("a")])

    assert await inbox.gave_way()


async def test_while_platforms_press_other_work_gives_way_but_not_for_ever(inbox: Inbox) -> None:
    over = asyncio.Event()

    async def press(name: int) -> None:
        for number in count():
            if over.is_set():
                return
            await inbox.put("chat", [raw(f"{name}-{number}")])

    pressing = [asyncio.create_task(press(name)) for name in range(2 * PRESSING)]
    while await inbox.gave_way():  # noqa: ASYNC110 - until enough of them have come
        await asyncio.sleep(0)
    over.set()
    await asyncio.gather(*pressing)

    assert await inbox.gave_way()


async def test_the_next_row_is_found_without_sorting_all_that_wait(tmp_path: Path, clock: ManualClock) -> None:
    async with fresh_database(tmp_path / "plan.db", Kind.SQLITE):
        steps = [step["detail"] for step in await query(f"EXPLAIN QUERY PLAN {_HEADS}", [clock.now(), 1])]

    assert steps
    assert not [step for step in steps if "ORDER BY" in step]
