"""A reply that can't leave is said in its thread: once for each outage and ticket, and not at all when it moves."""

from datetime import timedelta

from bot.models.rows import JournalRow
from bot.sandbox.faults import PlatformError, Throttled
from tests.database import Kind
from tests.world import Customer, World
from tests.world import world as new_world

DESK = '[[desk]]\nname = "Support"\nchannel = "#support"\nlanguage = "id"\n'
TOLD = '[alarms]\nloss_after = 0\nreply_after = "2m"\n'
HOLD, MINUTE = timedelta(seconds=5), timedelta(minutes=1)

ILL = PlatformError("Internal Server Error")  # certainly not sent


def told(world: World, card: str, mark: str = "⏳") -> list[str]:
    return [line for line in world.thread(card) if line.startswith(mark)]


async def opened(world: World, name: str) -> tuple[Customer, str]:
    """A customer and the card of their ticket, which Mika has."""
    customer = world.customer(name)
    await customer.writes("Hello")
    card = str(world.cards()[-1]["ts"])
    await world.mika.presses("ticket.claim", on=card)
    return customer, card


async def waits(world: World, *spans: timedelta) -> None:
    """Let time pass, and have the service look after each span."""
    for span in spans:
        await world.passes(span)
        await world.looks_for_delays()


async def test_an_outage_is_said_once_in_each_thread_with_a_reply_that_waits(kind: Kind) -> None:
    async with new_world(TOLD, kind=kind) as world:
        (ada, first), (_, second) = await opened(world, "Ada"), await opened(world, "Ben")
        world.telegram.faults.plan("sendMessage", ILL, times=1000)
        await world.mika.writes("It is on its way", under=first)
        await world.mika.writes("Tomorrow", under=first)
        await waits(world, HOLD + MINUTE)
        early = told(world, first)
        await waits(world, MINUTE, MINUTE)
        await world.stop()
        await world.start()
        await waits(world, 2 * MINUTE)

        (line,) = told(world, first)
        assert early == []
        assert "It is on its way" in line
        assert line.endswith(
            "could not leave for the customer yet. It goes by itself. Telegram says that it has a problem of its own."
        )
        assert told(world, second) == []

        world.telegram.faults.clear()
        await waits(world, MINUTE)
        assert ada.received[1:] == ["It is on its way", "Tomorrow"]

        world.telegram.faults.plan("sendMessage", ILL, times=1000)
        await world.mika.writes("Are you there?", under=first)
        await waits(world, HOLD + 2 * MINUTE, 2 * MINUTE)
        assert ["Are you there?" in line for line in told(world, first)] == [False, True]


async def test_what_asks_to_wait_is_said_in_the_desks_language_and_what_has_left_is_not() -> None:
    async with new_world(DESK + TOLD) as world:
        ada = world.customer()
        await ada.writes("Pesanan saya di mana?")
        world.telegram.faults.plan("sendMessage", Throttled(retry_after_s=150))
        await world.mika.writes("!reply Sebentar ya", under=world.card())
        await waits(world, 2 * MINUTE + HOLD)

        (line,) = told(world, world.card())
        assert line.endswith("belum bisa dikirim ke pelanggan. Nanti terkirim sendiri. Telegram meminta kita menunggu.")

        await waits(world, MINUTE)
        world.telegram.faults.plan("sendMessage", Throttled(retry_after_s=150))
        await world.mika.writes("!reply Sudah dikirim", under=world.card())
        world.slack.faults.refusing = True
        await waits(world, 2 * MINUTE + HOLD)
        await world.passes(MINUTE)
        world.slack.faults.refusing = False
        await world.passes(MINUTE)

        assert ada.received[1:] == ["Sebentar ya", "Sudah dikirim"]
        assert await JournalRow.filter(event="ReplyDelayed").count() == 2
        assert told(world, world.card()) == [line]
