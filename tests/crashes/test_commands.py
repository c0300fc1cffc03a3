"""The command: what it says and how it ends when something is wrong, and that it always ends."""

import asyncio
import json
import socket
import stat
from pathlib import Path

from bot import __version__
from tests.crashes.desk import Desk
from tests.crashes.process import command

SECRET = "xoxb-this-must-not-be-shown"


async def test_a_taken_port_ends_the_start_with_a_sentence(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = desk.environment | {"LOKET_PORT": str(taken.getsockname()[1])}

        code, _, errors = await command("run", environment=environment, folder=desk.folder)  # log level DEBUG
        quietly = environment | {"LOKET_LOG_LEVEL": "INFO"}
        quiet_code, _, quiet_errors = await command("run", environment=quietly, folder=desk.folder)

    assert (code, quiet_code) == (1, 1)
    assert "address already in use" in errors
    assert "Traceback" in errors  # for whoever looks closely
    assert quiet_errors.splitlines()[-1].startswith("loket: OSError: ")
    assert "Traceback" not in quiet_errors


async def test_a_file_that_is_no_database_ends_the_start_with_a_sentence(desk: Desk) -> None:
    desk.path.write_bytes(b"a shopping list, not a database " * 100)

    code, _, errors = await command("run", environment=desk.environment, folder=desk.folder)

    assert code == 2
    assert errors.startswith("DATABASE_URL: ")
    assert "Traceback" not in errors


async def test_all_wrong_settings_are_told_at_once_and_no_secret_is_shown(tmp_path: Path) -> None:
    (tmp_path / "loket.toml").write_text('[replies]\nmode = "loud"\n[colour]\nred = 1\n')
    environment = {
        "SLACK_APP_TOKEN": SECRET, "TELEGRAM_BOT_TOKEN": SECRET, "LOKET_PORT": "many", "LOKET_PROT": "1",
        "SLACK_CHANNEL": "#support",
    }  # fmt: skip

    code, output, errors = await command("run", environment=environment, folder=tmp_path)

    assert code == 2
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "TELEGRAM_BOT_TOKEN", "LOKET_PORT", "LOKET_PROT"):
        assert f"{name}:" in errors
    assert "mode" in errors
    assert "colour" in errors
    assert "must-not-be-shown" not in output + errors
    assert "Traceback" not in errors


async def test_the_small_commands_work_and_wrong_usage_is_said(desk: Desk, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    version, manifest, wrong, migrate = await asyncio.gather(
        *(command(verb, environment={}, folder=tmp_path) for verb in ("version", "manifest", "dance")),
        command("migrate", environment=desk.environment | {"DATABASE_URL": f"sqlite://{new}"}, folder=desk.folder),
    )

    assert version == (0, f"loket {__version__}\n", "")
    commands = [one["command"] for one in json.loads(manifest[1])["features"]["slash_commands"]]
    assert {"/loket", "/claim", "/reply"} <= set(commands)
    assert wrong[0] == 2
    assert "dance" in wrong[2]
    assert migrate[0] == 0
    assert "0001_first_tables" in migrate[1]
    assert stat.S_IMODE(new.stat().st_mode) == 0o600


async def test_a_second_service_on_the_same_file_is_refused_and_the_first_goes_on(desk: Desk) -> None:
    await desk.start()

    run, migrate = await asyncio.gather(
        *(command(verb, environment=desk.environment, folder=desk.folder) for verb in ("run", "migrate"))
    )
    await desk.ticket("Adalberta", "My clock ticks")

    for code, _, errors in (run, migrate):
        assert code == 2
        assert "another Loket is running" in errors
