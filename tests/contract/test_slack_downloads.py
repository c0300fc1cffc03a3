"""Fetching agents' files: what may be fetched, from where, and what each answer means."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.enclosures import Enclosed
from bot.errors import DeliveryError, Later, Rejected, TooBig
from bot.models.rows import AttachmentRow
from bot.slack.downloads import SlackFiles

TOKEN = "xoxb-the-token"
CONTENT = bytes(range(256)) * 1000


class Host:
    """A server that answers each path as it is told, and remembers who asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[], web.StreamResponse]] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.server = TestServer(self._app())

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, request.headers.get("Authorization")))
        return self.answers[request.path]()

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))


@pytest.fixture
async def slack() -> AsyncIterator[Host]:
    host = Host()
    async with host.server:
        yield host


@pytest.fixture
async def files(slack: Host) -> AsyncIterator[SlackFiles]:
    async with aiohttp.ClientSession() as session:
        yield SlackFiles(AsyncWebClient(TOKEN, base_url=slack.url("/api/"), session=session))


def file_at(url: str, *, mime: str = "image/png", size_bytes: int | None = None) -> AttachmentRow:
    return AttachmentRow(name="a", mime=mime, size_bytes=size_bytes, source={"id": "F1", "url": url})


async def fetched(files: SlackFiles, row: AttachmentRow) -> bytes:
    pieces: list[bytes] = []

    async def sink(piece: bytes) -> None:
        pieces.append(piece)

    await files.fetch(row, sink)
    return b"".join(pieces)


async def refusal(files: SlackFiles, row: AttachmentRow) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await fetched(files, row)
    assert TOKEN not in str(caught.value)
    return caught.value


async def test_a_file_comes_byte_for_byte_for_the_bots_token(slack: Host, files: SlackFiles) -> None:
    slack.answers["/f"] = lambda: web.Response(body=CONTENT, content_type="image/png")

    assert await fetched(files, file_at(slack.url("/f"))) == CONTENT
    assert slack.asked == [("/f", f"Bearer {TOKEN}")]


async def test_a_redirect_inside_slack_is_followed(slack: Host, files: SlackFiles) -> None:
    slack.answers["/f"] = lambda: web.Response(status=302, headers={"Location": slack.url("/g")})
    slack.answers["/g"] = lambda: web.Response(body=CONTENT, content_type="image/png")

    assert await fetched(files, file_at(slack.url("/f"))) == CONTENT


async def test_the_token_goes_to_no_foreign_host(slack: Host, files: SlackFiles) -> None:
    foreign = Host()
    async with foreign.server:
        slack.answers["/f"] = lambda: web.Response(status=302, headers={"Location": foreign.url("/f")})

        assert "foreign" in str(await refusal(files, file_at(slack.url("/f"))))
        assert "foreign" in str(await refusal(files, file_at(foreign.url("/f"))))

    assert foreign.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://files.slack.com/f",
        "https://files.slack.com:8443/f",
        "https://slack.com.example.org/f",
        "https://evilslack.com/f",
        "https://example.org/slack.com",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "//files.slack.com/f",
        "/f",
        "",
        "http://[",
    ],
)
async def test_a_foreign_or_broken_address_is_never_asked(files: SlackFiles, url: str) -> None:
    assert isinstance(await refusal(files, file_at(url)), Rejected)


@pytest.mark.parametrize("url", ["https://files.slack.com/f", "https://acme.slack.com/f", "https://slack.com/f"])
def test_slacks_own_hosts_are_known(files: SlackFiles, url: str) -> None:
    assert str(files.address(url)) == url


async def test_going_round_in_circles_ends(slack: Host, files: SlackFiles) -> None:
    slack.answers["/f"] = lambda: web.Response(status=302, headers={"Location": slack.url("/f")})

    assert isinstance(await refusal(files, file_at(slack.url("/f"))), Rejected)
    assert len(slack.asked) == 4


