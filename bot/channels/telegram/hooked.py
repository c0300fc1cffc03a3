"""Telegram by webhook: Telegram calls us; nothing is answered 200 before it is stored."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from typing_extensions import override

from bot.channels.base import HookAnswer, HookRequest, Menus, Put
from bot.channels.lenient import parsed
from bot.channels.telegram import check, convert
from bot.channels.telegram.adapter import ANSWER, API_URL, TelegramChannel
from bot.findings import Finding, Inquiry
from bot.metrics import Calls, untold

SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105  # the header's name
PROBE_EVERY = timedelta(seconds=30)


class HookedTelegram(TelegramChannel):
    """
    The same bot, whose updates come to ``url``.

    Args:
        url: the public address of our ``/webhooks/telegram``.
        secret: what Telegram must bring with every call.
        pause: waits, also between two probes.
    """

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        token: str,
        now: Callable[[], datetime],
        pause: Callable[[timedelta], Awaitable[None]],
        api_url: str = API_URL,
        answer: timedelta = ANSWER,
        menus: Menus | None = None,
        told: Calls = untold,
    ) -> None:
        super().__init__(token=token, now=now, pause=pause, api_url=api_url, answer=answer, menus=menus, told=told)
        self._url, self._secret = url, secret

    @override
    async def run(self, put: Put) -> None:
        """Have Telegram call us, and see to it until cancelled that it still does."""
        await self._insist(self._set)
        self._soon(self._show_menus())
        while True:
            await self._insist(self._probe)
            await self._pause(PROBE_EVERY)

    @override
    def look(self) -> Sequence[Finding]:
        """Whether Telegram would call the address at all; a server of one's own may."""
        return check.look(self._url) if self._api_url == API_URL else ()

    @override
    async def ask(self, inquiry: Inquiry) -> Sequence[Finding]:
        """What only Telegram can tell of the set-up."""
        return await check.ask(token=self._bot.token, api_url=self._api_url, url=self._url, inquiry=inquiry)

    async def hook(self, request: HookRequest, put: Put) -> HookAnswer:
        """Check and keep one update; its conversion is not tried here, since a refused one would block its chat."""
        given = request.headers.get(SECRET)
        if given is None:
            return HookAnswer(401)
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret.encode()):
            return HookAnswer(403)
        if request.method != "POST":
            return HookAnswer(405)
        update = parsed(request.body)
        if not isinstance(update, dict) or not update:
            return HookAnswer(400)
        await put([convert.raw(update, account=self.account)])
        self.health.seen_at = self._now()
        self._acknowledge(update)
        return HookAnswer(200)

    async def _set(self) -> None:
        await self._bot.set_webhook(
            self._url, secret_token=self._secret, allowed_updates=convert.UPDATES, drop_pending_updates=False
        )

    async def _probe(self) -> None:
        """Ask Telegram how it fares with us; a webhook that somebody else has changed is set again."""
        info = await self._bot.get_webhook_info()
        if info.url != self._url or check.missing(info):
            await self._set()
        self._alive()
        self.health.details["waiting_at_telegram"] = str(info.pending_update_count)
        if info.last_error_message:
            self.health.details["last_error"] = f"{info.last_error_message} ({info.last_error_date:%Y-%m-%d %H:%M} UTC)"
