"""What a failed delivery to Slack means, and what is found when it is asked what arrived."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.ports import Delivered, Part
from bot.errors import DeliveryError, Down, Later, Rejected, Unconfirmed
from bot.metrics import untold
from bot.sandbox.faults import Fault, PlatformError, Reset, ServerError, Throttled, TooDeep
from bot.slack.client import client
from bot.slack.errors import writing
from bot.slack.posting import PAGE
from tests.database import Kind
from tests.slack_world import NOON, World, in_slack, with_a_card


@pytest.fixture
async def world(tmp_path: Path, kind: Kind) -> AsyncIterator[World]:
    async with in_slack(tmp_path, kind) as world:
        yield world


@pytest.fixture
async def desk(tmp_path: Path, kind: Kind) -> AsyncIterator[World]:
    async with with_a_card(tmp_path, kind) as world:
        yield world


# --- what each failure means

FAULTS = [
    (Throttled(retry_after_s=7), Later),
    (PlatformError("ratelimited"), Later),
    (PlatformError("service_unavailable"), Later),
    (PlatformError("internal_error"), Unconfirmed),
    (PlatformError("fatal_error"), Unconfirmed),
    (PlatformError("request_timeout"), Unconfirmed),
    (ServerError(status=502), Unconfirmed),
    (ServerError(status=500), Unconfirmed),
    (ServerError(status=407), Later),
    (Reset(performed=False), Unconfirmed),
    (Reset(performed=True), Unconfirmed),
    (TooDeep(), Unconfirmed),
    (PlatformError("token_revoked"), Down),
    (PlatformError("missing_scope"), Down),
    (PlatformError("not_in_channel"), Down),
    (PlatformError("is_archived"), Down),
    (PlatformError("invalid_blocks"), Rejected),
    (PlatformError("thread_not_found"), Rejected),
]


@pytest.mark.parametrize(("fault", "kind"), FAULTS, ids=str)
async def test_a_failed_post_is_sorted_by_its_cause(world: World, fault: Fault, kind: type[DeliveryError]) -> None:
    await world.opened()
    world.slack.faults.plan("chat.postMessage", fault)

    with pytest.raises(DeliveryError) as caught:
        await world.surface.send(world.part("open_thread"))

    assert type(caught.value) is kind
    assert "xoxb" not in str(caught.value)


async def test_throttling_says_how_long_to_wait(world: World) -> None:
    await world.opened()
    world.slack.faults.plan("chat.postMessage", Throttled(retry_after_s=7))

    with pytest.raises(Later) as caught:
        await world.surface.send(world.part("open_thread"))

    assert caught.value.after == timedelta(seconds=7)


async def test_a_slack_that_is_not_there_is_tried_later(desk: World) -> None:
    part = desk.part("post_message", await desk.message("hello?"))
    await desk.slack.stop()
    for _ in range(10):  # until our end has noticed; before, it could not know whether the post went through
        await asyncio.sleep(0)

    with pytest.raises(Later):
        await desk.surface.send(part)


async def test_an_answer_that_never_comes_leaves_doubt(world: World) -> None:
    gate = world.slack.faults.hold("chat.postMessage", performed=False)
    address = {"token": world.slack.bot_token, "api_url": world.slack.api_url}

    async with client(**address, told=untold, answer_s=0.1) as impatient:
        with pytest.raises(Unconfirmed):
            await writing(impatient.chat_postMessage(channel=world.desk, text="hello"))

    gate.release()


@pytest.mark.parametrize("method", ["chat.update", "reactions.add"])
async def test_what_only_shows_a_state_is_shown_again_when_no_answer_comes(desk: World, method: str) -> None:
    message = await desk.by_mika("On its way", slack_ts=desk.ticket.thread_ts, receipt="waiting")
    gate = desk.slack.faults.hold(method, performed=False)
    address = {"token": desk.slack.bot_token, "api_url": desk.slack.api_url}
    part = desk.part("update_card") if method == "chat.update" else desk.part("show_receipt", message)

    async with client(**address, told=untold, answer_s=0.3) as impatient:
        desk.client = impatient
        desk.configured()
        with pytest.raises(Later):
            await desk.surface.send(part)

    gate.release()


async def test_a_card_that_can_not_be_drawn_does_not_stop_those_of_other_desks(desk: World) -> None:
    desk.slack.faults.plan("chat.update", PlatformError("is_archived"))

    with pytest.raises(Later) as caught:
        await desk.surface.send(desk.part("update_card"))

    assert caught.value.after is None


# --- asking what arrived


def asked(part: Part) -> Part:
    return replace(part, tried_at=NOON)


async def test_a_card_whose_answer_was_lost_is_found_by_its_mark(world: World) -> None:
    await world.opened()
    part = world.part("open_thread")
    world.slack.faults.plan("chat.postMessage", Reset(performed=True))
    with pytest.raises(Unconfirmed):
        await world.surface.send(part)

    found = await world.surface.find(asked(part))

    (root,) = world.roots()
    assert found is not None
    assert found.key == root["ts"]
    assert {**found.facts, "version": None} == {"channel": world.desk, "ts": root["ts"], "version": None}
    assert found.facts["version"] != world.ticket.version, "it may have been drawn before the last change"


async def test_a_post_whose_answer_was_lost_is_found_behind_other_posts(desk: World) -> None:
    for number in range(PAGE + 1):
        desk.slack.post(desk.budi, desk.desk, f"message {number}", thread_ts=desk.ticket.thread_ts)
    part = desk.part("post_message", await desk.message("hello?"))
    delivered = await desk.surface.send(part)

    assert await desk.surface.find(asked(part)) == delivered


async def test_what_was_not_posted_is_not_found(desk: World) -> None:
    part = desk.part("post_message", await desk.message("hello?"))
    desk.slack.faults.plan("chat.postMessage", Reset(performed=False))
    with pytest.raises(Unconfirmed):
        await desk.surface.send(part)

    assert await desk.surface.find(asked(part)) is None
    assert await desk.surface.find(asked(desk.part("open_thread"))) is None


async def test_an_alarm_is_found_in_the_desks_channel(desk: World) -> None:
    made = desk.part("post_alarm", name="parked", words={"source": "telegram", "id": "in-12"})
    part = replace(made, ticket=None, lane="desk:Support")
    delivered = await desk.surface.send(part)

    found = await desk.surface.find(asked(part))

    assert found is not None
    assert found.key == delivered.key


async def test_what_only_shows_a_state_is_shown_again_and_a_hint_never(desk: World) -> None:
    message = await desk.by_mika("hm", direction="note")

    assert await desk.surface.find(asked(desk.part("update_card"))) is None
    assert await desk.surface.find(asked(desk.part("show_receipt", message))) is None
    assert await desk.surface.find(asked(desk.whisper(message, to=desk.mika))) == Delivered()


async def test_a_post_is_found_although_slacks_clock_is_hours_behind_ours(desk: World) -> None:
    part = desk.part("post_message", await desk.message("hello?"))
    await desk.surface.send(part)

    found = await desk.surface.find(replace(part, attempts=1, tried_at=NOON + timedelta(hours=14)))

    assert found is not None


@pytest.mark.parametrize(
    "fault", [Reset(performed=True), ServerError(), PlatformError("not_in_channel"), Throttled()], ids=str
)
async def test_a_question_that_is_not_answered_is_asked_again(desk: World, fault: Fault) -> None:
    desk.slack.faults.plan("conversations.replies", fault, times=2)  # aiohttp repeats a reset GET once

    with pytest.raises(Later):
        await desk.surface.find(asked(desk.part("post_message", await desk.message("hello?"))))


async def test_a_desk_whose_channel_is_not_found_is_asked_for_again(world: World) -> None:
    await world.opened()
    del world.slack.workspace.channels[world.desk]

    with pytest.raises(Later, match="#support"):
        await world.surface.find(asked(world.part("open_thread")))


async def test_nothing_is_found_in_a_thread_that_is_gone(desk: World) -> None:
    desk.ticket.thread_ts = "1.000001"
    await desk.ticket.save()

    assert await desk.surface.find(asked(desk.part("post_notice"))) is None
