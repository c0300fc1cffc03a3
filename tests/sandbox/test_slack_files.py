"""A file of the app: announced, sent, shared; asked by the real SDK and by hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.manifest import manifest
from bot.sandbox.files import File
from bot.sandbox.slack.server import SlackSandbox

TABLE = b"by,came_in\nall,3\n"


@dataclass(frozen=True, slots=True)
class Desk:
    """A sandbox with Mika in a channel, and the bot's client."""

    slack: SlackSandbox
    client: AsyncWebClient
    session: aiohttp.ClientSession
    mika: str
    channel: str

    async def announced(self, length: int = len(TABLE)) -> tuple[str, str]:
        """The id of a file, and where it is to be sent."""
        answer = await self.client.files_getUploadURLExternal(filename="t.csv", length=length)
        return str(answer["file_id"]), str(answer["upload_url"])

    async def sent(self, address: str, content: bytes = TABLE) -> int:
        """What the upload address answers."""
        async with self.session.post(address, data=content) as answer:
            return answer.status

    async def shared(self, file: str, **more: Any) -> str:
        """How sharing ends: ``ok``, or the error."""
        try:
            await self.client.files_completeUploadExternal(files=[{"id": file, "title": "T"}], **more)
        except SlackApiError as refusal:
            return str(refusal.response["error"])
        return "ok"


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with SlackSandbox() as slack, aiohttp.ClientSession() as session:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        mika = slack.add_user("mika", real_name="Mika")
        yield Desk(slack, client, session, mika, slack.add_channel("desk", [mika, slack.workspace.bot_user]))


async def test_the_sdk_puts_a_file_into_a_channel_with_a_comment(desk: Desk) -> None:
    await desk.client.files_upload_v2(filename="t.csv", content=TABLE, channel=desk.channel, initial_comment="Here")

    (message,) = desk.slack.messages(desk.channel)
    (file,) = message["files"]
    assert message["text"] == "Here"
    assert (file["name"], file["size"], file["mimetype"]) == ("t.csv", len(TABLE), "text/csv")
    assert file["preview"].splitlines() == ["by,came_in", "all,3"]


async def test_a_file_of_another_length_than_announced_is_refused(desk: Desk) -> None:
    file, address = await desk.announced(length=len(TABLE) + 1)

    assert await desk.sent(address) == 400
    assert await desk.shared(file, channel_id=desk.channel) == "file_not_found"


async def test_an_address_takes_one_file_and_a_file_is_shared_once(desk: Desk) -> None:
    file, address = await desk.announced()

    assert [await desk.sent(address), await desk.sent(address)] == [200, 400]
    assert [await desk.shared(file, channel_id=desk.channel) for _ in range(2)] == ["ok", "file_not_found"]


async def test_it_can_only_be_shared_in_a_conversation_of_the_bot_named_by_its_id(desk: Desk) -> None:
    elsewhere = desk.slack.add_channel("elsewhere", [desk.mika])
    file, address = await desk.announced()
    await desk.sent(address)

    assert await desk.shared(file, channel_id=desk.mika) == "channel_not_found"
    assert await desk.shared(file, channel_id=elsewhere) == "not_in_channel"
    assert await desk.shared(file, channel_id=desk.channel, thread_ts="1.000001") == "invalid_thread_ts"


async def test_an_empty_file_can_not_be_announced(desk: Desk) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await desk.announced(length=0)


async def test_without_its_permission_nothing_is_taken(desk: Desk) -> None:
    desk.slack.install({**manifest(), "oauth_config": {"scopes": {"bot": ["chat:write"]}}})

    with pytest.raises(SlackApiError, match="missing_scope"):
        await desk.announced()
    assert await desk.shared("F1") == "missing_scope"


# Files of people


PICTURE = File("a b.png", "image/png", b"\x89PNG\r\n\x1a\npicture")


async def got(desk: Desk, address: str, token: str) -> tuple[int, str, bytes]:
    """The status of an answer, its type and its body."""
    async with desk.session.get(address, headers={"Authorization": f"Bearer {token}"}) as answer:
        return answer.status, answer.content_type, await answer.read()


async def test_the_app_fetches_the_file_that_somebody_has_put_into_a_message(desk: Desk) -> None:
    desk.slack.post(desk.mika, desk.channel, "", files=[PICTURE])

    (file,) = desk.slack.messages(desk.channel)[0]["files"]
    assert (file["name"], file["mimetype"], file["size"]) == (PICTURE.name, PICTURE.mime, PICTURE.size)
    assert await got(desk, file["url_private_download"], desk.slack.bot_token) == (200, "image/png", PICTURE.content)


