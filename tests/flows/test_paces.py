"""We keep to the platforms' paces by ourselves: strict ones have nothing to refuse, and nobody waits for another."""

from datetime import timedelta

from bot.models.rows import DeliveryRow
from bot.sandbox.faults import Throttled
from bot.sandbox.pacing import Pace
from tests.database import Kind
from tests.flows.test_whatsapp import whatsapp_world
from tests.measured import look
from tests.world import World, words
from tests.world import world as new_world

PACED = "[replies]\nhold_seconds = 0\n[limits]\nslack_posts_per_second = 0\n"
SECOND = timedelta(seconds=1)


async def refused(world: World, channel: str) -> float:
    """How often the channel has asked to wait."""
    return (await look(world))("loket_deliveries_total", target=channel, outcome="later")


async def test_telegram_is_never_written_to_faster_than_it_allows(kind: Kind) -> None:
    async with new_world(PACED, kind=kind) as world:
        world.telegram.paces(chat=Pace(1, burst=4), overall=Pace(30, burst=10))
        ada, ben = world.customer("Ada"), world.customer("Ben")
        await ada.writes("Hello")  # she is told that it was received, which counts
        first = world.card()
        await world.mika.presses("ticket.claim", on=first)
        said = [await world.mika.writes(f"a{number}", under=first) for number in range(1, 6)]
        await ben.writes("Hello")
        await world.mika.writes("!reply b1", under=str(world.cards()[-1]["ts"]))
        at_once = ada.received[1:]
        await world.mika.edits(said[0], "A1")
        seen = []
        for _ in range(3):
            await world.passes(SECOND)
            seen.append(ada.received[1:])

        assert at_once == ["a1", "a2", "a3"]
        assert ben.received[1:] == ["b1"]
        assert [len(texts) for texts in seen] == [4, 5, 5]
        assert seen[-1] == ["A1", "a2", "a3", "a4", "a5"]  # the edit took its turn behind them
        assert await refused(world, "telegram") == 0
        named = {row.budget for row in await DeliveryRow.filter(kind__in=("send", "edit"))}
        assert named == {"telegram:1", "telegram:2"}  # our own numbers, no chat's


async def test_whatsapps_pair_rate_holds_one_customer_up_and_no_other() -> None:
    async with whatsapp_world(Kind.SQLITE, PACED) as world:
        world.whatsapp.messages.pair_pace, world.whatsapp.messages.pace = Pace(1 / 6, burst=10), Pace(80, burst=20)
        ada, ben = (world.whatsapp.add_person(name, phone=f"62812{name}") for name in ("10", "20"))
        world.whatsapp.writes(ada, "Hello")
        await world.quiet()
        first = world.card()
        await world.mika.presses("ticket.claim", on=first)
        for number in range(1, 12):
            await world.mika.writes(f"a{number}", under=first)
        world.whatsapp.writes(ben, "Hello")
        await world.quiet()
        await world.mika.writes("!reply b1", under=str(world.cards()[-1]["ts"]))
        at_once = world.whatsapp.received(ada)[1:]
        await world.passes(6 * SECOND)
        after_six, to_ben = world.whatsapp.received(ada)[1:], world.whatsapp.received(ben)[1:]
        await world.passes(6 * SECOND)

        assert at_once == [f"a{number}" for number in range(1, 10)]
        assert len(after_six) == 10
        assert to_ben == ["b1"]
        assert world.whatsapp.received(ada)[-1] == "a11"
        assert await refused(world, "whatsapp") == 0


AT_SLACKS_PACE = "[replies]\nhold_seconds = 0\n[limits]\nslack_posts_per_second = 1.0\npace_customers = false\n"
NAMES = ("Ada", "Ben", "Cleo", "Dina", "Eka", "Fajar")


async def test_at_slacks_pace_messages_go_before_decoration_and_nobody_starves() -> None:
    async with new_world(AT_SLACKS_PACE) as world:
        world.slack.posts_per_second = 1.0
        ada, *others = (world.customer(name) for name in NAMES)
        await ada.writes("Hello")
        await world.mika.presses("ticket.claim", on=world.card())
        for method in ("chat.update", "reactions.add"):
            world.slack.faults.plan(method, Throttled(retry_after_s=30))
        for number in range(10):  # Ada's flood comes first
            world.telegram.writes(ada.id, f"flood {number}")
        for other in others:
            for number in range(2):
                world.telegram.writes(other.id, f"{other.id} {number}")
        await world.quiet()
        said = await world.mika.writes("One moment", under=str(world.cards()[0]["ts"]))
        for _ in range(12):
            await world.passes(SECOND)
        decorated = called(world, "chat.update", "reactions.add")
        cards, reached = [str(card["ts"]) for card in world.cards()], ada.received[1:]
        texts = ["\n".join(world.thread(card)) for card in cards]
        await world.passes(30 * SECOND)

        assert reached == ["One moment"]
        assert all(f"flood {number}" in texts[0] for number in range(10))
        assert [f"{other.id} 1" in text for other, text in zip(others, texts[1:], strict=True)] == [True] * len(others)
        posts = [message for card in cards for message in world.slack.thread(world.channel, card)]
        assert called(world, "chat.postMessage") == sum("bot_id" in post for post in posts) <= 15  # none was refused
        assert called(world, "chat.update", "reactions.add") - decorated <= len(cards) + 1  # the newest state alone
        assert world.reactions(said) == ["white_check_mark"]
        assert f"<@{world.mika.id}>" in words(world.cards()[0])


def called(world: World, *methods: str) -> int:
    return sum(call.method in methods for call in world.slack.calls)
