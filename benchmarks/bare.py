"""
The bare baselines, each a process of its own: what the same libraries can do if nothing is promised beyond the call.

``relay`` posts every Telegram message to Slack and sends every answer in its thread back; it stores nothing.
``webhook`` takes WhatsApp's webhooks as Loket does: checks the signature, reads the JSON, inserts one row durably with
all that came meanwhile (group commit), then answers; it processes nothing.
"""

import asyncio
import hashlib
import hmac
import json
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp
import asyncpg
from aiohttp import web
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.handlers.webhooks import LARGEST_BYTES

TABLE = "CREATE TABLE inbox (key TEXT PRIMARY KEY, lane TEXT NOT NULL, raw TEXT NOT NULL, at DOUBLE PRECISION NOT NULL)"
PATIENCE_S = 60.0  #: on a busy machine, too, a call must not be given up
IN_FLIGHT = 8  #: requests to Telegram at once: with more, httpx becomes slower (encode/httpx, issue 3215)

Row = tuple[str, str, str, float]


def _ready(port: int = 0) -> None:
    print(json.dumps({"event": "ready", "port": port}), file=sys.stderr, flush=True)


# --- relay


@dataclass
class Relay:
    """Who wrote which post is kept in memory."""

    bot: Bot
    slack: AsyncWebClient
    channel: str
    chats: dict[str, int] = field(default_factory=dict)  #: by the post's ts
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(IN_FLIGHT))

    async def poll(self) -> None:
        """Post what customers write."""
        offset = 0
        while True:
            for update in await self.bot.get_updates(offset=offset, timeout=25):
                offset = update.update_id + 1
                if update.message is not None and update.message.text is not None:
                    self._soon(self._post(update.message.chat_id, update.message.text))

    async def _post(self, chat: int, text: str) -> None:
        answer = await self.slack.chat_postMessage(channel=self.channel, text=text)
        self.chats[str(answer["ts"])] = chat

    async def heard(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Send what agents write in a thread."""
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        event = request.payload.get("event", {})
        chat = self.chats.get(event.get("thread_ts", ""))
        if chat is not None and "subtype" not in event and "bot_id" not in event:
            self._soon(self._send(chat, event["text"]))

    async def _send(self, chat: int, text: str) -> None:
        async with self.free:
            await self.bot.send_message(chat, text)

    def _soon(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def _patient(connections: int) -> HTTPXRequest:
    return HTTPXRequest(
        connections, read_timeout=PATIENCE_S, write_timeout=PATIENCE_S, connect_timeout=PATIENCE_S,
        pool_timeout=PATIENCE_S,
    )  # fmt: skip


async def relay(given: dict[str, str]) -> None:
    """Relay until killed."""
    base_url = f"{given['telegram_url']}/bot"
    requests = (_patient(1), _patient(IN_FLIGHT))
    async with (
        aiohttp.ClientSession() as session,
        Bot(given["telegram_token"], base_url, get_updates_request=requests[0], request=requests[1]) as bot,
    ):
        slack = AsyncWebClient(given["slack_token"], base_url=given["slack_url"], session=session)
        it = Relay(bot, slack, given["channel"])
        socket = SocketModeClient(given["slack_app_token"], web_client=slack)
        socket.socket_mode_request_listeners.append(it.heard)
        await socket.connect()  # type: ignore[no-untyped-call]  # of the SDK
        _ready()
        await it.poll()


# --- webhook


class GroupCommit:
    """Rows that come while a commit runs share the next one."""

    def __init__(self, commit: Callable[[list[Row]], Awaitable[None]]) -> None:
        self._commit = commit
        self._waiting: list[tuple[list[Row], asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def put(self, rows: list[Row]) -> None:
        """Return when they are durable."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, kept))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        await kept

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await self._commit([row for rows, _ in batch for row in rows])
            for _, kept in batch:
                kept.set_result(None)
        self._running = None


def _sqlite_commit(path: str) -> Callable[[list[Row]], Awaitable[None]]:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(TABLE)

    def commit(rows: list[Row]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR IGNORE INTO inbox VALUES (?, ?, ?, ?)", rows)
        connection.execute("COMMIT")

    return lambda rows: asyncio.to_thread(commit, rows)


async def _postgres_commit(url: str) -> Callable[[list[Row]], Awaitable[None]]:
    connection = await asyncpg.connect(url)
    await connection.execute(TABLE)

    async def commit(rows: list[Row]) -> None:
        async with connection.transaction():
            await connection.executemany("INSERT INTO inbox VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", rows)

    return commit


async def webhook(given: dict[str, str]) -> None:
    """Take webhooks until killed."""
    kind: Literal["sqlite", "postgres"] = "sqlite" if given["url"].startswith("sqlite") else "postgres"
    commit = _sqlite_commit(given["path"]) if kind == "sqlite" else await _postgres_commit(given["url"])
    inbox, secret = GroupCommit(commit), given["secret"].encode()

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, request.headers.get("X-Hub-Signature-256", "")):
            return web.Response(status=403)
        now = asyncio.get_running_loop().time()
        values = [change["value"] for entry in json.loads(body)["entry"] for change in entry["changes"]]
        messages = [message for value in values for message in value["messages"]]
        await inbox.put([(one["id"], one["from"], json.dumps(one), now) for one in messages])
        return web.Response()

    app = web.Application(client_max_size=LARGEST_BYTES)
    app.router.add_post("/webhooks/whatsapp", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    _ready(runner.addresses[0][1])
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run({"relay": relay, "webhook": webhook}[sys.argv[1]](json.loads(sys.argv[2])))
