"""What `/metrics` shows while the desk works, and while something is wrong."""

from datetime import timedelta

import aiohttp

import bot
from bot.models.database import query
from bot.sandbox.faults import PlatformError, ServerError
from tests.database import Kind
from tests.flows.test_whatsapp import whatsapp_world
from tests.measured import look
from tests.world import WEBHOOK_SECRET, Reach, World
from tests.world import world as new_world

HOLD = timedelta(seconds=5)
BOUNDED = {
    "part": {"database", "files", "slack", "telegram", "whatsapp"},
    "source": {"slack", "telegram", "whatsapp"},
    "target": {"slack", "telegram", "whatsapp"},
    "platform": {"slack", "telegram", "whatsapp"},
    "queue": {"inbox", "outbox"},
    "stage": {"unprocessed", "unposted", "undelivered"},
    "state": {
        "new", "parked", "held", "queued", "later", "sending", "uncertain", "failed", "undecided", "busy", "waiting",
    },
    "outcome": {"delivered", "later", "down", "rejected", "unreachable", "closed", "unconfirmed", "error"},
    "status": {"2xx", "4xx", "5xx", "none"},
}  # fmt: skip


async def test_the_way_there_and_back_is_measured(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await ada.writes("Hello?")
    await world.mika.presses("ticket.claim", on=world.card())
    await world.mika.writes("On its way", under=world.card())
    held = await look(world)
    await world.passes(HOLD)
    seen = await look(world)

    assert ("loket_deliveries_total", frozenset({("target", "slack"), ("outcome", "error")})) in seen
    assert held("loket_outbox_parts", state="held") == 1
    assert seen("loket_outbox_parts", state="held") == 0
    assert seen("loket_received_total", source="telegram") == 2
    assert seen("loket_received_total", source="slack") == 1
    assert seen("loket_inbox_commit_seconds_count", source="telegram") == 2
    assert seen("loket_inbox_processing_seconds_count", source="telegram") == 2
    assert seen("loket_customer_to_thread_seconds_count") == 2
    assert seen("loket_agent_to_customer_seconds_count") == 1
    assert seen("loket_deliveries_total", target="telegram", outcome="delivered") == 2
    assert seen("loket_deliveries_total", target="slack", outcome="delivered") > 3
    assert seen("loket_platform_call_seconds_count", method="chat.postMessage", status="2xx") >= 2
    assert seen("loket_platform_call_seconds_count", platform="telegram", method="sendMessage") == 2


async def test_the_process_and_its_database_are_measured(world: World, kind: Kind) -> None:
    await world.customer().writes("Where is my order?")
    seen = await look(world)

    assert seen("loket_database_transaction_seconds_count") == seen("loket_database_wait_seconds_count") > 2
    assert seen("loket_build_info", version=bot.__version__) == 1
    assert seen("loket_build_info", database="postgresql" if kind is Kind.POSTGRES else "sqlite") == 1
    assert seen("loket_up", part="database") == seen("loket_up", part="slack") == 1
    assert seen("process_resident_memory_bytes") > 0
    assert seen("python_info") == 1


async def test_what_can_not_leave_is_seen_with_its_age(world: World) -> None:
    ada = world.customer()
    world.slack.faults.plan("chat.postMessage", PlatformError("service_unavailable"), times=100)

    await ada.writes("Where is my order?")
    await world.passes(timedelta(seconds=50))
    seen = await look(world)

    assert seen("loket_deliveries_total", target="slack", outcome="later") > 1
    assert seen("loket_outbox_parts", state="later") == 1
    assert seen("loket_lanes", queue="outbox", state="waiting") >= 1
    assert seen("loket_oldest_waiting_seconds", queue="outbox") == 50
    assert seen("loket_oldest_waiting_seconds", queue="inbox") == 0


async def test_a_platform_that_fails_is_seen_by_method(world: World) -> None:
    ada = world.customer()
    world.telegram.faults.plan("sendMessage", ServerError(status=502))

    await ada.writes("Where is my order?")
    seen = await look(world)

    assert seen("loket_platform_call_seconds_count", platform="telegram", method="sendMessage", status="5xx") == 1
    assert seen("loket_deliveries_total", target="telegram", outcome="unconfirmed") == 1
    assert seen("loket_outbox_parts", state="uncertain") == 1


async def test_a_part_that_fell_silent_is_down(world: World) -> None:
    await world.customer().writes("Hello")
    assert (await look(world))("loket_up", part="telegram") == 1

    world.clock.passes(timedelta(minutes=5))  # nobody answers before we look
    seen = await look(world)

    assert seen("loket_up", part="telegram") == 0
    assert seen("loket_silence_seconds", part="telegram") >= 300
    async with aiohttp.ClientSession() as session, session.get(f"{world.address}/readyz") as answer:
        part = (await answer.json())["parts"]["telegram"]
    assert (answer.status, part["ready"], part["problem"]) == (503, False, "no sign of life for 300 seconds")


async def test_without_the_database_all_else_is_still_shown_and_nothing_old(world: World) -> None:
    await world.customer().writes("Hello")
    await query("ALTER TABLE inbox RENAME TO elsewhere", [])
    seen = await look(world)
    await query("ALTER TABLE elsewhere RENAME TO inbox", [])

    assert seen("loket_up", part="database") == 0
    assert seen("loket_up", part="slack") == 1
    assert seen("loket_received_total", source="telegram") == 1
    assert {"loket_inbox_rows", "loket_outbox_parts", "loket_unfinished"} & {name for name, _ in seen} == set()
    assert (await look(world))("loket_up", part="database") == 1


async def test_refused_webhooks_are_counted(kind: Kind) -> None:
    async with new_world(kind=kind, reach=Reach.CALLED) as world:
        async with aiohttp.ClientSession() as session:
            for secret in (WEBHOOK_SECRET, "guessed", "guessed"):
                headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
                async with session.post(f"{world.address}/webhooks/telegram", data="{", headers=headers):
                    pass
        seen = await look(world)

    assert seen("loket_webhooks_refused_total", source="telegram", status="403") == 2
    assert seen("loket_webhooks_refused_total", source="telegram", status="400") == 1


async def test_labels_are_few_and_name_nobody(kind: Kind) -> None:
    async with whatsapp_world(kind) as world:
        ada = world.whatsapp.add_person("Adalberta", phone="6281200001")
        world.whatsapp.writes(ada, "My secret order 4711")
        await world.quiet()
        await world.mika.presses("ticket.claim", on=world.card())
        await world.mika.writes("On its way", under=world.card())
        await world.passes(HOLD)
        seen = await look(world)

    assert seen("loket_platform_call_seconds_count", platform="whatsapp", method="messages", status="2xx") == 2
    for name, value in seen.labels:
        if name == "method":
            assert value.replace(".", "").isalpha()
        elif name not in {"version", "python", "database"}:
            assert value in BOUNDED[name]
    methods = {value for name, value in seen.labels if name == "method"}
    assert methods >= {"messages", "object", "chat.postMessage"}
