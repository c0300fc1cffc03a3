"""The world of the flow tests."""

from collections.abc import AsyncIterator

import pytest

from tests.database import Kind
from tests.world import Customer, World
from tests.world import world as new_world


@pytest.fixture
async def world(kind: Kind) -> AsyncIterator[World]:
    """A running service between a local Slack and a local Telegram."""
    async with new_world(kind=kind) as it:
        yield it


@pytest.fixture
async def ada(world: World) -> Customer:
    """A customer whose ticket #1 belongs to Mika."""
    customer = world.customer()
    await customer.writes("Where is my order?")
    await world.mika.presses("ticket.claim", on=world.card())
    return customer
