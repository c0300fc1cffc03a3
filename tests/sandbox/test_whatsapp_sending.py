"""Files that the business sends on the local WhatsApp: handed over, then shown by a message with their id."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.sandbox.faults import Reset, ServerError
from bot.sandbox.files import File
from bot.sandbox.whatsapp import WhatsAppSandbox
from bot.sandbox.whatsapp.sending import KINDS

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MB = 1024**2
LID = File("lid.jpg", "image/jpeg", b"\xff\xd8 the cracked lid")


class Business:
    """The business's client, and a customer who has written."""

    def __init__(self, sandbox: WhatsAppSandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox, self.session = sandbox, session
        self.now = NOON
        self.ada = sandbox.add_person("Ada", phone="6281200001")

    async def uploads(self, file: File, **fields: str) -> tuple[int, dict[str, Any]]:
        """What is answered to a file."""
        form = aiohttp.FormData({"messaging_product": "whatsapp", "type": file.mime, **fields}, quote_fields=False)
        form.add_field("file", io.BytesIO(file.content), filename=file.name, content_type=file.mime)
        return await self._post("media", data=form)

    async def media(self, file: File = LID) -> str:
        """The id of a file that was taken."""
        return str((await self.uploads(file))[1]["id"])

    async def shows(self, kind: str, **fields: object) -> tuple[int, dict[str, Any]]:
        """What is answered to a message that shows a file."""
        message = {"messaging_product": "whatsapp", "to": "6281200001", "type": kind, kind: fields}
        return await self._post("messages", json=message)

    async def _post(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        url = f"{self.sandbox.api_url}/v26.0/{self.sandbox.phone_number_id}/{path}"
        async with self.session.post(url, **body) as answer:
            return answer.status, await answer.json(content_type=None)


@pytest.fixture
async def business() -> AsyncIterator[Business]:
    made: list[Business] = []
    async with WhatsAppSandbox(clock=lambda: made[0].now if made else NOON) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            made.append(Business(sandbox, session))
            sandbox.writes(made[0].ada, "hello")
            yield made[0]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_file_arrives_as_its_kind_byte_for_byte(business: Business, kind: str) -> None:
    mime = sorted(KINDS[kind][0])[0]
    file = File("ångström 1.bin", mime, bytes(range(256)))

    status, _ = await business.shows(kind, id=await business.media(file))

    assert status == 200
    shown = business.sandbox.chat(business.ada)[-1]
    assert (shown["kind"], shown["from_bot"], shown["file"]["mime"]) == (kind, True, mime)
    assert business.sandbox.file(shown["file"]["id"]) == file


async def test_a_caption_and_the_name_of_a_document_are_shown(business: Business) -> None:
    status, _ = await business.shows("document", id=await business.media(), caption="the lid", filename="lid.jpg")

    shown = business.sandbox.chat(business.ada)[-1]
    assert (status, shown["caption"], shown["file"]["name"]) == (200, "the lid", "lid.jpg")


@pytest.mark.parametrize(
    ("mime", "size", "code"),
    [
        ("application/zip", 1, 100),
        ("image/heic", 1, 100),
        ("application/pdf", 0, 131053),
        ("application/pdf", 100 * MB + 1, 131053),
    ],
)
async def test_what_can_not_be_shown_is_not_taken(business: Business, mime: str, size: int, code: int) -> None:
    status, answer = await business.uploads(File("a", mime, bytes(size)))

    assert (status, answer["error"]["code"]) == (400, code)


async def test_a_form_without_its_fields_is_refused(business: Business) -> None:
    assert (await business.uploads(LID, messaging_product="x"))[1]["error"]["code"] == 100
    url = f"{business.sandbox.api_url}/v26.0/{business.sandbox.phone_number_id}/media"
    async with business.session.post(url, data=aiohttp.FormData({"messaging_product": "whatsapp"})) as answer:
        assert (await answer.json())["error"]["message"] == "(#100) Param file is required"


@pytest.mark.parametrize(
    ("kind", "mime", "size"),
    [
        ("image", "image/jpeg", 5 * MB + 1),
        ("video", "video/mp4", 16 * MB + 1),
        ("audio", "audio/mpeg", 16 * MB + 1),
        ("sticker", "image/webp", MB // 2 + 1),
        ("image", "image/webp", 1),
        ("audio", "video/mp4", 1),
    ],
)
async def test_each_kind_has_types_and_a_size_of_its_own(business: Business, kind: str, mime: str, size: int) -> None:
    media = await business.media(File("a", mime, bytes(size)))

    assert (await business.shows(kind, id=media))[1]["error"]["code"] == 131053
    assert (await business.shows("document", id=media))[0] == 200


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("image", {"filename": "lid.jpg"}),
        ("image", {"caption": "x" * 1025}),
        ("image", {"id": "1"}),
        ("audio", {"caption": "listen"}),
        ("document", {"link": "https://example.org/lid.pdf"}),
    ],
)
async def test_what_does_not_belong_to_a_kind_is_refused(
    business: Business, kind: str, fields: dict[str, object]
) -> None:
    status, answer = await business.shows(kind, **{"id": await business.media(), **fields})

    assert (status, answer["error"]["code"]) == (400, 100)


async def test_a_customers_file_can_not_be_sent_back_by_its_id(business: Business) -> None:
    business.sandbox.sends(business.ada, "image")
    theirs = business.sandbox.chat(business.ada)[-1]["file"]["id"]

    assert (await business.shows("image", id=theirs))[1]["error"]["code"] == 100


async def test_an_uploaded_file_is_known_for_thirty_days(business: Business) -> None:
    media = await business.media()

    business.now += timedelta(days=30)
    business.sandbox.writes(business.ada, "hello again")

    assert (await business.shows("image", id=media))[1]["error"]["code"] == 100


async def test_handing_a_file_over_fails_as_planned(business: Business) -> None:
    business.sandbox.faults.plan("media_upload", ServerError(502))
    url = f"{business.sandbox.api_url}/v26.0/{business.sandbox.phone_number_id}/media"
    async with business.session.post(url, data=aiohttp.FormData({"type": "x"})) as answer:
        assert answer.status == 502

    business.sandbox.faults.plan("media_upload", Reset(performed=False))
    with pytest.raises(aiohttp.ClientError):
        await business.uploads(LID)
    assert (await business.uploads(LID))[0] == 200
