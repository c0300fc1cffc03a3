"""Files that customers send on the local Telegram: what the bot is told of them, and how it gets them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from telegram import Bot, Message
from telegram.error import BadRequest
from telegram.request import HTTPXRequest

from bot.sandbox.faults import CutOff, Fault, PlatformError, Reset, ServerError, Throttled, TooShort
from bot.sandbox.files import File, sample
from bot.sandbox.serving import ClientError
from bot.sandbox.telegram import TelegramSandbox

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LID = File("lid.jpg", "image/jpeg", sample("photo", number=1).content)
FILES = "photo document voice audio video video_note sticker animated_sticker video_sticker animation"


@dataclass
class Far:
    """A Telegram, its bot, and Ada."""

    sandbox: TelegramSandbox
    bot: Bot
    session: aiohttp.ClientSession
    ada: int
    now: datetime = NOON

    async def told(self) -> list[Message]:
        """The messages that the bot is told of."""
        return [update.message for update in await self.bot.get_updates() if update.message]

    def path(self, path: str, token: str | None = None) -> str:
        return f"{self.sandbox.api_url}/file/bot{token or self.sandbox.token}/{path}"

    async def got(self, path: str, *, token: str | None = None) -> tuple[int, bytes]:
        """The status and body at a file's address."""
        async with self.session.get(self.path(path, token)) as answer:
            return answer.status, await answer.read()

    async def sent(self) -> str:
        """Ada sends her picture; returns where it is."""
        self.sandbox.sends(self.ada, "photo", file=LID)
        (message,) = await self.told()
        where = await self.bot.get_file(message.photo[-1].file_id)
        return str(where.file_path).partition(f"{self.sandbox.token}/")[2]


@pytest.fixture
async def far() -> AsyncIterator[Far]:
    now: list[Far] = []
    sandbox = TelegramSandbox(clock=lambda: now[0].now if now else NOON)
    async with sandbox, aiohttp.ClientSession() as session:
        requests = [HTTPXRequest(2, httpx_kwargs={"verify": False}) for _ in range(2)]
        api, at = f"{sandbox.api_url}/bot", f"{sandbox.api_url}/file/bot"
        async with Bot(sandbox.token, api, at, get_updates_request=requests[0], request=requests[1]) as bot:
            now.append(Far(sandbox, bot, session, sandbox.add_person("Ada")))
            yield now[0]


@pytest.mark.parametrize("kind", FILES.split())
async def test_the_bytes_of_every_kind_come_as_they_were_sent(far: Far, kind: str) -> None:
    file = File("strange na/me.bin", "image/jpeg", bytes(range(256)) * 20)
    far.sandbox.sends(far.ada, kind, file=file)

    (message,) = await far.told()
    attached = message.effective_attachment
    one = attached[-1] if isinstance(attached, tuple) else attached
    there = await far.bot.get_file(one.file_id)  # type: ignore[union-attr]  # a file it is

    assert there.file_size == one.file_size == file.size  # type: ignore[union-attr]
    assert bytes(await there.download_as_bytearray()) == file.content


async def test_two_samples_are_two_files(far: Far) -> None:
    for _ in range(2):
        far.sandbox.sends(far.ada, "voice")

    ids = [message.voice.file_id for message in await far.told() if message.voice]
    files = [far.sandbox.file(one) for one in ids]
    assert files[0] is not None
    assert files[1] is not None
    assert files[0].content != files[1].content


async def test_the_last_size_of_a_photo_is_the_picture_itself(far: Far) -> None:
    far.sandbox.sends(far.ada, "photo", file=LID, caption="see https://example.org")

    (message,) = await far.told()
    assert [size.width for size in message.photo] == [90, 1280]
    assert [far.sandbox.file(size.file_id) == LID for size in message.photo] == [False, True]
    assert message.caption_entities[0].type == "url"


async def test_stickers_say_of_which_sort_they_are(far: Far) -> None:
    for kind in ("sticker", "animated_sticker", "video_sticker"):
        far.sandbox.sends(far.ada, kind)

    stickers = [message.sticker for message in await far.told()]
    assert [(one.is_animated, one.is_video) for one in stickers if one] == [
        (False, False),
        (True, False),
        (False, True),
    ]


async def test_an_album_is_as_many_updates_with_one_group(far: Far) -> None:
    ids = far.sandbox.sends_album(far.ada, ["photo", "video", "photo"], captions=["", "the lid"], files=[LID])
    far.sandbox.sends_album(far.ada, ["document", "document"])

    messages = await far.told()
    groups = [message.media_group_id for message in messages]
    assert ids == [1, 2, 3]
    assert groups[0] == groups[1] == groups[2] != groups[3] == groups[4]
    assert [message.caption for message in messages[:3]] == [None, "the lid", None]
    assert far.sandbox.file(messages[0].photo[-1].file_id) == LID


