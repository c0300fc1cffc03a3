"""The same service when Slack and Telegram call it over HTTP, and what it refuses there."""

import asyncio
import io
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from datetime import timedelta

import aiohttp
import asyncpg
import pytest

from bot.handlers.slack_http import ROUTE
from bot.handlers.webhooks import LARGEST_BYTES
from bot.sandbox.faults import PlatformError
from tests.database import Kind
from tests.world import PUBLIC, WEBHOOK_SECRET, Customer, Reach, World
from tests.world import world as new_world

SECRET = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
UPDATE = json.dumps({"update_id": 1, "message": {}})


#: what lets every new row of the inbox fail, and what mends it, on SQLite
FULL = ("CREATE TRIGGER no_room BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'full'); END", "DROP TRIGGER no_room")
#: the same on PostgreSQL
FULL_SERVER = (
    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$;"
    "CREATE TRIGGER no_room BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION no_room()",
    "DROP FUNCTION no_room CASCADE",
)


@pytest.fixture
async def world(kind: Kind) -> AsyncIterator[World]:
    async with new_world(reach=Reach.CALLED, kind=kind) as it:
        yield it


@asynccontextmanager
async def without_room(world: World) -> AsyncIterator[None]:
    """The database takes nothing into the inbox, as if its disk were full."""
    if world.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(world.folder / "loket.db", isolation_level=None)) as other:
            other.execute(FULL[0])
            yield
            other.execute(FULL[1])
        return
    server = await asyncpg.connect(world.database_url)
    try:
        await server.execute(FULL_SERVER[0])
        yield
        await server.execute(FULL_SERVER[1])
    finally:
        await server.close()


async def test_a_conversation_runs_over_http_as_over_sockets(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())

    ts = await world.mika.writes("On its way!", under=world.card())
    await world.passes(timedelta(seconds=5))

    assert ada.received[-1] == "On its way!"
    assert world.reactions(ts) == ["white_check_mark"]


async def test_commands_and_modals_are_answered_over_http(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")

    said = await world.mika.commands("/claim #1")
    await world.mika.presses("ticket.reply", on=world.card())
    block = next(block for block in world.mika.modal["blocks"] if block["type"] == "input")
    action = block["element"]["action_id"]
    errors = await world.mika.submits({block["block_id"]: {action: "Tomorrow."}})

    assert "is yours" in said
    assert errors == {}
    assert ada.received[-1] == "Tomorrow."


async def test_slack_may_check_the_address(world: World) -> None:
    assert await world.slack.requests.verifies()


async def test_what_is_delivered_twice_counts_once(world: World) -> None:
    world.telegram.duplicate(2)
    world.slack.duplicate_events = 2
    ada = world.customer()

    await ada.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())
    await world.mika.writes("On its way!", under=world.card())
    await world.passes(timedelta(seconds=5))

    assert len(world.cards()) == 1
    assert ada.received.count("On its way!") == 1


async def test_what_comes_while_we_are_away_comes_later(world: World) -> None:
    ada = world.customer()
    await world.stop()
    world.telegram.writes(ada.id, "Anybody there?")

    await world.start()

    assert len(world.cards()) == 1


async def test_what_the_database_cannot_take_is_answered_503_and_comes_again(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())

    async with without_room(world):
        world.telegram.writes(ada.id, "And my invoice?")
        world.slack.post(world.mika.id, world.channel, "On its way!", thread_ts=world.card())
        await until(lambda: refused(world, "telegram", 503) and refused(world, "slack", 503))
    await world.quiet()
    await world.passes(timedelta(seconds=5))

    assert any("And my invoice?" in text for text in world.thread(world.card()))
    assert ada.received.count("On its way!") == 1


async def test_what_slack_gave_up_while_the_database_was_away_is_found_in_its_thread(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())
    assert world.app is not None
    assert await world.app.catch_up.keep()

    async with without_room(world):
        world.slack.post(world.mika.id, world.channel, "On its way!", thread_ts=world.card())
        await world.slack.quiet()
    assert not await world.app.catch_up.keep()
    await world.app.absence.keep_up()
    await until(lambda: arrived(world, ada, "On its way!"))
    await world.quiet()

    assert [one["event"]["text"] for one in world.slack.hub.lost] == ["On its way!"]
    assert ada.received.count("On its way!") == 1


