"""What only WhatsApp does: webhooks, receipts, windows, and the meaning of its many codes."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.base import AddressChanged, Choice, Hooked, HookRequest, InboundMessage, OutboundPart, Report, Word
from bot.channels.whatsapp.adapter import PROBE
from bot.domain.ids import Address
from bot.domain.text import RichText
from bot.errors import Closed, DeliveryError, Down, Later, Rejected, Unconfirmed, Unreachable
from bot.sandbox.faults import PlatformError, Reset, ServerError
from bot.sandbox.pacing import Pace
from tests.far import NOON, Kept, WhatsAppFar, messages, texts


@pytest.fixture
async def far() -> AsyncIterator[WhatsAppFar]:
    side = WhatsAppFar()
    await side.start()
    await side.channel.open()
    yield side
    await side.channel.close()
    side.faults.clear()
    await side.away()


def part(far: WhatsAppFar, text: str = "hello", *, mark: str = "") -> OutboundPart:
    return OutboundPart(to=far.ada, text=RichText.of(text), mark=mark)


# Our number


async def test_our_number_is_looked_at_every_half_minute(far: WhatsAppFar) -> None:
    far.faults.plan("phone_number", ServerError(503))

    async with far.running(Kept()):
        await far.paused.wait()
        seen_after_trouble = far.channel.health.seen_at
        far.paused.clear()
        far.probe_again.set()
        await far.paused.wait()

    assert (seen_after_trouble, far.channel.health.seen_at) == (None, NOON)
    assert far.pauses == [PROBE, PROBE]
    assert far.problems == [None, None]


@pytest.mark.parametrize(
    ("wrong", "mend"), [({"token": "EAAwrong"}, "WHATSAPP_ACCESS_TOKEN"), ({"phone_number_id": "1"}, "PHONE_NUMBER_ID")]
)
async def test_a_wrong_setting_is_down_for_sending_and_seen_in_the_health(
    far: WhatsAppFar, wrong: dict[str, Any], mend: str
) -> None:
    await far.channel.close()
    far.channel = far.another(**wrong)
    await far.channel.open()

    with pytest.raises(Down, match=mend):
        await far.channel.send(part(far))
    async with far.running(Kept()):
        await far.paused.wait()

    assert far.channel.health.problem is not None
    assert mend in far.channel.health.problem
    assert far.channel.health.seen_at is None


# Webhooks


async def ask(far: WhatsAppFar, query: Mapping[str, str]) -> tuple[int, str]:
    answer = await far.channel.hook(HookRequest(method="GET", headers={}, query=query, body=b""), Kept().put)
    return answer.status, answer.text


async def test_the_question_whether_the_address_is_ours_is_answered_to_who_knows_the_word(far: WhatsAppFar) -> None:
    right = {"hub.mode": "subscribe", "hub.verify_token": far.sandbox.verify_token, "hub.challenge": "42"}

    assert isinstance(far.channel, Hooked)
    assert await ask(far, right) == (200, "42")
    assert await ask(far, {**right, "hub.verify_token": "wrong \udc80"}) == (403, "")
    assert await ask(far, {"hub.mode": "subscribe", "hub.challenge": "42"}) == (401, "")
    assert await ask(far, {**right, "hub.mode": "other"}) == (400, "")


async def post(far: WhatsAppFar, body: bytes, signature: str | None, kept: Kept) -> int:
    headers = {} if signature is None else {"x-hub-signature-256": signature}
    answer = await far.channel.hook(HookRequest(method="POST", headers=headers, query={}, body=body), kept.put)
    return answer.status


def signed(far: WhatsAppFar, body: bytes) -> str:
    return "sha256=" + hmac.new(far.sandbox.app_secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("signature", "status"), [(None, 401), ("", 403), ("sha256=", 403), ("sha256=" + "0" * 64, 403), ("é\udc80", 403)]
)
async def test_what_whatsapp_has_not_signed_is_refused(far: WhatsAppFar, signature: str | None, status: int) -> None:
    kept = Kept()

    assert await post(far, b'{"object": "whatsapp_business_account", "entry": []}', signature, kept) == status
    assert kept.raws == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b"[" * 100_000])
async def test_a_body_that_is_no_json_object_is_refused(far: WhatsAppFar, body: bytes) -> None:
    kept = Kept()

    assert await post(far, body, signed(far, body), kept) == 400
    assert kept.raws == []


@pytest.mark.parametrize(("levels", "status"), [(100, 200), (101, 400), (970, 400)])
async def test_a_body_that_is_nested_too_deep_to_be_written_again_is_refused(
    far: WhatsAppFar, levels: int, status: int
) -> None:
    body, kept = b'{"object":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}", Kept()

    assert await post(far, body, signed(far, body), kept) == status
    assert len(kept.raws) == (status == 200)


async def test_the_signature_counts_over_the_bytes_as_they_came(far: WhatsAppFar) -> None:
    body = '{ "object":"whatsapp_business_account",\n"entry":[], "emoji":"\\ud83d\\ude00😀" }'.encode()

    assert await post(far, body, signed(far, body), Kept()) == 200
    assert await post(far, json.dumps(json.loads(body)).encode(), signed(far, body), Kept()) == 403


async def test_nothing_unknown_is_dropped(far: WhatsAppFar) -> None:
    body, kept = b'{"object": "page", "entry": [{"messaging": []}]}', Kept()

    assert await post(far, body, signed(far, body), kept) == 200
    assert len(kept.raws) == 1


async def test_what_can_not_be_stored_is_passed_on(far: WhatsAppFar) -> None:
    body, kept = b'{"object": "page"}', Kept()
    kept.refusals = 1

    with pytest.raises(OSError, match="locked"):
        await post(far, body, signed(far, body), kept)


async def test_several_things_in_one_webhook_are_rows_of_their_own(far: WhatsAppFar) -> None:
    kept = Kept()

    async with far.running(kept):
        with far.sandbox.batch():
            for number in range(9):
                far.writes(f"{number}")
            far.sandbox.other_number_writes("not for you")
            far.sandbox.reports_error(131000)
        await far.quiet()

    assert texts(far.channel, kept.raws) == ["hello", *map(str, range(9))]
    assert len({raw.key for raw in kept.raws}) == 11
    assert far.channel.health.details == {"other_numbers": "1"}


async def test_what_comes_twice_at_once_has_one_key_and_what_comes_late_keeps_its_time(far: WhatsAppFar) -> None:
    kept = Kept()

    async with far.running(kept):
        await far.quiet()
        far.sandbox.duplicate(2)
        with far.sandbox.reordered():
            far.writes("one")
            far.now += timedelta(seconds=5)
            far.writes("two")
        await far.quiet()

    assert texts(far.channel, kept.raws) == ["hello", *["two"] * 3, *["one"] * 3]
    assert len({raw.key for raw in kept.raws}) == 3
    assert kept.raws[1].position == kept.raws[4].position + 5


async def test_a_forged_webhook_leaves_nothing_and_the_true_one_comes(far: WhatsAppFar) -> None:
    far.sandbox.tamper(1)
    kept = Kept()

    async with far.running(kept):
        await far.quiet()

    assert far.sandbox.webhooks.answers == [403, 200]
    assert texts(far.channel, kept.raws) == ["hello"]


# Who it is


async def test_a_customer_without_a_phone_number_is_written_to_by_their_id(far: WhatsAppFar) -> None:
    kept = Kept()
    siti = far.sandbox.add_person("Siti", username="siti", bsuid="ID.77")

    async with far.running(kept):
        far.sandbox.writes(siti, "hello")
        await far.quiet()
    sender = messages(far.channel, kept.raws)[-1].sender
    await far.channel.send(OutboundPart(to=sender.address, text=RichText.of("hello Siti")))

    assert (sender.address.key, sender.aliases) == ("ID.77", ())
    assert far.sandbox.received(siti) == ["hello Siti"]


async def test_a_customer_who_shows_both_has_two_addresses_and_both_lead_there(far: WhatsAppFar) -> None:
    kept = Kept()

    async with far.running(kept):
        await far.quiet()
    sender = messages(far.channel, kept.raws)[0].sender
    for address in (sender.address, *sender.aliases):
        await far.channel.send(OutboundPart(to=address, text=RichText.of(address.key)))

    assert far.received() == ["6281200001", "ID.1349"]


async def test_a_customer_who_moves_is_followed(far: WhatsAppFar) -> None:
    kept = Kept()

    async with far.running(kept):
        far.sandbox.changes_number(far.person, "6281200009")
        far.writes("my new number")
        await far.quiet()

    inbounds = [far.channel.read(raw) for raw in kept.raws]
    moves = [inbound for inbound in inbounds if isinstance(inbound, AddressChanged)]
    assert [(move.old.key, move.new.key) for move in moves] == [
        ("6281200001", "6281200009"),
        ("ID.1349", "ID.13490"),
        ("ID.1349", "ID.13490"),
    ]
    last = inbounds[-1]
    assert isinstance(last, InboundMessage)
    assert (last.sender.address.key, last.sender.aliases[0].key) == ("6281200009", "ID.13490")


# Sending


async def test_what_becomes_of_a_message_is_reported_with_our_mark(far: WhatsAppFar) -> None:
    far.sandbox.reports_statuses = True
    kept = Kept()

    async with far.running(kept):
        sent = await far.channel.send(part(far, mark="part-7.1"))
        far.sandbox.reads(far.person)
        await far.quiet()

    reports = [far.channel.read(raw) for raw in kept.raws[1:]]
    assert reports == [
        Report(word=word, mark="part-7.1", key=sent.key) for word in (Word.ACCEPTED, Word.DELIVERED, Word.READ)
    ]


async def test_a_lost_answer_is_made_good_by_the_report(far: WhatsAppFar) -> None:
    far.sandbox.reports_statuses = True
    far.fails(Reset(performed=True))
    kept = Kept()

    async with far.running(kept):
        with pytest.raises(Unconfirmed):
            await far.channel.send(part(far, mark="part-7.1"))
        await far.quiet()

    report = far.channel.read(kept.raws[1])
    assert isinstance(report, Report)
    assert (report.word, report.mark) == (Word.ACCEPTED, "part-7.1")


async def test_a_closed_window_is_final_at_once_or_in_a_later_report(far: WhatsAppFar) -> None:
    kept = Kept()
    assert far.channel.capabilities.window == timedelta(hours=24)

    async with far.running(kept):
        await far.quiet()
        far.now += timedelta(hours=24)
        with pytest.raises(Rejected, match="24 hours"):
            await far.channel.send(part(far))
        far.sandbox.messages.refuses_late = True
        await far.channel.send(part(far, mark="part-8.1"))
        await far.quiet()

    report = far.channel.read(kept.raws[-1])
    assert isinstance(report, Report)
    assert (report.word, report.mark) == (Word.FAILED, "part-8.1")
    assert "24 hours" in report.reason
    assert far.received() == []


@pytest.mark.parametrize(("text", "label"), [("word " * 300, "Solved"), ("Done?", "Solved, and I am glad")])
async def test_choices_that_do_not_fit_become_words(far: WhatsAppFar, text: str, label: str) -> None:
    choices = (Choice("yes", label), Choice("no", "Not yet"))

    await far.channel.send(OutboundPart(to=far.ada, text=RichText.of(text), choices=choices))

    (received,) = far.received()
    assert received.endswith(f"• {label}\n• Not yet")


async def test_someone_whom_whatsapp_does_not_know_is_out_of_reach(far: WhatsAppFar) -> None:
    nobody = Address(channel="whatsapp", account=far.sandbox.phone_number_id, key="1999")

    with pytest.raises(Unreachable):
        await far.channel.send(OutboundPart(to=nobody, text=RichText.of("hello")))


async def test_an_answer_that_is_too_long_is_not_kept(far: WhatsAppFar) -> None:
    channel = far.another(most_bytes=20)
    await channel.open()

    with pytest.raises(Unconfirmed):
        await channel.send(part(far))

    await channel.close()
    assert len(far.sandbox.received(far.person)) == 1


async def test_writing_too_fast_means_waiting(far: WhatsAppFar) -> None:
    far.sandbox.messages.pair_pace = Pace(1 / 6)
    await far.channel.send(part(far))

    with pytest.raises(Later) as caught:
        await far.channel.send(part(far))

    assert caught.value.after == timedelta(seconds=6)


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        *((PlatformError(code), Later("slowly")) for code in ("4", "80007", "130429", "131056")),
        *((PlatformError(code), Later("problem of its own")) for code in ("2", "131000", "131016", "131057")),
        *(
            (PlatformError(code), Down(""))
            for code in ("10", "190", "200", "368", "131005", "131031", "131042", "133010")
        ),
        *((PlatformError(code), Rejected("")) for code in ("100", "130472", "131021", "131051")),
        (PlatformError("131026"), Unreachable("blocked")),
        (PlatformError("131047"), Closed("24 hours")),
        (PlatformError("131030"), Rejected("test number")),
        (PlatformError("131009"), Rejected("WhatsApp refuses it: (#131009) Parameter value is not valid (131009)")),
        (ServerError(400), Later("")),  # a page, thus not of WhatsApp: a gateway let nothing through
        (ServerError(429), Later("")),
        (ServerError(302), Later("")),
        (ServerError(500), Unconfirmed("")),
        (ServerError(200), Unconfirmed("")),
    ],
    ids=str,
)
async def test_each_answer_of_whatsapp_has_its_meaning(
    far: WhatsAppFar, fault: PlatformError | ServerError, verdict: DeliveryError
) -> None:
    far.fails(fault)

    with pytest.raises(DeliveryError) as caught:
        await far.channel.send(part(far))

    assert type(caught.value) is type(verdict)
    assert str(verdict) in str(caught.value)


async def test_one_answer_that_hangs_delays_no_other(far: WhatsAppFar) -> None:
    gate = far.faults.hold("messages", performed=False, matches=lambda given: given["text"] == {"body": "slow"})

    slow = asyncio.create_task(far.channel.send(part(far, "slow")))
    await gate.reached()
    await far.channel.send(part(far, "fast"))
    gate.release()
    await slow

    assert far.received() == ["fast", "slow"]
