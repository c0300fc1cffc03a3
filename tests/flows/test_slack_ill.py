"""Slack answers questions, but for a long time every change ends in a gateway's page."""

from datetime import timedelta

from bot.delivery.outbox import TRIES
from bot.models.rows import DeliveryRow
from bot.sandbox.faults import ServerError
from bot.slack.surface import STATES
from tests.database import Kind
from tests.world import words
from tests.world import world as new_world

MINUTE = timedelta(minutes=1)
CHANGES = ("chat.postMessage", "chat.update", "reactions.add", "reactions.remove", "files.completeUploadExternal")


async def test_it_all_comes_right_by_itself() -> None:
    async with new_world(kind=Kind.SQLITE) as world:
        ada = world.customer()
        await ada.writes("Where is my order?")
        card = world.card()
        for method in CHANGES:
            world.slack.faults.plan(method, ServerError(502), times=10_000)

        await world.mika.presses("ticket.claim", on=card)
        said = await world.mika.writes("On its way", under=card)
        await ada.writes("Since Monday!")
        world.telegram.sends(ada.id, "document")
        await DeliveryRow.filter(kind__in=STATES).exclude(state="done").update(attempts=TRIES)  # as after a day
        for _ in range(24):
            await world.passes(MINUTE)
        shown = world.thread(card)
        world.slack.faults.clear()
        for _ in range(3):
            await world.passes(MINUTE)

        assert not any("Since Monday!" in line for line in shown)
        assert "\n".join(world.thread(card)).count("Since Monday!") == 1
        assert [len(post["files"]) for post in world.slack.thread(world.channel, card)[1:] if "files" in post] == [1]
        assert world.reactions(said) == ["white_check_mark"]
        assert f"<@{world.mika.id}>" in words(world.cards()[0])
        assert {row.state for row in await DeliveryRow.all()} == {"done"}
