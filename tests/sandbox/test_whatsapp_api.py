"""The Cloud API takes what the real one takes, refuses what it refuses, and says so in its way."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.sandbox.faults import PlatformError, Throttled
from bot.sandbox.pacing import Pace
from bot.sandbox.whatsapp import WhatsAppSandbox

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Business:
    """What the bot's side of a test needs: a client, and a customer who has written."""

    def __init__(self, sandbox: WhatsAppSandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session
        self.ada = sandbox.add_person("Ada", phone="6281200001", bsuid="ID.1")
        self.hello = sandbox.writes(self.ada, "hello")

    async def post(self, **message: Any) -> tuple[int, dict[str, Any]]:
        body = {"messaging_product": "whatsapp", **message}
        path = f"{self.sandbox.api_url}/v26.0/{self.sandbox.phone_number_id}/messages"
        async with self.session.post(path, json=body) as answer:
            return answer.status, await answer.json()

    async def says(self, text: str = "hi", **more: Any) -> tuple[int, dict[str, Any]]:
        return await self.post(to="6281200001", type="text", text={"body": text}, **more)

    async def refused(self, **message: Any) -> tuple[int, int]:
        """The status and the code."""
        status, answer = await self.post(**message)
        return status, answer["error"]["code"]


class Time:
    now = NOON


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def business(time: Time) -> AsyncIterator[Business]:
    async with WhatsAppSandbox(clock=lambda: time.now) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            yield Business(sandbox, session)


def buttons(*titles: str, text: str = "Done?") -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": f"b{n}", "title": title}} for n, title in enumerate(titles)]
    return {"type": "button", "body": {"text": text}, "action": {"buttons": replies}}


def rows(count: int, *, title: str = "row", menu: str = "Menu") -> dict[str, Any]:
    listed = [{"id": f"r{n}", "title": f"{title} {n}"} for n in range(count)]
    return {"type": "list", "body": {"text": "Which?"}, "action": {"button": menu, "sections": [{"rows": listed}]}}


async def test_a_text_is_taken_and_has_an_id(business: Business) -> None:
    status, answer = await business.says("On its way!")

    assert status == 200
    assert answer["contacts"] == [{"input": "6281200001", "wa_id": "6281200001"}]
    assert answer["messages"][0]["id"].startswith("wamid.")
    assert business.sandbox.received(business.ada) == ["On its way!"]


async def test_a_customer_is_named_by_phone_in_any_spelling_or_by_user_id(business: Business) -> None:
    text = {"type": "text", "text": {"body": "hi"}}

    assert (await business.post(to="+62 812-00001", **text))[0] == 200
    status, answer = await business.post(recipient="ID.1", **text)

    assert status == 200
    assert answer["contacts"] == [{"input": "ID.1", "user_id": "ID.1"}]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"messaging_product": "sms"}, (400, 100)),
        ({"to": None}, (400, 100)),
        ({"to": "ID.1"}, (400, 100)),
        ({"to": "621"}, (400, 131026)),
        ({"to": None, "recipient": "ID.2"}, (400, 131026)),
        ({"recipient_type": "group"}, (400, 100)),
        ({"type": "template"}, (400, 131051)),
        ({"text": None}, (400, 100)),
        ({"text": {"body": ""}}, (400, 100)),
        ({"text": {"body": "x" * 4097}}, (400, 100)),
        ({"text": {"body": "x", "preview_url": "yes"}}, (400, 100)),
        ({"context": {"message_id": "wamid.nobody"}}, (400, 131009)),
        ({"biz_opaque_callback_data": "x" * 513}, (400, 100)),
    ],
)
async def test_what_is_wrong_is_refused(business: Business, change: dict[str, Any], refusal: tuple[int, int]) -> None:
    good = {"to": "6281200001", "type": "text", "text": {"body": "x" * 4096}}

    assert (await business.post(**good))[0] == 200
    assert await business.refused(**{**good, **change}) == refusal


@pytest.mark.parametrize(
    "interactive",
    [
        buttons(),
        buttons("a", "b", "c", "d"),
        buttons("x" * 21),
        buttons("same", "same"),
        buttons("a", text="x" * 1025),
        buttons("a", text=" "),
        rows(0),
        rows(11),
        rows(1, title="x" * 24),
        rows(1, menu="x" * 21),
        {**rows(1), "footer": {"text": "x" * 61}},
        {**rows(1), "type": "product"},
        {**buttons("a"), "action": {"buttons": [{"type": "url", "reply": {"id": "a", "title": "a"}}]}},
    ],
)
async def test_choices_have_limits(business: Business, interactive: dict[str, Any]) -> None:
    assert await business.refused(to="6281200001", type="interactive", interactive=interactive) == (400, 100)