async def test_the_page_where_people_sign_in_is_not_the_file(slack: Host, files: SlackFiles) -> None:
    slack.answers["/f"] = lambda: web.Response(text="<html>Sign in</html>", content_type="text/html")

    for row in (file_at(slack.url("/f")), file_at(slack.url("/f"), mime="text/html", size_bytes=5)):
        found = await refusal(files, row)
        assert isinstance(found, Rejected)
        assert "files:read" in str(found)


async def test_a_file_that_is_a_page_can_be_had(slack: Host, files: SlackFiles) -> None:
    page = "<html>An offer</html>"
    slack.answers["/f"] = lambda: web.Response(text=page, content_type="text/html")

    got = await fetched(files, file_at(slack.url("/f"), mime="text/html", size_bytes=len(page)))

    assert got == page.encode()


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (404, Rejected, "no longer"),
        (410, Rejected, "no longer"),
        (401, Rejected, "files:read"),
        (403, Rejected, "files:read"),
        (400, Rejected, "refuses it"),
        (500, Later, "problem"),
        (503, Later, "problem"),
        (429, Later, "wait"),
    ],
)
async def test_what_an_answer_means(
    slack: Host, files: SlackFiles, status: int, kind: type[DeliveryError], words: str
) -> None:
    slack.answers["/f"] = lambda: web.Response(status=status, headers={"Retry-After": "7"})

    found = await refusal(files, file_at(slack.url("/f")))

    assert isinstance(found, kind)
    assert words in str(found)
    assert getattr(found, "after", None) == (timedelta(seconds=7) if status == 429 else None)


async def test_a_connection_that_breaks_is_worth_another_try(slack: Host, files: SlackFiles) -> None:
    def cut_off() -> web.Response:
        response = web.Response(body=b"short", headers={"Content-Length": "99"})
        response.force_close()
        return response

    slack.answers["/f"] = cut_off
    row = file_at(slack.url("/f"))

    assert isinstance(await refusal(files, row), Later)
    await slack.server.close()
    assert isinstance(await refusal(files, row), Later)


async def test_what_the_sink_refuses_ends_the_download(slack: Host, files: SlackFiles) -> None:
    slack.answers["/f"] = lambda: web.Response(body=CONTENT, content_type="image/png")

    async def full(_: bytes) -> None:
        raise TooBig(1)

    with pytest.raises(TooBig):
        await files.fetch(file_at(slack.url("/f")), full)


# A file of another organisation

UNKNOWN = Enclosed(id="F1", name="file", mime="", size_bytes=None, source={})


def info(slack: Host, **answer: object) -> None:
    slack.answers["/api/files.info"] = lambda: web.json_response({"ok": True, **answer})


async def test_a_file_of_another_organisation_is_asked_for(slack: Host, files: SlackFiles) -> None:
    told = {"id": "F1", "name": "a.pdf", "mimetype": "application/pdf", "size": 9, "mode": "hosted"}
    info(slack, file={**told, "url_private_download": "https://files.slack.com/a.pdf"})

    assert await files.completed(UNKNOWN) == Enclosed(
        id="F1", name="a.pdf", mime="application/pdf", size_bytes=9, source={"url": "https://files.slack.com/a.pdf"}
    )


async def test_a_file_that_slack_does_not_show_says_why(slack: Host, files: SlackFiles) -> None:
    info(slack, ok=False, error="file_not_found")
    refused = await files.completed(UNKNOWN)
    info(slack, file={"id": "F1", "file_access": "check_file_info"})
    still_hidden = await files.completed(UNKNOWN)

    assert "refuses it" in refused.problem
    assert "files:read" in still_hidden.problem


async def test_slack_being_away_is_no_reason_to_give_a_file_up(slack: Host, files: SlackFiles) -> None:
    info(slack, ok=False, error="ratelimited")

    with pytest.raises(Later):
        await files.completed(UNKNOWN)


async def test_what_is_known_is_not_asked_for(slack: Host, files: SlackFiles) -> None:
    known = Enclosed(id="F1", name="a", mime="", size_bytes=1, source={"url": "https://files.slack.com/a"})
    hopeless = Enclosed(id="F1", name="a", mime="", size_bytes=1, source={}, problem="It is gone.")

    assert [await files.completed(file) for file in (known, hopeless)] == [known, hopeless]
    assert slack.asked == []
