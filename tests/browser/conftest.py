"""A demo and a browser for each test."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.visitor import PICTURES, Visitor
from tests.demo import Demo, demo

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
CONFIG = """
supervisors = ["@support-leads"]
[replies]
hold_seconds = 2
"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A Chromium that is installed already."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        is_ci = os.environ.get("CI", "").lower() in {"1", "true"}  # noqa: TID251 - there nothing may be left out
        (pytest.fail if is_ci else pytest.skip)(f"no Chromium: none of {', '.join(NAMES)} is in the PATH")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        await browser.close()


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Demo]:
    """The demo, with a short hold."""
    (tmp_path / "loket.toml").write_text(CONFIG)
    async with demo("--keep", str(tmp_path), folder=tmp_path) as running:
        yield running


@pytest.fixture(params=list(SIZES))
async def visitor(request: pytest.FixtureRequest, browser: Browser, running: Demo) -> AsyncIterator[Visitor]:
    """A visitor with a big screen, and one with a phone. No script of the page may fail meanwhile."""
    width, height = SIZES[request.param]
    PICTURES.mkdir(exist_ok=True)
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        locale="en-GB",
        reduced_motion="reduce",
        has_touch=request.param == "phone",
    )
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    visitor = Visitor(page, request.param)
    await visitor.arrives(running.address)
    yield visitor
    await visitor.picture("end")
    await context.close()
    assert problems == []
