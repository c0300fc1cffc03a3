"""Telegram's webhook, buttons and menus, asked through its real library against its local server."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.channels.base import Choice, HookRequest, InboundMessage, OutboundPart, Raw
from bot.channels.telegram.adapter import TelegramChannel
from bot.channels.telegram.hooked import PROBE_EVERY, HookedTelegram
from bot.domain.ids import Address
from bot.domain.text import RichText
from bot.handlers.webhooks import Webhooks
from bot.sandbox.faults import PlatformError, ServerError
from bot.sandbox.telegram import TelegramSandbox

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://desk.example.org/webhooks/telegram"
SECRET = "s3cret"
MENUS = {"": {"help": "What you can ask"}, "id": {"help": "Apa saja"}}


@dataclass
class Desk:
    """A bot of either kind, Ada, and what was kept of what came."""

    sandbox: TelegramSandbox
    kept: list[Raw] = field(default_factory=list)
    pauses: list[timedelta] = field(default_factory=list)
    paused: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def __post_init__(self) -> None:
        self.ada = self.sandbox.add_person("Ada")

    async def pause(self, span: timedelta) -> None:
        self.pauses.append(span)
        self.paused.set()
        await self.may_go_on.acquire()

    async def put(self, raws: Sequence[Raw]) -> None:
        self.kept += raws

    def polling(self) -> TelegramChannel:
        return TelegramChannel(
            token=self.sandbox.token, now=lambda: NOON, pause=self.pause, api_url=self.sandbox.api_url, menus=MENUS
        )

    def hooked(self) -> HookedTelegram:
        return HookedTelegram(
            url=URL, secret=SECRET, token=self.sandbox.token, now=lambda: NOON, pause=self.pause,
            api_url=self.sandbox.api_url, menus=MENUS,
        )  # fmt: skip

    @asynccontextmanager
    async def running(self, channel: TelegramChannel) -> AsyncIterator[TelegramChannel]:
        """Receiving; where it is called, with our routes behind the reverse proxy."""
        await channel.open()
        receiving = asyncio.create_task(channel.run(self.put))
        runner = web.AppRunner(self._routes(channel), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.sandbox.courier.proxy["https://desk.example.org"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield channel
        finally:
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)
            await runner.cleanup()
            await channel.close()

    def _routes(self, channel: TelegramChannel) -> web.Application:
        async def keep(_: str, raws: Sequence[Raw]) -> None:
            await self.put(raws)

        app = web.Application()
        Webhooks({channel.name: channel}, keep=keep).add_to(app)
        return app

    def texts(self, channel: TelegramChannel) -> list[str]:
        read = [channel.read(raw) for raw in self.kept]
        return [each.text.plain for each in read if isinstance(each, InboundMessage)]

    def part(self, text: str, *choices: Choice) -> OutboundPart:
        to = Address(channel="telegram", account="123456", key=str(self.ada))
        return OutboundPart(to=to, text=RichText.of(text), choices=choices)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with TelegramSandbox(clock=lambda: NOON, redeliver_after_s=(0.01,)) as sandbox:
        yield Desk(sandbox)


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(2000):
        if holds():
            return
        await asyncio.sleep(0.002)
    pytest.fail("it never came so far")


# By webhook


async def test_telegram_calls_us_with_all_that_customers_do(desk: Desk) -> None:
    desk.sandbox.writes(desk.ada, "before we came")

    async with desk.running(desk.hooked()) as channel:
        await desk.sandbox.quiet()
        desk.sandbox.writes(desk.ada, "hello")
        await desk.sandbox.quiet()

    assert desk.texts(channel) == ["before we came", "hello"]
    assert channel.health.seen_at == NOON


async def test_a_webhook_that_cannot_be_set_is_tried_again(desk: Desk) -> None:
    desk.sandbox.faults.plan("setWebhook", ServerError(502), times=2)
    desk.sandbox.writes(desk.ada, "hello")

    async with desk.running(desk.hooked()) as channel:
        desk.may_go_on.release()
        desk.may_go_on.release()
        await desk.sandbox.quiet()

    assert desk.texts(channel) == ["hello"]
    assert desk.pauses[:2] == [timedelta(seconds=1), timedelta(seconds=2)]


@pytest.mark.parametrize(
    ("how", "given"),
    [("deleteWebhook", {}), ("setWebhook", {"url": URL, "secret_token": SECRET, "allowed_updates": ["poll"]})],
)
async def test_a_webhook_that_somebody_took_away_or_narrowed_is_set_again(
    desk: Desk, how: str, given: dict[str, object]
) -> None:
    async with desk.running(desk.hooked()) as channel:
        await until(lambda: desk.pauses == [PROBE_EVERY])
        await desk.sandbox.calls(how, **given)
        desk.may_go_on.release()
        await until(lambda: len(desk.pauses) == 2)
        desk.sandbox.writes(desk.ada, "hello")
        await desk.sandbox.quiet()

    assert desk.texts(channel) == ["hello"]


async def test_a_token_that_is_refused_is_named(desk: Desk) -> None:
    async with desk.running(desk.hooked()) as channel:
        await until(lambda: desk.pauses == [PROBE_EVERY])
        desk.sandbox.faults.plan("getWebhookInfo", PlatformError("401 Unauthorized"))
        desk.may_go_on.release()
        await until(lambda: len(desk.pauses) == 2)

        assert channel.health.problem is not None
        assert "token" in channel.health.problem


async def test_what_telegram_says_of_its_calls_is_told(desk: Desk) -> None:
    courier = desk.sandbox.courier
    courier.last_error, courier.last_error_at = "Wrong response from the webhook: 502 Bad Gateway", NOON

    async with desk.running(desk.hooked()) as channel:
        await until(lambda: desk.pauses == [PROBE_EVERY])

    assert channel.health.details["waiting_at_telegram"] == "0"
    assert "502 Bad Gateway" in channel.health.details["last_error"]


async def test_only_a_post_is_a_call(desk: Desk) -> None:
    async def answer(method: str) -> int:
        headers = {"x-telegram-bot-api-secret-token": SECRET}
        body = json.dumps({"update_id": 1, "message": {}}).encode()
        request = HookRequest(method=method, headers=headers, query={}, body=body)
        return (await desk.hooked().hook(request, desk.put)).status

    assert (await answer("GET"), await answer("POST")) == (405, 200)
    assert len(desk.kept) == 1


# By polling


async def test_who_polls_takes_a_webhook_away_and_loses_nothing(desk: Desk) -> None:
    async with desk.running(desk.hooked()):
        await until(lambda: desk.pauses == [PROBE_EVERY])
    desk.sandbox.writes(desk.ada, "hello")

    async with desk.running(desk.polling()) as channel:
        await desk.sandbox.quiet()

    assert desk.texts(channel) == ["hello"]


# Buttons


def buttons(desk: Desk) -> list[list[str]]:
    """The labels under the last message, row by row."""
    markup = desk.sandbox.chat(desk.ada)[-1]["reply_markup"] or {"inline_keyboard": []}
    return [[button["text"] for button in row] for row in markup["inline_keyboard"]]


async def test_choices_are_buttons_side_by_side_where_they_fit(desk: Desk) -> None:
    desk.sandbox.writes(desk.ada, "hello")
    channel = desk.polling()

    await channel.send(desk.part("Solved?", Choice("yes", "Solved"), Choice("no", "Not yet")))
    short = buttons(desk)
    await channel.send(desk.part("How was it?", Choice("5", "5 – very good"), Choice("4", "4 – all right")))

    assert short == [["Solved", "Not yet"]]
    assert buttons(desk) == [["5 – very good"], ["4 – all right"]]
    await channel.close()


@pytest.mark.parametrize("kind", [Desk.polling, Desk.hooked])
async def test_a_press_arrives_is_acknowledged_and_uses_the_buttons_up(
    desk: Desk, kind: Callable[[Desk], TelegramChannel]
) -> None:
    desk.sandbox.writes(desk.ada, "hello")
    async with desk.running(kind(desk)) as channel:
        sent = await channel.send(desk.part("Solved?", Choice("yes", "Solved")))

        desk.sandbox.presses(desk.ada, int(sent.key.partition(":")[2]), "yes")
        await desk.sandbox.quiet()
        await until(lambda: not buttons(desk) and not desk.sandbox.unanswered)

    press = channel.read(desk.kept[-1])
    assert isinstance(press, InboundMessage)
    assert (press.choice, press.text.plain, press.quotes) == ("yes", "Solved", sent.key)


async def test_a_press_that_cannot_be_acknowledged_is_kept_all_the_same(desk: Desk) -> None:
    desk.sandbox.writes(desk.ada, "hello")
    desk.sandbox.faults.plan("answerCallbackQuery", ServerError(502))
    desk.sandbox.faults.plan("editMessageReplyMarkup", ServerError(502))
    async with desk.running(desk.polling()) as channel:
        await channel.send(desk.part("Solved?", Choice("yes", "Solved")))

        desk.sandbox.presses(desk.ada, 2, "yes")
        await desk.sandbox.quiet()

    assert desk.texts(channel) == ["hello", "Solved"]
    assert desk.pauses == []


# The menu


@pytest.mark.parametrize("kind", [Desk.polling, Desk.hooked])
async def test_customers_are_shown_the_commands_in_their_language(
    desk: Desk, kind: Callable[[Desk], TelegramChannel]
) -> None:
    async with desk.running(kind(desk)):
        await until(lambda: len(desk.sandbox.menus) == 2)

    shown = {scope.split()[-1]: menu for scope, menu in desk.sandbox.menus.items()}
    assert shown["id"] == [{"command": "help", "description": "Apa saja"}]
    assert shown["'default'}"] == [{"command": "help", "description": "What you can ask"}]
