"""What goes wrong, and what must hold all the same."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.channels.base import Raw
from bot.models.rows import InboxRow
from bot.sandbox.faults import PlatformError, Reset, ServerError, Throttled
from tests.database import Kind
from tests.measured import look
from tests.world import World, words
from tests.world import world as new_world

HOLD = timedelta(seconds=5)
ASKED = timedelta(seconds=4)


async def test_the_same_update_ten_times_in_parallel_is_one_message(world: World) -> None:
    ada = world.customer()
    world.telegram.duplicate(9)

    await ada.writes("Where is my order?")
    await ada.writes("Hello?")

    assert len(world.cards()) == 1
    assert len(world.thread(world.card())) == 1
    assert len(ada.received) == 1


async def test_what_is_played_back_when_its_payload_is_gone_changes_nothing(world: World) -> None:
    assert world.app is not None
    ada = world.customer()
    await ada.writes("Where is my order?")
    kept = await InboxRow.filter(source="telegram")

    await world.passes(timedelta(days=30))
    await world.app.prune_payloads()
    again = [Raw(key=row.key, lane=row.lane.partition(":")[2], position=row.position, body=row.body) for row in kept]
    await world.app.inbox.put("telegram", again)
    await world.quiet()
    await world.mika.commands("/reply 1 Found it")

    assert [row.body for row in await InboxRow.filter(source="telegram")] == [""]
    assert (await look(world))("loket_payloads_pruned_total") == 1
    assert (len(world.cards()), len(world.thread(world.card()))) == (1, 1)
    assert ada.received[-1] == "Found it"


async def test_two_hundred_customers_in_one_second_get_two_hundred_tickets(world: World) -> None:
    customers = [world.customer(f"Customer {number}") for number in range(200)]

    for customer in customers:
        world.telegram.writes(customer.id, "Help")
    await world.quiet()

    numbers = sorted(int(words(card).split("#")[1].split(" ")[0]) for card in world.cards())
    assert numbers == list(range(1, 201))
    assert all(len(customer.received) == 1 for customer in customers)


async def test_slacks_429_delays_and_loses_nothing(world: World) -> None:
    ada = world.customer()
    world.slack.faults.plan("chat.postMessage", Throttled(retry_after_s=30), times=2)

    await ada.writes("first")
    await ada.writes("second")
    nothing = world.cards()
    await world.passes(timedelta(seconds=31))
    await world.passes(timedelta(seconds=31))

    assert nothing == []
    assert "first" in words(world.cards()[0])
    assert world.thread(world.card())[-1].endswith("second")


async def test_an_outage_of_a_minute_is_caught_up_in_order(world: World) -> None:
    ada = world.customer()
    await ada.writes("before")
    world.slack.faults.refusing = True

    for number in range(4):
        await ada.writes(f"during {number}")
        await world.passes(timedelta(seconds=15))
    world.slack.faults.refusing = False
    for _ in range(4):
        await world.passes(timedelta(seconds=61))

    shown = "\n".join(world.thread(world.card()))
    assert [line for line in shown.splitlines() if line.startswith("during")] == [f"during {n}" for n in range(4)]


async def test_a_card_whose_answer_was_lost_is_found_and_not_posted_again(world: World) -> None:
    ada = world.customer()
    world.slack.faults.plan("chat.postMessage", Reset(performed=True))

    await ada.writes("Where is my order?")
    await ada.writes("Hello?")
    await world.passes(ASKED)

    assert len(world.cards()) == 1
    assert world.thread(world.card())[-1].endswith("Hello?")


async def test_a_post_that_never_arrived_is_sent_after_all(world: World) -> None:
    ada = world.customer()
    await ada.writes("first")
    world.slack.faults.plan("chat.postMessage", Reset(performed=False))

    await ada.writes("second")
    await world.passes(ASKED)
    await world.passes(ASKED)

    assert [line.rsplit("\n", 1)[-1] for line in world.thread(world.card())] == ["second"]


async def test_slacks_own_doubt_is_asked_about(world: World) -> None:
    ada = world.customer()
    await ada.writes("first")
    world.slack.faults.plan("chat.postMessage", PlatformError("internal_error", performed=True))

    await ada.writes("second")
    await world.passes(ASKED)

    assert [line.rsplit("\n", 1)[-1] for line in world.thread(world.card())] == ["second"]


async def test_a_reply_whose_answer_was_lost_is_said_to_be_uncertain_and_never_sent_again_blindly(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello")
    await world.mika.presses("ticket.claim", on=world.card())
    world.telegram.faults.plan("sendMessage", Reset(performed=True))

    said = await world.mika.writes("Hi Ada", under=world.card())
    await world.passes(HOLD)
    await world.passes(ASKED)
    await world.passes(timedelta(hours=1))

    assert ada.received[1:] == ["Hi Ada"]
    assert world.reactions(said) == ["warning"]
    told, reminder = world.thread(world.card())[-2:]
    assert "Nobody can tell" in told
    assert reminder.startswith("⏰")


async def test_a_person_decides_about_an_uncertain_reply(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello")
    await world.mika.presses("ticket.claim", on=world.card())
    world.telegram.faults.plan("sendMessage", Reset(performed=False))
    said = await world.mika.writes("Hi Ada", under=world.card())
    await world.passes(HOLD)
    await world.passes(ASKED)

    question = world.slack.thread(world.channel, world.card())[-1]
    await world.mika.presses("part.again", on=question["ts"])

    assert ada.received[1:] == ["Hi Ada"]
    assert world.reactions(said) == ["white_check_mark"]


async def test_an_uncertain_reply_can_be_left(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello")
    await world.mika.presses("ticket.claim", on=world.card())
    world.telegram.faults.plan("sendMessage", ServerError(status=502))
    await world.mika.writes("Hi Ada", under=world.card())
    await world.passes(HOLD)
    await world.passes(ASKED)

    question = world.slack.thread(world.channel, world.card())[-1]
    await world.mika.presses("part.leave", on=question["ts"])
    await world.mika.writes("Second", under=world.card())
    await world.passes(HOLD)

    assert ada.received[1:] == ["Second"]
    assert "part.again" not in str(world.slack.thread(world.channel, world.card()))


async def test_telegrams_429_keeps_the_order(world: World) -> None:
    ada, ben = world.customer("Ada"), world.customer("Ben")
    await ada.writes("Hello")
    await ben.writes("Hello")
    adas, bens = (str(card["ts"]) for card in world.cards())
    await world.mika.presses("ticket.claim", on=adas)
    await world.mika.presses("ticket.claim", on=bens)
    world.telegram.faults.plan("sendMessage", Throttled(retry_after_s=20))

    await world.mika.writes("one", under=adas)
    await world.mika.writes("two", under=adas)
    await world.passes(HOLD)
    await world.mika.writes("three", under=bens)
    await world.passes(HOLD)
    assert (ada.received[1:], ben.received[1:]) == ([], ["three"])  # it holds up nobody else
    await world.passes(timedelta(seconds=21))
    assert ada.received[1:] == ["one", "two"]


async def test_what_cannot_be_read_is_parked_announced_and_blocks_nobody(world: World) -> None:
    ada, ben = world.customer("Ada"), world.customer("Ben")
    assert world.app is not None
    from bot.channels.base import Raw

    broken = Raw(key="broken", lane=str(ada.id), position=0, body='{"update_id": 0, "brand_new_thing": {}}')
    await world.app.inbox.put("telegram", [broken])
    await ada.writes("Hello from Ada")
    await ben.writes("Hello from Ben")

    said = [words(message) for message in world.slack.messages(world.channel)]
    assert any("could not be read" in text and "in-1" in text for text in said)
    assert any("Hello from Ada" in text for text in said)
    assert any("Hello from Ben" in text for text in said)


async def test_messages_sent_while_we_were_down_are_there_after_the_start(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello")
    await world.mika.presses("ticket.claim", on=world.card())
    await world.stop()

    world.telegram.writes(ada.id, "Are you there?")
    said = world.slack.post(world.mika.id, world.channel, "Yes!", thread_ts=world.card())
    await world.slack.quiet()
    await world.start()
    await world.passes(HOLD)

    assert any(line.endswith("Are you there?") for line in world.thread(world.card()))
    assert ada.received[1:] == ["Yes!"]
    assert world.reactions(said) == ["white_check_mark"]


async def test_connections_that_are_renewed_or_cut_lose_nothing(world: World) -> None:
    ada = world.customer()
    await ada.writes("Hello")
    await world.mika.presses("ticket.claim", on=world.card())

    await world.slack.disconnect("refresh_requested")
    await world.mika.writes("one", under=world.card())
    await world.passes(HOLD)

    assert ada.received[1:] == ["one"]


async def test_hostile_text_and_names_stay_literal(world: World) -> None:
    evil = "<!channel> <@U1> *bold* <https://evil.example|click> @here #general :tada: `code`"
    ada = world.customer(evil[:60])

    await ada.writes(evil)
    await ada.writes(evil)

    for message in world.slack.thread(world.channel, world.card()):
        for node in _mrkdwn(message):
            assert "<!channel>" not in node
            assert "<https://evil" not in node
            assert "@here" not in node
        assert "<!channel>" not in message["text"]
        assert evil.split(" ")[0] in words(message)


def _mrkdwn(node: Any) -> list[str]:
    """The texts of a message that Slack would interpret."""
    if isinstance(node, list):
        return [text for child in node for text in _mrkdwn(child)]
    if isinstance(node, Mapping):
        own = [node["text"]] if node.get("type") == "mrkdwn" else []
        return own + [text for child in node.values() for text in _mrkdwn(child)]
    return []


async def test_unasked_tasks_do_not_linger(world: World) -> None:
    await world.customer().writes("Hello")

    await world.stop()

    names = {task.get_name() for task in asyncio.all_tasks()}
    assert not names & {"worker", "telegram", "catch-up"}


async def test_why_something_failed_is_said_in_the_desks_language(kind: Kind) -> None:
    desk = '[[desk]]\nname = "Support"\nchannel = "#support"\nlanguage = "id"\n'
    async with new_world(desk, kind=kind) as world:
        ada = world.customer()
        await ada.writes("Pesanan saya di mana?")
        world.telegram.blocks(ada.id)

        await world.mika.writes("!reply Sebentar ya", under=world.card())

        assert any("dikirim. Pelanggan memblokir bot." in text for text in world.thread(world.card()))
        assert "menunggu pelanggan: Pelanggan memblokir bot." in words(world.cards()[0])


async def test_at_the_first_sign_of_life_nobody_waits_out_a_pause() -> None:
    async with new_world() as world:
        port = int(world.slack.address.rpartition(":")[2])
        await world.slack.stop()
        for name in ("Ada", "Ben", "Eve"):
            await world.customer(name).writes("Hello")
        for _ in range(6):
            await world.passes(timedelta(seconds=16))  # the pauses grow to half a minute and more
        nothing = world.cards()

        await world.slack.start(port=port)
        await world.customer("Zoe").writes("Hello")

        assert nothing == []
        assert len(world.cards()) == 4
