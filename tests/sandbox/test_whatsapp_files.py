"""Files on the local WhatsApp: what the business is told of them, and how it gets them."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.faults import CutOff, Fault, PlatformError, Reset, ServerError, Throttled, TooShort
from bot.sandbox.files import File
from bot.sandbox.whatsapp import WhatsAppSandbox

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LID = File("lid.jpg", "image/jpeg", b"\xff\xd8 the cracked lid" + bytes(3000))
FILES = "image video document audio voice sticker animated_sticker"


@dataclass
class Far:
    """A WhatsApp, the business's client, and Ada."""

    sandbox: WhatsAppSandbox
    session: aiohttp.ClientSession
    ada: int
    bodies: list[dict[str, Any]]
    now: datetime = NOON

    async def told(self) -> list[dict[str, Any]]:
        """The messages that the business was told of."""
        await self.sandbox.quiet()
        changes = [change["value"] for body in self.bodies for entry in body["entry"] for change in entry["changes"]]
        return [message for value in changes for message in value.get("messages", [])]

    async def asked(self, media_id: str, **query: str) -> tuple[int, dict[str, Any]]:
        """What the Graph API says of an id."""
        async with self.session.get(f"{self.sandbox.api_url}/v26.0/{media_id}", params=query) as answer:
            return answer.status, await answer.json()

    async def got(self, url: str, **headers: str) -> tuple[int, bytes]:
        """The status and body at an address."""
        async with self.session.get(url, headers=headers) as answer:
            return answer.status, await answer.read()

    async def sent(self) -> str:
        """Ada sends her picture; returns its id."""
        self.sandbox.sends(self.ada, "image", file=LID)
        return str((await self.told())[-1]["image"]["id"])

    async def where(self) -> str:
        """Ada sends her picture; returns where it is."""
        return str((await self.asked(await self.sent()))[1]["url"])