@pytest.mark.parametrize("interactive", [buttons("a", "b", "x" * 20, text="x" * 1024), rows(10, title="x" * 20)])
async def test_choices_within_the_limits_are_shown(business: Business, interactive: dict[str, Any]) -> None:
    status, _ = await business.post(to="6281200001", type="interactive", interactive=interactive)

    shown = business.sandbox.chat(business.ada)[-1]
    assert status == 200
    assert len(shown["choices"]) in (3, 10)
    assert shown["menu"] == interactive["action"].get("button")


async def test_sections_need_titles_when_there_are_several(business: Business) -> None:
    two = rows(1)
    two["action"]["sections"].append({"rows": [{"id": "other", "title": "other"}]})

    assert await business.refused(to="6281200001", type="interactive", interactive=two) == (400, 100)
    for section in two["action"]["sections"]:
        section["title"] = "Section"
    assert (await business.post(to="6281200001", type="interactive", interactive=two))[0] == 200


async def test_a_reaction_is_set_and_taken_back(business: Business) -> None:
    for emoji, shown in (("👍", [{"emoji": "👍", "from_bot": True}]), ("", [])):
        reaction = {"message_id": business.hello, "emoji": emoji}
        status, _ = await business.post(to="6281200001", type="reaction", reaction=reaction)

        assert status == 200
        assert business.sandbox.chat(business.ada)[0]["reactions"] == shown


async def test_reading_marks_earlier_messages_too_and_may_show_typing(business: Business) -> None:
    last = business.sandbox.writes(business.ada, "anybody there?")

    answer = await business.post(status="read", message_id=last, typing_indicator={"type": "text"})

    assert answer == (200, {"success": True})
    assert [message["status"] for message in business.sandbox.chat(business.ada)] == ["read", "read"]
    assert await business.refused(status="read", message_id="wamid.nobody") == (400, 100)
    assert await business.refused(status="delivered", message_id=last) == (400, 100)


async def test_without_the_token_or_the_right_number_nothing_is_possible(business: Business) -> None:
    async def get(path: str, token: str) -> tuple[int, int, int | None]:
        url = f"{business.sandbox.api_url}/{path}"
        async with business.session.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
            error = (await answer.json()).get("error", {})
            return answer.status, error.get("code", 0), error.get("error_subcode")

    number, token = business.sandbox.phone_number_id, business.sandbox.token
    assert await get(f"v26.0/{number}", token) == (200, 0, None)
    assert await get(f"v26.0/{number}", "EAAother") == (401, 190, None)
    assert await get("v26.0/1", token) == (400, 100, 33)
    assert await get(f"latest/{number}", token) == (400, 100, None)


async def test_the_window_closes_a_day_after_the_customers_last_message(business: Business, time: Time) -> None:
    time.now = NOON + timedelta(hours=23, minutes=59)
    assert (await business.says())[0] == 200

    time.now = NOON + timedelta(hours=24)
    status, answer = await business.says()
    assert (status, answer["error"]["code"]) == (400, 131047)

    business.sandbox.writes(business.ada, "still there")
    assert (await business.says())[0] == 200


async def test_a_test_number_writes_only_to_listed_recipients(business: Business) -> None:
    business.sandbox.messages.test_recipients = {"1"}

    status, answer = await business.says()

    assert (status, answer["error"]["code"]) == (400, 131030)


async def test_rates_are_kept_when_they_are_switched_on(business: Business, time: Time) -> None:
    budi = business.sandbox.add_person("Budi", phone="621")
    business.sandbox.writes(budi, "hello")
    to_budi = {"to": "621", "type": "text", "text": {"body": "hi"}}
    business.sandbox.messages.pair_pace = Pace(1 / 6)

    assert (await business.says())[0] == 200
    assert (await business.says())[1]["error"]["code"] == 131056
    assert (await business.post(**to_budi))[0] == 200

    time.now += timedelta(seconds=6)
    business.sandbox.messages.pace = Pace(1)
    assert (await business.says())[0] == 200
    assert await business.refused(**to_budi) == (429, 130429)


async def test_faults_are_written_as_the_graph_api_writes_them(business: Business) -> None:
    business.sandbox.faults.plan("messages", PlatformError("131016"))
    business.sandbox.faults.plan("messages", Throttled(7))

    assert (await business.says())[1]["error"]["message"] == "(#131016) Service unavailable"
    assert (await business.says())[1]["error"]["code"] == 130429
    assert business.sandbox.received(business.ada) == []


async def test_a_body_that_is_no_object_is_refused(business: Business) -> None:
    url = f"{business.sandbox.api_url}/v26.0/{business.sandbox.phone_number_id}/messages"

    for body in (b"{", b"[]"):
        async with business.session.post(url, data=body) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (400, 100)
