"""People are played over HTTP as well as in Python, and pages see what happens."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import Bot

from bot.sandbox.serving import ClientError
from bot.sandbox.telegram import TelegramSandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[TelegramSandbox]:
    async with TelegramSandbox() as running:
        yield running


@pytest.fixture
async def page(sandbox: TelegramSandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.api_url) as session:
        yield session


async def post(page: aiohttp.ClientSession, name: str, **body: object) -> dict[str, Any]:
    answer: dict[str, Any] = await (await page.post(f"/client/{name}", json=body)).json()
    return answer


async def test_a_page_plays_a_person(sandbox: TelegramSandbox, page: aiohttp.ClientSession) -> None:
    ada = (await post(page, "add_person", first_name="Ada", language_code="id"))["person"]

    hello = await post(page, "writes", **{"as": ada}, text="hello")
    photo = await post(page, "sends", **{"as": ada}, kind="photo", caption="the cracked lid")
    edited = await post(page, "edits", **{"as": ada}, message_id=1, text="hello!")

    assert hello == {"ok": True, "message_id": 1}
    assert photo == {"ok": True, "message_id": 2}
    assert edited == {"ok": True}
    assert [message["text"] or message["caption"] for message in sandbox.chat(ada)] == ["hello!", "the cracked lid"]


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("writes", {"as": 5, "text": "hello"}, "There is no person 5."),
        ("writes", {"as": 1001, "text": "  "}, "An empty text can't be sent."),
        ("writes", {"as": 1001}, "writes: missing a required argument: 'text'."),
        ("sends", {"as": 1001, "kind": "pigeon"}, "There is no kind 'pigeon'."),
        ("sends", {"as": 1001, "kind": "dice", "caption": "six"}, "A dice has no caption."),
        ("presses", {"as": 1001, "message_id": 1, "callback_data": "x"}, "Message 1 has no button with the data 'x'."),
        ("stop", {}, "Nobody can do 'stop' like this."),
    ],
)
async def test_what_a_person_cannot_do_is_said_in_a_sentence(
    sandbox: TelegramSandbox, page: aiohttp.ClientSession, name: str, body: dict[str, object], sentence: str
) -> None:
    sandbox.writes(sandbox.add_person("Ada"), "hello")

    assert await post(page, name, **body) == {"ok": False, "error": sentence}


async def test_who_has_blocked_the_bot_does_not_write_to_it(sandbox: TelegramSandbox) -> None:
    ada = sandbox.add_person("Ada")
    sandbox.blocks(ada)

    with pytest.raises(ClientError, match="Unblock"):
        sandbox.writes(ada, "hello")


async def test_the_state_shows_everybody_and_everything(sandbox: TelegramSandbox, page: aiohttp.ClientSession) -> None:
    ada = sandbox.add_person("Ada")
    sandbox.writes(ada, "hello")

    state = await (await page.get("/client/state")).json()

    assert state["bot"]["username"] == "sandbox_desk_bot"
    (person,) = state["people"]
    assert (person["id"], person["first_name"], person["username"], person["blocked"]) == (ada, "Ada", None, False)
    assert person["messages"] == sandbox.chat(ada)
    assert {*person["messages"][0]} == {
        *("message_id", "from_bot", "text", "entities", "date", "kind", "caption"),
        *("edited", "reply_markup", "reactions", "reply_to", "file"),
    }


async def test_a_page_sees_live_what_happens(sandbox: TelegramSandbox, page: aiohttp.ClientSession) -> None:
    async with page.ws_connect("/client/live") as live, Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot:
        ada = sandbox.add_person("Ada")
        sandbox.writes(ada, "hello")
        await bot.send_chat_action(ada, "typing")
        sent = await bot.send_message(ada, "Hi!")
        await sent.edit_text("Hi Ada!")
        sandbox.reacts(ada, sent.message_id, "👍")
        await sent.delete()

        frames = [await live.receive_json() for _ in range(7)]

        assert [frame["type"] for frame in frames] == [
            *("person", "message", "typing", "message", "message_edited", "reactions", "message_deleted")
        ]
        assert {frame["person"] for frame in frames} == {ada}
        assert frames[4]["message"]["text"] == "Hi Ada!"
        await sandbox.stop()
        assert (await live.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_it_serves_below_a_prefix_of_another_application() -> None:
    sandbox, app = TelegramSandbox(), web.Application()
    sandbox.add_to(app, prefix="/telegram")

    async with TestServer(app) as server:
        sandbox.address = str(server.make_url("")).rstrip("/")
        async with Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot:
            assert bot.username == "sandbox_desk_bot"
