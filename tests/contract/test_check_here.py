"""What `loket check` finds on this machine and on the way to the platforms."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot import check
from bot.findings import NO_ANSWER, NO_NAME, NO_TRUST, NOT_THEM, Finding, Mark
from bot.models import check as database
from bot.slack import check as slack
from tests.checking import SetUp, set_up
from tests.unit.test_check_database import as_nobody

SLACK = {"platform": "Slack", "setting": "SLACK_API_URL"}


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[SetUp]:
    async with set_up(tmp_path) as it:
        yield it


# --- the settings


async def test_what_is_right_is_looked_at_in_spite_of_what_is_wrong(it: SetUp) -> None:
    found = await it.finds(TELEGRAM_BOT_TOKEN="xoxb-1", LOKET_PROT="1")

    assert [one.says.partition(";")[0] for one in found[:2]] == [
        "LOKET_PROT: no such setting",
        "TELEGRAM_BOT_TOKEN: holds a Slack bot token (xoxb-…)",
    ]
    assert {one.mark for one in found[:2]} == {Mark.WRONG}
    assert slack.APP_TOKEN.found() in found
    assert check.SETTINGS.found() not in found


async def test_two_tokens_that_were_swapped_leave_slack_out(it: SetUp) -> None:
    found = await it.finds(SLACK_BOT_TOKEN=it.slack.app_token, SLACK_APP_TOKEN=it.slack.bot_token)

    assert [str(one).partition(":")[0] for one in found[:2]] == ["✗ SLACK_BOT_TOKEN", "✗ SLACK_APP_TOKEN"]
    assert it.slack.calls == []


async def test_without_a_channel_the_tokens_are_still_looked_at(it: SetUp) -> None:
    found = await it.finds(SLACK_CHANNEL="")

    assert "SLACK_CHANNEL: missing" in str(found[0])
    assert slack.SCOPES_GRANTED.found() in found


# --- the clock


@pytest.mark.parametrize(
    ("off", "said"),
    [
        (timedelta(seconds=9), check.CLOCK.found()),
        (timedelta(minutes=7, seconds=30), check.CLOCK_WRONG.found(span="0:07:30", direction="behind")),
        (timedelta(hours=-2), check.CLOCK_WRONG.found(span="2:00:00", direction="ahead of")),
    ],
)
async def test_the_clock_is_compared_with_the_platforms(it: SetUp, off: timedelta, said: Finding) -> None:
    it.slack.faults.clock_off = it.telegram.faults.clock_off = off

    about = [one for one in await it.finds() if one.says.startswith("Clock")]

    assert [one.mark for one in about] == [said.mark]
    assert said.says.partition("0:07")[0].partition("2:00")[0] in about[0].says


async def test_a_refusal_tells_the_time_as_well(it: SetUp) -> None:
    it.slack.refuse_tokens("token_revoked")
    it.slack.faults.clock_off = timedelta(hours=1)

    found = await it.finds(TELEGRAM_BOT_TOKEN="", TELEGRAM_API_URL="")

    assert any(one.says.startswith("Clock") and one.mark is Mark.WRONG for one in found)


# --- folders and ports


def test_a_folder_for_attachments_that_can_not_be_written(it: SetUp) -> None:
    blocked = it.folder / "a-file"
    blocked.touch()

    assert it.sees(LOKET_DATA_DIR=str(blocked)) == [check.DATA_DIR.found(folder=blocked)]
    assert it.sees(LOKET_DATA_DIR=str(it.folder / "not" / "yet")) == []


def test_a_port_on_which_another_program_listens(it: SetUp) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]

        taken = it.sees(LOKET_PORT=str(port))

    assert taken == [check.PORT_TAKEN.found(host="127.0.0.1", port=port)]
    assert it.sees(LOKET_PORT=str(port)) == []


def test_an_address_that_is_not_ours(it: SetUp) -> None:
    assert it.sees(LOKET_HOST="192.0.2.1") == [check.HOST_ELSEWHERE.found(host="192.0.2.1")]


@pytest.mark.skipif(
    Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text().strip() == "0",
    reason="here everybody may listen on every port",
)
def test_a_port_that_only_the_administrator_may_use(it: SetUp) -> None:
    it.folder.chmod(0o777)
    with as_nobody():
        found = list(check._port("127.0.0.1", 81))

    assert found == [check.PORT_DENIED.found(host="127.0.0.1", port=81)]


# --- the way to a platform


async def test_a_name_that_nobody_knows(it: SetUp) -> None:
    found = await it.troubles(SLACK_API_URL="http://slack.invalid/api/")

    assert found == [NO_NAME.found(**SLACK, host="slack.invalid")]


async def test_nobody_there(it: SetUp) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))

        found = await it.troubles(SLACK_API_URL=f"http://127.0.0.1:{door.getsockname()[1]}/api/")

    assert found == [NO_ANSWER.found(**SLACK, host="127.0.0.1")]


async def test_a_platform_that_hangs_up(it: SetUp) -> None:
    it.slack.faults.refusing = True

    assert await it.troubles() == [NO_ANSWER.found(**SLACK, host="127.0.0.1")]


async def test_a_platform_that_takes_the_question_and_never_answers(it: SetUp) -> None:
    gate, it.answer_s = it.slack.faults.hold("auth.test", performed=False), 0.2

    found = await it.troubles()
    gate.release()

    assert found == [NO_ANSWER.found(**SLACK, host="127.0.0.1")]


async def test_a_connection_that_is_not_encrypted_at_the_other_end(it: SetUp) -> None:
    (found,) = await it.troubles(SLACK_API_URL=it.slack.api_url.replace("http:", "https:"))

    assert found == NO_TRUST.found(**SLACK, host="127.0.0.1", reason="wrong version number")


@asynccontextmanager
async def self_signed(folder: Path) -> AsyncIterator[str]:
    """The address of a server whose certificate nobody vouches for, as a proxy has one that opens what is encrypted."""
    files = [str(folder / name) for name in ("cert.pem", "key.pem")]
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-out", files[0], "-keyout", files[1]]
    await asyncio.to_thread(subprocess.run, [*command, *subject], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*files)
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield f"https://localhost:{runner.addresses[0][1]}/api/"
    finally:
        await runner.cleanup()


async def test_a_certificate_that_nobody_vouches_for(it: SetUp) -> None:
    async with self_signed(it.folder) as address:
        (found,) = await it.troubles(SLACK_API_URL=address)

    assert found == NO_TRUST.found(**SLACK, host="localhost", reason="self-signed certificate")


@asynccontextmanager
async def babbling(**more: str) -> AsyncIterator[str]:
    """The address of a server that says yes, and the same, to everything."""

    async def yes(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, **more})

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", yes)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_something_else_that_says_yes(it: SetUp) -> None:
    async with babbling() as address:
        found = await it.troubles(SLACK_API_URL=f"{address}/api/")

    assert found == [NOT_THEM.found(**SLACK, host="127.0.0.1", status=200)]


async def test_a_check_that_breaks_hides_nothing(it: SetUp) -> None:
    it.toml = 'supervisors = ["U1"]\n'

    async with babbling(user="loket", team="Acme") as address:
        found = await it.finds(SLACK_API_URL=f"{address}/api/")

    (broken,) = (one for one in found if one.says.startswith("Slack: the check itself failed"))
    assert broken.mend == check.UNFINISHED.mend
    assert database.NEW.found(name=it.folder / "loket.db") in found
