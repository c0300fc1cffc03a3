"""People are played over HTTP as well as in Python, and pages see what happens."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.serving import ClientError
from bot.sandbox.whatsapp import WhatsAppSandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[WhatsAppSandbox]:
    async with WhatsAppSandbox() as running:
        yield running


@pytest.fixture
async def page(sandbox: WhatsAppSandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.api_url) as session:
        yield session


async def post(page: aiohttp.ClientSession, act: str, **body: object) -> dict[str, Any]:
    answer: dict[str, Any] = await (await page.post(f"/client/{act}", json=body)).json()
    return answer


async def bot_asks(sandbox: WhatsAppSandbox, phone: str) -> str:
    """The bot sends a question with two buttons."""
    replies = [{"type": "reply", "reply": {"id": one.lower(), "title": one}} for one in ("Yes", "No")]
    interactive = {"type": "button", "body": {"text": "Solved?"}, "action": {"buttons": replies}}
    body = {"messaging_product": "whatsapp", "to": phone, "type": "interactive", "interactive": interactive}
    return str(sandbox.messages.post(body)["messages"][0]["id"])


async def test_a_page_plays_a_person(sandbox: WhatsAppSandbox, page: aiohttp.ClientSession) -> None:
    ada = (await post(page, "add_person", name="Ada", phone="62812"))["person"]

    hello = await post(page, "writes", **{"as": ada}, text="hello")
    await post(page, "replies", **{"as": ada}, message_id=hello["message_id"], text="as I said")
    await post(page, "sends", **{"as": ada}, kind="image", caption="the cracked lid")
    assert await post(page, "edits", **{"as": ada}, message_id=hello["message_id"], text="hello!") == {"ok": True}
    question = await bot_asks(sandbox, "62812")
    await post(page, "presses", **{"as": ada}, message_id=question, choice="yes")
    await post(page, "reads", **{"as": ada})

    chat = sandbox.chat(ada)
    assert [one["text"] or one["caption"] for one in chat] == [
        *("hello!", "as I said", "the cracked lid", "Solved?", "Yes"),
    ]
    assert [one["reply_to"] for one in chat] == [None, chat[0]["message_id"], None, None, question]
    assert chat[3]["choices"] == [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]
    assert chat[3]["status"] == "read"


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("writes", {"as": 5, "text": "hello"}, "There is no person 5."),
        ("writes", {"as": 2001, "text": "  "}, "An empty text can't be sent."),
        ("writes", {"as": 2001}, "writes: missing a required argument: 'text'."),
        ("replies", {"as": 2001, "message_id": "x", "text": "y"}, "Ada's chat has no message x."),
        ("sends", {"as": 2001, "kind": "pigeon"}, "There is no kind 'pigeon'."),
        ("sends", {"as": 2001, "kind": "sticker", "caption": "six"}, "A sticker has no caption."),
        ("stop", {}, "Nobody can do 'stop' like this."),
    ],
)
async def test_what_a_person_cannot_do_is_said_in_a_sentence(
    sandbox: WhatsAppSandbox, page: aiohttp.ClientSession, name: str, body: dict[str, object], sentence: str
) -> None:
    sandbox.writes(sandbox.add_person("Ada"), "hello")

    assert await post(page, name, **body) == {"ok": False, "error": sentence}


async def test_only_what_is_there_is_pressed_and_only_ones_own_is_changed(sandbox: WhatsAppSandbox) -> None:
    ada = sandbox.add_person("Ada", phone="62812")
    hello = sandbox.writes(ada, "hello")
    question = await bot_asks(sandbox, "62812")

    with pytest.raises(ClientError, match="no choice"):
        sandbox.presses(ada, question, "maybe")
    with pytest.raises(ClientError, match="no choice"):
        sandbox.presses(ada, hello, "yes")
    with pytest.raises(ClientError, match="own messages"):
        sandbox.deletes(ada, question)


async def test_who_has_blocked_the_business_does_not_write_to_it(sandbox: WhatsAppSandbox) -> None:
    ada = sandbox.add_person("Ada")
    sandbox.blocks(ada)

    with pytest.raises(ClientError, match="Unblock"):
        sandbox.writes(ada, "hello")

    sandbox.unblocks(ada)
    sandbox.writes(ada, "hello")


@pytest.mark.parametrize(
    "kind",
    [
        *(
            "image",
            "video",
            "document",
            "audio",
            "voice",
            "sticker",
            "animated_sticker",
            "location",
            "place",
            "contacts",
            "order",
        ),
        *("unsupported", "unknown"),
    ],
)
async def test_every_kind_can_be_sent(sandbox: WhatsAppSandbox, kind: str) -> None:
    ada = sandbox.add_person("Ada")

    types = {"voice": "audio", "place": "location", "unknown": "hologram", "animated_sticker": "sticker"}
    sandbox.sends(ada, kind)

    assert sandbox.chat(ada)[0]["kind"] == types.get(kind, kind)


async def test_pages_see_what_happens(page: aiohttp.ClientSession) -> None:
    async with page.ws_connect("/client/live") as socket:
        ada = (await post(page, "add_person", name="Ada"))["person"]
        await post(page, "writes", **{"as": ada}, text="hello")

        frames = [await socket.receive_json() for _ in range(2)]

    assert [(frame["type"], frame["person"]) for frame in frames] == [("person", ada), ("message", ada)]
    assert frames[1]["message"]["text"] == "hello"
    state = await (await page.get("/client/state")).json()
    assert [(one["name"], one["window_open"], len(one["messages"])) for one in state["people"]] == [("Ada", True, 1)]


async def test_the_sandbox_can_be_part_of_another_server() -> None:
    sandbox, app = WhatsAppSandbox(), web.Application()
    sandbox.add_to(app, prefix="/whatsapp")

    async with TestServer(app) as server:
        sandbox.address = str(server.make_url("")).rstrip("/")
        async with aiohttp.ClientSession() as session:
            answer = await session.get(f"{sandbox.api_url}/client/state")
            assert (await answer.json())["people"] == []
            url = f"{sandbox.api_url}/v26.0/{sandbox.phone_number_id}"
            answer = await session.get(url, headers={"Authorization": f"Bearer {sandbox.token}"})
            assert (await answer.json())["id"] == sandbox.phone_number_id
