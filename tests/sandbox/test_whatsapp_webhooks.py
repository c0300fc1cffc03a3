"""The bot is told of everything, signed, until it has taken it; order and number are not promised."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.whatsapp import WhatsAppSandbox

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Listener:
    """The bot's address, which answers as it is told."""

    def __init__(self, sandbox: WhatsAppSandbox) -> None:
        self.sandbox = sandbox
        self.bodies: list[dict[str, Any]] = []  #: those that were taken
        self.answers: list[int] = []  #: what to answer next; then 200
        self.refused = asyncio.Event()
        self.questions = 0
        self.challenge: str | None = None  #: what to answer instead

    async def get(self, request: web.Request) -> web.Response:
        self.questions += 1
        assert request.query["hub.verify_token"] == self.sandbox.verify_token
        return web.Response(text=self.challenge or request.query["hub.challenge"])

    async def post(self, request: web.Request) -> web.Response:
        body = await request.read()
        right = hmac.new(self.sandbox.app_secret.encode(), body, hashlib.sha256).hexdigest()
        if request.headers["X-Hub-Signature-256"] != f"sha256={right}":
            return web.Response(status=403)
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.bodies.append(json.loads(body))
        else:
            self.refused.set()
        return web.Response(status=status)

    @property
    def changes(self) -> list[dict[str, Any]]:
        return [change for body in self.bodies for entry in body["entry"] for change in entry["changes"]]

    def items(self, name: str) -> list[dict[str, Any]]:
        return [item for change in self.changes for item in change["value"].get(name, [])]

    def texts(self) -> list[str]:
        return [item["text"]["body"] for item in self.items("messages") if item["type"] == "text"]


class Time:
    now = NOON


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def sandbox(time: Time) -> AsyncIterator[WhatsAppSandbox]:
    async with WhatsAppSandbox(clock=lambda: time.now, redeliver_after_s=(0.005,)) as running:
        yield running


@pytest.fixture
async def listener(sandbox: WhatsAppSandbox) -> AsyncIterator[Listener]:
    it = Listener(sandbox)
    app = web.Application()
    app.router.add_get("/hook", it.get)
    app.router.add_post("/hook", it.post)
    async with TestServer(app) as server:
        sandbox.webhook_url = str(server.make_url("/hook"))
        yield it


async def answered(sandbox: WhatsAppSandbox, **more: Any) -> str:
    """The bot writes to Ada."""
    body = {"messaging_product": "whatsapp", "to": "62812", "type": "text", "text": {"body": "hi"}, **more}
    url = f"{sandbox.api_url}/v26.0/{sandbox.phone_number_id}/messages"
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as answer:
        return str((await answer.json())["messages"][0]["id"])


def ada(sandbox: WhatsAppSandbox, **more: Any) -> int:
    return sandbox.add_person("Ada", phone="62812", bsuid="ID.1", **more)


async def test_a_message_comes_in_its_envelope(sandbox: WhatsAppSandbox, listener: Listener) -> None:
    sandbox.writes(ada(sandbox), "hello 😀")
    await sandbox.quiet()

    (body,) = listener.bodies
    value = body["entry"][0]["changes"][0]["value"]
    assert body["object"] == "whatsapp_business_account"
    assert value["metadata"]["phone_number_id"] == sandbox.phone_number_id
    assert value["contacts"] == [{"profile": {"name": "Ada"}, "wa_id": "62812", "user_id": "ID.1"}]
    (message,) = value["messages"]
    assert (message["from"], message["from_user_id"], message["timestamp"]) == ("62812", "ID.1", "1795262400")
    assert (message["type"], message["text"]) == ("text", {"body": "hello 😀"})


async def test_the_address_is_asked_once_and_nothing_is_told_to_another(
    sandbox: WhatsAppSandbox, listener: Listener
) -> None:
    listener.challenge = "something else"
    sandbox.writes(ada(sandbox), "hello")
    assert not await sandbox.verify()
    assert listener.bodies == []

    listener.challenge = None
    await sandbox.quiet()
    sandbox.writes(ada(sandbox), "again")
    questions = listener.questions
    await sandbox.quiet()

    assert listener.texts() == ["hello", "again"]
    assert listener.questions == questions


async def test_what_is_not_taken_comes_again_and_lets_the_others_pass(
    sandbox: WhatsAppSandbox, listener: Listener
) -> None:
    listener.answers = [503, 200]
    person = ada(sandbox)

    sandbox.writes(person, "one")
    sandbox.writes(person, "two")
    await sandbox.quiet()

    assert listener.texts() == ["two", "one"]


async def test_what_nobody_takes_is_given_up_after_a_week(
    sandbox: WhatsAppSandbox, listener: Listener, time: Time
) -> None:
    listener.answers = [500] * 1000
    sandbox.writes(ada(sandbox), "hello")
    await listener.refused.wait()

    time.now += timedelta(days=7)
    await sandbox.quiet()

    assert listener.texts() == []


