"""Commands, buttons, modals and the page's door of the sandbox workspace, with the real AsyncApp behind."""

from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.slack.writing import Refused

Body = dict[str, Any]
MANIFEST = {
    "features": {
        "slash_commands": [{"command": "/claim", "description": "Take a ticket", "should_escape": True}],
        "shortcuts": [{"name": "Reply", "type": "message", "callback_id": "reply", "description": "Reply"}],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands"]}},
}


def plain(text: str) -> Body:
    return {"type": "plain_text", "text": text}


def button(action_id: str, value: str) -> Body:
    return {"type": "button", "text": plain("Go"), "action_id": action_id, "value": value}


CARD = [{"type": "actions", "block_id": "b", "elements": [button("claim", "42"), button("more", "42")]}]
CHOICES = [{"text": plain(word), "value": word} for word in ("low", "high")]
FORM: Body = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Reply"),
    "submit": plain("Send"),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "text",
            "label": plain("Text"),
            "element": {"type": "plain_text_input", "action_id": "t", "max_length": 10},
        },
        {
            "type": "input",
            "block_id": "prio",
            "label": plain("Priority"),
            "optional": True,
            "element": {"type": "static_select", "action_id": "p", "options": CHOICES, "initial_option": CHOICES[0]},
        },
        {"type": "actions", "block_id": "acts", "elements": [button("deeper", "1")]},
    ],
}


class Desk:
    """A sandbox with the app connected; what the app was asked is in ``asked``."""

    def __init__(self, slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
        self.slack, self.session = slack, session
        self.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
        self.mika = slack.add_user("mika", real_name="Mika")
        self.channel = slack.add_channel("desk", [self.mika, slack.workspace.bot_user])
        self.client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session)
        self.app = AsyncApp(client=self.client)
        self.asked: list[Body] = []

    async def card(self) -> str:
        answer = await self.client.chat_postMessage(channel=self.channel, text="card", blocks=CARD)
        return str(answer["ts"])

    def opens_form_on(self, action_id: str) -> None:
        @self.app.action(action_id)
        async def opened(ack: AsyncAck, body: Body) -> None:
            self.asked.append(body)
            await self.client.views_open(trigger_id=body["trigger_id"], view=FORM)
            await ack()

    def answers_form_with(self, **answer: Any) -> None:
        @self.app.view("form")
        async def sent(ack: AsyncAck, body: Body) -> None:
            self.asked.append(body)
            await ack(**answer)

    async def form(self) -> str:
        """The id of the form, opened with the button of a card."""
        await self.slack.press(self.mika, self.channel, await self.card(), "claim")
        return str(self.slack.views(self.mika)[-1]["id"])


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    found: list[Desk] = []
    slack = SlackSandbox(clock=lambda: found[0].now, ack_within_s=0.3)
    async with slack, aiohttp.ClientSession() as session:
        found.append(Desk(slack, session))
        handler = AsyncSocketModeHandler(found[0].app, slack.app_token, ping_interval=5)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it without types
        await slack.connected()
        yield found[0]
        await handler.close_async()  # type: ignore[no-untyped-call]  # as above


