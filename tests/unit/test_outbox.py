"""What must leave does so in order per lane, and once; how it ended is stored with what follows from it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from bot.delivery import decide, outbox
from bot.delivery.limits import Limits, Rate
from bot.delivery.outbox import ASK_AFTER, DOWN, LEASE, TRIES, Entry, Outbox
from bot.delivery.ports import Delivered, Outcome, Part, Refused, Unknown
from bot.errors import Down, Later, Rejected, Unconfirmed
from bot.models.database import Database
from bot.models.rows import DeliveryRow, SeenRow
from tests.clock import MONDAY, ManualClock
from tests.database import fresh_database

SECOND = timedelta(seconds=1)
Answer = Delivered | Exception | None


@dataclass
class FarSide:
    """Takes parts as it is told to (else gladly), can be asked for them, and hears how they ended."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    finds: dict[str, list[Answer]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    ended: list[tuple[str, Outcome]] = field(default_factory=list)
    refuses_to_settle: Exception | None = None

    async def send(self, part: Part) -> Delivered:
        name = part.payload["name"]
        self.sent.append(name)
        answer = _next(self.answers, name)
        assert answer is not None
        return answer

    async def find(self, part: Part) -> Delivered | None:
        name = part.payload["name"]
        self.asked.append(name)
        return _next(self.finds, name)

    async def settle(self, part: Part, outcome: Outcome, *, now: datetime) -> None:
        await SeenRow.create(key=f"ended:{part.id}", at=now)
        if self.refuses_to_settle is not None:
            raise self.refuses_to_settle
        self.ended.append((part.payload["name"], outcome))


def _next(answers: dict[str, list[Answer]], name: str) -> Delivered | None:
    answer = answers[name].pop(0) if answers.get(name) else Delivered(key=f"far-{name}")
    if isinstance(answer, Exception):
        raise answer
    return answer


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path / "loket.db") as database:
        yield database


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def far() -> FarSide:
    return FarSide()


@pytest.fixture
def desk(database: Database, clock: ManualClock, far: FarSide) -> "Desk":  # noqa: ARG001 (it must be open)
    return Desk(clock, far)


class Desk:
    """An outbox at work: what is put into it, and rounds of sending."""

    def __init__(self, clock: ManualClock, far: FarSide) -> None:
        self.clock = clock
        self.far = far
        self._causes = 0
        self.restart()

    def restart(self) -> None:
        """Another process begins with what the database knows."""
        rates = {"slow": Rate(per_second=1, burst=1)}
        self.outbox = Outbox(
            senders={"post": self.far}, settle=self.far.settle, limits=Limits(rates.get), clock=self.clock,
            jitter=lambda: 1.0,
        )  # fmt: skip

    async def put(self, *entries: Entry, cause: str | None = None, seq: int | None = None) -> None:
        self._causes += 1
        async with in_transaction():
            await outbox.put(entries, cause=cause or f"cause-{self._causes}", now=self.clock.now(), seq=seq)

    async def take(self, limit: int = 10) -> list[Part]:
        return list(await self.outbox.take(now=self.clock.now(), limit=limit))

    async def round(self, limit: int = 10) -> list[str]:
        """Take and work on what is ready, and say what that was."""
        parts = await self.take(limit)
        for part in parts:
            await self.outbox.work(part)
        return [part.payload["name"] for part in parts]

    async def next_due(self) -> datetime | None:
        return await self.outbox.next_due(now=self.clock.now())


def part(
    name: str, *, lane: str = "ada", budget: str = "", rank: int = 0, due_at: datetime | None = None, kind: str = "post"
) -> Entry:
    return Entry(lane=lane, kind=kind, budget=budget, rank=rank, due_at=due_at, payload={"name": name})


def truth(name: str, *, lane: str = "card") -> Entry:
    return Entry(lane=lane, kind="post", payload={"name": name}, only_one_waits=True)


async def row(name: str) -> DeliveryRow:
    (found,) = [row for row in await DeliveryRow.all() if row.payload["name"] == name]
    return found


async def states() -> dict[str, str]:
    return {row.payload["name"]: row.state for row in await DeliveryRow.all().order_by("id")}


# --- putting


