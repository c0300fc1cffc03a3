"""An update that can't be confirmed, or hardly be read, keeps nobody else's from us."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.base import HookRequest, Unreadable
from bot.channels.telegram.adapter import UNNUMBERED
from bot.channels.telegram.hooked import HookedTelegram
from tests.far import NOON, Kept, TelegramFar, texts

TOKEN = "123456:odd"


def message(number: int, text: str) -> dict[str, object]:
    chat = {"id": 1001, "type": "private"}
    return {"message_id": number, "date": 1795262400, "chat": chat, "from": {"id": 1001}, "text": text}


def update(number: int, text: str) -> dict[str, object]:
    return {"update_id": number, "message": message(number, text)}


class OddTelegram:
    """Hands over whatever it is told to; like Telegram, it forgets all that stands before what is confirmed."""

    def __init__(self, *queue: object) -> None:
        self.queue = list(queue)
        self.later: list[object] = []  #: comes with the third poll
        self.offsets: list[int] = []
        self.drained, self.over = asyncio.Event(), asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        result: object = True
        if request.path.lower().endswith("getupdates"):
            result = await self._updates(int(str((await request.post()).get("offset", "0"))))
        return web.json_response({"ok": True, "result": result})

    async def _updates(self, offset: int) -> list[object]:
        self.offsets.append(offset)
        confirmed = [place for place, one in enumerate(self.queue) if -1 < _number(one) < offset]
        del self.queue[: max(confirmed, default=-1) + 1]
        if len(self.offsets) == 3:
            self.queue += self.later
        if not self.queue:
            self.drained.set()
            await self.over.wait()
        return self.queue


def _number(one: object) -> int:
    number = one.get("update_id") if isinstance(one, dict) else None
    return number if isinstance(number, int) else -1


@asynccontextmanager
async def receiving(odd: OddTelegram) -> AsyncIterator[tuple[TelegramFar, Kept]]:
    """The channel has received all that there was."""
    app, far, kept = web.Application(), TelegramFar(), Kept()
    app.router.add_post("/{path:.*}", odd.answer)
    await far.start()
    await far.away()
    async with TestServer(app) as server:
        far.sandbox.address = str(server.make_url("")).rstrip("/")
        far.channel = far.another(token=TOKEN)
        async with far.running(kept):
            await asyncio.wait_for(odd.drained.wait(), 10)
        odd.over.set()
        yield far, kept
        await far.channel.close()


UNUSABLE: list[object] = [None, "7", 1.5, True, -1, 2**60, 10**400, [], {}]
MISNUMBERED: list[object] = [{**update(1, "odd"), "update_id": number} for number in UNUSABLE]
ODD: list[object] = [{"message": message(5, "odd")}, "odd", None, 5, [], {}, *MISNUMBERED]


@pytest.mark.parametrize("bad", ODD, ids=lambda bad: json.dumps(bad)[-30:])
async def test_an_update_without_a_number_is_kept_once_and_those_beside_it_too(bad: object) -> None:
    odd = OddTelegram(update(7, "before"), bad, update(9, "behind"))

    async with receiving(odd) as (far, kept):
        assert texts(far.channel, [kept.raws[0], kept.raws[2]]) == ["before", "behind"]
        assert json.loads(kept.raws[1].body) == bad
        assert len({raw.key for raw in kept.raws}) == len(kept.raws) == 3
        assert far.channel.health.details == {"unnumbered_updates": "1"}
    assert odd.offsets == [0, 10]
    assert far.pauses == []


async def test_alone_it_is_asked_for_in_peace_until_one_behind_it_confirms_it() -> None:
    odd = OddTelegram(update(7, "before"))
    odd.queue.append({"message": message(8, "unnumbered")})
    odd.later = [update(9, "behind")]

    async with receiving(odd) as (far, kept):
        assert {raw.key.partition(":")[2][:10] for raw in kept.raws} == {"7", "unnumbered", "9"}
        assert len({raw.key for raw in kept.raws}) == 3  # however often it came
        assert far.channel.health.problem is None
    assert odd.offsets == [0, 8, 8, 10]
    assert far.pauses == [UNNUMBERED] == [timedelta(seconds=1)]


async def test_an_update_that_is_nested_too_deep_is_kept_by_its_number() -> None:
    deep: object = "end"
    for _ in range(500):
        deep = [deep]
    odd = OddTelegram(update(7, "before"), {**update(8, "deep"), "more": deep}, update(9, "behind"))

    async with receiving(odd) as (far, kept):
        assert texts(far.channel, [kept.raws[0], kept.raws[2]]) == ["before", "behind"]
        assert isinstance(far.channel.read(kept.raws[1]), Unreadable)
        assert kept.raws[1].lane == kept.raws[0].lane
    assert odd.offsets == [0, 10]


@pytest.mark.parametrize("bad", MISNUMBERED, ids=lambda bad: json.dumps(bad)[-30:])
async def test_a_webhook_takes_it_else_it_would_come_for_ever_and_block_its_chat(bad: object) -> None:
    far, kept = TelegramFar(), Kept()
    channel = HookedTelegram(url="https://example.org/", secret="s", token=TOKEN, now=lambda: NOON, pause=far._pause)
    request = HookRequest(
        method="POST", headers={"x-telegram-bot-api-secret-token": "s"}, query={}, body=json.dumps(bad).encode()
    )

    answers = [await channel.hook(request, kept.put) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert texts(channel, kept.raws) == ["odd", "odd"]
    assert len({raw.key for raw in kept.raws}) == 1
