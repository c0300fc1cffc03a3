"""The Home tab: an agent takes a ticket there and gives it back, the supervisor sees the board change."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.visitor import Ticket, Visitor


async def opens(visitor: Visitor, who: str) -> Locator:
    """Look at it as this person."""
    await visitor.turns_to("Slack")
    await visitor.page.get_by_role("button", name=re.compile(who)).click()
    await visitor.page.get_by_role("button", name="Loket Home").click()
    return visitor.page.get_by_role("region", name="Home")


@pytest.mark.timeout(180)
async def test_a_ticket_is_taken_on_the_home_tab_and_the_board_follows(visitor: Visitor) -> None:
    wayan = await visitor.meets("Wayan", "Telegram")
    await wayan.writes("*Where* is my <b>parcel</b>?")
    ticket = Ticket(visitor, "*Where* is my <b>parcel</b>?")
    await ticket.appears()

    home = await opens(visitor, "Mika")
    await expect(home).to_contain_text("Unclaimed: 1")
    await expect(home).to_contain_text("*Where* is my <b>parcel</b>?")
    await home.get_by_role("button", name="Claim").click()
    await expect(home).to_contain_text("(Wayan) is yours")
    await expect(home).to_contain_text("Your tickets: 1")
    await visitor.picture("home-agent")
    await home.get_by_role("button", name="Undo").click()
    await expect(home).to_contain_text("Unclaimed: 1")

    board = await opens(visitor, "Rina")
    await expect(board).to_contain_text("Nothing has gone wrong")
    await expect(board).to_contain_text("The board: 1 open")
    await expect(board).to_contain_text("1 came in, 0 answered, 0 closed, 1 open now")
    await visitor.picture("home-supervisor")
    await board.get_by_role("link", name=re.compile("#")).first.click()
    await expect(ticket.messages(ticket.text).first).to_be_visible()
