"""What every test may rely on."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

import bot.models  # noqa: F401 - first of all: it chooses the SQLite library that everything then uses

os.environ.setdefault("PTB_TIMEDELTA", "true")  # noqa: TID251 - read by python-telegram-bot, which warns without it

from tests import silence  # after the choice above
from tests.database import Kind

# How long an example takes says nothing: on a fresh clone the first one waits for Hypothesis' own tables.
settings.register_profile("loket", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loket")


@pytest.fixture(params=list(Kind))
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each database in turn; whatever uses it is tested on both."""
    return Kind(request.param)


silence.watch()


def pytest_collection_finish() -> None:
    """The search for garbage leaves out what all tests share, and comes seldom: it would take a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """The log of each test is listened to."""
    silence.begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """And nobody's words may be in it, whatever happened."""
    try:
        yield
    finally:
        silence.end()
