"""A message is followed through the log by its id, and the log holds no word of anybody."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import structlog

from bot.logs import LogFormat, LogLevel, configure
from bot.sandbox.faults import PlatformError, Reset, ServerError, Throttled
from tests.database import Kind
from tests.flows.test_whatsapp import whatsapp_world
from tests.world import World
from tests.world import world as new_world

HOLD = timedelta(seconds=5)
PHONE = "6281200001"
Lines = list[dict[str, Any]]


@pytest.fixture
def log() -> Iterator[Callable[[], Lines]]:
    """Writes the log as the service does, from DEBUG on; gives all lines so far."""
    root, ours, written = logging.getLogger(), logging.getLogger("bot"), StringIO()
    handlers, level, our_level = root.handlers[:], root.level, ours.level
    configure(log_format=LogFormat.JSON, level=LogLevel.DEBUG)
    (handler,) = (one for one in root.handlers if one.name == "loket")
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    ours.setLevel(our_level)
    structlog.reset_defaults()


def about(lines: Lines, name: str) -> Lines:
    """What one finds by an id."""
    return [line for line in lines if name in {line.get("id"), line.get("origin")}]


def story(lines: Lines) -> list[str]:
    """The lines in short, in their order."""
    return [
        " ".join([line["event"], *line.get("events", []), *([line["kind"]] if "kind" in line else [])])
        for line in lines
    ]


async def test_a_customers_message_is_followed_to_the_thread(kind: Kind, log: Callable[[], Lines]) -> None:
    async with new_world(kind=kind) as world:
        ada = world.customer()
        await ada.writes("Where is my order?")
        await ada.writes("Hello?")

    first, second = about(log(), "in-1"), about(log(), "in-2")
    assert story(first)[:2] == ["ticket.changed TicketOpened", "inbox.done"]
    assert set(story(first)[2:]) >= {"outbox.delivered open_thread", "outbox.delivered send"}
    assert story(second) == ["ticket.changed CustomerWrote", "inbox.done", "outbox.delivered post_message"]
    assert {line["ticket"] for line in (*first, *second)} == {1}
    assert {line["source"] for line in first if "source" in line} == {"telegram"}


async def test_an_agents_text_is_followed_to_the_customers_receipt(kind: Kind, log: Callable[[], Lines]) -> None:
    async with whatsapp_world(kind) as desk:
        ada = desk.whatsapp.add_person("Ada", phone=PHONE)
        desk.whatsapp.writes(ada, "Where is my order?")
        await desk.quiet()
        await desk.mika.presses("ticket.claim", on=desk.card())
        before = len(log())
        await desk.mika.writes("On its way", under=desk.card())
        await desk.passes(HOLD)
        desk.whatsapp.reads(ada)
        await desk.quiet()

    said = next(line["id"] for line in log()[before:] if line["event"] == "inbox.done" and line["source"] == "slack")
    found = about(log(), said)
    steps = story(found)
    assert steps[:2] == ["ticket.changed ReplyQueued", "inbox.done"]
    assert [step for step in steps[2:] if step not in {"inbox.done", "outbox.delivered update_card"}] == [
        "outbox.delivered show_receipt",  # the hourglass
        "ticket.changed ReplyAccepted send",
        "outbox.delivered send",
        "outbox.delivered show_receipt",  # the channel has it
        "outbox.delivered show_receipt",  # the customer has read it
    ]
    sent = next(line for line in found if line.get("kind") == "send")
    reported = [line for line in found if line.get("source") == "whatsapp"]
    assert {line["part"] for line in reported} == {sent["id"]}
    assert {line["ticket"] for line in found if line not in reported} == {1}


async def test_what_a_command_sends_is_followed_too(world: World, log: Callable[[], Lines]) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.commands("/reply 1 On its way")

    (asked,) = [line for line in log() if line.get("verb") == "reply"]
    found = about(log(), asked["id"])
    assert asked["id"].startswith("do-")
    assert {"outbox.delivered send", "outbox.delivered post_message", "outbox.delivered show_receipt"} <= set(
        story(found)
    )
    assert {line["ticket"] for line in found} == {1}
    assert ada.received[-1] == "On its way"


async def test_a_failure_is_found_by_the_id_of_what_failed(world: World, log: Callable[[], Lines]) -> None:
    ada = world.customer()
    world.slack.faults.plan("chat.postMessage", Throttled(retry_after_s=3))
    world.telegram.writes(ada.id, "Where is my order?")
    world.telegram.blocks(ada.id)
    await world.quiet()
    await world.passes(timedelta(seconds=3))

    steps = story(about(log(), "in-1"))
    assert "outbox.later open_thread" in steps
    assert "outbox.delivered open_thread" in steps
    assert "outbox.refused send" in steps


async def test_every_line_of_a_working_desk_says_what_it_is_about(world: World, log: Callable[[], Lines]) -> None:
    ada = world.customer()
    before = len(log())
    await ada.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())
    await world.mika.writes("On its way", under=world.card())
    await world.passes(HOLD)
    await world.mika.commands("/close 1 sent")
    await world.passes(HOLD * 3)

    assert len(log()) > before + 10
    assert [line for line in log()[before:] if "id" not in line] == []


async def test_nobodys_words_names_numbers_or_tokens_are_logged(kind: Kind, log: Callable[[], Lines]) -> None:
    secrets = ["My password is hunter2", "Adalberta", PHONE, "We looked it up", "a rude word", "resolved by magic"]
    async with whatsapp_world(kind) as desk:
        ada = desk.whatsapp.add_person("Adalberta", phone=PHONE)
        desk.slack.faults.plan("chat.postMessage", ServerError(performed=True))
        desk.slack.faults.plan("chat.update", PlatformError("internal_error"))
        desk.slack.faults.plan("users.info", PlatformError("fatal_error"))
        desk.whatsapp.faults.plan("messages", Reset(performed=True))
        desk.whatsapp.writes(ada, secrets[0])
        await desk.quiet()
        await desk.passes(HOLD)
        await desk.mika.presses("ticket.claim", on=desk.card())
        desk.whatsapp.faults.plan("messages", Throttled(retry_after_s=1))
        await desk.mika.writes(secrets[3], under=desk.card())
        await desk.mika.writes(f"// {secrets[4]}", under=desk.card())
        await desk.passes(HOLD)
        await desk.mika.commands(f"/close 1 {secrets[5]}")
        await desk.passes(HOLD * 3)
        desk.whatsapp.reads(ada)
        await desk.quiet()
        tokens = [desk.slack.bot_token, desk.slack.app_token, desk.whatsapp.token, desk.whatsapp.app_secret]

    text = json.dumps(log(), ensure_ascii=False)
    assert any(line["level"] == "warning" for line in log())
    assert [word for word in (*secrets, *tokens) if word in text] == []
    assert "outbox.delivered" in text
