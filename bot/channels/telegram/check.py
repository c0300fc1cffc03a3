"""Whether the bot and the way its messages come are as they must be."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import aiohttp
from telegram import Bot, WebhookInfo
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.convert import UPDATES
from bot.channels.telegram.errors import gateway_status
from bot.channels.telegram.request import Requests
from bot.findings import BUSY, ILL, NOT_THEM, Finding, Inquiry, good, unreachable, warning, wrong
from bot.metrics import untold

ANSWER_S = 15  #: seconds of patience for an answer
RECENT = timedelta(hours=1)  #: an older failure of a webhook says nothing about today
NOT_BY_ITSELF = frozenset({"message_reaction"})  #: Source: Telegram Bot API, setWebhook, allowed_updates
PORTS = frozenset({443, 80, 88, 8443})  #: Source: Telegram Bot API, setWebhook

_BOT_OF_ITS_OWN = "if another program needs it, make a bot of its own for Loket"

TOKEN = good("TELEGRAM_BOT_TOKEN: it speaks as @{name}")
TOKEN_UNKNOWN = wrong(
    "TELEGRAM_BOT_TOKEN: Telegram does not know it",
    "in Telegram, send /mybots to @BotFather, choose the bot → “API Token”, and copy it whole",
)
NO_BOT_API = wrong(
    "TELEGRAM_BOT_TOKEN: {host} knows no such bot",
    "copy the token whole from @BotFather; if TELEGRAM_API_URL is set, see that it leads to a Bot API server",
)
PRIVACY_OFF = warning(
    "Telegram: in groups, the bot is sent everything that people write there",
    "Loket works in private chats only: send /setprivacy to @BotFather, choose the bot → “Enable”",
)
RECEIVER = good("Telegram: no other program receives the bot's messages")
POLLER = wrong(
    "Telegram: another program receives the bot's messages", f"stop it, for a bot has one receiver; {_BOT_OF_ITS_OWN}"
)
ELSEWHERE = warning(
    "Telegram: a webhook hands the bot's messages to {host}", f"`loket run` takes it away; {_BOT_OF_ITS_OWN}"
)
HOOK = good("TELEGRAM_WEBHOOK_URL: Telegram calls it; {waiting} messages wait there")
HOOK_NEW = good("TELEGRAM_WEBHOOK_URL: Telegram is not told of it yet; `loket run` does that")
HOOK_OTHER = warning(
    "TELEGRAM_WEBHOOK_URL: Telegram calls another address, at {host}", f"`loket run` changes that; {_BOT_OF_ITS_OWN}"
)
HOOK_LESS = warning(
    "TELEGRAM_WEBHOOK_URL: Telegram does not tell of {kinds}", f"`loket run` changes that; {_BOT_OF_ITS_OWN}"
)
HOOK_FAILED = warning(
    "TELEGRAM_WEBHOOK_URL: a call of Telegram failed at {at} UTC ({words}); {waiting} messages wait there",
    "see that Loket runs and that the reverse proxy hands the address to it, with a valid certificate",
)
HOOK_PLAIN = wrong("TELEGRAM_WEBHOOK_URL: Telegram only calls https:// addresses", "give the address a certificate")
HOOK_PORT = wrong("TELEGRAM_WEBHOOK_URL: Telegram does not call port {port}", "use port 443, 80, 88 or 8443")


def look(url: str) -> list[Finding]:
    """What can be told of the webhook's address without the network."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return [HOOK_PLAIN.found()]
    return [] if (parts.port or 443) in PORTS else [HOOK_PORT.found(port=parts.port)]


async def ask(*, token: str, api_url: str, url: str | None, inquiry: Inquiry) -> Sequence[Finding]:
    """All that Telegram can tell; *url* is the webhook's, None: we fetch."""
    async with _bot(token, api_url, inquiry) as bot:
        try:
            me = await bot.get_me()
            findings = [TOKEN.found(name=me.username)]
            if me.can_read_all_group_messages:
                findings.append(PRIVACY_OFF.found())
            webhook = await bot.get_webhook_info()
            if url is not None:
                return [*findings, _hook(webhook, url=url, inquiry=inquiry)]
            if webhook.url:
                return [*findings, ELSEWHERE.found(host=urlsplit(webhook.url).hostname)]
            return [*findings, *await _receiver(bot, inquiry)]
        except TelegramError as error:
            return [_trouble(error, host=urlsplit(api_url).hostname or "")]


@asynccontextmanager
async def _bot(token: str, api_url: str, inquiry: Inquiry) -> AsyncIterator[Bot]:
    async def heard(_: object, __: object, end: aiohttp.TraceRequestEndParams) -> None:
        inquiry.heard(end.response.headers.get("Date"))

    listening = aiohttp.TraceConfig()
    listening.on_request_end.append(heard)
    request = Requests(2, patience_s=ANSWER_S, told=untold, traces=[listening])
    await request.initialize()
    try:
        yield Bot(token, base_url=f"{api_url}/bot", request=request, get_updates_request=request)
    finally:
        await request.shutdown()


async def _receiver(bot: Bot, inquiry: Inquiry) -> list[Finding]:
    """
    Whether somebody else polls: they come back within seconds, and Telegram then sends us away.

    It hands over without confirming anything, so nothing is lost; they are sent away once.
    """
    if inquiry.is_running:  # then it is us
        return []
    hold_s = int(inquiry.patience.total_seconds())
    try:
        await bot.do_api_request("get_Updates", api_kwargs={"limit": 1, "timeout": hold_s})
    except Conflict:
        return [POLLER.found()]
    return [RECEIVER.found()]


def _hook(webhook: WebhookInfo, *, url: str, inquiry: Inquiry) -> Finding:
    if not webhook.url:
        return HOOK_NEW.found()
    if webhook.url != url:
        return HOOK_OTHER.found(host=urlsplit(webhook.url).hostname)
    if kinds := missing(webhook):
        return HOOK_LESS.found(kinds=", ".join(kinds))
    failed_at, waiting = webhook.last_error_date, webhook.pending_update_count
    if failed_at is not None and inquiry.now() - failed_at < RECENT:
        words = webhook.last_error_message
        return HOOK_FAILED.found(at=f"{failed_at:%H:%M}", words=words, waiting=waiting)
    return HOOK.found(waiting=waiting)


def missing(webhook: WebhookInfo) -> list[str]:
    """The kinds of update that Telegram was not asked for: what it is asked for stays so until somebody asks anew."""
    told = webhook.allowed_updates or [kind for kind in UPDATES if kind not in NOT_BY_ITSELF]
    return [kind for kind in UPDATES if kind not in told]


def _trouble(error: TelegramError, *, host: str) -> Finding:
    """What is wrong when a call fails, whichever it is."""
    where = {"platform": "Telegram", "host": host, "setting": "TELEGRAM_API_URL"}
    status = gateway_status(error)
    if isinstance(error, RetryAfter):
        return BUSY.found(platform="Telegram")
    if isinstance(error, InvalidToken | EndPointNotFound):
        if "unauthorized" in error.message.lower():
            return TOKEN_UNKNOWN.found()
        return NO_BOT_API.found(host=host)
    if status is not None:
        return NOT_THEM.found(**where, status=status)
    if isinstance(error.__cause__, aiohttp.ClientError | TimeoutError):
        return unreachable(error, **where)
    return ILL.found(platform="Telegram", code=error.message)