async def test_who_may_not_have_a_file_is_shown_a_page(desk: Desk) -> None:
    desk.slack.post(desk.mika, desk.channel, "", files=[PICTURE])
    address = desk.slack.messages(desk.channel)[0]["files"][0]["url_private_download"]

    wrong = await got(desk, address, "xoxb-wrong")
    without = manifest()
    without["oauth_config"] = {"scopes": {"bot": ["chat:write"]}}
    desk.slack.install(without)

    for status, mime, body in (wrong, await got(desk, address, desk.slack.bot_token)):
        assert (status, mime) == (200, "text/html")
        assert PICTURE.content not in body


async def test_a_file_that_is_taken_away_leaves_a_tombstone_and_no_bytes(desk: Desk) -> None:
    ts = desk.slack.post(desk.mika, desk.channel, "Here", files=[PICTURE, "other.pdf"])
    picture, _ = desk.slack.messages(desk.channel)[0]["files"]

    desk.slack.take_file_away(desk.mika, desk.channel, ts, picture["id"])

    (message,) = desk.slack.messages(desk.channel)
    assert message["text"] == "Here"
    assert [file["mode"] for file in message["files"]] == ["tombstone", "hosted"]
    assert (await got(desk, picture["url_private_download"], desk.slack.bot_token))[0] == 404


# What is known of a file


async def where(desk: Desk, file: str) -> dict[str, Any]:
    """The places where Slack says that a file stands."""
    answer = await desk.client.files_info(file=file)
    found: dict[str, Any] = answer["file"].get("shares", {})
    return found


async def test_a_file_of_the_app_is_known_with_its_places_and_its_bytes(desk: Desk) -> None:
    root = desk.slack.post(desk.mika, desk.channel, "Here is a thread")
    file, address = await desk.announced()
    await desk.sent(address)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await where(desk, file)

    assert await desk.shared(file, channel_id=desk.channel, thread_ts=root) == "ok"

    (post,) = desk.slack.thread(desk.channel, root)[1:]
    assert post["subtype"] == "file_share"
    place = {"ts": post["ts"], "thread_ts": root, "channel_name": "desk"}
    assert await where(desk, file) == {"public": {desk.channel: [place]}}
    url = post["files"][0]["url_private_download"]
    assert await got(desk, url, desk.slack.bot_token) == (200, "text/csv", TABLE)


async def test_a_file_may_be_shared_only_after_a_while(desk: Desk) -> None:
    desk.slack.shares_later()
    file, address = await desk.announced()
    await desk.sent(address)

    assert await desk.shared(file, channel_id=desk.channel) == "ok"
    assert await where(desk, file) == {}
    assert desk.slack.messages(desk.channel) == []

    desk.slack.shares_now()
    assert list(await where(desk, file)) == ["public"]
    assert len(desk.slack.messages(desk.channel)) == 1


async def test_a_file_of_somebody_is_known_where_the_bot_is(desk: Desk) -> None:
    elsewhere = desk.slack.add_channel("elsewhere", [desk.mika])
    for channel in (desk.channel, elsewhere):
        desk.slack.post(desk.mika, channel, "", files=[PICTURE])
    ts, mine = desk.slack.messages(desk.channel)[0]["ts"], desk.slack.messages(desk.channel)[0]["files"][0]["id"]

    assert list(await where(desk, mine)) == ["public"]
    with pytest.raises(SlackApiError, match="file_not_found"):
        await where(desk, desk.slack.messages(elsewhere)[0]["files"][0]["id"])
    desk.slack.take_file_away(desk.mika, desk.channel, ts, mine)
    with pytest.raises(SlackApiError, match="file_deleted"):
        await where(desk, mine)


async def test_without_its_permission_nothing_is_known(desk: Desk) -> None:
    desk.slack.install({**manifest(), "oauth_config": {"scopes": {"bot": ["files:write"]}}})

    with pytest.raises(SlackApiError, match="missing_scope"):
        await where(desk, "F1")


async def test_a_page_hands_in_a_file_and_gets_it_as_something_harmless(desk: Desk) -> None:
    form = aiohttp.FormData({"given": f'{{"as": "{desk.mika}", "channel": "{desk.channel}", "text": "see"}}'})
    form.add_field("files", b"<script>alert(1)</script>", filename="x.html", content_type="text/html")
    async with desk.session.post(f"{desk.slack.address}/client/post", data=form) as answer:
        assert (await answer.json())["ok"]

    (file,) = desk.slack.messages(desk.channel)[0]["files"]
    async with desk.session.get(f"{desk.slack.address}/client/files/{file['id']}") as answer:
        assert await answer.read() == b"<script>alert(1)</script>"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    async with desk.session.get(f"{desk.slack.address}/client/files/F9") as answer:
        assert answer.status == 404
