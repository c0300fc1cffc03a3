"""From where the files of WhatsApp's customers are fetched: the access token goes to nobody else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.whatsapp.downloads import Downloads
from bot.errors import DeliveryError, Later, Rejected
from tests.far import ANSWER

CONTENT = bytes(range(256)) * 1000
AUTHORIZATION = "Bearer EAA-the-token"


@dataclass
class Host:
    """A server that answers with a file, or points elsewhere, and remembers who asked."""

    elsewhere: str = ""
    asked: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        app = web.Application()
        app.router.add_get("/file", self._answer)
        self.server = TestServer(app)

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.headers.get("Authorization"))
        if self.elsewhere:
            return web.Response(status=302, headers={"Location": self.elsewhere})
        return web.Response(body=CONTENT)

    @property
    def url(self) -> str:
        """Where the file is."""
        return str(self.server.make_url("/file"))


@pytest.fixture
async def graph() -> AsyncIterator[Host]:
    host = Host()
    async with host.server:
        yield host


@pytest.fixture
async def foreign() -> AsyncIterator[Host]:
    host = Host()
    async with host.server:
        yield host


async def fetched(graph: Host, url: str) -> bytes:
    """The file that is at ``url``, says the Graph API."""
    pieces: list[bytes] = []

    async def sink(piece: bytes) -> None:
        pieces.append(piece)

    async def ask(_: str) -> object:
        return {"url": url}

    async with aiohttp.ClientSession(headers={"Authorization": AUTHORIZATION}) as session:
        await Downloads(session, ask, api=graph.url, silence=ANSWER).fetch({"media": "7", "sha256": ""}, sink)
    return b"".join(pieces)


async def test_a_file_comes_from_the_host_of_the_settings_for_the_token(graph: Host) -> None:
    assert await fetched(graph, graph.url) == CONTENT
    assert graph.asked == [AUTHORIZATION]


async def test_the_token_goes_to_no_foreign_host(graph: Host, foreign: Host) -> None:
    with pytest.raises(Rejected, match="foreign"):
        await fetched(graph, foreign.url)

    assert foreign.asked == []


async def test_no_redirect_is_followed(graph: Host, foreign: Host) -> None:
    graph.elsewhere = foreign.url

    with pytest.raises(Later):
        await fetched(graph, graph.url)

    assert foreign.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://lookaside.fbsbx.com/file",
        "https://lookaside.fbsbx.com:8443/file",
        "https://lookaside.fbsbx.com.example.org/file",
        "https://evilfbsbx.com/file",
        "https://example.org/fbsbx.com",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "//lookaside.fbsbx.com/file",
        "/file",
        "",
        "http://[",
    ],
)
async def test_a_foreign_or_broken_address_is_never_asked(graph: Host, url: str) -> None:
    with pytest.raises(DeliveryError, match="foreign"):
        await fetched(graph, url)
