"""The Web API of the sandbox workspace refuses what Slack refuses, and answers in its shapes: asked by the real SDK."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.faults import PlatformError, Reset, ServerError, Throttled, TooDeep
from bot.sandbox.slack.server import SlackSandbox


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Desk:
    """A sandbox with two people and a channel, and the bot's client."""

    def __init__(self, slack: SlackSandbox, client: AsyncWebClient, clock: Clock) -> None:
        self.slack, self.client, self.clock = slack, client, clock
        self.mika = slack.add_user("mika", real_name="Mika Sari", language="id", title="Agent")
        self.guest = slack.add_user("gus", real_name="Gus Guest", role="guest")
        self.channel = slack.add_channel("desk", [self.mika, slack.workspace.bot_user])
        self.elsewhere = slack.add_channel("elsewhere", [self.mika])

    async def error(self, method: str, **arguments: Any) -> str:
        """The error code of a refused call."""
        with pytest.raises(SlackApiError) as caught:
            await self.client.api_call(method, json=arguments)
        return str(caught.value.response["error"])

    async def post(self, text: str = "hello", **more: Any) -> str:
        answer = await self.client.chat_postMessage(channel=self.channel, text=text, **more)
        return str(answer["ts"])


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = Clock()
    async with SlackSandbox(clock=clock) as slack, aiohttp.ClientSession() as session:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        yield Desk(slack, client, clock)


DIVIDER = {"type": "divider"}


async def test_blocks_that_slack_refuses_are_refused_with_a_pointer(desk: Desk) -> None:
    with pytest.raises(SlackApiError) as caught:
        await desk.client.chat_postMessage(channel=desk.channel, text="x", blocks=[DIVIDER, {"type": "marquee"}])

    answer = caught.value.response
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] unsupported type: marquee [json-pointer:/blocks/1/type]"
    ]
    assert desk.slack.messages(desk.channel) == []


async def test_blocks_without_ids_are_given_some(desk: Desk) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    blocks = json.dumps([{"type": "actions", "elements": [button]}])

    (block,) = (await desk.client.chat_postMessage(channel=desk.channel, text="x", blocks=blocks))["message"]["blocks"]

    assert block["block_id"]
    assert block["elements"][0]["action_id"]


