"""docs/reference/errors.md and the three translators say the same of every error, row by row."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from telegram.error import TelegramError
from telegram.request import RequestData
from typing_extensions import override

from bot.channels.telegram import errors as telegram
from bot.channels.telegram.request import Requests
from bot.channels.whatsapp import errors as whatsapp
from bot.errors import Away, Closed, DeliveryError, Down, Later, Rejected, Unconfirmed, Unreachable
from bot.metrics import untold
from bot.slack import errors as slack
from tests.test_docs import rows, section, ticked

PAGE = (Path(__file__).parents[2] / "docs/reference/errors.md").read_text(encoding="utf-8")
VERDICTS = {Later: "later", Away: "later", Down: "down", whatsapp.NoSuchObject: "down", Rejected: "final",
            Closed: "held", Unreachable: "held", Unconfirmed: "uncertain"}  # fmt: skip
WAIT = timedelta(seconds=7)

# --- the ways in which a request can fail without an answer of the platform

_PLACE = ConnectionKey(
    host="chat.example", port=443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None
)
_REFUSED = ConnectionRefusedError(111, "refused")
OF_AIOHTTP: Mapping[str, Exception] = {
    "connection refused": aiohttp.ClientConnectorError(_PLACE, _REFUSED),
    "unknown host": aiohttp.ClientConnectorDNSError(_PLACE, OSError(-2, "unknown")),
    "bad certificate": aiohttp.ClientConnectorCertificateError(_PLACE, ValueError("expired")),
    "no connection in time": aiohttp.ConnectionTimeoutError(),
    "no answer in time": TimeoutError(),
    "connection reset": aiohttp.ClientOSError(104, "reset"),
    "connection closed": aiohttp.ServerDisconnectedError(),
}
PAGES = {"unreadable answer": 200, "page 403": 403, "page 413": 413, "page 429": 429, "page 502": 502}
HTML = "<html>nobody is at home</html>"


# --- each row of the page, made to happen


def of_slack(row: str) -> DeliveryError:
    """What Slack's translator makes of a row."""
    if row in OF_AIOHTTP:
        return slack.translated(OF_AIOHTTP[row])
    if row in PAGES:
        return slack.translated(slack_answers(PAGES[row], {}))
    if row.startswith("429"):
        after = {"Retry-After": "7"} if "with" in row else {}
        return slack.translated(slack_answers(429, {"ok": False, "error": "of_a_new_kind"}, after))
    code = "of_a_new_kind" if row == "any other code" else row
    return slack.translated(slack_answers(200, {"ok": False, "error": code}))


def slack_answers(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> SlackApiError:
    answer = AsyncSlackResponse(
        client=AsyncWebClient(), http_verb="POST", api_url="", req_args={}, data=body, headers=headers or {},
        status_code=status,
    )  # fmt: skip
    return SlackApiError("it failed", answer)  # type: ignore[no-untyped-call]  # slack_sdk declares none


def of_whatsapp(row: str) -> DeliveryError:
    """What WhatsApp's translator makes of a row."""
    if row in OF_AIOHTTP:
        return whatsapp.of_failure(OF_AIOHTTP[row])
    if row in PAGES:
        return whatsapp.of_answer(PAGES[row], None)
    special: Mapping[str, tuple[int, dict[str, Any]]] = {
        "429": (429, {"code": 999_999}),
        "429 with Retry-After": (429, {"code": 999_999}),
        "is_transient": (500, {"code": 999_999, "is_transient": True}),
        "100/33": (400, {"code": 100, "error_subcode": 33}),
        "any other code": (400, {"code": 999_999, "message": "Of a new kind"}),
        "any other code, 500": (500, {"code": 999_999}),
    }
    status, error = special[row] if row in special else (400, {"code": int(row)})
    return whatsapp.of_answer(status, {"error": error}, retry_after="7" if "Retry-After" in row else None)


def of_telegram(row: str) -> DeliveryError:
    """What Telegram's translator makes of a row, after the library has made an error of it."""
    if row in OF_AIOHTTP:
        return telegram.translated(of_library(OF_AIOHTTP[row]))
    if row in PAGES:
        return telegram.translated(of_library((PAGES[row], HTML.encode())))
    special: Mapping[str, tuple[int, str, dict[str, int]]] = {
        "429 with retry_after": (429, "Too Many Requests: retry after 7", {"retry_after": 7}),
        "409 webhook": (409, "Conflict: can't use getUpdates method while webhook is active", {}),
        "any other 403": (403, "Forbidden: of a new kind", {}),
        "any other 400": (400, "Bad Request: of a new kind", {}),
        "migrate_to_chat_id": (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -100}),
    }
    status, _, words = row.partition(": ")
    number, said, parameters = special[row] if row in special else (int(status), f"Telegram: {words or 'no'} 12", {})
    body = {"ok": False, "error_code": number, "description": said, "parameters": parameters}
    return telegram.translated(of_library((number, json.dumps(body).encode())))


