"""The world of the flow tests."""

from collections.abc import AsyncIterator

import pytest

from tests.database import Kind
from tests.world import World
from tests.world import world as new_world


@pytest.fixture
async def world(kind: Kind) -> AsyncIterator[World]:
    """A running service between a local Slack and a local Telegram."""
    async with new_world(kind=kind) as it:
        yield it