async def test_a_lane_keeps_the_order_in_which_it_was_filled(desk: Desk) -> None:
    await desk.put(part("1"), part("2"))
    await desk.put(part("3"))

    assert [await desk.round() for _ in range(4)] == [["1"], ["2"], ["3"], []]
    assert set((await states()).values()) == {"done"}
    assert (await row("1")).external_key == "far-1"


async def test_lanes_go_side_by_side(desk: Desk) -> None:
    await desk.put(part("a1"), part("a2"), part("b1", lane="ben"))

    first, second = await desk.take(), await desk.take()

    assert [part.payload["name"] for part in first] == ["a1", "b1"]
    assert second == []


async def test_messages_leave_before_decoration(desk: Desk) -> None:
    await desk.put(part("card", lane="card", rank=1), part("text"))

    assert await desk.round(limit=1) == ["text"]


async def test_a_held_part_waits_until_it_is_due_and_keeps_its_place(desk: Desk) -> None:
    await desk.put(part("held", due_at=MONDAY + 5 * SECOND))
    await desk.put(part("behind"))

    assert await states() == {"held": "held", "behind": "queued"}
    assert await desk.round() == []
    assert await desk.next_due() == MONDAY + 5 * SECOND
    desk.clock.passes(5 * SECOND)
    assert [await desk.round(), await desk.round()] == [["held"], ["behind"]]


async def test_what_is_due_already_is_not_held(desk: Desk) -> None:
    await desk.put(part("now", due_at=MONDAY), part("before", due_at=MONDAY - SECOND, lane="ben"))

    assert await states() == {"now": "queued", "before": "queued"}
    assert await desk.round() == ["now", "before"]


async def test_what_one_call_puts_into_a_lane_shares_a_place_there(desk: Desk) -> None:
    await desk.put(part("a1"), part("a2"), part("b1", lane="ben"))
    await desk.put(part("a3"))

    assert {name: (await row(name)).seq for name in ("a1", "a2", "b1", "a3")} == {"a1": 1, "a2": 1, "b1": 1, "a3": 2}


async def test_what_replaces_held_parts_takes_their_place(desk: Desk) -> None:
    await desk.put(part("old-1"), part("old-2"))
    await desk.put(part("behind"))
    await DeliveryRow.filter(seq=1).update(state="discarded")

    await desk.put(part("new-1"), part("new-2"), part("new-3"), seq=1)

    assert [await desk.round() for _ in range(4)] == [["new-1"], ["new-2"], ["new-3"], ["behind"]]


async def test_parts_of_one_place_and_number_still_leave_one_by_one(desk: Desk) -> None:
    await desk.put(part("one"))
    await desk.put(part("other"), seq=1)

    assert [await desk.round() for _ in range(2)] == [["one"], ["other"]]


async def test_of_parts_that_show_the_truth_only_one_waits(desk: Desk) -> None:
    await desk.put(truth("1"), truth("2"), truth("elsewhere", lane="other card"))
    await desk.put(truth("3"))

    assert await states() == {"1": "queued", "elsewhere": "queued"}


async def test_a_truth_on_its_way_is_followed_by_a_newer_one(desk: Desk) -> None:
    await desk.put(truth("1"))
    (under_way,) = await desk.take()

    await desk.put(truth("2"))
    await desk.put(truth("3"))
    await desk.outbox.work(under_way)

    assert await states() == {"1": "done", "2": "queued"}


async def test_a_cause_may_put_twice_also_when_something_was_left_out(desk: Desk) -> None:
    await desk.put(truth("1"))

    await desk.put(truth("left out"), part("text"), cause="click")
    await desk.put(part("more"), cause="click")

    assert await states() == {"1": "queued", "text": "queued", "more": "queued"}


# --- putting off


async def test_a_part_that_must_wait_is_tried_again_later_and_later(desk: Desk) -> None:
    desk.far.answers["a"] = [Later("away")] * 3
    await desk.put(part("a"), part("behind"))
    waits = []

    for _ in range(3):
        assert await desk.round() == ["a"]
        due_at = await desk.next_due()
        assert due_at is not None
        waits.append(due_at - desk.clock.now())
        desk.clock.passes(waits[-1])

    assert waits == [SECOND, 2 * SECOND, 4 * SECOND]
    assert (await row("a")).error == "away"
    assert [await desk.round(), await desk.round()] == [["a"], ["behind"]]
    assert (await row("a")).error is None