async def test_a_command_carries_entities_and_its_answers_reach_only_the_person(desk: Desk) -> None:
    @desk.app.command("/claim")
    async def claimed(ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        desk.asked.append(body)
        await respond("working", response_type="ephemeral")
        await ack("taken")

    await desk.slack.command(desk.mika, desk.channel, "/claim #42 @mika")

    assert desk.asked[0]["text"] == f"#42 <@{desk.mika}|mika>"
    assert "thread_ts" not in desk.asked[0]
    assert [one["text"] for one in desk.slack.ephemerals(desk.mika)] == ["working", "taken"]
    assert desk.slack.messages(desk.channel) == []


async def test_a_command_that_nobody_answers_ends_in_slacks_error_and_is_not_sent_again(desk: Desk) -> None:
    @desk.app.command("/claim")
    async def claimed(body: Body) -> None:
        desk.asked.append(body)

    await desk.slack.command(desk.mika, desk.channel, "/claim 42")
    await desk.slack.quiet()

    assert [one["text"] for one in desk.slack.ephemerals(desk.mika)] == [
        '/claim failed with the error "operation_timeout"'
    ]
    assert len(desk.asked) == 1


async def test_commands_and_shortcuts_that_are_not_in_the_manifest_do_not_exist(desk: Desk) -> None:
    desk.slack.install(MANIFEST)
    ts = desk.slack.post(desk.mika, desk.channel, "hi")

    with pytest.raises(Refused, match="/close is not a valid command"):
        await desk.slack.command(desk.mika, desk.channel, "/close 42")
    with pytest.raises(Refused, match="no shortcut"):
        await desk.slack.shortcut(desk.mika, "other", desk.channel, ts)
    with pytest.raises(Refused, match=r"/claim is not supported in threads\. Sorry!"):
        desk.slack.post(desk.mika, desk.channel, "/claim 42", thread_ts=ts)


async def test_a_button_in_a_reply_names_its_thread_and_can_be_answered_in_place(desk: Desk) -> None:
    @desk.app.action("claim")
    async def pressed(ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        desk.asked.append(body)
        await respond("done", replace_original=True)
        await ack()

    root = await desk.card()
    reply = await desk.client.chat_postMessage(channel=desk.channel, text="r", blocks=CARD, thread_ts=root)
    seen = deepcopy(desk.slack.thread(desk.channel, root)[1])
    await desk.slack.press(desk.mika, desk.channel, reply["ts"], "claim", value="42")

    (body,) = desk.asked
    assert desk.slack.thread(desk.channel, root)[1]["text"] == "done"
    assert (body["container"]["thread_ts"], body["message"]["ts"]) == (root, reply["ts"])
    assert (body["actions"][0]["value"], body["actions"][0]["block_id"]) == ("42", "b")
    assert "blocks" not in desk.slack.thread(desk.channel, root)[1]
    with pytest.raises(Refused):
        await desk.slack.press(desk.mika, desk.channel, root, "claim", value="43")
    with pytest.raises(Refused):
        await desk.slack.press(desk.mika, desk.channel, reply["ts"], "claim", value="42")
    await desk.slack.press(desk.mika, desk.channel, reply["ts"], "claim", value="42", seen=seen)  # on a late screen
    assert [body["actions"][0]["value"] for body in desk.asked] == ["42", "42"]


async def test_a_button_of_an_ephemeral_message_can_delete_it(desk: Desk) -> None:
    @desk.app.action("more")
    async def pressed(ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        desk.asked.append(body)
        await respond(delete_original=True)
        await ack()

    await desk.client.chat_postEphemeral(channel=desk.channel, user=desk.mika, text="hint", blocks=CARD)
    ts = desk.slack.ephemerals(desk.mika)[0]["ts"]
    await desk.slack.press(desk.mika, desk.channel, ts, "more", ephemeral=True)

    assert desk.slack.ephemerals(desk.mika) == []
    assert desk.asked[0]["container"]["is_ephemeral"] is True
    assert "message" not in desk.asked[0]


async def test_a_button_that_nobody_answers_warns_the_person(desk: Desk) -> None:
    await desk.slack.press(desk.mika, desk.channel, await desk.card(), "more")

    assert desk.slack.notices(desk.mika) == ["⚠️ This did not work: the app did not answer."]


async def test_a_response_url_takes_five_answers_in_thirty_minutes(desk: Desk) -> None:
    desk.opens_form_on("claim")
    await desk.form()
    await desk.form()
    first, second = (body["response_url"] for body in desk.asked)

    used = [(await desk.session.post(first, json={"text": "x"})).status for _ in range(6)]
    desk.now += timedelta(minutes=31)
    late = await (await desk.session.post(second, json={"text": "x"})).json()

    assert used == [200] * 5 + [404]
    assert late["error"] == "expired_url"


async def test_a_trigger_opens_one_modal_within_three_seconds(desk: Desk) -> None:
    desk.opens_form_on("claim")
    await desk.form()
    trigger = desk.asked[0]["trigger_id"]

    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await desk.client.views_open(trigger_id=trigger, view=FORM)

    @desk.app.action("more")
    async def slow(ack: AsyncAck, body: Body) -> None:
        desk.now += timedelta(seconds=4)
        with pytest.raises(SlackApiError, match="expired_trigger_id"):
            await desk.client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    await desk.slack.press(desk.mika, desk.channel, await desk.card(), "more")

    assert desk.slack.notices(desk.mika) == []


async def test_a_form_is_checked_by_the_client_and_then_sent_with_its_whole_state(desk: Desk) -> None:
    desk.opens_form_on("claim")
    desk.answers_form_with()
    view_id = await desk.form()

    empty = await desk.slack.submit(desk.mika, view_id)
    long = await desk.slack.submit(desk.mika, view_id, {"text": {"t": "x" * 11}})
    good = await desk.slack.submit(desk.mika, view_id, {"text": {"t": "hi"}, "prio": {"p": "high"}})

    assert empty == {"text": "Please complete this required field."}
    assert "no more than 10" in long["text"]
    assert good == {}
    assert desk.asked[-1]["view"]["state"]["values"] == {
        "text": {"t": {"type": "plain_text_input", "value": "hi"}},
        "prio": {"p": {"type": "static_select", "selected_option": CHOICES[1]}},
    }
    assert desk.slack.views(desk.mika) == []


async def test_errors_of_the_app_stand_in_the_form_and_the_form_stays(desk: Desk) -> None:
    desk.opens_form_on("claim")
    desk.answers_form_with(response_action="errors", errors={"text": "too rude"})
    view_id = await desk.form()

    assert await desk.slack.submit(desk.mika, view_id, {"text": {"t": "hi"}}) == {"text": "too rude"}
    assert [view["id"] for view in desk.slack.views(desk.mika)] == [view_id]


@pytest.mark.parametrize(("answer", "depth"), [("update", 1), ("push", 2), ("clear", 0)])
async def test_the_app_may_answer_a_form_with_another_view(desk: Desk, answer: str, depth: int) -> None:
    desk.opens_form_on("claim")
    view = {} if answer == "clear" else {"view": {**FORM, "title": plain("Next")}}
    desk.answers_form_with(response_action=answer, **view)

    await desk.slack.submit(desk.mika, await desk.form(), {"text": {"t": "hi"}})

    titles = [one["title"]["text"] for one in desk.slack.views(desk.mika)]
    assert titles == {"update": ["Next"], "push": ["Reply", "Next"], "clear": []}[answer]
    assert len(titles) == depth


async def test_a_form_that_nobody_takes_says_so_and_stays(desk: Desk) -> None:
    desk.opens_form_on("claim")
    view_id = await desk.form()

    assert await desk.slack.submit(desk.mika, view_id, {"text": {"t": "hi"}}) == {
        "": "We had some trouble connecting. Try again?"
    }
    assert len(desk.slack.views(desk.mika)) == 1


async def test_a_button_in_a_modal_pushes_three_deep_and_closing_is_told(desk: Desk) -> None:
    desk.opens_form_on("claim")
    refused: list[str] = []

    @desk.app.action("deeper")
    async def pushed(ack: AsyncAck, body: Body) -> None:
        try:
            await desk.client.views_push(trigger_id=body["trigger_id"], view=FORM)
        except SlackApiError as error:
            refused.append(error.response["error"])
        await ack()

    @desk.app.view_closed("form")
    async def closed(ack: AsyncAck, body: Body) -> None:
        desk.asked.append(body)
        await ack()

    await desk.form()
    for _ in range(3):
        await desk.slack.press_in_view(desk.mika, desk.slack.views(desk.mika)[-1]["id"], "deeper")
    await desk.slack.close_view(desk.mika, desk.slack.views(desk.mika)[-1]["id"])

    assert refused == ["push_limit_reached"]
    assert len(desk.slack.views(desk.mika)) == 2
    assert desk.asked[-1]["type"] == "view_closed"


async def test_an_update_of_an_open_modal_keeps_what_was_typed_and_refuses_a_stale_hash(desk: Desk) -> None:
    desk.opens_form_on("claim")
    desk.answers_form_with(response_action="errors", errors={"text": "no"})
    view_id = await desk.form()
    await desk.slack.submit(desk.mika, view_id, {"text": {"t": "kept"}})
    stale = desk.slack.views(desk.mika)[0]["hash"]

    updated = await desk.client.views_update(view_id=view_id, view=FORM, hash=stale)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await desk.client.views_update(view_id=view_id, view=FORM, hash=stale)

    assert updated["view"]["state"]["values"]["text"]["t"]["value"] == "kept"


async def test_a_message_shortcut_brings_the_message(desk: Desk) -> None:
    @desk.app.shortcut("reply")
    async def chosen(ack: AsyncAck, body: Body) -> None:
        desk.asked.append(body)
        await ack()

    desk.slack.install(MANIFEST)
    root = desk.slack.post(desk.mika, desk.channel, "root")
    ts = desk.slack.post(desk.mika, desk.channel, "reply", thread_ts=root)
    await desk.slack.shortcut(desk.mika, "reply", desk.channel, ts)

    assert (desk.asked[0]["type"], desk.asked[0]["message"]["thread_ts"]) == ("message_action", root)


async def test_the_page_sees_the_state_acts_and_is_told_what_happens(desk: Desk) -> None:
    desk.slack.install(MANIFEST)
    base = desk.slack.core.base
    act = {"as": desk.mika, "channel": desk.channel}

    async with desk.session.ws_connect(f"{base}/client/live?as={desk.mika}") as live:
        posted = await (await desk.session.post(f"{base}/client/post", json={**act, "text": "hi"})).json()
        frame = await live.receive_json()
        await desk.session.post(f"{base}/client/react", json={**act, "ts": posted["ts"], "name": "eyes"})
        reacted = await live.receive_json()
        await desk.session.post(f"{base}/client/post", json={**act, "text": "r", "thread_ts": posted["ts"]})
        reply, counted = await live.receive_json(), await live.receive_json()
    state = await (await desk.session.get(f"{base}/client/state?as={desk.mika}")).json()

    assert (frame["type"], frame["message"]["text"], frame["channel"]) == ("message", "hi", desk.channel)
    assert (reacted["type"], reacted["message"]["reactions"][0]["name"]) == ("reactions", "eyes")
    assert reply["message"]["thread_ts"] == posted["ts"]
    assert (counted["type"], counted["message"]["reply_count"]) == ("message_changed", 1)
    assert [one["text"] for one in state["messages"][desk.channel][0]["replies"]] == ["r"]
    assert state["commands"] == [{"command": "/claim", "description": "Take a ticket", "usage_hint": ""}]
    assert [(one["name"], one["is_bot"]) for one in state["users"]] == [("sandbox_bot", True), ("mika", False)]


@pytest.mark.parametrize(
    ("deed", "arguments"),
    [
        ("post", {"channel": "C404", "text": "x"}),
        ("post", {"text": "x"}),
        ("edit", {"channel": "here", "ts": "1.000001", "text": "x"}),
        ("install", {"manifest": {}}),
        ("press", {"channel": "here", "ts": "1.000001", "action_id": "x"}),
        ("submit", {"view_id": "V404", "values": {}}),
    ],
)
async def test_what_a_page_may_not_do_is_answered_with_a_sentence(desk: Desk, deed: str, arguments: Body) -> None:
    body = {"as": desk.mika, **arguments}
    body |= {"channel": desk.channel} if arguments.get("channel") == "here" else {}

    answer = await (await desk.session.post(f"{desk.slack.core.base}/client/{deed}", json=body)).json()

    assert answer["ok"] is False
    assert answer["error"].endswith(".")
