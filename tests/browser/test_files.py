"""Files, as a visitor of the demo sends and sees them: on both messengers, on a desk and on a phone."""

import pytest
from playwright.async_api import FilePayload, Locator, expect

from bot.sandbox.files import jpeg
from tests.browser.visitor import Ticket, Visitor

WIDTH = 640
ANSWER = "This is what we found"


def file(name: str, mime: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": mime, "buffer": content}


PHOTO = file("parcel.jpg", "image/jpeg", jpeg(b"parcel", width=WIDTH, height=480))
RECEIPT = file("receipt.pdf", "application/pdf", b"%PDF-1.4\n" + bytes(48_000))
SCAN = file("scan.jpg", "image/jpeg", jpeg(b"scan", width=WIDTH, height=300))
SECRET = file("salaries.csv", "text/csv", b"Mika,1\n")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("messenger", ["Telegram", "WhatsApp"])
async def test_photos_and_files_are_seen_on_both_sides(visitor: Visitor, messenger: str) -> None:
    customer = await visitor.meets("Wayan", messenger)

    await customer.sends(PHOTO, caption="My parcel looks like this")
    ticket = Ticket(visitor, "My parcel looks like this")
    await ticket.is_claimed()
    await is_seen(ticket.thread.get_by_role("link").get_by_role("img"))
    await ticket.has_attached([RECEIPT, SCAN, SECRET])
    await ticket.thread.get_by_role("button", name="Remove salaries.csv").click()
    await visitor.picture(f"{messenger}-files-waiting")
    await ticket.is_answered(ANSWER)
    await is_seen(ticket.messages(ANSWER).get_by_role("img", name="scan.jpg"))
    await visitor.picture(f"{messenger}-files-thread")

    await customer.sees(ANSWER)
    phone = await customer.phone()
    await expect(phone.get_by_role("link", name="receipt.pdf")).to_be_visible()
    await is_seen(phone.get_by_role("link").get_by_role("img").last)
    await expect(phone).not_to_contain_text("salaries.csv")
    await visitor.picture(f"{messenger}-files-phone")


async def is_seen(picture: Locator) -> None:
    """Wait until the picture has come, and is drawn no larger than there is room."""
    await expect(picture).to_have_js_property("naturalWidth", WIDTH)
    box = await picture.bounding_box()
    while not (box and box["width"] and box["height"]):  # its message is drawn anew with every reaction
        box = await picture.bounding_box()
    assert box["width"] <= 330
    assert box["height"] <= 290