@pytest.mark.parametrize(
    ("refusal", "wait"), [(Later("429", after=7 * SECOND), 7 * SECOND), (Down("token revoked"), DOWN)]
)
async def test_a_wait_that_the_other_side_asks_for_holds_for_the_budget_and_no_other(
    desk: Desk, refusal: Exception, wait: timedelta
) -> None:
    desk.far.answers["a"] = [refusal]
    await desk.put(part("a", budget="chat"))
    await desk.round()

    await desk.put(part("same", lane="ben", budget="chat"), part("another", lane="cleo", budget="other"))

    assert await desk.round() == ["another"]
    assert await desk.next_due() == MONDAY + wait
    desk.clock.passes(wait)
    assert sorted(await desk.round()) == ["a", "same"]


async def test_a_wait_without_a_budget_pauses_nobody_else(desk: Desk) -> None:
    desk.far.answers["a"] = [Later("429", after=7 * SECOND)]
    await desk.put(part("a"))
    await desk.round()

    await desk.put(part("b", lane="ben"))

    assert await desk.round() == ["b"]


async def test_attempts_that_certainly_did_not_arrive_do_not_count(desk: Desk) -> None:
    desk.far.answers["a"] = [*[Later("an outage")] * (TRIES + 1), Unconfirmed("cut off")]
    desk.far.finds["a"] = [None]
    await desk.put(part("a"))

    for _ in range(TRIES + 4):
        await desk.round()
        desk.clock.passes(timedelta(minutes=1))

    assert await states() == {"a": "done"}


async def test_a_budget_that_is_spent_delays_only_its_own_kind(desk: Desk) -> None:
    slow = [part(f"slow{number}", lane=f"lane{number}", budget="slow") for number in range(3)]
    await desk.put(*slow, part("free", lane="ben", budget="other"))

    assert await desk.round(limit=2) == ["slow0", "free"]
    assert await desk.round() == []
    assert await desk.next_due() == MONDAY + SECOND
    desk.clock.passes(SECOND)
    assert await desk.round() == ["slow1"]


# --- final ends


async def test_a_refused_part_fails_with_its_reason_and_the_lane_goes_on(desk: Desk) -> None:
    desk.far.answers["a"] = [Rejected("The customer blocked us.")]
    await desk.put(part("a"), part("behind"))

    assert [await desk.round(), await desk.round()] == [["a"], ["behind"]]

    failed = await row("a")
    assert (failed.state, failed.error, failed.settled_at) == ("failed", "The customer blocked us.", MONDAY)
    assert desk.far.ended == [("a", Refused("The customer blocked us.")), ("behind", Delivered(key="far-behind"))]


async def test_an_end_and_what_follows_from_it_are_one_transaction(desk: Desk) -> None:
    desk.far.refuses_to_settle = OperationalError("database is locked")
    await desk.put(part("a"))
    (taken,) = await desk.take()

    with pytest.raises(OperationalError):
        await desk.outbox.work(taken)

    assert await states() == {"a": "sending"}
    assert not await SeenRow.exists()


async def test_an_end_that_could_not_be_stored_is_asked_for_when_the_lease_runs_out(desk: Desk) -> None:
    desk.far.refuses_to_settle = ValueError("ours")
    await desk.put(part("a"))
    (taken,) = await desk.take()
    with pytest.raises(ValueError, match="ours"):
        await desk.outbox.work(taken)
    desk.far.refuses_to_settle = None

    assert await desk.next_due() == MONDAY + LEASE
    desk.clock.passes(LEASE)
    await desk.round()

    assert (desk.far.sent, desk.far.asked) == (["a"], ["a"])
    assert await states() == {"a": "done"}


async def test_what_was_decided_meanwhile_is_not_overwritten(desk: Desk) -> None:
    await desk.put(part("a"))
    (taken,) = await desk.take()
    await DeliveryRow.all().update(state="discarded")

    await desk.outbox.work(taken)

    assert await states() == {"a": "discarded"}
    assert desk.far.ended == []


