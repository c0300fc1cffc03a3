"""What a customer wrote while Slack did not take it leaves as one post; every text in it is its own message still."""

from datetime import timedelta

import pytest

from bot.models.rows import MessageRow
from bot.sandbox.faults import PlatformError, Reset, Throttled
from tests.flows.test_reactions import reacts
from tests.world import Customer, World, words
from tests.world import world as new_world

WAIT = timedelta(seconds=31)
MINUTE = timedelta(seconds=61)
HOSTILE = "<!here> *bold* <https://evil.example|x> & :smile:"


def posts(world: World) -> int:
    """How often the bot has tried to post."""
    return sum(call.method == "chat.postMessage" for call in world.slack.calls)


async def wrote_while_slack_waits(world: World, ada: Customer, *texts: str) -> list[int]:
    """A card stands, then all these texts wait for Slack; the last is there when this returns."""
    world.slack.faults.plan("chat.postMessage", Throttled(retry_after_s=30))
    numbers = [world.telegram.writes(ada.id, text) for text in texts]
    await world.quiet()
    await world.passes(WAIT)
    return numbers


async def test_thirty_texts_of_three_tickets_leave_as_three_posts(world: World) -> None:
    people = [world.customer(name) for name in ("Ada", "Ben", "Eve")]
    for one in people:
        await one.writes(f"Hello from {one.id}")
    world.slack.faults.refusing = True

    for number in range(10):
        for one in people:
            world.telegram.writes(one.id, f"{number} of {one.id}: {HOSTILE}")
    await world.quiet()
    world.slack.faults.refusing = False
    await world.passes(MINUTE)

    threads = [world.slack.thread(world.channel, card["ts"])[1:] for card in world.cards()]
    assert [len(thread) for thread in threads] == [1, 1, 1]
    for one, thread in zip(people, threads, strict=True):
        texts = [block["text"] for post in thread for block in post["blocks"] if block["type"] == "section"]
        assert texts == [
            {"type": "plain_text", "text": f"{number} of {one.id}: {HOSTILE}", "emoji": False} for number in range(10)
        ]
        lines = [words({"blocks": [block]}) for block in thread[0]["blocks"] if block["type"] == "context"]
        assert len(lines) == 10
        assert all("<!date^" in line for line in lines)


async def test_each_text_can_be_edited_answered_quoted_and_reacted_to(world: World) -> None:
    ada = world.customer()
    await ada.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())
    numbers = await wrote_while_slack_waits(world, ada, "one", "Is it blue?", "three", "four", "five")
    merged = (await MessageRow.get(seq=4)).slack_ts
    assert {row.slack_ts for row in await MessageRow.filter(direction="in", seq__gt=1)} == {merged}

    world.telegram.edits(ada.id, numbers[2], "three!")
    await world.quiet()
    await ada.writes("I meant this", reply_to=numbers[3])
    await reacts(ada, numbers[1], "🎉")
    await world.mika.writes("> Is it blue?\nIt is red", under=world.card())
    await world.passes(timedelta(seconds=5))

    edit, answer, reaction = world.thread(world.card())[-4:-1]
    assert "“three”" in edit
    assert "three!" in edit
    assert f"p{str(merged).replace('.', '')}|“four”>" in answer
    assert "🎉" in reaction
    assert "“Is it blue?”" in reaction
    assert world.telegram.chat(ada.id)[-1]["reply_to"] == numbers[1]


async def test_a_merged_post_whose_answer_was_lost_is_found_and_not_posted_again() -> None:
    async with new_world() as world:
        ada = world.customer()
        await ada.writes("Where is my order?")
        before = posts(world)
        world.slack.faults.plan("chat.postMessage", Throttled(retry_after_s=30))
        world.slack.faults.plan("chat.postMessage", Reset(performed=True))
        for text in ("one", "two", "three"):
            world.telegram.writes(ada.id, text)
        await world.quiet()
        await world.passes(WAIT)
        await world.passes(timedelta(seconds=4))

        assert posts(world) - before == 2
        assert [row.slack_ts is not None for row in await MessageRow.filter(direction="in")] == [True] * 4
        shown = "\n".join(world.thread(world.card()))
        assert [shown.count(text) for text in ("one", "two", "three")] == [1, 1, 1]


async def test_a_text_that_slack_refuses_takes_no_other_with_it() -> None:
    async with new_world() as world:
        ada = world.customer()
        await ada.writes("Where is my order?")
        refusal = PlatformError("invalid_blocks")
        world.slack.faults.plan("chat.postMessage", refusal, times=9, matches=lambda given: "poison" in str(given))

        await wrote_while_slack_waits(world, ada, "one", "two", "poison", "four")

        card, alarm = world.cards()
        assert [text.splitlines()[-1] for text in world.thread(card["ts"])] == ["one", "two", "four"]
        assert "out-" in words(alarm)


@pytest.mark.parametrize(
    ("texts", "sizes"),
    [
        (["x" * 2990] * 9, [4, 4, 1]),  # the longest that a post holds
        (["x" * 4000, "y", "z"], [1, 2]),  # one that needs two sections stands alone
        (["x"] * 60, [25, 25, 10]),  # as many blocks as a post holds
    ],
)
async def test_what_does_not_fit_goes_into_the_next_post(texts: list[str], sizes: list[int]) -> None:
    async with new_world() as world:
        ada = world.customer()
        await ada.writes("Where is my order?")

        await wrote_while_slack_waits(world, ada, *texts)

        thread = world.slack.thread(world.channel, world.card())[1:]
        sections = [[block for block in post["blocks"] if block["type"] == "section"] for post in thread]
        heads = [sum(block["type"] == "context" for block in post["blocks"]) for post in thread]
        assert heads == sizes
        assert "".join(block["text"]["text"] for post in sections for block in post) == "".join(texts)


async def test_a_merged_post_that_somebody_deletes_changes_nothing() -> None:
    async with new_world() as world:
        ada = world.customer()
        await ada.writes("Where is my order?")
        await wrote_while_slack_waits(world, ada, "one", "two", "three")
        merged = world.slack.thread(world.channel, world.card())[-1]["ts"]

        world.slack.delete(world.slack.workspace.bot_user, world.channel, merged)
        await world.quiet()

        assert world.thread(world.card()) == []
        assert len(world.slack.messages(world.channel)) == 1
