"""WhatsApp Cloud API as a channel: webhooks that are answered once they are stored, and one call to send."""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import structlog
from yarl import URL

from bot.calls import MOST_BYTES as MOST_BYTES_OF_ANSWER
from bot.calls import body_of
from bot.channels.base import (
    Capabilities,
    Choice,
    Health,
    HookAnswer,
    HookRequest,
    Inbound,
    OutboundFile,
    OutboundPart,
    Pace,
    Put,
    Raw,
    Sent,
    Sink,
)
from bot.channels.lenient import at, parsed
from bot.channels.sizes import MB, fitting
from bot.channels.whatsapp import check, convert, format  # noqa: A004  # the folder's name for it
from bot.channels.whatsapp.downloads import Downloads
from bot.channels.whatsapp.errors import FAILURES, of_answer, of_failure
from bot.domain.text import RichText
from bot.errors import DeliveryError, Down, Later, Rejected, Unconfirmed
from bot.findings import Finding, Inquiry
from bot.metrics import Calls, tracing, untold
from bot.rates import Rate

API_URL = "https://graph.facebook.com"
API_VERSION = "v26.0"
IN_FLIGHT = 16  #: connections at once; a number may send 80 messages a second
ANSWER = timedelta(seconds=20)  #: patience for an answer: what is given up too early is uncertain
PROBE = timedelta(seconds=30)  #: between two looks at our phone number; silence of customers is no sign of anything
WINDOW = timedelta(hours=24)  #: after the customer's last message. Source: "Customer service windows"
ECHO = timedelta(seconds=30)  #: so long a first status may take; its webhooks carry our own mark

#: Source: Cloud API, "Throughput": 80 messages a second and number; "Pair rate limits": one to the same customer in six
#: seconds, and up to 45 at once, which are borrowed from the time that follows. Few are borrowed here, as a customer
#: who was sent 45 could not be answered for four and a half minutes.
PACE = Pace(chat=Rate(per_second=1 / 6, burst=10), overall=Rate(per_second=80, burst=10))

# Source of the limits: Cloud API, "Interactive reply buttons messages" and "Interactive list messages".
MAX_BUTTONS = 3
MAX_TITLE = 20  #: characters of a choice
METHODS = frozenset({"messages", "media"})

# Source of types and sizes: Cloud API, "Media", supported types.
MOST_BYTES = {"image": 5 * MB, "audio": 16 * MB, "video": 16 * MB, "document": 100 * MB}
KINDS = {
    **dict.fromkeys(("image/jpeg", "image/png"), "image"),
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), "audio"),
    **dict.fromkeys(("video/mp4", "video/3gpp"), "video"),
}
TAKEN_BYTES_PER_S = 50_000  #: the slowest upload that we are patient with
MENU = "Menu"  #: what opens a list; the same word in all languages that we speak

log = structlog.get_logger()

_Json = dict[str, Any]


