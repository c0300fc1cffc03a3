"""What the log must never hold; every desk of these tests is checked at its end, and this one has a bad day."""

from bot.sandbox.faults import PlatformError, Reset, ServerError
from tests.crashes.desk import Desk, assert_silent


async def test_a_bad_day_leaves_no_words_no_names_and_no_secrets_in_the_log(desk: Desk) -> None:
    await desk.start()
    ada, card = await desk.ticket("Adalberta", "My clock ticks")
    slack, telegram = desk.slack.faults, desk.telegram.faults

    slack.plan("chat.postMessage", ServerError(performed=True))
    slack.plan("chat.update", PlatformError("internal_error"))
    slack.plan("users.info", PlatformError("fatal_error"))
    telegram.plan("sendMessage", Reset(performed=True))
    telegram.plan("*", ServerError(), matches=lambda given: "offset" in given)
    desk.telegram.sends(ada, "contact")
    desk.writes(ada, "I am at home all day")
    desk.answers(desk.agents[1], card, "We call you")
    desk.slack.drop_connections()
    await desk.rests()

    assert '"level": "warning"' in desk.log
    assert_silent(desk)
