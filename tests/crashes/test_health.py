"""What ``/healthz`` and ``/readyz`` say."""

from typing import Any, cast

import pytest

from bot.sandbox.faults import PlatformError
from tests.crashes.desk import Desk


async def _parts(desk: Desk) -> tuple[int, dict[str, Any]]:
    status, body = await desk.process.answers("/readyz")
    return status, cast("dict[str, Any]", body["parts"])


async def test_a_service_that_is_well_says_so(desk: Desk) -> None:
    await desk.start()
    await desk.ticket("Adalberta", "My clock ticks")

    await desk.process.is_ready()
    status, parts = await _parts(desk)

    assert status == 200
    assert set(parts) == {"slack", "telegram", "database"}
    assert all(part["ready"] for part in parts.values())
    assert (await desk.process.answers("/healthz"))[0] == 200


async def test_a_token_that_telegram_refuses_is_named_and_the_rest_goes_on(desk: Desk) -> None:
    desk.telegram.faults.plan("*", PlatformError("401 Unauthorized"), times=1000)
    await desk.launch()
    await desk.process.listens()
    await desk.slack.connected()

    await desk.process.is_not_ready("telegram")
    status, parts = await _parts(desk)

    assert status == 503
    assert "token" in parts["telegram"]["problem"]
    assert parts["slack"]["ready"]
    assert (await desk.process.answers("/healthz"))[0] == 200


@pytest.mark.timeout(60)
async def test_slack_without_a_connection_is_named_and_comes_back(desk: Desk) -> None:
    await desk.start()
    await desk.ticket("Adalberta", "My clock ticks")
    await desk.process.is_ready()

    desk.slack.faults.refusing = True
    desk.slack.drop_connections()
    await desk.process.is_not_ready("slack")
    status, parts = await _parts(desk)
    desk.slack.faults.refusing = False
    await desk.process.is_ready()

    assert status == 503
    assert parts["telegram"]["ready"]
    assert "no connection" in parts["slack"]["problem"]
