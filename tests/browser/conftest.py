"""A demo for each test, and one browser for all of them: each test has a profile of its own in it."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.visitor import PICTURES, Visitor
from tests.database import fresh_url
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them in one event loop, which is the browser's."""
    for item in items:
        if Path(__file__).parent in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
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


@pytest_asyncio.fixture(loop_scope="session")
async def running(tmp_path: Path) -> AsyncIterator[Demo]:
    """The demo, with a short hold, and with the tables made already."""
    (tmp_path / "loket.toml").write_text(CONFIG)
    async with fresh_url(tmp_path / "loket.db"), demo("--keep", str(tmp_path), folder=tmp_path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", params=list(SIZES))
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