async def test_what_is_taken_back_while_the_next_are_looked_for_does_not_leave(desk: Desk) -> None:
    await desk.put(part("a"))

    async with in_transaction():
        looking = asyncio.create_task(asyncio.sleep(0))
    async with in_transaction():
        await DeliveryRow.all().update(state="discarded")
        await looking

    assert await desk.round() == []


# --- unknown ends


@pytest.mark.parametrize("error", [Unconfirmed("cut off"), KeyError("a fault of ours")])
async def test_after_an_unknown_end_the_other_side_is_asked_a_little_later(desk: Desk, error: Exception) -> None:
    desk.far.answers["a"] = [error]
    await desk.put(part("a"), part("behind"))

    await desk.round()

    assert await states() == {"a": "uncertain", "behind": "queued"}
    assert await desk.round() == []
    assert await desk.next_due() == MONDAY + ASK_AFTER
    desk.clock.passes(ASK_AFTER)
    assert await desk.round() == ["a"]
    assert desk.far.asked == ["a"]
    assert await desk.round() == ["behind"]


async def test_what_is_found_has_arrived_and_is_not_sent_again(desk: Desk) -> None:
    desk.far.answers["a"] = [Unconfirmed("cut off")]
    await desk.put(part("a"))
    await desk.round()

    desk.clock.passes(ASK_AFTER)
    await desk.round()

    assert desk.far.sent == ["a"]
    assert desk.far.ended == [("a", Delivered(key="far-a"))]
    arrived = await row("a")
    assert (arrived.state, arrived.external_key, arrived.error) == ("done", "far-a", None)


async def test_what_is_certainly_not_there_is_sent_again(desk: Desk) -> None:
    desk.far.answers["a"] = [Unconfirmed("cut off")]
    desk.far.finds["a"] = [None]
    await desk.put(part("a"))
    await desk.round()

    desk.clock.passes(ASK_AFTER)
    await desk.round()
    assert await states() == {"a": "queued"}
    await desk.round()

    assert desk.far.sent == ["a", "a"]
    assert await states() == {"a": "done"}


async def test_what_never_arrives_is_given_up_in_the_end(desk: Desk) -> None:
    desk.far.answers["a"] = [Unconfirmed("cut off")] * TRIES
    desk.far.finds["a"] = [None] * TRIES
    await desk.put(part("a"))

    for _ in range(2 * TRIES):
        await desk.round()
        desk.clock.passes(ASK_AFTER)

    assert desk.far.ended == [("a", Refused(f"It did not arrive in {TRIES} attempts."))]
    assert await states() == {"a": "failed"}


async def test_what_nobody_can_tell_is_announced_and_the_lane_goes_on(desk: Desk) -> None:
    desk.far.answers["a"] = [Unconfirmed("cut off")]
    desk.far.finds["a"] = [Unconfirmed("It can't be asked.")]
    await desk.put(part("a"), part("behind"))
    await desk.round()

    desk.clock.passes(ASK_AFTER)
    rounds = [await desk.round(), await desk.round(), await desk.round()]

    assert rounds == [["a"], ["behind"], []]
    assert desk.far.ended[0] == ("a", Unknown("It can't be asked."))
    unknown = await row("a")
    assert (unknown.state, unknown.announced_at, unknown.settled_at) == ("uncertain", desk.clock.now(), None)
    assert await desk.next_due() is None


@pytest.mark.parametrize(
    ("error", "wait"),
    [(Later("away"), ASK_AFTER), (Later("429", after=9 * SECOND), 9 * SECOND), (Down("token revoked"), DOWN)],
)
async def test_who_is_away_is_asked_again_later(desk: Desk, error: Exception, wait: timedelta) -> None:
    desk.far.answers["a"] = [Unconfirmed("cut off")]
    desk.far.finds["a"] = [error]
    await desk.put(part("a"), part("behind"))
    await desk.round()
    desk.clock.passes(ASK_AFTER)

    assert await desk.round() == ["a"]
    assert await desk.round() == []
    assert await desk.next_due() == desk.clock.now() + wait
    desk.clock.passes(wait)
    assert await desk.round() == ["a"]

    assert await states() == {"a": "done", "behind": "queued"}