class WhatsAppChannel:
    """
    One phone number of a business.

    Args:
        token: the access token.
        phone_number_id: of our number; it is the account.
        app_secret: signs what comes.
        verify_token: our own word, by which WhatsApp shows that it was told of our address.
        now: reads the clock.
        pause: waits; called between probes.
        api_url: of the Graph API, without version.
        api_version: of the Graph API.
        answer: how long to wait for an answer.
        told: hears of every call.
        most_bytes: of an answer.
    """

    name = convert.NAME
    capabilities = Capabilities(label="WhatsApp", window=WINDOW, echo=ECHO, deletions=True, pace=PACE)

    def __init__(
        self,
        *,
        token: str,
        phone_number_id: str,
        app_secret: str,
        verify_token: str,
        now: Callable[[], datetime],
        pause: Callable[[timedelta], Awaitable[None]],
        api_url: str = API_URL,
        api_version: str = API_VERSION,
        answer: timedelta = ANSWER,
        told: Calls = untold,
        most_bytes: int = MOST_BYTES_OF_ANSWER,
    ) -> None:
        self.account = phone_number_id
        self.health = Health()
        self._now, self._pause, self._answer, self._told = now, pause, answer, told
        self._app_secret, self._verify_token = app_secret.encode(), verify_token.encode()
        self._most_bytes = most_bytes
        self._graph = f"{api_url.rstrip('/')}/{api_version}"
        self._url = f"{self._graph}/{phone_number_id}"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._session: aiohttp.ClientSession | None = None
        self._uploaded: dict[Path, str] = {}  # what is there already, and only its message had to wait

    async def open(self) -> None:
        """Make the session; connections come with the first calls."""
        patience_s = self._answer.total_seconds()
        self._session = aiohttp.ClientSession(
            headers=self._headers,
            connector=aiohttp.TCPConnector(limit=IN_FLIGHT),
            trust_env=True,  # a proxy that HTTPS_PROXY names is used, as the SDKs of the other platforms do
            trace_configs=[tracing(self._told, platform=self.name, method=_method)],
            # `connect` includes the wait for a free connection, so that nothing written is given up with it.
            timeout=aiohttp.ClientTimeout(connect=patience_s, sock_read=patience_s),
        )

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()

    async def run(self, put: Put) -> None:  # noqa: ARG002  # nothing is fetched: WhatsApp calls us
        """Look after our number until cancelled."""
        while True:
            try:
                await self._call("GET", "", params={"fields": "id,display_phone_number,verified_name"})
            except DeliveryError as error:
                self.health.problem = str(error) if isinstance(error, Down | Rejected) else None
                log.warning("whatsapp.probe_failed", verdict=str(error))
            else:
                self.health.seen_at, self.health.problem = self._now(), None
            await self._pause(PROBE)

    async def hook(self, request: HookRequest, put: Put) -> HookAnswer:
        """Check what was posted, keep it, and say what to answer; what ``put`` raises is passed on."""
        if request.method == "GET":
            return self._verified(request.query)
        status = self._trusted(request)
        if status != 200:
            return HookAnswer(status)
        body = parsed(request.body)
        if not isinstance(body, dict):
            return HookAnswer(400)
        handed = convert.handed(body, account=self.account)
        if handed.raws:
            await put(handed.raws)
        if handed.elsewhere:
            seen = int(self.health.details.get("other_numbers", "0"))
            self.health.details["other_numbers"] = str(seen + handed.elsewhere)
        return HookAnswer(200)

    def look(self) -> Sequence[Finding]:
        """What can be told of the set-up without the network."""
        return check.look(self._app_secret.decode())

    async def ask(self, inquiry: Inquiry) -> Sequence[Finding]:
        """What only WhatsApp can tell of the set-up."""
        if self._session is None:
            raise RuntimeError("call open() first")
        token, secret = self._headers["Authorization"].removeprefix("Bearer "), self._app_secret.decode()
        return await check.GraphCheck(self._session, url=self._url, token=token, secret=secret, inquiry=inquiry).ask()

    def read(self, raw: Raw) -> Inbound:
        """Say what a stored row means."""
        return convert.inbound(raw.body, account=self.account)

    def pieces(self, text: RichText) -> tuple[RichText, ...]:
        """Cut a text into parts that fit into one message each, in order."""
        return format.pieces(text)

    def carried_as(self, *, mime: str, size_bytes: int) -> str:
        """The kind as which a file would go; raises `Rejected` where it can't."""
        kind = KINDS.get(mime, "document")
        return fitting(kind, size_bytes=size_bytes, most_bytes=MOST_BYTES, label=self.capabilities.label)

    async def send(self, part: OutboundPart) -> Sent:
        """Deliver one part, once; a file first, which nobody sees before the message that shows it."""
        if part.file is None:
            content = _content(format.render(part.text), part.choices)
            try:
                quoted = {} if part.quotes is None else {"context": {"message_id": part.quotes}}
                return await self._message(part, {**content, **quoted})
            except Rejected as refusal:
                if part.quotes is None or type(refusal) is not Rejected:
                    raise
                return await self._message(part, content)  # what it answers may be gone: that must not stop it
        path = part.file.path
        if path not in self._uploaded:
            self._uploaded[path] = await self._upload(part.file)
        try:
            sent = await self._message(part, _shown(part.file, self._uploaded[path]))
        except (Later, Down):
            raise
        except DeliveryError:
            del self._uploaded[path]
            raise
        del self._uploaded[path]
        return sent

    async def _upload(self, file: OutboundFile) -> str:
        """Hand a file over; returns WhatsApp's name for it, which is good for 30 days. No end of it is uncertain."""
        patience_s = self._answer.total_seconds() + file.size_bytes / TAKEN_BYTES_PER_S
        mime = "text/plain" if file.mime.startswith("text/") else file.mime  # the one kind of text that it knows
        form = aiohttp.FormData(
            {"messaging_product": "whatsapp", "type": mime}, quote_fields=False
        )  # names as they are
        with file.path.open("rb") as content:
            form.add_field("file", content, filename=file.name, content_type=mime)
            try:
                answer = await self._call("POST", "/media", data=form, timeout=aiohttp.ClientTimeout(total=patience_s))
            except Unconfirmed as reason:
                raise Later("WhatsApp did not answer to the file.") from reason
        media = at(answer, "id")
        if not isinstance(media, str):
            raise Later("WhatsApp did not answer to the file.")
        return media

    async def _message(self, part: OutboundPart, content: _Json) -> Sent:
        key = part.to.key
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            ("to" if key.isdigit() else "recipient"): key,
            **content,
        }
        if part.mark:
            message["biz_opaque_callback_data"] = part.mark
        answer = await self._call("POST", "/messages", json=message)
        sent = at(answer, "messages", 0, "id")
        if not isinstance(sent, str):
            raise Unconfirmed("WhatsApp's answer can't be understood: the message may have arrived.")
        return Sent(sent)

    async def fetch(self, source: Mapping[str, str], sink: Sink) -> None:
        """Give the bytes of a customer's file to ``sink``."""
        if self._session is None:
            raise RuntimeError("call open() first")
        await Downloads(self._session, self._object, api=self._graph, silence=self._answer).fetch(source, sink)

    async def _object(self, number: str) -> object:
        return await self._request("GET", f"{self._graph}/{quote(number, safe='')}")

    async def _call(self, method: str, path: str, **arguments: Any) -> object:
        """About our phone number."""
        return await self._request(method, f"{self._url}{path}", **arguments)

    async def _request(self, method: str, address: str, **arguments: Any) -> object:
        if self._session is None:
            raise RuntimeError("call open() first")
        try:
            # No redirects: the token is for nobody else.
            async with self._session.request(method, address, allow_redirects=False, **arguments) as answer:
                body = parsed(await body_of(answer, most_bytes=self._most_bytes))
        except FAILURES as error:
            raise of_failure(error) from error
        if answer.status != 200 or not isinstance(body, dict) or "error" in body:
            raise of_answer(answer.status, body, retry_after=answer.headers.get("Retry-After"))
        return body

    def _verified(self, query: Mapping[str, str]) -> HookAnswer:
        """Answer the question by which WhatsApp makes sure that our address is ours."""
        token = query.get("hub.verify_token")
        if token is None:
            return HookAnswer(401)
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self._verify_token):
            return HookAnswer(403)
        if query.get("hub.mode") != "subscribe" or "hub.challenge" not in query:
            return HookAnswer(400)
        return HookAnswer(200, query["hub.challenge"])

    def _trusted(self, request: HookRequest) -> int:
        """200 if WhatsApp has signed these very bytes, else what to answer."""
        given = request.headers.get("x-hub-signature-256")
        if given is None:
            return 401
        right = hmac.digest(self._app_secret, request.body, "sha256").hex()
        is_right = hmac.compare_digest(given.encode("utf-8", "replace"), f"sha256={right}".encode())
        return 200 if is_right else 403


