"""
Fetching the files that agents put into threads.

The bot's token goes with every request, so it goes to Slack's own hosts alone, redirects included.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.channels.base import Sink
from bot.domain.enclosures import Enclosed
from bot.errors import DeliveryError, Later, Rejected
from bot.models.rows import AttachmentRow
from bot.slack import parse
from bot.slack.errors import FAILURES, FILE_GONE, FILE_HIDDEN, reading

SLACKS = "slack.com"  #: it and everything below it
REDIRECTS = 3
SILENCE_S = 30.0  #: seconds without a byte, after which a download is given up
LONGEST_S = 900.0  #: seconds that a whole one may take
PIECE_BYTES = 1 << 16


class SlackFiles:
    """Files by their addresses in Slack; the ``client`` brings token, session and the address of the Web API."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._api = URL(client.base_url)

    async def completed(self, file: Enclosed) -> Enclosed:
        """
        The same with what Slack tells only when asked, as for files of other organisations.

        Raises `Later` while Slack can't be asked.
        """
        if "url" in file.source or file.problem:
            return file
        try:
            found = await reading(self._client.files_info(file=file.id))
        except Later:
            raise
        except DeliveryError as refusal:
            return replace(file, problem=str(refusal))
        told = parse.enclosed(found.get("file") or {})
        if "url" not in told.source and not told.problem:
            return replace(file, problem=FILE_HIDDEN)
        return replace(told, id=file.id)

    async def fetch(self, row: AttachmentRow, sink: Sink) -> None:
        """
        Give a file's bytes to ``sink``, piece by piece.

        Raises `Later` or `Rejected`; what ``sink`` raises is passed on.
        """
        address = str(row.source["url"])
        for _ in range(REDIRECTS + 1):
            further = await self._get(self.address(address), row, sink)
            if further is None:
                return
            address = further
        raise Rejected("Slack does not hand the file over.")

    async def _get(self, address: URL, row: AttachmentRow, sink: Sink) -> str | None:
        """Fetch; returns where else to ask, if not here."""
        session = self._client.session
        if session is None:
            raise RuntimeError("the client has no session")
        patience = aiohttp.ClientTimeout(total=LONGEST_S, sock_connect=SILENCE_S, sock_read=SILENCE_S)
        headers = {"Authorization": f"Bearer {self._client.token}"}
        got_bytes = 0
        try:
            async with session.get(address, headers=headers, allow_redirects=False, timeout=patience) as answer:
                if 300 <= answer.status < 400 and "Location" in answer.headers:
                    return answer.headers["Location"]
                _check(answer, mime=row.mime)
                async for piece in answer.content.iter_chunked(PIECE_BYTES):
                    got_bytes += len(piece)
                    await sink(piece)
        except FAILURES as error:
            raise Later("Slack can't be reached.") from error
        if answer.content_type == "text/html" and row.size_bytes not in {None, got_bytes}:
            raise Rejected(FILE_HIDDEN)
        return None

    def address(self, text: str) -> URL:
        """The address, if it is one of Slack's own hosts or of the one that the settings name."""
        with suppress(ValueError):
            address = URL(text)
            if address.absolute and (address.origin() == self._api.origin() or self._is_below(address)):
                return address
        raise Rejected("Slack points to a foreign address for the file, where we do not go.")

    def _is_below(self, address: URL) -> bool:
        host = address.host or ""
        known = any(host == one or host.endswith(f".{one}") for one in (SLACKS, self._api.host or SLACKS))
        return known and address.scheme == "https" and address.port == 443


def _check(answer: aiohttp.ClientResponse, *, mime: str) -> None:
    """An answer that is not the file is an error, whatever its status; without the right to a file comes a page."""
    if answer.status == 429:
        seconds = answer.headers.get("Retry-After", "")
        raise Later("Slack asks to wait.", after=timedelta(seconds=int(seconds)) if seconds.isdecimal() else None)
    if answer.status in {401, 403}:
        raise Rejected(FILE_HIDDEN)
    if answer.status in {404, 410}:
        raise Rejected(FILE_GONE)
    if answer.status >= 500:
        raise Later("Slack says that it has a problem of its own.")
    if answer.status != 200:
        raise Rejected(f"Slack refuses it ({answer.status}).")
    if answer.content_type == "text/html" and mime != "text/html":  # the page where people sign in
        raise Rejected(FILE_HIDDEN)
