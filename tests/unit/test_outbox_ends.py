"""How a part ended is stored with what follows from it; where nobody knows, it is asked for and never sent blindly."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tortoise.exceptions import OperationalError

from bot.delivery.outbox import ASK_AFTER, DOWN, FAULTY_TRIES, LEASE, SETTLE_PAUSE, TRIES
from bot.delivery.ports import Delivered, Refused, Unknown
from bot.errors import Down, Later, Rejected, Unconfirmed
from bot.models.rows import DeliveryRow, SeenRow
from tests.clock import MONDAY
from tests.database import Kind, fresh_database
from tests.outgoing import SECOND, Desk, part, row, states


@pytest.fixture
async def desk(tmp_path: Path, kind: Kind) -> AsyncIterator[Desk]:
    async with fresh_database(tmp_path / "loket.db", kind):
        yield Desk()


async def test_a_refused_part_fails_with_its_reason_and_the_lane_goes_on(desk: Desk) -> None:
    desk.far.answers["a"] = [Rejected("The customer blocked us.")]
    await desk.put(part("a"), part("behind"))

    assert [await desk.round(), await desk.round()] == [["a"], ["behind"]]

    failed = await row("a")
    assert (failed.state, failed.error, failed.settled_at) == ("failed", "The customer blocked us.", MONDAY)
    assert desk.far.ended == [("a", Refused("The customer blocked us.")), ("behind", Delivered(key="far-behind"))]


async def test_an_end_and_what_follows_from_it_are_one_transaction(desk: Desk) -> None:
    desk.far.refuses_to_settle = ValueError("ours")
    await desk.put(part("a"))
    (taken,) = await desk.take()

    with pytest.raises(ValueError, match="ours"):
        await desk.outbox.work(taken)

    assert await states() == {"a": "sending"}
    assert not await SeenRow.exists()


async def test_an_end_that_is_known_is_stored_as_soon_as_the_database_takes_it(desk: Desk) -> None:
    desk.far.refuses_to_settle = OperationalError("database is locked")
    await desk.put(part("a"))
    (taken,) = await desk.take()

    working = asyncio.create_task(desk.outbox.work(taken))
    await desk.clock.is_waited_for()
    desk.far.refuses_to_settle = None
    desk.clock.passes(SETTLE_PAUSE)
    await working

    assert (desk.far.sent, desk.far.asked) == (["a"], [])
    assert await states() == {"a": "done"}


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


@pytest.mark.parametrize(("error", "tries"), [(Unconfirmed("cut off"), TRIES), (KeyError("ours"), FAULTY_TRIES)])
async def test_what_never_arrives_is_given_up_in_the_end(desk: Desk, error: Exception, tries: int) -> None:
    desk.far.answers["a"] = [error] * 2
    desk.far.finds["a"] = [None] * 2
    await desk.put(part("a"))
    await DeliveryRow.all().update(attempts=tries - 2)

    ended = []
    for _ in range(2):
        await desk.round()
        desk.clock.passes(ASK_AFTER)
        await desk.round()
        ended.append(list(desk.far.ended))
        desk.clock.passes(timedelta(minutes=1))

    assert ended == [[], [("a", Refused(f"It did not arrive in {tries} attempts."))]]
    assert await states() == {"a": "failed"}


async def test_the_pauses_between_attempts_in_vain_grow_to_a_minute(desk: Desk) -> None:
    desk.far.answers["a"] = [Unconfirmed("cut off")] * 9
    desk.far.finds["a"] = [None] * 9
    await desk.put(part("a"))

    pauses = []
    for _ in range(9):
        await desk.round()
        desk.clock.passes(ASK_AFTER)
        await desk.round()
        pauses.append(((await row("a")).due_at - desk.clock.now()) // SECOND)
        desk.clock.passes(timedelta(minutes=1))

    assert pauses == [0, 1, 2, 4, 8, 16, 32, 60, 60]


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
