"""The files in ``deploy/`` say what the code does, as far as that can be told without a machine to put them on."""

import asyncio
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from aiohttp import web

from bot import cli, settings
from bot.handlers.slack_http import ROUTE
from tests.test_docs import PAGES, ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))
GUIDES = sorted((ROOT / "docs/howto").glob("*.md"))
CHANNELS = ("telegram", "whatsapp")
PROGRAM = "/opt/loket/.venv/bin/loket"
ANALYZE = shutil.which("systemd-analyze")
EXPOSURE = 20  #: tenths, as systemd-analyze counts: from 0 (safe) to 100


def unit(path: Path) -> ConfigParser:
    """The sections of a unit; of a repeated key the last value."""
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # names of systemd's have capitals
    parser.read(path)
    return parser


def instructions() -> dict[str, list[str]]:
    """What the Containerfile says, by instruction."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, rest = line.strip().partition(" ")
        if name.isupper():
            found.setdefault(name, []).append(rest.strip())
    return found


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_says_what_systemd_understands(path: Path, tmp_path: Path) -> None:
    for other in UNITS:  # they name each other; the program is not there
        (tmp_path / other.name).write_text(other.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true"))

    assert unit(path).sections()[0] == "Unit"
    if ANALYZE:  # else only a machine with systemd can tell
        verify = [ANALYZE, "verify", str(tmp_path / path.name)]
        told = subprocess.run(verify, capture_output=True, text=True)
        assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("*.service")), ids=lambda path: path.name)
def test_a_service_may_do_little(path: Path) -> None:
    service = unit(path)["Service"]

    assert service["User"] == "loket"
    assert service["ProtectSystem"] == "strict"
    if ANALYZE:
        rate = [ANALYZE, "security", "--offline=true", f"--threshold={EXPOSURE}", str(path)]
        assert subprocess.run(rate, capture_output=True, text=True).returncode == 0


def test_every_command_in_the_units_and_guides_is_one_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (*UNITS, *PAGES)]
    code = {line for text in texts for line in re.findall(r"`loket ([a-z]+(?: --[a-z-]+)?)", text)}
    blocks = {
        line
        for text in texts
        for block in re.findall(r"(?ms)^ *```sh$(.*?)^ *```$", text)
        for line in re.findall(r"(?m)(?:^|bin/| )(?<!exec )loket (?!loket)([a-z]+(?: --[a-z-]+)?)", block)
    }
    units = {line for path in UNITS for line in re.findall(rf"{PROGRAM} ([a-z]+)", path.read_text(encoding="utf-8"))}

    for call in sorted(code | blocks | units):
        verb, *options = shlex.split(call)
        with pytest.raises(SystemExit) as ended:
            cli.main([verb, "--help"])
        assert ended.value.code == 0, call
        shown = capsys.readouterr().out
        assert all(option in shown for option in options), call


def test_every_variable_that_is_set_exists() -> None:
    texts = [path.read_text(encoding="utf-8") for path in DEPLOY.rglob("*") if path.is_file()]
    texts += [path.read_text(encoding="utf-8") for path in GUIDES]
    names = {
        name for text in texts for name in re.findall(r"\b((?:LOKET|SLACK|TELEGRAM|WHATSAPP|DATABASE)_[A-Z_]+)\b", text)
    }

    assert names - set(settings.VARIABLES) == set()


def test_the_container_is_built_from_files_that_exist_and_runs_for_nobody_special() -> None:
    found = instructions()

    copied = [name for line in found["COPY"] for name in line.split()[:-1]]
    kept = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")}
    assert all((ROOT / name).exists() for name in copied)
    assert set(copied) == kept
    assert found["USER"] == ["10001"]
    assert found["FROM"] == ["python:3.13-slim"]
    assert found["ENTRYPOINT"] == ['["loket"]']


async def test_the_containers_health_check_tells_a_dead_process_from_a_living_one() -> None:
    """Its own words, with the port of a server that answers and of one that does not."""
    (check,) = instructions()["HEALTHCHECK"]
    code = re.findall(r'"([^"]*)"', check)[-1]

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    app = web.Application()
    app.router.add_get("/healthz", alive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    assert ":8080/" in code
    healthy = await _ended(code.replace(":8080/", f":{port}/"))
    await runner.cleanup()
    dead = await _ended(code.replace(":8080/", f":{port}/"))

    assert (healthy, dead) == (0, 1)


async def _ended(code: str) -> int:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait()


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_a_proxy_hands_on_what_platforms_call_and_nothing_else(name: str) -> None:
    text = re.sub(r"(?m)#.*$", "", (DEPLOY / name).read_text(encoding="utf-8"))

    paths = re.findall(r"(?:handle|location =) (/\S+) ", text)
    assert paths == [ROUTE, *(f"/webhooks/{channel}" for channel in CHANNELS)]
    assert text.count("127.0.0.1:8080") == len(paths)
    assert re.search(r"(respond|return) 404", text)


def test_every_file_in_deploy_is_named_in_a_guide() -> None:
    guides = "\n".join(path.read_text(encoding="utf-8") for path in GUIDES)

    assert [path.name for path in DEPLOY.iterdir() if f"deploy/{path.name}" not in guides] == []


def test_every_file_of_deploy_that_a_guide_names_exists() -> None:
    for path in PAGES:
        for name in re.findall(r"\bdeploy/([\w.-]*\w)", path.read_text(encoding="utf-8")):
            assert (DEPLOY / name).exists(), f"{path.name}: {name}"
