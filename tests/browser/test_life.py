"""The whole life of a ticket, as a visitor of the demo plays it: on both messengers, on a desk and on a phone."""

import pytest

from tests.browser.visitor import Customer, Ticket, Visitor

TALKS = {
    "Telegram": ("Wayan", "My parcel came wet", "A new one leaves today"),
    "WhatsApp": ("Kadek", "I paid twice by mistake", "The second payment is on its way back"),
}


@pytest.mark.timeout(180)  # two lives, each with ten seconds in which its closing can be undone, on a busy machine
async def test_a_ticket_lives_from_the_first_word_to_the_last_on_both_messengers(visitor: Visitor) -> None:
    lives = []
    for messenger, (name, question, answer) in TALKS.items():
        customer = await visitor.meets(name, messenger)
        await customer.writes(question)
        ticket = Ticket(visitor, question)
        await ticket.is_claimed()
        await answered_after_the_hold(customer, ticket, answer)
        await ticket.is_handled("Escalate", saying="Needs a decision")
        await ticket.shows("Escalated to level 2")
        await visitor.picture(f"{messenger}-thread")
        await ticket.is_handled("Close", saying="Settled by hand")
        await ticket.shows("Settled by hand")
        lives.append((customer, ticket))
    await visitor.wide_picture("both")

    for customer, ticket in lives:
        await customer.presses("Solved")
        await customer.sees("Good to hear!")
        await customer.presses("5 – very good")
        await customer.sees("Thank you!")
        await visitor.picture(f"{customer.messenger}-phone")
        await ticket.is_opened()
        await ticket.shows("Solved, says the customer")
        await ticket.shows("★★★★★ from")


async def answered_after_the_hold(customer: Customer, ticket: Ticket, answer: str) -> None:
    """The answer is seen to wait, then stands on the phone, once, and the thread says so."""
    await ticket.is_answered(answer)
    await ticket.has_receipt(answer, "^hourglass")
    on_the_phone_meanwhile = await (await customer.bubbles(answer)).count()

    await customer.sees(answer)
    await customer.visitor.turns_to("Slack")
    await ticket.has_receipt(answer, "^(white check mark|eyes)")

    assert on_the_phone_meanwhile == 0
