"""
How files reach customers: as which kind, byte for byte, and what each answer means.

The far side takes what the real libraries send and answers as it is told; what it took is all that is known of it.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from typing_extensions import override

from bot.channels.base import Channel, OutboundFile, OutboundPart
from bot.channels.telegram.adapter import FILES_IN_FLIGHT, TelegramChannel
from bot.channels.whatsapp.adapter import WhatsAppChannel
from bot.domain.ids import Address
from bot.domain.text import RichText
from bot.errors import DeliveryError, Later, Rejected, Unconfirmed
from tests.far import ANSWER, NOON

TOKEN = "4242:the-token"
CONTENT = bytes(range(256)) * 800  # more than one piece

Answer = Callable[[], Any]


@dataclass(frozen=True)
class Taken:
    """What a far side took."""

    call: str
    fields: dict[str, str]
    name: str = ""
    mime: str = ""
    content: bytes = b""


class Side(ABC):
    """A platform that takes files, and the channel that leads there."""

    channel: Channel
    uploads: str  #: the call that carries a document

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.answers: dict[str, list[Answer]] = {}  #: to be given first, by call
        app = web.Application(client_max_size=1 << 28)
        app.router.add_route("*", "/{path:.*}", self._take)
        self.server = TestServer(app)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        taken = await self._read(request)
        self.taken.append(taken)
        scripted = self.answers.get(taken.call)
        answer = scripted.pop(0)() if scripted else self.success(taken)
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        status, body = answer
        return web.json_response(body, status=status) if isinstance(body, dict) else web.Response(status=status)

    async def _read(self, request: web.Request) -> Taken:
        call = request.path.rpartition("/")[2]
        if request.content_type != "multipart/form-data":
            given: Any = await request.json() if request.content_type == "application/json" else await request.post()
            return Taken(call, dict(given))
        form = await request.post()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        (file,) = (value for value in form.values() if isinstance(value, web.FileField))
        return Taken(call, fields, file.filename, file.content_type, file.file.read())

    def fails(self, *answers: Answer, call: str = "") -> None:
        self.answers.setdefault(call or self.uploads, []).extend(answers)

    @property
    def calls(self) -> list[str]:
        return [taken.call for taken in self.taken]

    @abstractmethod
    def success(self, taken: Taken) -> Any: ...
    @abstractmethod
    def throttled(self) -> Any: ...
    @abstractmethod
    def trouble(self) -> Any: ...
    @abstractmethod
    def refused(self) -> Any: ...


class TelegramSide(Side):
    uploads = "sendDocument"

    @override
    def success(self, taken: Taken) -> Any:
        chat = {"id": 7, "type": "private"}
        return 200, {"ok": True, "result": {"message_id": len(self.taken), "date": 1, "chat": chat}}

    @override
    def throttled(self) -> Any:
        return 429, {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests",
            "parameters": {"retry_after": 7},
        }

    @override
    def trouble(self) -> Any:
        return 500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}

    @override
    def refused(self) -> Any:
        return 400, {"ok": False, "error_code": 400, "description": "Bad Request: IMAGE_PROCESS_FAILED"}

    def too_large(self) -> Any:
        return 413, {"ok": False, "error_code": 413, "description": "Request Entity Too Large"}


class WhatsAppSide(Side):
    uploads = "media"

    @override
    def success(self, taken: Taken) -> Any:
        if taken.call == "media":
            return 200, {"id": f"media-{len(self.taken)}"}
        return 200, {"messaging_product": "whatsapp", "messages": [{"id": f"wamid.{len(self.taken)}"}]}

    @override
    def throttled(self) -> Any:
        return 400, {"error": {"code": 131056, "message": "too fast"}}

    @override
    def trouble(self) -> Any:
        return 500, {"error": {"code": 131000, "message": "Something went wrong"}}

    @override
    def refused(self) -> Any:
        return 400, {"error": {"code": 100, "message": "(#100) Param file must be a file with one of the types"}}


async def pause(_: timedelta) -> None:
    """Nothing is received here."""


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSide]:
    side = TelegramSide()
    async with side.server:
        url = str(side.server.make_url(""))
        channel = TelegramChannel(token=TOKEN, now=lambda: NOON, pause=pause, api_url=url, answer=ANSWER)
        side.channel = channel
        await channel.open()
        yield side
        await channel.close()


@pytest.fixture
async def whatsapp() -> AsyncIterator[WhatsAppSide]:
    side = WhatsAppSide()
    async with side.server:
        channel = WhatsAppChannel(
            token=TOKEN, phone_number_id="123", app_secret="s", verify_token="v", now=lambda: NOON, pause=pause,
            api_url=str(side.server.make_url("")), answer=ANSWER,
        )  # fmt: skip
        side.channel = channel
        await channel.open()
        yield side
        await channel.close()


@pytest.fixture(params=["telegram", "whatsapp"])
def side(request: pytest.FixtureRequest) -> Side:
    found: Side = request.getfixturevalue(request.param)
    return found


def part(tmp_path: Path, *, mime: str = "application/pdf", kind: str = "document", name: str = "a.pdf") -> OutboundPart:
    path = tmp_path / "17"
    path.write_bytes(CONTENT)
    file = OutboundFile(path=path, kind=kind, name=name, mime=mime, size_bytes=len(CONTENT))
    return OutboundPart(to=Address(channel="x", account="1", key="7"), text=RichText(()), file=file, mark="part-3.1")


# As which kind


@pytest.mark.parametrize(
    ("mime", "name", "call"),
    [
        ("image/jpeg", "a.jpg", "sendPhoto"),
        ("image/png", "a.png", "sendPhoto"),
        ("image/webp", "a.webp", "sendPhoto"),
        ("image/webp-animated", "a.webp", "sendDocument"),
        ("image/gif", "a.gif", "sendAnimation"),
        ("image/heic", "a.heic", "sendDocument"),
        ("video/mp4", "a.mp4", "sendVideo"),
        ("video/quicktime", "a.mov", "sendDocument"),
        ("audio/ogg", "a.ogg", "sendVoice"),
        ("audio/mpeg", "a.mp3", "sendAudio"),
        ("audio/mp4", "a.m4a", "sendAudio"),
        ("audio/wav", "a.wav", "sendDocument"),
        ("application/pdf", "Rechnung März.pdf", "sendDocument"),
        ("text/plain", "a.txt", "sendDocument"),
    ],
)
async def test_telegram_gets_each_file_as_it_shows_it_best_byte_for_byte(
    telegram: TelegramSide, tmp_path: Path, mime: str, name: str, call: str
) -> None:
    kind = telegram.channel.carried_as(mime=mime, size_bytes=len(CONTENT))

    sent = await telegram.channel.send(part(tmp_path, mime=mime, kind=kind, name=name))

    (taken,) = telegram.taken
    assert (taken.call, taken.name, taken.content) == (call, name, CONTENT)
    assert taken.fields["chat_id"] == "7"
    assert sent.key == "7:1"


@pytest.mark.parametrize(
    ("mime", "name", "kind"),
    [
        ("image/jpeg", "a.jpg", "image"),
        ("image/png", "a.png", "image"),
        ("image/webp", "a.webp", "document"),
        ("video/mp4", "a.mp4", "video"),
        ("audio/ogg", "a.ogg", "audio"),
        ("audio/mpeg", "a.mp3", "audio"),
        ("application/pdf", "Rechnung März.pdf", "document"),
        ("text/plain", "a.txt", "document"),
        ("text/csv", "a.csv", "document"),
    ],
)
async def test_whatsapp_gets_each_file_as_it_shows_it_best_byte_for_byte(
    whatsapp: WhatsAppSide, tmp_path: Path, mime: str, name: str, kind: str
) -> None:
    assert whatsapp.channel.carried_as(mime=mime, size_bytes=len(CONTENT)) == kind

    sent = await whatsapp.channel.send(part(tmp_path, mime=mime, kind=kind, name=name))

    upload, message = whatsapp.taken
    assert (upload.call, upload.name, upload.content) == ("media", name, CONTENT)
    assert upload.fields["messaging_product"] == "whatsapp"
    assert upload.mime == ("text/plain" if mime == "text/csv" else mime)  # the one kind of text that it takes
    named = {"filename": name} if kind == "document" else {}
    assert message.fields == {
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": "7", "type": kind,
        kind: {"id": "media-1", **named}, "biz_opaque_callback_data": "part-3.1",
    }  # fmt: skip
    assert sent.key == "wamid.2"


# What answers mean


async def failure(side: Side, outbound: OutboundPart) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await side.channel.send(outbound)
    assert TOKEN not in str(caught.value)
    return caught.value


async def test_a_limit_means_later(side: Side, tmp_path: Path) -> None:
    side.fails(side.throttled)

    found = await failure(side, part(tmp_path))

    assert isinstance(found, Later)
    assert found.after is not None
    assert len(side.taken) == 1


async def test_the_platforms_own_trouble_means_later(side: Side, tmp_path: Path) -> None:
    side.fails(side.trouble)

    assert isinstance(await failure(side, part(tmp_path)), Later)


async def test_a_platform_that_is_away_means_later(side: Side, tmp_path: Path) -> None:
    await side.server.close()

    assert isinstance(await failure(side, part(tmp_path)), Later)


async def test_a_refusal_is_final(side: Side, tmp_path: Path) -> None:
    side.fails(side.refused)

    assert isinstance(await failure(side, part(tmp_path)), Rejected)


async def test_a_lost_answer_of_telegram_is_uncertain(telegram: TelegramSide, tmp_path: Path) -> None:
    telegram.fails(lambda: None, lambda: (502, None))

    for _ in range(2):
        assert isinstance(await failure(telegram, part(tmp_path)), Unconfirmed)
    assert telegram.calls == ["sendDocument"] * 2


async def test_a_photo_that_telegram_does_not_take_as_one_goes_as_a_document(
    telegram: TelegramSide, tmp_path: Path
) -> None:
    telegram.fails(telegram.refused, call="sendPhoto")

    await telegram.channel.send(part(tmp_path, mime="image/png", kind="photo", name="a.png"))

    assert telegram.calls == ["sendPhoto", "sendDocument"]
    assert [taken.content for taken in telegram.taken] == [CONTENT] * 2


async def test_what_telegram_finds_too_large_is_never_tried_again(telegram: TelegramSide, tmp_path: Path) -> None:
    telegram.fails(telegram.too_large, lambda: (413, None))

    for _ in range(2):
        found = await failure(telegram, part(tmp_path))
        assert isinstance(found, Rejected)
        assert "too large" in str(found)


@pytest.mark.parametrize("answer", [lambda: None, lambda: (502, None), lambda: (200, {"success": True})])
async def test_a_file_that_whatsapp_may_have_but_nobody_sees_is_certainly_not_sent(
    whatsapp: WhatsAppSide, tmp_path: Path, answer: Answer
) -> None:
    whatsapp.fails(answer)

    assert isinstance(await failure(whatsapp, part(tmp_path)), Later)
    assert whatsapp.calls == ["media"]


async def test_a_lost_answer_to_the_message_that_shows_the_file_is_uncertain(
    whatsapp: WhatsAppSide, tmp_path: Path
) -> None:
    whatsapp.fails(lambda: None, call="messages")

    assert isinstance(await failure(whatsapp, part(tmp_path)), Unconfirmed)
    assert whatsapp.calls == ["media", "messages"]


async def test_a_message_that_must_wait_does_not_upload_its_file_again(whatsapp: WhatsAppSide, tmp_path: Path) -> None:
    whatsapp.fails(whatsapp.throttled, call="messages")

    waiting = await failure(whatsapp, part(tmp_path))
    await whatsapp.channel.send(part(tmp_path))
    await whatsapp.channel.send(part(tmp_path))

    assert isinstance(waiting, Later)
    assert whatsapp.calls == ["media", "messages", "messages", "media", "messages"]


async def test_slow_files_leave_room_for_texts(telegram: TelegramSide, tmp_path: Path) -> None:
    release = asyncio.Event()

    async def slow() -> Any:
        await release.wait()
        return telegram.success(telegram.taken[0])

    telegram.fails(*[slow] * (FILES_IN_FLIGHT + 7))
    sending = [asyncio.create_task(telegram.channel.send(part(tmp_path))) for _ in range(FILES_IN_FLIGHT + 7)]
    text = OutboundPart(to=Address(channel="x", account="1", key="7"), text=RichText.of("hello"))

    await telegram.channel.send(text)

    assert "sendMessage" in telegram.calls
    assert telegram.calls.count("sendDocument") <= FILES_IN_FLIGHT
    release.set()
    await asyncio.gather(*sending)
    assert telegram.calls.count("sendDocument") == len(sending)