@pytest.mark.parametrize(
    "kinds", [["photo"], ["photo"] * 11, ["photo", "document"], ["audio", "video"], ["voice"] * 2, ["sticker"] * 2]
)
async def test_what_is_no_album_can_not_be_sent_as_one(far: Far, kinds: list[str]) -> None:
    with pytest.raises(ClientError, match="An album has two to ten"):
        far.sandbox.sends_album(far.ada, kinds)
    assert far.sandbox.chat(far.ada) == []


@pytest.mark.parametrize("more", [0, 1])
async def test_more_than_20_mb_a_bot_does_not_get(far: Far, more: int) -> None:
    far.sandbox.sends(far.ada, "document", file=File("film.mkv", "video/x-matroska", bytes(20 * 1024**2 + more)))
    (message,) = await far.told()
    assert message.document

    if more:
        with pytest.raises(BadRequest, match="File is too big"):
            await far.bot.get_file(message.document.file_id)
    else:
        await far.bot.get_file(message.document.file_id)


async def test_an_unknown_file_is_refused(far: Far) -> None:
    with pytest.raises(BadRequest, match="Invalid file_id"):
        await far.bot.get_file("pigeon")


async def test_an_address_holds_for_an_hour_and_only_for_who_has_the_token(far: Far) -> None:
    path = await far.sent()

    assert await far.got(path) == (200, LID.content)
    assert (await far.got(path, token="123456:wrong"))[0] == 401
    assert (await far.got("documents/file_9.pdf"))[0] == 404
    far.now += timedelta(hours=1)
    assert (await far.got(path))[0] == 404


async def test_nobody_has_an_address_before_it_was_asked_for(far: Far) -> None:
    far.sandbox.sends(far.ada, "document")

    assert (await far.got("documents/file_1.pdf"))[0] == 404


@pytest.mark.parametrize(
    ("fault", "status"), [(PlatformError("404 Not Found"), 404), (Throttled(3), 429), (ServerError(502), 502)]
)
async def test_a_download_fails_as_planned(far: Far, fault: Fault, status: int) -> None:
    path = await far.sent()
    far.sandbox.faults.plan("file", fault)

    assert (await far.got(path))[0] == status
    assert (await far.got(path))[0] == 200


@pytest.mark.parametrize("fault", [Reset(performed=False), Reset(performed=True), CutOff()])
async def test_a_download_breaks_off_as_planned(far: Far, fault: Fault) -> None:
    path = await far.sent()
    far.sandbox.faults.plan("file", fault, times=2)  # a client asks once more by itself on a connection that it had

    with pytest.raises(aiohttp.ClientError):
        await far.got(path)


async def test_a_download_can_end_too_early_without_saying_so(far: Far) -> None:
    path = await far.sent()
    far.sandbox.faults.plan("file", TooShort())

    assert await far.got(path) == (200, LID.content[: LID.size // 2])


async def test_a_download_can_stop_half_way(far: Far) -> None:
    path = await far.sent()
    gate = far.sandbox.faults.stall("file")

    download = asyncio.create_task(far.got(path))
    await gate.reached()
    assert not download.done()
    gate.release()

    assert await download == (200, LID.content)


async def test_a_page_hands_in_a_file_and_gets_it_as_something_harmless(far: Far) -> None:
    form = aiohttp.FormData({"given": f'{{"as": {far.ada}, "kind": "document", "caption": "see"}}'})
    form.add_field("file", b"<script>alert(1)</script>", filename="x.html", content_type="text/html")
    async with far.session.post(f"{far.sandbox.api_url}/client/sends", data=form) as answer:
        assert (await answer.json()) == {"ok": True, "message_id": 1}

    shown = far.sandbox.chat(far.ada)[0]["file"]
    assert (shown["name"], shown["mime"], shown["size"]) == ("x.html", "text/html", 25)
    async with far.session.get(f"{far.sandbox.api_url}/client/files/{shown['id']}") as answer:
        assert await answer.read() == b"<script>alert(1)</script>"
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''x.html"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


async def test_a_page_shows_pictures_in_place_and_gets_the_part_that_it_asks_for(far: Far) -> None:
    far.sandbox.sends(far.ada, "photo", file=LID)

    shown = far.sandbox.chat(far.ada)[0]["file"]
    async with far.session.get(f"{far.sandbox.api_url}/client/files/{shown['id']}") as answer:
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Disposition"].startswith("inline;")
    headers = {"Range": "bytes=2-5"}
    async with far.session.get(f"{far.sandbox.api_url}/client/files/{shown['id']}", headers=headers) as answer:
        assert (answer.status, await answer.read()) == (206, LID.content[2:6])
        assert answer.headers["Content-Range"] == f"bytes 2-5/{LID.size}"
    async with far.session.get(f"{far.sandbox.api_url}/client/files/pigeon") as answer:
        assert answer.status == 404
