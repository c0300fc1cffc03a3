"""Files, as a visitor of the demo sends and sees them: on both messengers, on a desk and on a phone."""

import pytest
from playwright.async_api import FilePayload, Locator, expect

from bot.sandbox.files import sample
from tests.browser.visitor import Ticket, Visitor

WIDTH = 640
ENOUGH = 4  #: HTMLMediaElement.HAVE_ENOUGH_DATA
ANSWER = "This is what we found"


def file(name: str, mime: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": mime, "buffer": content}


PHOTO = file("parcel.jpg", "image/jpeg", sample("photo", number=1).content)
RECEIPT = file("receipt.pdf", "application/pdf", sample("document", number=1).content)
SCAN = file("scan.jpg", "image/jpeg", sample("photo", number=2).content)
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

    mine = (await customer.bubbles("My parcel looks like this")).first
    await mine.get_by_role("button", name="Reply, react, edit").click()
    await visitor.page.get_by_role("menuitem", name="Edit").click()
    await customer.writes("My parcel looked like this")
    await visitor.turns_to("Slack")
    await expect(ticket.messages("My parcel looked like this").last).to_be_visible()


async def is_seen(picture: Locator) -> None:
    """Wait until the picture has come, and is drawn no larger than there is room."""
    await expect(picture).to_have_js_property("naturalWidth", WIDTH)
    box = await picture.bounding_box()
    while not (box and box["width"] and box["height"]):  # its message is drawn anew with every reaction
        box = await picture.bounding_box()
    assert box["width"] <= 330
    assert box["height"] <= 290


@pytest.mark.timeout(120)
@pytest.mark.parametrize("visitor", ["desktop"], indirect=True)
async def test_samples_can_be_played_and_play_on_when_their_message_changes(visitor: Visitor) -> None:
    customer = await visitor.meets("Wayan", "Telegram")
    phone = await customer.phone()
    for kind in ("Voice message", "Song", "Album"):
        await phone.get_by_role("button", name="Attach").click()
        await visitor.page.get_by_role("menuitem", name=kind).click()
    sounds, films = phone.locator("audio"), phone.locator("video")
    await expect(films).to_have_count(1)
    for player in (sounds.first, sounds.last, films):
        await expect(player).to_have_js_property("readyState", ENOUGH)
        assert 2 < await player.evaluate("it => it.duration") < 5

    await sounds.last.evaluate("it => { it.muted = it.loop = true; return it.play(); }")
    await expect(sounds.last).not_to_have_js_property("currentTime", 0)
    song = phone.get_by_role("article").filter(has=visitor.page.locator("audio[aria-label='song.mp3']"))
    await song.hover()
    await song.get_by_role("button", name="Reply, react, edit").click()
    await visitor.page.get_by_role("menuitem", name="🔥").click()

    await expect(song).to_contain_text("🔥")
    await expect(sounds.last).to_have_js_property("paused", value=False)
    assert await sounds.last.evaluate("it => it.currentTime") > 0
