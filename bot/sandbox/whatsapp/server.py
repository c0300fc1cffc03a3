"""The HTTP side of the local WhatsApp: the Cloud API for the bot, ``/client`` for people and pages that play them."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from aiohttp import web
from typing_extensions import override

from bot.sandbox.faults import Faults
from bot.sandbox.files import File, shown
from bot.sandbox.serving import Served, client, utc_now
from bot.sandbox.whatsapp.accounts import ACCOUNT, MESSAGING, Accounts
from bot.sandbox.whatsapp.api import Messages, parameter
from bot.sandbox.whatsapp.graph import NO_SUCH_OBJECT, GraphError, failed, throttled
from bot.sandbox.whatsapp.people import People
from bot.sandbox.whatsapp.sending import upload
from bot.sandbox.whatsapp.webhooks import Webhooks
from bot.sandbox.whatsapp.world import Json, World

TOKEN = "EAAsandboxOfTheSupportDesk"  # noqa: S105  # a made-up token of a made-up business
PHONE_NUMBER_ID = "106540352242922"
DISPLAY_NUMBER = "15550783881"
OTHER_PHONE_NUMBER_ID = "999000999000999"

#: What a page may do for a person, and the name of what it gives back.
CLIENT_ACTS = {
    "add_person": "person",
    "writes": "message_id",
    "replies": "message_id",
    "sends": "message_id",
    "presses": "message_id",
    "reads": "",
    "reacts": "",
    "edits": "",
    "deletes": "",
    "opens": "",
    "changes_number": "",
    "blocks": "",
    "unblocks": "",
    "goes_offline": "",
    "comes_online": "",
    "duplicate": "",
    "tamper": "",
}


class WhatsAppSandbox(Served, People):
    """
    A WhatsApp with one business number and as many people as are added.

    Its methods are the people's hands; the bot comes by HTTP, and hears of what happens at `webhook_url`.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = utc_now,
        webhook_url: str = "",
        phone_number_id: str = PHONE_NUMBER_ID,
        redeliver_after_s: Sequence[float] = (0.05, 0.1, 0.2),
    ) -> None:
        self.token = TOKEN
        self.phone_number_id = phone_number_id
        self.app_secret = "5a6db0" * 5 + "5a"
        self.verify_token = "sandbox-verify-token"  # noqa: S105
        self.faults = Faults(throttled=throttled, failed=failed)
        self.webhooks = Webhooks(
            clock, self.app_secret, self.verify_token, ACCOUNT, self.phone_number_id, DISPLAY_NUMBER, redeliver_after_s
        )
        self.webhooks.url = webhook_url
        self.accounts = Accounts(
            token=self.token, app_secret=self.app_secret, number=self.phone_number_id, display_number=DISPLAY_NUMBER
        )
        super().__init__(World(clock=clock, webhooks=self.webhooks))
        self.messages = Messages(self._world)  #: its attributes switch windows, rates and test recipients
        self._prefix = ""

    @property
    def api_url(self) -> str:
        """The address of the Graph API without version."""
        return f"{self.address}{self._prefix}"

    @property
    def webhook_url(self) -> str:
        """Where the bot listens; it is verified before the first webhook."""
        return self.webhooks.url

    @webhook_url.setter
    def webhook_url(self, url: str) -> None:
        self.webhooks.listen_at(url)

    def file(self, media_id: str) -> File | None:
        """The file with this id, whoever sent it; None once it is forgotten."""
        stored = self._world.media.find(media_id)
        return stored.file if stored else None

    @property
    def business_name(self) -> str:
        """What the people see as the business's name."""
        return self._world.business

    @business_name.setter
    def business_name(self, name: str) -> None:
        self._world.business = name

    @property
    def reports_statuses(self) -> bool:
        """Whether sent and delivered are told."""
        return self._world.statuses

    @reports_statuses.setter
    def reports_statuses(self, told: bool) -> None:
        self._world.statuses = told

    @property
    def pending(self) -> int:
        """How many webhooks the bot has not taken."""
        return self.webhooks.pending

    async def quiet(self) -> None:
        """Return when the bot has taken every webhook."""
        await self.webhooks.quiet()

    async def verify(self) -> bool:
        """Ask the bot's address for the challenge."""
        return await self.webhooks.verify()

    def duplicate(self, times: int) -> None:
        """From now on post each webhook ``times`` times more, all at once; 0 ends it."""
        self.webhooks.duplicates = times

    def tamper(self, times: int = 1) -> None:
        """Sign the next ``times`` requests wrongly."""
        self.webhooks.tampered = times

    def reordered(self) -> AbstractContextManager[None]:
        """What happens inside is told in the opposite order."""
        return self.webhooks.reordered()

    def reports_error(self, code: int) -> None:
        """The platform could not hand something over, and says that alone."""
        self.webhooks.add({"errors": [GraphError(code).as_status()]})

    def other_number_writes(self, text: str) -> None:
        """Somebody writes to another phone number of the same business; our address is told as well."""
        metadata = {"display_phone_number": "15550000000", "phone_number_id": OTHER_PHONE_NUMBER_ID}
        item = {"from": "628990000000", "id": self._world.wamid(), "timestamp": self._world.timestamp()}
        value = {"messages": [{**item, "type": "text", "text": {"body": text}}]}
        self.webhooks.add_change("messages", {"messaging_product": "whatsapp", "metadata": metadata, **value})

    @override
    def add_to(self, app: web.Application, *, prefix: str = "") -> None:
        """Serve below ``prefix`` of this application."""
        self._prefix = prefix
        app.router.add_get(f"{prefix}/attachments/", self._download)
        app.router.add_get(f"{prefix}/client/files/{{id}}", self._shown_file)
        app.router.add_get(f"{prefix}/client/state", self._state)
        app.router.add_get(f"{prefix}/client/live", self._world.live.watch)
        app.router.add_post(f"{prefix}/client/{{act}}", client(self, CLIENT_ACTS))
        app.router.add_post(f"{prefix}/{{version}}/{{number}}/messages", self._messages)
        app.router.add_post(f"{prefix}/{{version}}/{{number}}/media", self._upload)
        app.router.add_get(f"{prefix}/{{version}}/debug_token", self._token)
        app.router.add_get(f"{prefix}/{{version}}/{{number}}/subscribed_apps", self._subscriptions)
        app.router.add_get(f"{prefix}/{{version}}/{{number}}", self._node)
        app.cleanup_ctx.append(self._telling)
        app.on_shutdown.append(self._shut_down)

    async def _telling(self, _: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(self.webhooks.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _shut_down(self, _: web.Application) -> None:
        self._world.live.stop()

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        try:
            given = await request.json()
        except ValueError:
            given = None

        def send() -> Json:
            if not isinstance(given, dict):
                raise GraphError(100, "(#100) The body is not a JSON object")
            self._check_number(request)
            self.accounts.need(MESSAGING)
            return self.messages.post(given)

        return await self._answer(request, "messages", given if isinstance(given, dict) else {}, send)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        sent = form.get("file")
        file = File(sent.filename, sent.content_type, sent.file.read()) if isinstance(sent, web.FileField) else None

        def take() -> Json:
            self._check_number(request)
            self.accounts.need(MESSAGING)
            return upload(form, file, self._world.media)

        return await self._answer(request, "media_upload", {"length": file.size if file else 0}, take)

    async def _node(self, request: web.Request) -> web.StreamResponse:
        """What is known of an id: of the number or the account, else of a file."""
        number = request.match_info["number"]

        def show() -> Json:
            return self.accounts.shown(number, request.query, name=self.business_name)

        def find() -> Json:
            if request.query.get("phone_number_id", self.phone_number_id) != self.phone_number_id:
                raise parameter("phone_number_id", "is not the number that this belongs to")
            return self._world.media.as_json(number, base=self.api_url)

        if number in {self.phone_number_id, ACCOUNT}:
            return await self._answer(request, "phone_number", dict(request.query), show)
        return await self._answer(request, "media", {"id": number}, find)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """A file at an address that was given out; another host of the platform, so its refusals are bare."""

        async def perform() -> web.StreamResponse:
            try:
                self.accounts.check_token(request.headers, {})
            except GraphError:
                return web.Response(status=401)
            file = self._world.media.at(request.query)
            if file is None:
                return web.Response(status=404)
            return web.Response(body=file.content, headers={"Content-Type": file.mime})

        return await self.faults.answer(request, "download", dict(request.query), perform)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "debug_token", {}, lambda: self.accounts.debug(request.query))

    async def _subscriptions(self, request: web.Request) -> web.StreamResponse:
        account = request.match_info["number"]
        return await self._answer(request, "subscribed_apps", {}, lambda: self.accounts.subscriptions(account))

    async def _answer(
        self, request: web.Request, name: str, given: Mapping[str, object], act: Callable[[], Json]
    ) -> web.StreamResponse:
        async def perform() -> web.StreamResponse:
            try:
                self._check_access(request)
                return web.json_response(act())
            except GraphError as error:
                return error.as_answer()

        return await self.faults.answer(request, name, given, perform)

    def _check_access(self, request: web.Request) -> None:
        if not re.fullmatch(r"v\d+\.\d+", request.match_info["version"]):
            raise GraphError(100, "(#2500) Unknown path components")
        self.accounts.check_token(request.headers, request.query)

    def _check_number(self, request: web.Request) -> None:
        number = request.match_info["number"]
        if number != self.phone_number_id:
            said = f"Unsupported request. Object with ID '{number}' does not exist or lacks permissions"
            raise GraphError(100, said, subcode=NO_SUCH_OBJECT)

    async def _shown_file(self, request: web.Request) -> web.Response:
        stored = self._world.media.find(request.match_info["id"])
        if stored is None:
            raise web.HTTPNotFound
        return shown(stored.file, request)

    async def _state(self, _: web.Request) -> web.Response:
        return web.json_response(self._world.state())
