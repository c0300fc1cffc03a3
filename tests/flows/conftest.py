"""The world of the flow tests, and on which database each plays."""

from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.database import Kind
from tests.world import Customer, World
from tests.world import world as new_world


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test plays on both databases; of one with many cases each plays on one, in turn: they differ in no SQL."""
    cases: dict[str, dict[str, list[pytest.Item]]] = defaultdict(lambda: defaultdict(list))  # by test and case
    for item in items:
        kind = item.callspec.params.get("kind") if hasattr(item, "callspec") else None
        if kind is not None and Path(__file__).parent in item.path.parents:
            test, _, case = item.nodeid.partition("[")
            cases[test][case.replace(kind, "", 1)].append(item)
    spared = {
        item
        for several in cases.values()
        if len(several) > 1
        for number, both in enumerate(several.values())
        for item in both
        if len(both) > 1 and item is not both[number % len(both)]
    }
    items[:] = [item for item in items if item not in spared]


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