async def test_what_is_not_taken_yet_can_be_seen(sandbox: WhatsAppSandbox, listener: Listener) -> None:
    person = ada(sandbox)
    sandbox.webhooks.is_held = True
    sandbox.writes(person, "hello")

    (body,) = sandbox.webhooks.untaken
    sandbox.webhooks.is_held = False
    await sandbox.quiet()

    assert b"hello" in body
    assert listener.texts() == ["hello"]
    assert sandbox.webhooks.untaken == ()


async def test_a_wrong_signature_is_followed_by_the_right_one(sandbox: WhatsAppSandbox, listener: Listener) -> None:
    sandbox.tamper(2)

    sandbox.writes(ada(sandbox), "hello")
    await sandbox.quiet()

    assert sandbox.webhooks.answers == [403, 403, 200]
    assert listener.texts() == ["hello"]


async def test_things_come_twice_and_in_another_order_on_demand(sandbox: WhatsAppSandbox, listener: Listener) -> None:
    person = ada(sandbox)
    sandbox.duplicate(1)

    with sandbox.reordered():
        sandbox.writes(person, "one")
        sandbox.writes(person, "two")
    await sandbox.quiet()

    assert listener.texts() == ["two", "two", "one", "one"]


async def test_a_batch_has_several_entries_changes_and_messages(sandbox: WhatsAppSandbox, listener: Listener) -> None:
    person = ada(sandbox)

    with sandbox.batch():
        for number in range(6):
            sandbox.writes(person, f"{number}")
        sandbox.other_number_writes("not yours")
    await sandbox.quiet()

    (body,) = listener.bodies
    assert [len(entry["changes"]) for entry in body["entry"]] == [2, 2]
    assert [len(change["value"]["messages"]) for change in listener.changes] == [2, 2, 2, 1]
    assert listener.changes[-1]["value"]["metadata"]["phone_number_id"] != sandbox.phone_number_id


async def test_a_message_of_the_bot_is_sent_delivered_and_read(sandbox: WhatsAppSandbox, listener: Listener) -> None:
    person = ada(sandbox)
    sandbox.writes(person, "hello")
    sandbox.goes_offline(person)

    number = await answered(sandbox, biz_opaque_callback_data="part-7")
    sandbox.comes_online(person)
    sandbox.reads(person)
    sandbox.reads(person)
    await sandbox.quiet()

    statuses = listener.items("statuses")
    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    for status in statuses:
        assert (status["id"], status["biz_opaque_callback_data"]) == (number, "part-7")
        assert (status["recipient_id"], status["recipient_user_id"]) == ("62812", "ID.1")


async def test_a_window_that_shows_late_is_a_failed_status(
    sandbox: WhatsAppSandbox, listener: Listener, time: Time
) -> None:
    sandbox.messages.refuses_late = True
    person = ada(sandbox)
    sandbox.writes(person, "hello")
    time.now += timedelta(days=2)

    await answered(sandbox)
    await sandbox.quiet()

    (status,) = listener.items("statuses")
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131047)
    assert "recipient_user_id" not in status  # as documented for what was sent to a phone number
    assert sandbox.received(person) == []


async def test_who_has_a_username_shows_no_phone_number(sandbox: WhatsAppSandbox, listener: Listener) -> None:
    sandbox.writes(sandbox.add_person("Siti", username="siti", bsuid="ID.7"), "hello")
    await sandbox.quiet()

    (message,), (contact,) = listener.items("messages"), listener.items("contacts")
    assert "from" not in message
    assert message["from_user_id"] == "ID.7"
    assert contact == {"profile": {"name": "Siti", "username": "siti"}, "user_id": "ID.7"}


async def test_whoever_moves_is_announced_in_three_ways(sandbox: WhatsAppSandbox, listener: Listener) -> None:
    sandbox.changes_number(ada(sandbox), "62899")
    await sandbox.quiet()

    number, user_id = (item["system"] for item in listener.items("messages"))
    (update,) = listener.items("user_id_update")
    assert (number["type"], number["wa_id"]) == ("user_changed_number", "62899")
    assert (user_id["type"], user_id["user_id"]) == ("user_changed_user_id", "ID.10")
    assert update["user_id"] == {"previous": "ID.1", "current": "ID.10"}
    assert [change["field"] for change in listener.changes] == ["messages", "messages", "user_id_update"]


async def test_an_error_may_stand_alone(sandbox: WhatsAppSandbox, listener: Listener) -> None:
    sandbox.reports_error(131000)
    await sandbox.quiet()

    assert listener.items("errors")[0]["code"] == 131000
    assert "messages" not in listener.changes[0]["value"]


async def test_what_waits_outlives_an_outage(sandbox: WhatsAppSandbox, listener: Listener) -> None:
    await sandbox.stop()
    sandbox.writes(ada(sandbox), "hello")
    assert sandbox.pending == 1

    await sandbox.start()
    await sandbox.quiet()

    assert listener.texts() == ["hello"]
