"""The local Telegram hands updates over by webhook, by Telegram's rules of retries."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.telegram import TelegramSandbox
from bot.sandbox.telegram.arguments import ApiError

URL = "https://desk.example.org/webhooks/telegram"


class Bot:
    """A bot that answers its calls as it is told, and remembers them."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.refusals: dict[str, list[web.Response]] = {}  #: by the text that is refused

    async def serve(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.calls.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        refusals = self.refusals.get(self.text(update), [])
        return refusals.pop(0) if refusals else web.Response()

    @staticmethod
    def text(update: dict[str, Any]) -> str:
        message = update.get("message") or update.get("edited_message") or {}
        return str(message.get("text", next(kind for kind in update if kind != "update_id")))

    @property
    def texts(self) -> list[str]:
        return [self.text(update) for update in self.calls]


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
async def telegram(bot: Bot) -> AsyncIterator[TelegramSandbox]:
    app = web.Application()
    app.router.add_post("/webhooks/telegram", bot.serve)
    async with TestServer(app) as server, TelegramSandbox(redeliver_after_s=(0.01, 0.02)) as sandbox:
        sandbox.courier.proxy["https://desk.example.org"] = str(server.make_url("")).rstrip("/")
        yield sandbox


async def hooks(telegram: TelegramSandbox, **more: object) -> None:
    await telegram.calls("setWebhook", url=URL, secret_token="s3cret", **more)


async def test_updates_are_posted_with_the_secret(telegram: TelegramSandbox, bot: Bot) -> None:
    ada = telegram.add_person("Ada")
    telegram.writes(ada, "one")
    await hooks(telegram)
    telegram.writes(ada, "two")
    await telegram.quiet()

    assert bot.texts == ["one", "two"]
    assert set(bot.secrets) == {"s3cret"}


async def test_a_refused_update_keeps_its_chat_waiting_and_no_other(telegram: TelegramSandbox, bot: Bot) -> None:
    ada, siti = telegram.add_person("Ada"), telegram.add_person("Siti")
    bot.refusals["one"] = [web.Response(status=503), web.Response(status=500)]
    await hooks(telegram)

    telegram.writes(ada, "one")
    telegram.writes(ada, "two")
    telegram.writes(siti, "hello")
    await telegram.quiet()

    assert [text for text in bot.texts if text != "hello"] == ["one", "one", "one", "two"]
    assert bot.texts.index("hello") < bot.texts.index("two")


async def test_a_block_does_not_wait_for_the_messages_of_its_chat(telegram: TelegramSandbox, bot: Bot) -> None:
    ada = telegram.add_person("Ada")
    bot.refusals["one"] = [web.Response(status=503) for _ in range(3)]
    await hooks(telegram)

    telegram.writes(ada, "one")
    telegram.blocks(ada)
    await telegram.quiet()

    assert bot.texts.index("my_chat_member") < 3


async def test_retry_after_is_honoured(telegram: TelegramSandbox, bot: Bot) -> None:
    ada = telegram.add_person("Ada")
    bot.refusals["one"] = [web.Response(status=503, headers={"Retry-After": "0.2"})]
    await hooks(telegram)
    began = asyncio.get_running_loop().time()

    telegram.writes(ada, "one")
    await telegram.quiet()

    assert asyncio.get_running_loop().time() - began >= 0.2


async def test_what_stands_in_the_way_is_told(telegram: TelegramSandbox, bot: Bot) -> None:
    ada = telegram.add_person("Ada")
    bot.refusals["one"] = [web.Response(status=503)]
    await hooks(telegram)

    telegram.writes(ada, "one")
    await telegram.quiet()
    info = await telegram.calls("getWebhookInfo")

    assert (info["url"], info["pending_update_count"]) == (URL, 0)
    assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"


async def test_without_a_way_in_updates_wait_and_nothing_leaves_the_machine(telegram: TelegramSandbox) -> None:
    telegram.courier.proxy.clear()
    await hooks(telegram)

    telegram.writes(telegram.add_person("Ada"), "one")
    async with asyncio.timeout(5):
        await telegram.courier.failed.wait()

    assert telegram.pending == 1
    assert telegram.courier.last_error == "Connection refused"


async def test_a_deleted_webhook_gets_nothing_more(telegram: TelegramSandbox, bot: Bot) -> None:
    await hooks(telegram)
    await telegram.calls("deleteWebhook")

    telegram.writes(telegram.add_person("Ada"), "one")

    assert [update["message"]["text"] for update in await telegram.calls("getUpdates")] == ["one"]
    assert bot.calls == []


async def test_a_keyboard_can_be_taken_away_once(telegram: TelegramSandbox) -> None:
    ada = telegram.add_person("Ada")
    telegram.writes(ada, "hello")
    markup = {"inline_keyboard": [[{"text": "Solved", "callback_data": "yes"}]]}
    sent = await telegram.calls("sendMessage", chat_id=ada, text="Solved?", reply_markup=markup)
    number = sent["message_id"]

    await telegram.calls("editMessageReplyMarkup", chat_id=ada, message_id=number)

    assert telegram.chat(ada)[-1]["reply_markup"] is None
    with pytest.raises(ApiError, match="not modified"):
        await telegram.calls("editMessageReplyMarkup", chat_id=ada, message_id=number)
    with pytest.raises(ApiError, match="can't be edited"):
        await telegram.calls("editMessageReplyMarkup", chat_id=ada, message_id=1)
