"""
The bytes of the files that customers send by WhatsApp.

An id is good for seven days, the address that it is changed for for five minutes. The access token goes with every
request, so it goes to Meta's own hosts alone. Source: WhatsApp Cloud API, "Media".
"""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta

import aiohttp
from yarl import URL

from bot.channels.base import NOT_WHOLE, Sink
from bot.channels.lenient import at, text
from bot.channels.whatsapp.errors import FAILURES, NoSuchObject
from bot.errors import Later, LaterOrNever, Rejected, Unconfirmed

METAS = ("facebook.com", "fbcdn.net", "fbsbx.com", "whatsapp.net")  #: they and everything below them
LONGEST_S = 900.0  #: seconds that a whole one may take
PIECE_BYTES = 1 << 16
_GONE = "WhatsApp no longer has this file."

Ask = Callable[[str], Awaitable[object]]  #: what the Graph API says of the object with this id


class Downloads:
    """
    Fetches files by the ids that webhooks bring.

    ``api`` is the address of the Graph API in the settings; a download without a byte for ``silence`` is given up.
    """

    def __init__(self, session: aiohttp.ClientSession, ask: Ask, *, api: str, silence: timedelta) -> None:
        self._session = session
        self._ask = ask
        self._api = URL(api)
        self._silence_s = silence.total_seconds()

    async def fetch(self, source: Mapping[str, str], sink: Sink) -> None:
        """Give a file's bytes to ``sink``; an address that holds no longer is asked for once more."""
        if not await self._taken(source, sink) and not await self._taken(source, sink):
            raise Rejected(_GONE)

    async def _taken(self, source: Mapping[str, str], sink: Sink) -> bool:
        """False: nothing is there."""
        try:
            told = await self._ask(source["media"])
        except NoSuchObject as reason:
            raise Rejected(_GONE) from reason
        except Unconfirmed as reason:  # asking changes nothing, so that a lost answer is no doubt
            raise Later(str(reason)) from reason
        address, digest = self._address(text(at(told, "url"))), hashlib.sha256()
        patience = aiohttp.ClientTimeout(total=LONGEST_S, sock_connect=self._silence_s, sock_read=self._silence_s)
        try:
            async with self._session.get(address, allow_redirects=False, timeout=patience) as answer:
                if answer.status in {404, 410}:
                    return False
                _check(answer)
                async for piece in answer.content.iter_chunked(PIECE_BYTES):
                    digest.update(piece)
                    await sink(piece)
        except FAILURES as error:
            raise Later("WhatsApp can't be reached.") from error
        if not _is(digest.digest(), source["sha256"]):
            raise LaterOrNever(NOT_WHOLE)
        return True

    def _address(self, given: str) -> URL:
        with suppress(ValueError):
            address = URL(given)
            if address.absolute and (address.origin() == self._api.origin() or _is_metas(address)):
                return address
        raise Rejected("WhatsApp points to a foreign address for the file, where we do not go.")


def _is_metas(address: URL) -> bool:
    host = address.host or ""
    known = any(host == one or host.endswith(f".{one}") for one in METAS)
    return known and address.scheme == "https" and address.port == 443


def _is(digest: bytes, told: str) -> bool:
    """Webhooks tell the hash in Base64, the documentation shows it in hexadecimal; what is neither says nothing."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", told):
        return told.lower() == digest.hex()
    if re.fullmatch(r"[A-Za-z0-9+/]{43}=", told):
        return base64.b64decode(told) == digest
    return True


def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status == 429:
        wait = answer.headers.get("Retry-After", "")
        raise Later("WhatsApp asks to wait.", after=timedelta(seconds=int(wait)) if wait.isdecimal() else None)
    if answer.status >= 500:
        raise Later("WhatsApp says that it has a problem of its own.")
    if answer.status != 200:
        raise Later("Something between here and WhatsApp refuses the connection.")
