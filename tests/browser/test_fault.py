"""The bot is killed with messages under way, and started again: nothing is lost, nothing is doubled."""

import pytest
from playwright.async_api import expect

from tests.browser.visitor import Ticket, Visitor


@pytest.mark.timeout(180)
async def test_a_killed_bot_loses_nothing_and_doubles_nothing(visitor: Visitor) -> None:
    wayan = await visitor.meets("Wayan", "Telegram")
    await wayan.writes("My parcel came wet")
    ticket = Ticket(visitor, "My parcel came wet")
    await ticket.is_claimed()
    await ticket.is_answered("A new one leaves today")
    await ticket.has_receipt("A new one leaves today", "^hourglass")

    await visitor.opens_the_drawer()
    await visitor.switch("Kill the bot").click()
    await expect(visitor.switch("Kill the bot")).to_be_checked()
    await visitor.closes_the_drawer()
    await wayan.writes("Are you there?")
    await visitor.reads_of_the_count("1 of 2", "0 of 1", "2 waiting, nothing lost")
    await visitor.picture("killed")
    await visitor.drawer.get_by_role("button", name="All well again").click()

    await visitor.reads_of_the_count("2 of 2", "1 of 1", "All of it arrived, each text once")
    await visitor.picture("alive-again")
    await visitor.opens_the_drawer()
    await expect(visitor.switch("Kill the bot")).not_to_be_checked()
    await visitor.closes_the_drawer()
    await wayan.sees("A new one leaves today")
    await ticket.is_opened()
    await ticket.shows("Are you there?")