async def test_an_event_is_not_acknowledged_while_slack_cannot_say_who_we_are(world: World) -> None:
    await world.customer().writes("Where is my order?")
    await world.stop()
    world.slack.faults.plan("auth.test", PlatformError("ratelimited"), times=1000)

    await world.start()
    ts = world.slack.post(world.mika.id, world.channel, "// seen", thread_ts=world.card())
    await until(lambda: refused(world, "slack", 503))
    world.slack.faults.clear()
    await world.quiet()

    assert world.reactions(ts) == ["lock"]


# Refusals


def arrived(world: World, customer: Customer, text: str) -> bool:
    """Whether the customer has it; as long as not, time passes."""
    world.clock.passes(timedelta(seconds=0.2))
    return text in customer.received


def refused(world: World, part: str, status: int) -> bool:
    """Whether it was counted."""
    assert world.app is not None
    health = world.app.health[part]
    return int(health.details.get(f"answered_{status}", "0")) > 0


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(2000):
        if holds():
            return
        await asyncio.sleep(0.005)
    pytest.fail("it never came so far")


async def posts(world: World, path: str, body: str | bytes, headers: Mapping[str, str]) -> int:
    """What we answer to somebody."""
    data = body.encode() if isinstance(body, str) else body
    async with (
        aiohttp.ClientSession() as session,
        session.post(world.address + path, data=io.BytesIO(data), headers=headers) as answer,
    ):
        return answer.status


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (UPDATE, {}, 401),
        (UPDATE, {"X-Telegram-Bot-Api-Secret-Token": "guessed"}, 403),
        (UPDATE, {"X-Telegram-Bot-Api-Secret-Token": "ü"}, 403),
        ("", SECRET, 400),
        ("{", SECRET, 400),
        ("[]", SECRET, 400),
        ("{}", SECRET, 400),
        (b"\xff\xfe", SECRET, 400),
        ("[" * 100_000, SECRET, 400),
        ('{"update_id": 5, "message": ' + "[" * 500 + "]" * 500 + "}", SECRET, 400),
        ("x" * (LARGEST_BYTES + 1), SECRET, 413),
    ],
    ids=lambda value: repr(value)[:20],
)
async def test_what_telegram_would_not_send_is_refused_and_counted(
    world: World, body: str | bytes, headers: Mapping[str, str], status: int
) -> None:
    assert await posts(world, "/webhooks/telegram", body, headers) == status
    assert refused(world, "telegram", status)
    assert world.cards() == []


async def test_an_update_of_an_unknown_kind_is_kept_and_shown(world: World) -> None:
    body = json.dumps({"update_id": 5, "a_new_kind": {"from": {"id": 1001}}})

    status = await posts(world, "/webhooks/telegram", body, SECRET)
    await world.quiet()

    assert status == 200
    assert any("could not be read" in message["text"] for message in world.slack.messages(world.channel))


async def test_only_what_is_called_listens(kind: Kind) -> None:
    async with new_world(kind=kind) as fetching:
        assert await posts(fetching, "/webhooks/pigeon", UPDATE, SECRET) == 404
        assert await posts(fetching, "/webhooks/telegram", UPDATE, SECRET) == 404
        assert await posts(fetching, ROUTE, "{}", {}) == 404


@pytest.mark.parametrize("forged", ["signature", "timestamp"])
async def test_what_slack_did_not_just_sign_changes_nothing(world: World, forged: str) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())

    world.slack.requests.forged = "signature" if forged == "signature" else "timestamp"
    await world.mika.writes("On its way!", under=world.card())
    said = await world.mika.commands("/close #1")
    await world.passes(timedelta(seconds=5))

    assert "On its way!" not in ada.received
    assert "dispatch_failed" in said
    assert len(world.slack.hub.lost) > 0
    assert refused(world, "slack", 401)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "1795424400", "X-Slack-Signature": "ü"},
    ],
)
async def test_a_signature_of_no_such_form_is_none(world: World, headers: Mapping[str, str]) -> None:
    assert await posts(world, ROUTE, "ssl_check=1&token=x", headers) == 401


@pytest.mark.parametrize(
    "body", ["{", "[]", '"x"', "[" * 100_000, "payload=[", "payload=5"], ids=lambda body: body[:10]
)
async def test_a_signed_body_that_is_no_request_is_refused(world: World, body: str) -> None:
    kind = "interactive" if body.startswith("payload") else "events_api"

    status, _ = await world.slack.requests.post(PUBLIC + ROUTE, body, kind=kind, headers={})

    assert status == 400


async def test_a_body_that_is_too_large_is_not_even_checked(world: World) -> None:
    assert await posts(world, ROUTE, "x" * (LARGEST_BYTES + 1), {}) == 413
