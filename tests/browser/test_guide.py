"""The guide leads a stranger through a first ticket, by what they really do, and goes when it is told to."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.sandbox.page import HERE
from tests.demo import Demo

DESKTOP, PHONE = (1440, 900), (390, 844)
NO_STORAGE = """
for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
"""


@asynccontextmanager
async def opened(browser: Browser, at: Demo, *, size: tuple[int, int], locale: str = "en-GB") -> AsyncIterator[Page]:
    """A new visitor's window; none of the page's scripts may fail in it."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale=locale)
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(at.address)
    yield page
    await context.close()
    assert problems == []


def guide(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Guide").or_(page.get_by_role("complementary", name="Panduan"))


async def test_it_follows_a_first_ticket(browser: Browser, running: Demo) -> None:
    async with opened(browser, running, size=DESKTOP) as page:
        await expect(guide(page)).to_contain_text("You are Ada, a customer")
        await page.get_by_role("button", name="Where is my order?").click()

        await expect(guide(page)).to_contain_text("It is a ticket in Slack now")
        card = page.get_by_role("log", name="Channel").get_by_role("article").first
        await card.get_by_role("button", name="Claim").click()

        await expect(guide(page)).to_contain_text("Open its thread")
        await card.get_by_role("button", name="View thread").click()

        await expect(guide(page)).to_contain_text("Answer Ada")
        await guide(page).get_by_role("button", name="Write one for me").click()
        await page.keyboard.press("Enter")

        await expect(guide(page)).to_contain_text("It has arrived")
        await expect(page.get_by_role("region", name="Ada, Telegram")).to_contain_text(
            "Hello Ada, I am looking into it."
        )
        await guide(page).get_by_role("button", name="Next").click()

        await expect(guide(page)).to_contain_text("Solved? Then close it")
        await card.get_by_role("button", name="Close", exact=True).click()
        await page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).last.click()

        await expect(guide(page)).to_contain_text("Ada has the last word")
        await page.get_by_role("region", name="Ada, Telegram").get_by_role("button", name="Solved").click()

        await expect(guide(page)).to_contain_text("That was the life of a ticket")
        await guide(page).get_by_role("button", name="Done").click()
        await expect(guide(page)).to_have_count(0)


async def test_it_leads_from_side_to_side_where_only_one_fits_and_speaks_indonesian(
    browser: Browser, running: Demo
) -> None:
    async with opened(browser, running, size=PHONE, locale="id-ID") as page:
        await expect(guide(page)).to_contain_text("Anda Siti, seorang pelanggan")
        await page.get_by_role("button", name="Di mana pesanan saya?").click()

        await expect(guide(page)).to_contain_text("Kini menjadi tiket di Slack")
        await guide(page).get_by_role("button", name="Tunjukkan").click()

        await expect(page.get_by_role("log", name="Channel").get_by_role("button", name="Claim")).to_be_focused()


async def test_it_follows_whatever_customer_the_visitor_plays(browser: Browser, running: Demo) -> None:
    async with opened(browser, running, size=DESKTOP) as page:
        await page.get_by_role("button", name="Dewi, WhatsApp").click()
        await expect(guide(page)).to_contain_text("You are Dewi, a customer")
        await page.get_by_role("region", name="Dewi, WhatsApp").get_by_role("textbox").fill("Is it open on Sunday?")
        await page.keyboard.press("Enter")
        await page.get_by_role("log", name="Channel").get_by_role("button", name="Claim").click()
        await page.get_by_role("button", name="View thread").click()

        await expect(guide(page)).to_contain_text("Answer Dewi")


async def test_skipped_it_stays_away_until_it_is_asked_for(browser: Browser, running: Demo) -> None:
    async with opened(browser, running, size=DESKTOP) as page:
        await guide(page).get_by_role("button", name="Skip").click()
        await expect(guide(page)).to_have_count(0)
        await page.reload()
        await expect(page.get_by_role("button", name="Dewi, WhatsApp")).to_be_visible()
        await expect(guide(page)).to_have_count(0)

        await page.get_by_role("button", name="Guide").click()

        await expect(guide(page)).to_contain_text("You are Ada, a customer")


async def test_after_a_reload_it_goes_on_where_the_ticket_is(browser: Browser, running: Demo) -> None:
    async with opened(browser, running, size=DESKTOP) as page:
        await page.get_by_role("button", name="Where is my order?").click()
        await page.get_by_role("log", name="Channel").get_by_role("button", name="Claim").click()
        await expect(guide(page)).to_contain_text("Open its thread")

        await page.reload()

        await expect(guide(page)).to_contain_text("Open its thread")


async def test_a_browser_that_keeps_nothing_is_no_hindrance(browser: Browser, running: Demo) -> None:
    async with opened(browser, running, size=DESKTOP) as page:
        await page.add_init_script(NO_STORAGE)
        await page.reload()
        await page.get_by_role("button", name="Bahasa Indonesia").click()
        await expect(guide(page)).to_contain_text("Anda Siti, seorang pelanggan")

        await guide(page).get_by_role("button", name="Lewati").click()

        await expect(guide(page)).to_have_count(0)


@pytest.mark.parametrize("script", ["words.js", "guidewords.js"])
def test_both_languages_say_the_same_things(script: str) -> None:
    english, indonesian = (HERE / script).read_text().split("  id: {")
    parts = (english.split("  en: {")[1], indonesian.split("  },")[0])
    names = [set(re.findall(r'^    "?([\w.]+)"?:', part, re.MULTILINE)) for part in parts]
    assert names[0] == names[1]
    assert len(names[0]) > 10
