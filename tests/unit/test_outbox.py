"""What must leave does so in order per lane, at the pace of its budget, and not before its time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tortoise.transactions import in_transaction

from bot.delivery.outbox import DOWN, FILES_AT_ONCE, LOOK, REMEMBERED, TRIES
from bot.delivery.ports import FILE
from bot.errors import Down, Later, Unconfirmed
from bot.models.rows import DeliveryRow
from tests.clock import MONDAY
from tests.database import Kind, fresh_database
from tests.outgoing import SECOND, Desk, part, row, states, truth


@pytest.fixture
async def desk(tmp_path: Path, kind: Kind) -> AsyncIterator[Desk]:
    async with fresh_database(tmp_path / "loket.db", kind):
        yield Desk()


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


async def test_a_lane_with_much_to_send_takes_turns_with_the_others(desk: Desk) -> None:
    await desk.put(part("a1"), part("a2"))
    desk.clock.passes(SECOND)
    await desk.put(part("b1", lane="ben"))
    desk.clock.passes(SECOND)

    assert [await desk.round(limit=1) for _ in range(3)] == [["a1"], ["b1"], ["a2"]]


async def test_behind_a_thousand_parts_of_one_nobody_else_waits_and_their_order_holds(desk: Desk) -> None:
    waiting = {"lane": "ada", "kind": "post", "state": "queued", "due_at": MONDAY, "created_at": MONDAY, "cause": "c"}
    rows = [DeliveryRow(**waiting, seq=n + 1, part=n, payload={"name": f"a{n}"}) for n in range(1000)]
    await DeliveryRow.bulk_create(rows)
    served = [name for _ in range(3) for name in await desk.round(limit=1)]
    desk.clock.passes(SECOND)
    await desk.put(part("b", lane="ben"), part("c", lane="cleo"))

    for _ in range(4):
        served += await desk.round(limit=1)
        desk.clock.passes(SECOND)

    assert {"b", "c"} < {*served}
    assert [name for name in served if name.startswith("a")] == [f"a{number}" for number in range(5)]


async def test_files_leave_room_for_texts(desk: Desk) -> None:
    for number in range(FILES_AT_ONCE + 2):
        await desk.put(replace(part(f"f{number}", lane=f"f{number}"), payload={"name": f"f{number}", FILE: number}))
    desk.clock.passes(SECOND)
    await desk.put(part("text"))

    taken = await desk.take()
    none_fits = await desk.take()
    await desk.outbox.work(taken[0])
    next_one = await desk.take()

    assert [part.payload["name"] for part in taken] == [*(f"f{number}" for number in range(FILES_AT_ONCE)), "text"]
    assert none_fits == []
    assert [part.payload["name"] for part in next_one] == [f"f{FILES_AT_ONCE}"]


async def test_who_was_served_long_ago_is_forgotten(desk: Desk) -> None:
    desk.outbox._served_at |= {f"lane {number}": MONDAY for number in range(LOOK + 1)}  # too slow to do in earnest

    desk.clock.passes(REMEMBERED)
    await desk.put(part("late"))
    await desk.take(limit=1)

    assert list(desk.outbox._served_at) == ["ada"]


async def test_a_held_part_waits_until_it_is_due_and_keeps_its_place(desk: Desk) -> None:
    await desk.put(part("held", due_at=MONDAY + 5 * SECOND))
    await desk.put(part("behind"))

    assert await states() == {"held": "held", "behind": "queued"}
    assert await desk.round() == []
    assert await desk.next_due() == MONDAY + 5 * SECOND
    desk.clock.passes(5 * SECOND)
    assert [await desk.round(), await desk.round()] == [["held"], ["behind"]]


async def test_a_held_part_waits_on_while_its_hold_is_said_not_to_be_over(desk: Desk) -> None:
    await desk.put(part("held", due_at=MONDAY + SECOND))
    await desk.put(part("behind"))
    await desk.put(part("elsewhere", due_at=MONDAY + SECOND, lane="ben"))
    desk.holds.longer = {"held"}
    desk.clock.passes(SECOND)

    assert [await desk.round(), await desk.round()] == [["elsewhere"], []]
    desk.holds.longer.clear()
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


async def test_a_whole_that_is_spent_delays_all_its_chats_and_nobody_else(desk: Desk) -> None:
    far = [part(f"far{number}", lane=f"lane{number}", budget=f"far:{number}") for number in range(4)]
    await desk.put(*far, part("free", lane="ben", budget="fa"))

    assert await desk.round() == ["far0", "far1", "free"]
    assert await desk.round() == []
    assert await desk.next_due() == MONDAY + SECOND
    desk.clock.passes(SECOND)
    assert await desk.round() == ["far2"]


# --- side by side with decisions


async def test_a_held_part_is_either_taken_back_or_leaves_but_never_both(desk: Desk) -> None:
    await desk.put(part("a", due_at=MONDAY + SECOND))
    desk.clock.passes(SECOND)
    looking = asyncio.create_task(desk.take())
    await asyncio.sleep(0)  # its question is on its way

    async with in_transaction():
        taken_back = await DeliveryRow.filter(state="held").update(state="discarded")

    assert taken_back + len(await looking) == 1


async def test_a_part_tells_its_sender_who_it_is(desk: Desk) -> None:
    await desk.put(part("a", budget="chat"))

    (taken,) = await desk.take()

    assert (taken.mark, taken.kind, taken.lane, taken.budget) == (f"part-{taken.id}", "post", "ada", "chat")
    assert (taken.attempts, taken.tried_at) == (0, None)


async def test_after_the_clock_was_set_forward_only_what_waits_for_no_time_leaves(desk: Desk) -> None:
    await desk.put(part("held", lane="ada", due_at=MONDAY + SECOND), part("text", lane="ben"))
    desk.far.answers["text"] = [Unconfirmed("?"), Later("!")]
    await desk.round()
    desk.clock.passes(timedelta(hours=1))
    await desk.put(part("new", lane="cy"))

    desk.holds.still = 5 * SECOND
    assert await desk.round() == ["new"]
    assert await desk.next_due() == desk.clock.now() + 5 * SECOND

    desk.holds.still = timedelta(0)
    assert sorted(await desk.round()) == ["held", "text"]