async def test_a_fault_of_ours_while_asking_leaves_it_to_a_person(desk: Desk) -> None:
    desk.far.answers["a"] = [Unconfirmed("cut off")]
    desk.far.finds["a"] = [KeyError("ours")]
    await desk.put(part("a"), part("behind"))
    await desk.round()

    desk.clock.passes(ASK_AFTER)

    assert [await desk.round(), await desk.round()] == [["a"], ["behind"]]
    assert desk.far.ended[0] == ("a", Unknown("Asking whether it arrived failed (KeyError)."))


async def test_a_locked_database_while_asking_only_delays_the_answer(desk: Desk) -> None:
    desk.far.answers["a"] = [Unconfirmed("cut off")]
    desk.far.finds["a"] = [OperationalError("database is locked")]
    await desk.put(part("a"))
    await desk.round()
    desk.clock.passes(ASK_AFTER)

    with pytest.raises(OperationalError):
        await desk.round()
    desk.clock.passes(LEASE)
    await desk.round()

    assert await states() == {"a": "done"}


async def test_a_part_of_a_kind_that_nobody_sends_does_not_block_its_lane(desk: Desk) -> None:
    await desk.put(part("odd", kind="unheard of"), part("behind"))

    await desk.round()
    desk.clock.passes(ASK_AFTER)

    assert [await desk.round(), await desk.round()] == [["odd"], ["behind"]]
    assert await states() == {"odd": "uncertain", "behind": "done"}


# --- leases and restarts


async def test_parts_that_were_being_sent_at_a_crash_are_asked_for(desk: Desk) -> None:
    await desk.put(part("a"), part("b", lane="ben"))
    await desk.take(limit=1)

    desk.restart()
    await desk.outbox.recover(now=desk.clock.now())

    assert await states() == {"a": "uncertain", "b": "queued"}
    assert await desk.round() == ["b"]
    desk.clock.passes(ASK_AFTER)
    assert await desk.round() == ["a"]
    assert (desk.far.sent, desk.far.asked) == (["b"], ["a"])


async def test_parts_that_were_being_asked_for_at_a_crash_are_asked_for_soon(desk: Desk) -> None:
    desk.far.answers["a"] = [Unconfirmed("cut off")]
    await desk.put(part("a"))
    await desk.round()
    desk.clock.passes(ASK_AFTER)
    await desk.take()

    desk.restart()
    await desk.outbox.recover(now=desk.clock.now())

    assert await desk.next_due() == desk.clock.now() + ASK_AFTER


async def test_a_restart_does_not_touch_what_has_ended_or_waits(desk: Desk) -> None:
    desk.far.answers |= {"failed": [Rejected("no")], "unknown": [Unconfirmed("?")], "later": [Later("away")]}
    desk.far.finds["unknown"] = [Unconfirmed("?")]
    names = ("done", "failed", "unknown", "later")
    await desk.put(*(part(name, lane=name) for name in names), part("held", lane="h", due_at=MONDAY + LEASE))
    await desk.round()
    desk.clock.passes(ASK_AFTER)
    await desk.take()
    before = await states()

    await DeliveryRow.filter(state="sending").update(state="discarded")  # by somebody else, while it was leased
    await desk.outbox.recover(now=desk.clock.now())

    assert await states() == {**before, "later": "discarded"}


async def test_a_lease_that_runs_out_in_our_own_hands_is_left_to_them(desk: Desk) -> None:
    await desk.put(part("a"))
    (taken,) = await desk.take()

    desk.clock.passes(LEASE)
    assert await desk.take() == []
    await desk.outbox.work(taken)

    assert (desk.far.sent, desk.far.asked) == (["a"], [])


async def test_a_part_tells_its_sender_who_it_is(desk: Desk) -> None:
    await desk.put(part("a", budget="chat"))

    (taken,) = await desk.take()

    assert (taken.mark, taken.kind, taken.lane, taken.budget) == (f"part-{taken.id}", "post", "ada", "chat")
    assert (taken.attempts, taken.tried_at) == (0, None)


async def test_a_person_can_have_what_is_uncertain_sent_again(desk: Desk) -> None:
    await desk.put(part("a"))
    await DeliveryRow.all().update(state="uncertain", announced_at=MONDAY, tried_at=MONDAY, kind="send")
    uncertain = await DeliveryRow.get()

    assert await decide.again(uncertain.id, now=desk.clock.now())
    (taken,) = await desk.take()

    assert taken.tried_at is None
