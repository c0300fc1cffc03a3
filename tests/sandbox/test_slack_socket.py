"""Socket Mode of the sandbox workspace, with the real AsyncSocketModeHandler at the other end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.files import File
from bot.sandbox.slack.server import SlackSandbox

Body = dict[str, Any]


class Desk:
    """A sandbox, and an app whose global middleware takes every event (or fails, as often as it should)."""

    def __init__(self, slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
        self.slack = slack
        self.mika = slack.add_user("mika", real_name="Mika")
        self.channel = slack.add_channel("desk", [self.mika, slack.workspace.bot_user])
        self.client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session)
        self.taken: list[Body] = []
        self.taking = asyncio.Event()
        self.failures = 0
        self.app = AsyncApp(client=self.client)
        self.app.middleware(self._take)
        self.app.event({"type": "message"})(_nothing)
        self.app.event({"type": "message", "subtype": None})(_nothing)
        self.app.event("file_deleted")(_nothing)
        for kind in ("app_mention", "reaction_added", "reaction_removed", "member_joined_channel", "app_home_opened"):
            self.app.event(kind)(_nothing)

    async def _take(self, req: AsyncBoltRequest, body: Body, next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002 — Bolt's name
        self.taken.append({**body, "retry": req.headers["x-slack-retry-num"][0]})
        self.taking.set()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database is away")
        await next()

    def handler(self) -> AsyncSocketModeHandler:
        return AsyncSocketModeHandler(self.app, self.slack.app_token, ping_interval=0.05)

    @property
    def events(self) -> list[Body]:
        return [body["event"] for body in self.taken]


async def _nothing() -> None:
    pass


def kind_of(event: Body) -> str:
    return str(event.get("subtype", event["type"]))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with (
        SlackSandbox(ack_within_s=0.2, redeliver_after_s=(0.01, 0.01, 0.01)) as slack,
        aiohttp.ClientSession() as session,
    ):
        yield Desk(slack, session)


@pytest.fixture
async def connected(desk: Desk) -> AsyncIterator[Desk]:
    handler = desk.handler()
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it without types
    await desk.slack.connected()
    yield desk
    await handler.close_async()  # type: ignore[no-untyped-call]  # as above


async def test_an_acknowledged_event_is_delivered_once(connected: Desk) -> None:
    ts = connected.slack.post(connected.mika, connected.channel, "hello")
    assert connected.slack.unacked == 1
    await connected.slack.quiet()

    (event,) = connected.events
    assert (event["type"], event["text"], event["ts"], event["channel_type"]) == ("message", "hello", ts, "channel")
    assert connected.taken[0]["retry"] == "0"


async def test_an_event_that_is_not_acknowledged_comes_again_and_is_then_lost(connected: Desk) -> None:
    connected.failures = 4

    connected.slack.post(connected.mika, connected.channel, "hello")
    await connected.slack.quiet()

    assert [body["retry"] for body in connected.taken] == ["0", "1", "2", "3"]
    assert len({body["event_id"] for body in connected.taken}) == 1
    assert [one["event"]["text"] for one in connected.slack.hub.lost] == ["hello"]


async def test_duplicated_events_have_one_event_id(connected: Desk) -> None:
    connected.slack.duplicate_events = 2

    connected.slack.post(connected.mika, connected.channel, "hello")
    await connected.slack.quiet()

    assert len(connected.taken) == 3
    assert len({body["event_id"] for body in connected.taken}) == 1


async def test_an_event_that_is_late_lets_the_next_one_pass(connected: Desk) -> None:
    delays = [0.1, 0.0]
    connected.slack.hub.late_s = lambda: delays.pop(0)

    for text in ("first", "second"):
        connected.slack.post(connected.mika, connected.channel, text)
    await connected.slack.quiet()

    assert [event["text"] for event in connected.events] == ["second", "first"]


async def test_events_without_a_connection_are_tried_and_lost(desk: Desk) -> None:
    desk.slack.post(desk.mika, desk.channel, "hello")
    await desk.slack.quiet()

    assert [one["event"]["text"] for one in desk.slack.hub.lost] == ["hello"]


async def test_the_app_comes_back_after_a_refresh(connected: Desk) -> None:
    await connected.slack.disconnect("refresh_requested")
    await connected.slack.connected()

    connected.slack.post(connected.mika, connected.channel, "after")
    await connected.slack.quiet()

    assert [event["text"] for event in connected.events] == ["after"]


async def test_the_app_comes_back_after_a_cut_and_an_event_in_flight_is_delivered_again(connected: Desk) -> None:
    connected.slack.hub.redeliver_after_s = (0.01, 0.3, 1, 1)
    connected.failures = 1
    connected.slack.post(connected.mika, connected.channel, "hello")
    await connected.taking.wait()

    connected.slack.drop_connections()
    await connected.slack.quiet()

    assert len(connected.taken) >= 2
    assert connected.slack.hub.lost == []


async def test_a_silent_connection_carries_nothing_until_an_event_is_not_acknowledged(desk: Desk) -> None:
    address = (await desk.client.apps_connections_open(app_token=desk.slack.app_token))["url"]

    async with aiohttp.ClientSession() as session, session.ws_connect(address, autoping=False) as silent:
        await silent.receive_json()
        desk.slack.silence_connections()
        await silent.ping(b"are you there?")
        with pytest.raises(TimeoutError):
            await silent.receive(timeout=0.1)
        assert not silent.closed

    async with aiohttp.ClientSession() as session:
        address = (await desk.client.apps_connections_open(app_token=desk.slack.app_token))["url"]
        silent = await session.ws_connect(address)
        await silent.receive_json()
        desk.slack.silence_connections()
        desk.slack.post(desk.mika, desk.channel, "hello")
        await desk.slack.quiet()
        assert (await silent.receive()).type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING}

    assert [one["event"]["text"] for one in desk.slack.hub.lost] == ["hello"]


async def test_two_connections_share_the_events(connected: Desk) -> None:
    second = connected.handler()
    await second.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it without types
    await connected.slack.connected(2)

    for number in range(4):
        connected.slack.post(connected.mika, connected.channel, f"{number}")
    await connected.slack.quiet()
    await second.close_async()  # type: ignore[no-untyped-call]  # as above

    assert sorted(event["text"] for event in connected.events) == ["0", "1", "2", "3"]


async def test_a_connection_address_is_good_for_one_use(desk: Desk) -> None:
    address = (await desk.client.apps_connections_open(app_token=desk.slack.app_token))["url"]

    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(address) as first:
            hello = await first.receive_json()
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(address)

    assert (hello["type"], hello["num_connections"]) == ("hello", 1)


async def test_a_mention_is_told_twice_and_an_edit_with_what_stood_before(connected: Desk) -> None:
    ts = connected.slack.post(connected.mika, connected.channel, "@sandbox_bot close")
    connected.slack.edit(connected.mika, connected.channel, ts, "never mind")
    connected.slack.delete(connected.mika, connected.channel, ts)
    await connected.slack.quiet()

    found = {kind_of(event): event for event in connected.events}
    assert sorted(found) == ["app_mention", "message", "message_changed", "message_deleted"]
    assert found["app_mention"]["ts"] == found["message"]["ts"] == found["message_deleted"]["deleted_ts"]
    assert found["message_changed"]["message"]["edited"]["user"] == connected.mika
    assert found["message_changed"]["previous_message"]["text"].endswith("close")


async def test_a_broadcast_reply_brings_its_root_and_the_root_its_new_count(connected: Desk) -> None:
    root = connected.slack.post(connected.mika, connected.channel, "root")
    connected.slack.post(connected.mika, connected.channel, "reply", thread_ts=root, broadcast=True)
    await connected.slack.quiet()

    found = {event.get("subtype", "plain"): event for event in connected.events}
    assert found["thread_broadcast"]["root"]["text"] == "root"
    assert found["message_changed"]["message"]["reply_count"] == 1
    assert found["message_changed"]["message"]["text"] == "root"


async def test_files_that_are_put_in_or_deleted_are_told_with_their_message(connected: Desk) -> None:
    ts = connected.slack.post(connected.mika, connected.channel, "Here", files=["a.png"])
    connected.slack.edit(connected.mika, connected.channel, ts, "Here", more=[File("b.png", "image/png", b"b")])
    (first, _) = connected.slack.messages(connected.channel)[0]["files"]
    connected.slack.take_file_away(connected.mika, connected.channel, ts, first["id"])
    await connected.slack.quiet()

    told = {event["event_ts"]: event for event in connected.events if kind_of(event) != "file_share"}
    put_in, taken, gone = (told[at] for at in sorted(told))
    assert [file["name"] for file in put_in["message"]["files"]] == ["a.png", "b.png"]
    assert [file["mode"] for file in taken["message"]["files"]] == ["tombstone", "hosted"]
    assert (gone["type"], gone["file_id"]) == ("file_deleted", first["id"])


async def test_files_reactions_and_comings_are_told(connected: Desk) -> None:
    sam = connected.slack.add_user("sam", real_name="Sam")
    ts = connected.slack.post(connected.mika, connected.channel, "", files=["invoice.pdf"])
    connected.slack.react(connected.mika, connected.channel, ts, "eyes")
    connected.slack.unreact(connected.mika, connected.channel, ts, "eyes")
    connected.slack.join(connected.channel, sam)
    connected.slack.open_home(sam)
    await connected.slack.quiet()

    kinds = [kind_of(event) for event in connected.events]
    assert sorted(kinds) == sorted(
        ["file_share", "reaction_added", "reaction_removed", "member_joined_channel", "channel_join", "app_home_opened"]
    )
    assert connected.events[0]["files"][0]["mimetype"] == "application/pdf"


async def test_only_channels_with_the_bot_and_subscribed_events_are_told(connected: Desk) -> None:
    elsewhere = connected.slack.add_channel("elsewhere", [connected.mika])
    connected.slack.install({"settings": {"event_subscriptions": {"bot_events": ["message.channels"]}}})

    connected.slack.post(connected.mika, elsewhere, "unheard")
    ts = connected.slack.post(connected.mika, connected.channel, "heard")
    connected.slack.react(connected.mika, connected.channel, ts, "eyes")
    await connected.slack.quiet()

    assert [event.get("text") for event in connected.events] == ["heard"]