@pytest.fixture
async def far() -> AsyncIterator[Far]:
    made: list[Far] = []
    bodies: list[dict[str, Any]] = []

    async def hook(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response(text=request.query["hub.challenge"])
        bodies.append(json.loads(await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/hook", hook)
    sandbox = WhatsAppSandbox(clock=lambda: made[0].now if made else NOON)
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    async with sandbox, TestServer(app) as server, aiohttp.ClientSession(headers=headers) as session:
        sandbox.webhook_url = str(server.make_url("/hook"))
        made.append(Far(sandbox, session, sandbox.add_person("Ada"), bodies))
        yield made[0]


@pytest.mark.parametrize("kind", FILES.split())
async def test_the_bytes_of_every_kind_come_as_they_were_sent(far: Far, kind: str) -> None:
    file = File("strange na/me.bin", "image/jpeg", bytes(range(256)) * 20)
    far.sandbox.sends(far.ada, kind, file=file)

    (message,) = await far.told()
    told = message[message["type"]]
    status, there = await far.asked(told["id"])

    digest = hashlib.sha256(file.content)
    assert base64.b64decode(told["sha256"]) == digest.digest()
    assert told.get("filename") == (file.name if kind == "document" else None)
    assert (status, there["file_size"], there["sha256"]) == (200, file.size, digest.hexdigest())
    assert there["mime_type"] == told["mime_type"] == "image/jpeg"
    assert await far.got(there["url"]) == (200, file.content)


async def test_a_caption_comes_with_its_file_and_an_answer_with_what_it_answers(far: Far) -> None:
    hello = far.sandbox.writes(far.ada, "hello")
    far.sandbox.sends(far.ada, "image", caption="the lid", reply_to=hello)

    message = (await far.told())[1]
    assert message["image"]["caption"] == "the lid"
    assert message["context"]["id"] == hello


async def test_an_address_holds_for_five_minutes_and_an_id_gives_a_new_one(far: Far) -> None:
    media_id = await far.sent()
    first = (await far.asked(media_id))[1]["url"]
    assert first.startswith(far.sandbox.api_url)

    far.now += timedelta(minutes=5)
    assert (await far.got(first))[0] == 404
    second = (await far.asked(media_id))[1]["url"]
    assert await far.got(second) == (200, LID.content)


async def test_an_id_is_known_for_seven_days(far: Far) -> None:
    media_id = await far.sent()

    far.now += timedelta(days=7) - timedelta(seconds=1)
    assert (await far.asked(media_id))[0] == 200
    far.now += timedelta(seconds=1)
    status, refused = await far.asked(media_id)
    assert (status, refused["error"]["code"], refused["error"]["error_subcode"]) == (400, 100, 33)


async def test_an_address_wants_the_token_and_can_not_be_guessed(far: Far) -> None:
    url = await far.where()

    assert (await far.got(url, Authorization="Bearer stolen"))[0] == 401
    assert (await far.got(url.partition("&hash=")[0] + "&hash=guessed"))[0] == 404
    assert (await far.got(url.partition("&hash=")[0]))[0] == 404


async def test_a_file_of_another_number_is_refused(far: Far) -> None:
    media_id = await far.sent()

    assert (await far.asked(media_id, phone_number_id=far.sandbox.phone_number_id))[0] == 200
    assert (await far.asked(media_id, phone_number_id="1"))[0] == 400


@pytest.mark.parametrize(("fault", "status"), [(ServerError(404), 404), (Throttled(3), 429), (ServerError(502), 502)])
async def test_both_steps_fail_as_planned(far: Far, fault: Fault, status: int) -> None:
    media_id = await far.sent()
    url = (await far.asked(media_id))[1]["url"]
    far.sandbox.faults.plan("media", fault)
    far.sandbox.faults.plan("download", fault)

    assert (await far.got(f"{far.sandbox.api_url}/v26.0/{media_id}"))[0] == status
    assert (await far.got(url))[0] == status
    assert (await far.got(url))[0] == 200


async def test_an_id_can_be_refused_in_the_platforms_own_words(far: Far) -> None:
    media_id = await far.sent()
    far.sandbox.faults.plan("media", PlatformError("131000"))

    assert (await far.asked(media_id))[1]["error"]["code"] == 131000


@pytest.mark.parametrize("fault", [Reset(performed=False), Reset(performed=True), CutOff()])
async def test_a_download_breaks_off_as_planned(far: Far, fault: Fault) -> None:
    url = await far.where()
    far.sandbox.faults.plan("download", fault, times=2)  # a client asks once more by itself on a connection that it had

    with pytest.raises(aiohttp.ClientError):
        await far.got(url)


async def test_a_download_can_end_too_early_without_saying_so(far: Far) -> None:
    url = await far.where()
    far.sandbox.faults.plan("download", TooShort())

    assert await far.got(url) == (200, LID.content[: LID.size // 2])


async def test_a_download_can_stop_half_way(far: Far) -> None:
    url = await far.where()
    gate = far.sandbox.faults.stall("download")

    download = asyncio.create_task(far.got(url))
    await gate.reached()
    assert not download.done()
    gate.release()

    assert await download == (200, LID.content)


async def test_a_page_gets_a_file_as_something_harmless(far: Far) -> None:
    far.sandbox.sends(far.ada, "document", file=File("x.html", "text/html", b"<script>alert(1)</script>"))

    shown = far.sandbox.chat(far.ada)[0]["file"]
    assert (shown["name"], shown["mime"], shown["size"]) == ("x.html", "text/html", 25)
    async with far.session.get(f"{far.sandbox.api_url}/client/files/{shown['id']}") as answer:
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment;")


async def test_a_caption_is_changed_and_taken_away_and_its_file_stays(far: Far) -> None:
    lid = far.sandbox.sends(far.ada, "image", file=LID, caption="The lid")

    far.sandbox.edits(far.ada, lid, "The lit")
    far.sandbox.edits(far.ada, lid, "")

    sent, *edits = await far.told()
    changed = [one["edit"]["message"]["image"] for one in edits]
    assert [one.get("caption") for one in changed] == ["The lit", None]
    assert {one["id"] for one in changed} == {sent["image"]["id"]}
