"""``loket check`` as an operator runs it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.slack import check
from tests.checking import SetUp, set_up
from tests.crashes.process import command

#: By webhook, since there is then nobody to wait for who might fetch as well.
HOOKED = {"TELEGRAM_WEBHOOK_URL": "https://desk.example.org/webhooks/telegram", "TELEGRAM_WEBHOOK_SECRET": "a-secret"}


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[SetUp]:
    async with set_up(tmp_path) as it:
        yield it


async def loket(it: SetUp, *arguments: str, **variables: str) -> tuple[int, list[str], str]:
    environment = {**it.environment, **HOOKED, **variables}
    code, output, errors = await command("check", *arguments, environment=environment, folder=it.folder)
    return code, output.splitlines(), errors


async def test_it_prints_a_line_for_each_thing_and_makes_no_file(it: SetUp) -> None:
    code, lines, errors = await loket(it)

    assert (code, errors) == (0, "")
    assert {line[:2] for line in lines} == {"✓ "}
    assert str(check.APP_TOKEN.found()) in lines
    assert list(it.folder.iterdir()) == []


async def test_what_is_wrong_is_an_exit_code_of_one(it: SetUp) -> None:
    it.slack.refuse_tokens("token_revoked")

    code, lines, errors = await loket(it)

    assert (code, errors) == (1, "")
    assert str(check.BOT_TOKEN_REVOKED.found(code="token_revoked")) in lines


async def test_a_wrong_setting_is_an_exit_code_of_two_and_no_token_is_printed(it: SetUp) -> None:
    swapped = {"SLACK_BOT_TOKEN": it.slack.app_token, "SLACK_APP_TOKEN": it.slack.bot_token}

    code, lines, errors = await loket(it, **swapped)

    assert (code, errors) == (2, "")
    assert lines[0].startswith("✗ SLACK_BOT_TOKEN: holds an app-level Slack token (xapp-…)")
    assert not any(secret in "\n".join(lines) for secret in (it.slack.bot_token, it.slack.app_token, it.telegram.token))


async def test_the_service_does_not_start_with_what_is_wrong_here_and_says_all_of_it_at_once(it: SetUp) -> None:
    (it.folder / "a-file").touch()
    spoilt = {"DATABASE_URL": f"sqlite://{it.folder}/gone/loket.db", "LOKET_DATA_DIR": str(it.folder / "a-file")}

    code, output, errors = await command(
        "run", environment={**it.environment, **spoilt, "TELEGRAM_BOT_TOKEN": "xoxb-1"}, folder=it.folder
    )

    assert (code, output) == (2, "")
    assert [line.partition(":")[0] for line in errors.splitlines()] == [
        "TELEGRAM_BOT_TOKEN", "DATABASE_URL", "LOKET_DATA_DIR"
    ]  # fmt: skip


async def test_offline_nobody_is_asked(it: SetUp) -> None:
    code, lines, _ = await loket(it, "--offline", SLACK_API_URL="http://slack.invalid/api/")

    assert code == 0
    assert len(lines) == 2
    assert it.slack.calls == []
