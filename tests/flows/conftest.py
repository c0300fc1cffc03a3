"""The world of the flow tests."""

from collections.abc import AsyncIterator

import pytest

from tests.world import World
from tests.world import world as new_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A running service between a local Slack and a local Telegram."""
    async with new_world() as it:
        yield it