POST = "chat.postMessage"
REFUSED = [
    (POST, {"channel": "C404", "text": "x"}, "channel_not_found"),
    (POST, {"channel": "#elsewhere", "text": "x"}, "not_in_channel"),
    (POST, {"channel": "#desk", "text": " "}, "no_text"),
    (POST, {"channel": "#desk", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    (POST, {"channel": "#desk", "blocks": "[{"}, "invalid_blocks_format"),
    (POST, {"channel": "#desk", "text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    ("chat.update", {"channel": "#desk", "ts": "1.000001", "text": "x"}, "message_not_found"),
    ("chat.postEphemeral", {"channel": "#desk", "user": "U404", "text": "x"}, "user_not_in_channel"),
    ("reactions.add", {"channel": "#desk", "timestamp": "1.000001", "name": "eyes"}, "message_not_found"),
    ("reactions.add", {"channel": "#desk", "timestamp": "1.000001", "name": "loket"}, "invalid_name"),
    ("conversations.info", {"channel": "C404"}, "channel_not_found"),
    ("conversations.history", {"channel": "#elsewhere"}, "not_in_channel"),
    ("conversations.history", {"channel": "#desk", "limit": 1001}, "invalid_limit"),
    ("conversations.replies", {"channel": "#desk", "ts": "1.000001"}, "thread_not_found"),
    ("users.info", {"user": "U404"}, "user_not_found"),
    ("usergroups.users.list", {"usergroup": "S404"}, "no_such_subteam"),
    ("views.open", {"trigger_id": "x", "view": {"type": "modal"}}, "invalid_arguments"),
    ("views.update", {"view_id": "V404", "view": {"type": "home", "blocks": []}}, "not_found"),
    ("apps.connections.open", {}, "not_allowed_token_type"),
    ("chat.shout", {}, "unknown_method"),
]


@pytest.mark.parametrize(("method", "arguments", "error"), REFUSED, ids=[f"{m} {e}" for m, _, e in REFUSED])
async def test_a_call_that_slack_refuses_is_refused_with_its_code(
    desk: Desk, method: str, arguments: dict[str, Any], error: str
) -> None:
    assert await desk.error(method, **arguments) == error


async def test_a_wrong_token_and_a_missing_one_are_told_apart(desk: Desk) -> None:
    async with aiohttp.ClientSession() as session:
        wrong = await (await session.post(f"{desk.slack.api_url}auth.test", data={"token": "xoxb-other"})).json()
        missing = await (await session.get(f"{desk.slack.api_url}auth.test")).json()

    assert (wrong["error"], missing["error"]) == ("invalid_auth", "not_authed")


async def test_only_own_messages_can_be_changed_or_deleted(desk: Desk) -> None:
    ts = desk.slack.post(desk.mika, desk.channel, "mine")

    assert await desk.error("chat.update", channel=desk.channel, ts=ts, text="x") == "cant_update_message"
    assert await desk.error("chat.delete", channel=desk.channel, ts=ts) == "cant_delete_message"
    assert await desk.error("chat.update", channel=desk.channel, ts=ts, text="x" * 4001) == "cant_update_message"


async def test_an_update_with_text_alone_removes_blocks_and_keeps_metadata(desk: Desk) -> None:
    metadata = {"event_type": "part", "event_payload": {"id": "7"}}
    ts = await desk.post(blocks=[DIVIDER], metadata=metadata)

    await desk.client.chat_update(channel=desk.channel, ts=ts, text="new")

    (message,) = desk.slack.messages(desk.channel)
    assert "blocks" not in message
    assert (message["text"], message["metadata"]) == ("new", metadata)
    assert await desk.error("chat.update", channel=desk.channel, ts=ts, text="x" * 4001) == "msg_too_long"


async def test_metadata_is_read_back_whole_only_when_asked_for(desk: Desk) -> None:
    metadata = {"event_type": "part", "event_payload": {"id": "7"}}
    root = await desk.post(metadata=metadata)

    bare = await desk.client.conversations_replies(channel=desk.channel, ts=root)
    whole = await desk.client.conversations_history(channel=desk.channel, include_all_metadata=True)

    assert bare["messages"][0]["metadata"] == {"event_type": "part"}
    assert whole["messages"][0]["metadata"] == metadata


async def test_a_thread_is_read_page_by_page_with_its_root_on_each(desk: Desk) -> None:
    root = await desk.post("root")
    sent = [await desk.post(f"{number}", thread_ts=root) for number in range(5)]

    texts: list[list[str]] = []
    cursor: str | None = None
    while cursor != "":
        page = await desk.client.conversations_replies(
            channel=desk.channel, ts=root, oldest=sent[0], limit=2, cursor=cursor
        )
        texts.append([message["text"] for message in page["messages"]])
        cursor = page["response_metadata"]["next_cursor"]

    assert texts == [["root", "1", "2"], ["root", "3", "4"]]


async def test_history_is_newest_first_and_holds_only_the_replies_sent_to_the_channel(desk: Desk) -> None:
    root = await desk.post("root")
    await desk.post("quiet", thread_ts=root)
    await desk.post("loud", thread_ts=root, reply_broadcast=True)

    answer = await desk.client.conversations_history(channel=desk.channel)

    assert [message["text"] for message in answer["messages"]] == ["loud", "root"]
    assert answer["messages"][1]["reply_count"] == 2
    assert await desk.error(
        POST, channel=desk.channel, text="x", thread_ts=desk.slack.thread(desk.channel, root)[1]["ts"]
    )


async def test_a_deleted_root_with_replies_leaves_a_tombstone(desk: Desk) -> None:
    root = await desk.post("root")
    reply = await desk.post("reply", thread_ts=root)

    await desk.client.chat_delete(channel=desk.channel, ts=root)

    assert [one.get("subtype") for one in desk.slack.thread(desk.channel, root)] == ["tombstone", None]
    assert await desk.error(POST, channel=desk.channel, text="x", thread_ts=root) == "cannot_reply_to_message"
    await desk.client.chat_delete(channel=desk.channel, ts=reply)
    assert "reply_count" not in desk.slack.messages(desk.channel)[0]


async def test_a_reaction_counts_once(desk: Desk) -> None:
    ts = await desk.post()
    await desk.client.reactions_add(channel=desk.channel, timestamp=ts, name="thumbsup")

    assert desk.slack.reactions(desk.channel, ts) == {"+1": [desk.slack.workspace.bot_user]}
    assert await desk.error("reactions.add", channel=desk.channel, timestamp=ts, name="+1") == "already_reacted"
    await desk.client.reactions_remove(channel=desk.channel, timestamp=ts, name="+1")
    assert await desk.error("reactions.remove", channel=desk.channel, timestamp=ts, name="+1") == "no_reaction"


async def test_an_ephemeral_answer_in_a_thread_shows_only_once_the_thread_has_replies(desk: Desk) -> None:
    root = await desk.post("root")
    arguments = {"channel": desk.channel, "user": desk.mika, "text": "psst", "thread_ts": root}

    await desk.client.chat_postEphemeral(**arguments)  # type: ignore[arg-type]  # a dict of strings has one type
    unseen = desk.slack.ephemerals(desk.mika)
    await desk.post("reply", thread_ts=root)
    await desk.client.chat_postEphemeral(**arguments)  # type: ignore[arg-type]  # as above

    assert unseen == []
    assert [one["text"] for one in desk.slack.ephemerals(desk.mika)] == ["psst"]
    assert len(desk.slack.messages(desk.channel)) == 1


async def test_people_are_described_as_slack_does(desk: Desk) -> None:
    mika = await desk.client.users_info(user=desk.mika, include_locale=True)
    guest = await desk.client.users_info(user=desk.guest)

    assert (mika["user"]["locale"], mika["user"]["is_restricted"]) == ("id-ID", False)
    assert guest["user"]["is_restricted"] is True
    assert [one["user"]["profile"]["title"] for one in (mika, guest)] == ["Agent", ""]
    assert "locale" not in guest["user"]


async def test_lists_have_pages_and_permalinks_name_the_thread(desk: Desk) -> None:
    group = desk.slack.add_group("leads", [desk.mika])
    root = await desk.post()
    reply = await desk.post("reply", thread_ts=root)

    channels = await desk.client.conversations_list()
    own = await desk.client.users_conversations()
    members = await desk.client.conversations_members(channel=desk.channel, limit=1)
    groups = await desk.client.usergroups_list(include_users=True)
    link = await desk.client.chat_getPermalink(channel=desk.channel, message_ts=reply)

    assert [one["name"] for one in channels["channels"]] == ["desk", "elsewhere"]
    assert [one["name"] for one in own["channels"]] == ["desk"]
    assert members["response_metadata"]["next_cursor"]
    assert groups["usergroups"][0]["users"] == [desk.mika]
    assert (await desk.client.usergroups_users_list(usergroup=group))["users"] == [desk.mika]
    assert f"?thread_ts={root}&cid={desk.channel}" in link["permalink"]


async def test_the_bot_joins_channels_and_opens_direct_conversations(desk: Desk) -> None:
    await desk.client.conversations_join(channel=desk.elsewhere)
    direct = await desk.client.conversations_open(users=[desk.mika])
    await desk.client.chat_postMessage(channel=desk.mika, text="hi")

    assert desk.slack.messages(desk.elsewhere)[0]["subtype"] == "channel_join"
    assert [one["text"] for one in desk.slack.messages(direct["channel"]["id"])] == ["hi"]


async def test_a_missing_scope_is_named(desk: Desk) -> None:
    desk.slack.install({"oauth_config": {"scopes": {"bot": ["chat:write"]}}})

    with pytest.raises(SlackApiError) as caught:
        await desk.client.users_info(user=desk.mika)

    assert caught.value.response.data == {
        "ok": False,
        "error": "missing_scope",
        "needed": "users:read",
        "provided": "chat:write",
    }
    assert (await desk.client.auth_test()).headers["x-oauth-scopes"] == "chat:write"


async def test_a_text_beyond_forty_thousand_is_cut(desk: Desk) -> None:
    await desk.post("x" * 40_001)

    assert len(desk.slack.messages(desk.channel)[0]["text"]) == 40_000


async def test_a_post_in_a_customers_name_has_no_user_and_stays(desk: Desk) -> None:
    ts = await desk.post(username="Ada", icon_emoji=":phone:")

    (message,) = desk.slack.messages(desk.channel)
    assert (message["subtype"], message["username"], "user" in message) == ("bot_message", "Ada", False)
    assert await desk.error("chat.delete", channel=desk.channel, ts=ts) == "cant_delete_message"


async def test_the_workspace_can_live_under_a_prefix_of_another_application() -> None:
    slack, app = SlackSandbox(), web.Application()
    slack.add_to(app, prefix="/slack")

    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        api_url = str(server.make_url("/slack/api/"))
        client = AsyncWebClient(slack.bot_token, base_url=api_url, session=session)
        address = (await client.apps_connections_open(app_token=slack.app_token))["url"]
        async with session.ws_connect(address) as socket:
            hello = await socket.receive_json()

    assert hello["type"] == "hello"
    assert slack.api_url == api_url


async def test_timestamps_rise_even_when_the_clock_stands_still(desk: Desk) -> None:
    sent = [await desk.post() for _ in range(3)]

    assert sent == sorted(set(sent))
    assert sent[0].startswith(f"{int(desk.clock.now.timestamp())}.")


async def test_posts_beyond_the_pace_are_throttled_until_the_clock_moves(desk: Desk) -> None:
    desk.slack.posts_per_second = 1.0
    for _ in range(4):
        await desk.post()

    with pytest.raises(SlackApiError) as caught:
        await desk.post()
    desk.clock.now += timedelta(seconds=1)

    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
    await desk.post()
    assert len(desk.slack.messages(desk.channel)) == 5
    assert [call.method for call in desk.slack.calls] == ["chat.postMessage"] * 6


@pytest.mark.parametrize(
    ("fault", "performed"),
    [
        (Throttled(retry_after_s=7), False),
        (PlatformError("internal_error", performed=True), True),
        (Reset(performed=False), False),
        (Reset(performed=True), True),
        (TooDeep(), True),
    ],
)
async def test_a_planned_fault_happens_once(desk: Desk, fault: Any, performed: bool) -> None:  # noqa: FBT001 — a table's column
    desk.slack.faults.plan("chat.postMessage", fault)

    with pytest.raises((SlackApiError, aiohttp.ClientError, RecursionError)):
        await desk.post("first")
    await desk.post("second")

    texts = [message["text"] for message in desk.slack.messages(desk.channel)]
    assert texts == (["first", "second"] if performed else ["second"])


async def test_a_gateways_page_is_not_slacks_answer(desk: Desk) -> None:
    desk.slack.faults.plan("chat.postMessage", ServerError(), matches=lambda arguments: arguments["text"] == "bad")

    await desk.post("good")
    with pytest.raises(SlackApiError) as caught:
        await desk.post("bad")

    assert caught.value.response.status_code == 503


async def test_views_are_published_and_a_stale_hash_is_refused(desk: Desk) -> None:
    view = {"type": "home", "blocks": [DIVIDER]}
    first = await desk.client.views_publish(user_id=desk.mika, view=view)
    await desk.client.views_publish(user_id=desk.mika, view=view, hash=first["view"]["hash"])

    stale = {"user_id": desk.mika, "view": view, "hash": first["view"]["hash"]}

    assert await desk.error("views.publish", **stale) == "hash_conflict"
