"""What ``/healthz`` and ``/readyz`` say."""

import pytest

from bot.sandbox.faults import PlatformError
from tests.crashes.desk import Desk


async def test_a_service_that_is_well_says_so(desk: Desk) -> None:
    await desk.start()
    await desk.ticket("Adalberta", "My clock ticks")

    await desk.process.is_ready()
    status, body = await desk.process.answers("/readyz")

    assert status == 200
    assert set(body["parts"]) == {"slack", "telegram", "database", "files"}
    assert all(part["ready"] for part in body["parts"].values())
    assert (await desk.process.answers("/healthz"))[0] == 200


async def test_a_token_that_telegram_refuses_is_named_and_the_rest_goes_on(desk: Desk) -> None:
    desk.telegram.faults.plan("*", PlatformError("401 Unauthorized"), times=1000)
    await desk.launch()
    await desk.process.listens()
    await desk.slack.connected()

    await desk.process.is_not_ready("telegram")
    status, body = await desk.process.answers("/readyz")

    assert status == 503
    assert "token" in body["parts"]["telegram"]["problem"]
    assert body["parts"]["slack"]["ready"]
    assert (await desk.process.answers("/healthz"))[0] == 200


@pytest.mark.timeout(60)
async def test_slack_without_a_connection_is_named_and_comes_back(desk: Desk) -> None:
    await desk.start()
    await desk.ticket("Adalberta", "My clock ticks")
    await desk.process.is_ready()

    desk.slack.faults.refusing = True
    desk.slack.drop_connections()
    await desk.process.is_not_ready("slack")
    status, body = await desk.process.answers("/readyz")
    desk.slack.faults.refusing = False
    await desk.process.is_ready()

    assert status == 503
    assert body["parts"]["telegram"]["ready"]
    assert "no connection" in body["parts"]["slack"]["problem"]