class Wire(Requests):
    """A network that always does the same: it answers so, or fails so."""

    def __init__(self, end: tuple[int, bytes] | Exception) -> None:
        super().__init__(1, patience_s=1, told=untold)
        self.end = end

    @override
    async def _exchange(
        self, method: str, url: str, given: RequestData | None, *, patience_s: float
    ) -> tuple[int, bytes]:
        if isinstance(self.end, Exception):
            raise self.end
        return self.end


def of_library(end: tuple[int, bytes] | Exception) -> TelegramError:
    """The error that python-telegram-bot raises when a request ends like this."""

    async def asked() -> None:
        await Wire(end).post("https://chat.example/sendMessage")

    with pytest.raises(TelegramError) as caught:
        asyncio.run(asked())
    return caught.value


TRANSLATORS = {"Slack": of_slack, "Telegram": of_telegram, "WhatsApp": of_whatsapp}


def promised() -> Iterator[tuple[str, str, str, str]]:
    """Platform, error, verdict and sentence of all rows of the page."""
    for platform in TRANSLATORS:
        for error, _, verdict, sentence in rows(section(PAGE, platform)):
            for row in ticked(error):
                yield platform, row, verdict.strip(), sentence.strip()


@pytest.mark.parametrize(("platform", "row", "verdict", "sentence"), sorted(promised()))
def test_every_error_of_the_reference_has_the_verdict_and_the_sentence_that_it_promises(
    platform: str, row: str, verdict: str, sentence: str
) -> None:
    for one in numbers(row):
        found = TRANSLATORS[platform](one)

        assert VERDICTS[type(found)] == verdict
        assert re.fullmatch(".+".join(map(re.escape, re.split(r"\*[\w ]+\*", sentence))), str(found))


def numbers(row: str) -> list[str]:
    """A span of codes as each of them."""
    first, dash, last = row.partition("–")
    return [str(code) for code in range(int(first), int(last) + 1)] if dash else [row]


@pytest.mark.parametrize(
    ("platform", "known"),
    [
        ("Slack", set(slack.CODES)),
        ("Telegram", set(telegram.WORDS)),
        ("WhatsApp", {str(code) for code in whatsapp.CODES}),
    ],
)
def test_the_reference_has_every_error_that_is_known_and_no_other(platform: str, known: set[str]) -> None:
    on_the_page = [one for name, row, *_ in promised() if name == platform for one in numbers(row)]
    errors = {row.partition(": ")[2] or row if platform == "Telegram" else row for row in on_the_page}

    assert len(on_the_page) == len(errors)
    assert known <= errors
    assert errors - known == {*OF_AIOHTTP, *SPECIAL[platform]}


_COMMON = ("unreadable answer", "page 403", "page 502")
SPECIAL = {
    "Slack": {*_COMMON, "page 429", "429", "429 with Retry-After", "any other code"},
    "Telegram": {
        *_COMMON, "page 413", "429 with retry_after", "401", "404", "409", "409 webhook", "500", "any other 403",
        "any other 400", "migrate_to_chat_id",
    },
    "WhatsApp": {
        *_COMMON, "page 429", "429", "429 with Retry-After", "is_transient", "100/33", "any other code",
        "any other code, 500",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("platform", "row", "after"),
    [
        ("Slack", "429", None),
        ("Slack", "429 with Retry-After", WAIT),
        ("Telegram", "429: too many requests", None),
        ("Telegram", "429 with retry_after", WAIT),
        ("WhatsApp", "429", None),
        ("WhatsApp", "429 with Retry-After", WAIT),
        ("WhatsApp", "131056", timedelta(seconds=6)),
    ],
)
def test_how_long_to_wait_is_what_the_platform_says(platform: str, row: str, after: timedelta | None) -> None:
    found = TRANSLATORS[platform](row)

    assert cast("Later", found).after == after


def test_a_proxy_that_asks_to_wait_is_heard() -> None:
    found = whatsapp.of_answer(429, None, retry_after="7")

    assert cast("Later", found).after == WAIT
