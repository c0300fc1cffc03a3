"""The desk of the crash tests."""

from collections.abc import AsyncIterator

import pytest

from tests.crashes.desk import Desk, new_desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A desk whose service is not started yet."""
    async with new_desk() as it:
        yield it