def _content(words: str, choices: tuple[Choice, ...]) -> _Json:
    """The text, with buttons or a list where they fit; what is pressed can always be written as well."""
    if not choices:
        return {"type": "text", "text": {"body": words}}
    if format.length(words) > format.CHOICES_LIMIT or any(len(choice.label) > MAX_TITLE for choice in choices):
        listed = "\n".join(f"• {choice.label}" for choice in choices)
        return {"type": "text", "text": {"body": f"{words}\n\n{listed}"[: format.LIMIT]}}
    if len(choices) <= MAX_BUTTONS:
        buttons = [{"type": "reply", "reply": {"id": choice.id, "title": choice.label}} for choice in choices]
        return _interactive("button", words, {"buttons": buttons})
    rows = [{"id": choice.id, "title": choice.label} for choice in choices]
    return _interactive("list", words, {"button": MENU, "sections": [{"rows": rows}]})


def _shown(file: OutboundFile, media: str) -> _Json:
    name = {"filename": file.name} if file.kind == "document" else {}
    return {"type": file.kind, file.kind: {"id": media, **name}}


def _interactive(kind: str, words: str, action: _Json) -> _Json:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": words}, "action": action}}


def _method(url: URL) -> str:
    """What a call is for; the addresses of other things than ours to send end in an id."""
    return url.name if url.name in METHODS else "object"
