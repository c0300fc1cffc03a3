"""No token gets into an error of ours or a line of the log, wherever the platforms' libraries have put it."""

import string
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp.client_reqrep import RequestInfo
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy
from slack_sdk.errors import SlackApiError
from telegram import error as ptb
from yarl import URL

from bot.channels.telegram import errors as telegram
from bot.channels.whatsapp import errors as whatsapp
from bot.logs import masked, trace
from bot.slack import errors as slack

WORDS = string.ascii_letters + string.digits


def secrets(of: str, *, least: int) -> st.SearchStrategy[str]:
    return st.text(of, min_size=least, max_size=least + 20)


#: whole tokens, each with the part of it that opens a door
TOKENS = st.one_of(
    st.tuples(st.sampled_from(("xoxb-", "xapp-1-", "xoxe.xoxp-")), secrets(WORDS, least=24)),
    st.tuples(st.integers(10**8, 10**10).map("{}:".format), secrets(WORDS + "_-", least=35)),
    st.tuples(st.just("EAA"), secrets(WORDS, least=60)),
)
#: how libraries show them
PLACES = st.sampled_from(
    (
        "{}", "https://api.telegram.org/file/bot{}/photos/1.jpg", "https://api.telegram.org/bot{}/getMe?x=1",
        "https://chat.example/api/auth.test?token={}", "{{'Authorization': 'Bearer {}'}}", '{{"token": "{}"}}',
        "Malformed access token {}", "The token `{}` was rejected by the server.",
    )
)  # fmt: skip


def info(words: str) -> Any:
    headers = CIMultiDictProxy(CIMultiDict({"Authorization": words}))
    return RequestInfo(URL(f"https://chat.example/{quote(words)}"), "POST", headers, URL("https://chat.example"))


def of_aiohttp(words: str) -> list[Exception]:
    """What aiohttp raises, with the address or the headers in it."""
    return [
        aiohttp.InvalidURL(words),
        aiohttp.ClientResponseError(info(words), (), status=500, message=words),
        aiohttp.ContentTypeError(info(words), (), message=words),
        aiohttp.TooManyRedirects(info(words), ()),
        aiohttp.ServerDisconnectedError(words),
        aiohttp.ClientOSError(104, words),
        aiohttp.ClientPayloadError(words),
        TimeoutError(words),
        OSError(words),
    ]


def of_telegram(words: str) -> list[ptb.TelegramError]:
    """What python-telegram-bot raises."""
    plain = (ptb.BadRequest, ptb.Forbidden, ptb.InvalidToken, ptb.Conflict, ptb.NetworkError, ptb.TimedOut)
    return [*(kind(words) for kind in plain), ptb.EndPointNotFound(words), ptb.TelegramError(words)]


def of_slack(words: str) -> list[SlackApiError]:
    """What slack_sdk raises: with its own answer, or with aiohttp's."""
    told = SimpleNamespace(data={"ok": False, "error": words}, status_code=200, headers={})
    page = SimpleNamespace(status=502, headers={}, request_info=info(words))
    return [SlackApiError(words, told), SlackApiError(words, page)]  # type: ignore[no-untyped-call]  # of the SDK


def of_whatsapp(words: str) -> list[object]:
    """What Meta answers."""
    return [{"error": {"code": 999_999, "message": words}}, {"error": {"code": 190, "message": words}}, words]


@given(TOKENS, PLACES, st.text(max_size=20))
def test_no_error_of_ours_and_no_line_holds_a_token(token: tuple[str, str], place: str, around: str) -> None:
    name, secret = token
    words = f"{around} {place.format(name + secret)} {around}"

    ours = [
        *(slack.translated(error) for error in (*of_aiohttp(words), *of_slack(words))),
        *(telegram.translated(error) for error in of_telegram(words)),
        *(whatsapp.of_failure(error) for error in of_aiohttp(words)),
        *(whatsapp.of_answer(400, answer) for answer in of_whatsapp(words)),
    ]
    lines = [str(trace(error)) for error in (*of_aiohttp(words), *of_telegram(words), *of_slack(words))]
    theirs = [masked(f"{error!r} {error}") for error in (*of_aiohttp(words), *of_telegram(words), *of_slack(words))]

    assert not [text for text in (*map(str, ours), *lines, *theirs) if secret in text]
