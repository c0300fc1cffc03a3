"""The environment: what is asked for, what is refused, and that all of it is said at once."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.logs import LogFormat, LogLevel
from bot.settings import Found, Settings, find, from_process, load

A_TELEGRAM_TOKEN = "123456789:AAEabcdefghijklmnopqrstuvwxyz-_01234"
A_GRAPH_TOKEN = f"EAA{'Gx0' * 20}"
ENOUGH = {
    "SLACK_BOT_TOKEN": "xoxb-1-secret",
    "SLACK_APP_TOKEN": "xapp-1-secret",
    "SLACK_CHANNEL": "#support",
    "TELEGRAM_BOT_TOKEN": "123456:AAE-secret_",
}


def loaded(folder: Path, **variables: str) -> Settings:
    return load({**ENOUGH, **variables}, is_terminal=False, known_texts={}, folder=folder)


def problems(folder: Path, **variables: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, **variables)
    return caught.value.problems


def test_four_variables_are_enough(tmp_path: Path) -> None:
    settings = loaded(tmp_path)

    assert settings.slack.bot_token.get_secret_value() == "xoxb-1-secret"
    assert settings.slack.api_url == "https://slack.com/api/"
    assert settings.telegram is not None
    assert settings.telegram.api_url == "https://api.telegram.org"
    assert (settings.database_url, settings.host, settings.port) == ("sqlite://loket.db", "127.0.0.1", 8080)
    assert [(desk.name, desk.channel) for desk in settings.config.desks] == [("Support", "#support")]


def test_only_the_process_asks_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable, value in {**ENOUGH, "SLACK_SIGNING_SECRET": "s"}.items():
        monkeypatch.setenv(variable, value)

    assert from_process(is_terminal=False, known_texts={}).slack.signing_secret is not None
    assert loaded(tmp_path).slack.signing_secret is None


def test_everything_can_be_told(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("[replies]\nhold_seconds = 0\n")

    settings = loaded(
        tmp_path,
        SLACK_API_URL="http://127.0.0.1:9999/slack/api/",
        TELEGRAM_API_URL="http://[::1]:9999/telegram/",
        DATABASE_URL="sqlite:///srv/loket/desk.db",
        LOKET_CONFIG="other.toml",
        LOKET_HOST="0.0.0.0",  # noqa: S104  # nothing listens here
        LOKET_PORT="0",
        LOKET_LOG_FORMAT="Console",
        LOKET_LOG_LEVEL="debug",
    )

    assert settings.slack.api_url == "http://127.0.0.1:9999/slack/api/"
    assert settings.telegram is not None
    assert settings.telegram.api_url == "http://[::1]:9999/telegram"
    assert settings.data_dir == Path("/srv/loket/loket-data")
    assert (settings.host, settings.port) == ("0.0.0.0", 0)  # noqa: S104
    assert (settings.log_format, settings.log_level) == (LogFormat.CONSOLE, LogLevel.DEBUG)
    assert settings.config.replies.hold == timedelta(0)


def test_logs_are_for_eyes_on_a_terminal_and_for_machines_elsewhere(tmp_path: Path) -> None:
    on_terminal = load(ENOUGH, is_terminal=True, known_texts={}, folder=tmp_path)

    assert on_terminal.log_format is LogFormat.CONSOLE
    assert loaded(tmp_path).log_format is LogFormat.JSON


def test_the_data_folder_can_be_named(tmp_path: Path) -> None:
    assert loaded(tmp_path, LOKET_DATA_DIR="/var/lib/loket").data_dir == Path("/var/lib/loket")
    assert loaded(tmp_path).data_dir == Path("loket-data")


@pytest.mark.parametrize("variable", sorted(ENOUGH))
@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_variable_counts_as_missing(tmp_path: Path, variable: str, empty: str) -> None:
    (problem,) = problems(tmp_path, **{variable: empty})

    assert problem.startswith(f"{variable}: missing; set it to ")


def test_the_channel_is_not_needed_when_desks_are_named(tmp_path: Path) -> None:
    (tmp_path / "loket.toml").write_text('[[desk]]\nname = "Billing"\nchannel = "C1"\n')

    settings = loaded(tmp_path, SLACK_CHANNEL="")

    assert settings.slack.channel is None
    assert [desk.name for desk in settings.config.desks] == ["Billing"]


def test_a_desk_must_take_the_customers_that_come(tmp_path: Path) -> None:
    (tmp_path / "loket.toml").write_text('[[desk]]\nname = "Billing"\nchannel = "C1"\ncustomers = ["whatsapp"]\n')

    (problem,) = problems(tmp_path)

    assert problem == 'loket.toml: desk.customers: no desk takes the customers of "telegram"; add it to one'
    assert loaded(tmp_path, TELEGRAM_BOT_TOKEN="", **WHATSAPP).telegram is None


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1", "holds an app-level Slack token (xapp-…); set it to the app's bot token"),
        ("SLACK_APP_TOKEN", "xoxb-1", "holds a Slack bot token (xoxb-…); set it to an app-level token"),
        ("SLACK_BOT_TOKEN", "xoxp-1", "holds a Slack user token (xoxp-…); set it to the app's bot token"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxp-1", "holds a Slack token of another kind (xox…)"),
        ("SLACK_BOT_TOKEN", A_TELEGRAM_TOKEN, "holds a Telegram bot token; set it to the app's bot token"),
        ("SLACK_SIGNING_SECRET", "xoxb-1", "holds a Slack bot token (xoxb-…); set it to the Signing Secret"),
        ("TELEGRAM_BOT_TOKEN", "xoxb-1", "holds a Slack bot token (xoxb-…); set it to the bot's token"),
        ("SLACK_BOT_TOKEN", "1", "wrong; set it to the app's bot token"),
        ("SLACK_BOT_TOKEN", "xoxb-1 xoxb-2", "wrong; set it to the app's bot token"),
        ("SLACK_CHANNEL", "support", "wrong; write the channel's id (C0123ABCD) or #name"),
        ("SLACK_API_URL", "https://slack.com/", "ends in /api/"),
        ("SLACK_API_URL", "slack.com/api/", "write an http(s) address"),
        ("TELEGRAM_BOT_TOKEN", "AAE", "from @BotFather"),
        ("TELEGRAM_API_URL", "ftp://api.telegram.org", "write an http(s) address"),
        ("TELEGRAM_API_URL", "https://api.telegram.org/bot", "without /bot"),
        ("WHATSAPP_API_URL", "graph", "write an http(s) address"),
        ("WHATSAPP_API_URL", "https://graph.facebook.com/v26.0", "without the version"),
        ("WHATSAPP_API_VERSION", "26", "v26.0"),
        ("DATABASE_URL", "mysql://h/loket", "write sqlite://loket.db"),
        ("DATABASE_URL", "sqlite://", "write sqlite://loket.db"),
        ("DATABASE_URL", "postgres://me:pw@host", "or postgres://user:pw@host/name"),
        ("DATABASE_URL", "postgres://me:p/w@host/name", "must be written %2F"),
        ("DATABASE_URL", "postgres://me:p#w@host/name", "must be written %2F"),
        ("LOKET_HOST", "http://localhost", "write a host alone"),
        ("LOKET_PORT", "65536", "write a number from 0"),
        ("LOKET_PORT", "web", "write a number from 0"),
        ("LOKET_LOG_FORMAT", "xml", "write console or json"),
        ("LOKET_LOG_LEVEL", "LOUD", "write DEBUG, INFO, WARNING or ERROR"),
    ],
)
def test_a_wrong_value_is_named_with_its_mend(tmp_path: Path, variable: str, value: str, said: str) -> None:
    (problem,) = problems(tmp_path, **{variable: value})

    assert problem.startswith(f"{variable}: ")
    assert said in problem


@pytest.mark.parametrize(
    "address",
    ["postgres://me:p%2Fw@host:5432/name", "postgresql://host/name?sslmode=require", "postgres:///name?host=/run/pg"],
)
def test_a_server_of_postgresql_can_be_named(tmp_path: Path, address: str) -> None:
    settings = loaded(tmp_path, DATABASE_URL=address)

    assert (settings.database_url, settings.data_dir) == (address, Path("loket-data"))
    assert address not in repr(settings)


def test_no_part_of_a_wrong_address_is_repeated(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, DATABASE_URL="postgres://me:hunter2/x@host/name")

    assert "hunter2" not in problem


def test_without_an_app_token_slack_comes_over_http_and_must_sign(tmp_path: Path) -> None:
    settings = loaded(tmp_path, SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="s")

    (problem,) = problems(tmp_path, SLACK_APP_TOKEN="")

    assert settings.slack.app_token is None
    assert settings.slack.signing_secret is not None
    assert problem.startswith("SLACK_APP_TOKEN: missing")
    assert "or set SLACK_SIGNING_SECRET" in problem


def test_telegram_comes_by_webhook_when_its_address_and_a_secret_are_set(tmp_path: Path) -> None:
    url = "https://desk.example.org/webhooks/telegram"

    telegram = loaded(tmp_path, TELEGRAM_WEBHOOK_URL=url, TELEGRAM_WEBHOOK_SECRET="s3-c_ret").telegram

    assert telegram is not None
    assert telegram.webhook is not None
    assert (telegram.webhook.url, telegram.webhook.secret.get_secret_value()) == (url, "s3-c_ret")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"TELEGRAM_WEBHOOK_URL": "https://desk.example.org/webhooks/telegram"}, "TELEGRAM_WEBHOOK_SECRET: missing"),
        ({"TELEGRAM_WEBHOOK_SECRET": "s"}, "TELEGRAM_WEBHOOK_URL: missing; write the public address"),
        (
            {"TELEGRAM_WEBHOOK_URL": "https://desk.example.org", "TELEGRAM_WEBHOOK_SECRET": "s"},
            "TELEGRAM_WEBHOOK_URL: wrong; write the public address",
        ),
        (
            {
                "TELEGRAM_WEBHOOK_URL": "https://desk.example.org/webhooks/telegram",
                "TELEGRAM_WEBHOOK_SECRET": "no blanks",
            },
            "TELEGRAM_WEBHOOK_SECRET: wrong; write 1 to 256",
        ),
    ],
)
def test_a_webhook_is_never_half_set_up(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    (problem,) = problems(tmp_path, **variables)

    assert problem.startswith(said)


WHATSAPP = {
    "WHATSAPP_ACCESS_TOKEN": "EAAsecret",
    "WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
    "WHATSAPP_APP_SECRET": "app-secret",
    "WHATSAPP_VERIFY_TOKEN": "verify-secret",
}


def test_whatsapp_may_be_the_only_channel(tmp_path: Path) -> None:
    settings = loaded(tmp_path, TELEGRAM_BOT_TOKEN="", WHATSAPP_API_URL="http://127.0.0.1:9/whatsapp/", **WHATSAPP)

    assert settings.telegram is None
    assert settings.whatsapp is not None
    assert settings.whatsapp.phone_number_id == "106540352242922"
    assert (settings.whatsapp.api_url, settings.whatsapp.api_version) == ("http://127.0.0.1:9/whatsapp", "v26.0")
    assert "secret" not in repr(settings).replace("_secret", "")


@pytest.mark.parametrize("variable", sorted(WHATSAPP))
def test_whatsapp_is_never_half_set_up(tmp_path: Path, variable: str) -> None:
    without = {name: value for name, value in WHATSAPP.items() if name != variable}

    (left_out,) = problems(tmp_path, **without)
    alone = problems(tmp_path, **{variable: WHATSAPP[variable]})

    assert left_out.startswith(f"{variable}: missing; set it to ")
    assert [problem.split(":")[0] for problem in alone] == [name for name in WHATSAPP if name != variable]


@pytest.mark.parametrize(
    ("variable", "value"), [("WHATSAPP_PHONE_NUMBER_ID", "+62 812"), ("WHATSAPP_ACCESS_TOKEN", "EAA EAA")]
)
def test_what_can_be_none_of_whatsapps_is_refused(tmp_path: Path, variable: str, value: str) -> None:
    (problem,) = problems(tmp_path, **{**WHATSAPP, variable: value})

    assert problem.startswith(f"{variable}: wrong; set it to ")


@pytest.mark.parametrize("variable", sorted(WHATSAPP.keys() - {"WHATSAPP_PHONE_NUMBER_ID"}))
@pytest.mark.parametrize("token", ["xoxb-1", "xapp-1", A_TELEGRAM_TOKEN, A_GRAPH_TOKEN])
def test_a_token_of_another_platform_is_called_by_its_name(tmp_path: Path, variable: str, token: str) -> None:
    if (variable, token) == ("WHATSAPP_ACCESS_TOKEN", A_GRAPH_TOKEN):
        assert loaded(tmp_path, **{**WHATSAPP, variable: token}).whatsapp is not None
        return

    (problem,) = problems(tmp_path, **{**WHATSAPP, variable: token})

    assert problem.startswith(f"{variable}: holds a")
    assert token not in problem


def test_what_is_right_is_found_beside_what_is_wrong(tmp_path: Path) -> None:
    def found(**variables: str) -> Found:
        return find({**ENOUGH, **variables}, known_texts={}, folder=tmp_path)

    swapped = found(SLACK_APP_TOKEN="xoxb-1")
    misspelt = found(TELEGRAM_API_URL="x", SLACK_CHANNEL="x")
    broken = found(DATABASE_URL="x", LOKET_PORT="x", LOKET_CONFIG="no")

    assert [len(one.problems) for one in (swapped, misspelt, broken)] == [1, 2, 3]
    assert (swapped.slack, swapped.database_url, swapped.address) == (None, "sqlite://loket.db", ("127.0.0.1", 8080))
    assert None not in (swapped.telegram, swapped.config, misspelt.slack, broken.slack)
    assert (misspelt.telegram, misspelt.config) == (None, None)
    assert (broken.database_url, broken.data_dir, broken.address, broken.config) == (None, None, None, None)


def test_a_slip_in_a_name_of_ours_is_found(tmp_path: Path) -> None:
    said = problems(tmp_path, LOKET_PROT="1", LOKET_XYZZY="1", SLACK_TEAM="kept by somebody else")

    assert said == ("LOKET_PROT: no such setting; did you mean LOKET_PORT?", "LOKET_XYZZY: no such setting; remove it")


def test_all_problems_of_environment_and_file_come_together(tmp_path: Path) -> None:
    (tmp_path / "loket.toml").write_text('[replies]\nmode = "ownr"\n')

    said = problems(tmp_path, SLACK_BOT_TOKEN="", SLACK_CHANNEL="", TELEGRAM_BOT_TOKEN="x", LOKET_PROT="1")

    names = [problem.split(": ")[0] for problem in said]
    assert names == ["LOKET_PROT", "SLACK_BOT_TOKEN", "TELEGRAM_BOT_TOKEN", "loket.toml", "SLACK_CHANNEL"]


def test_a_named_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, LOKET_CONFIG="missing.toml")

    assert "missing.toml" in problem
    assert "LOKET_CONFIG" in problem


def test_secrets_stand_in_no_problem_and_no_repr(tmp_path: Path) -> None:
    said = problems(
        tmp_path,
        SLACK_BOT_TOKEN="hush-1",
        SLACK_APP_TOKEN="xoxb-hush-2",
        TELEGRAM_BOT_TOKEN="hush 3",
        DATABASE_URL="mysql://loket:hush-4@db/loket",
        SLACK_API_URL="https://me:hush-5@slack.com",
        WHATSAPP_APP_SECRET="hush-6",
    )

    assert len(said) == 8
    assert "hush" not in "".join(said)
    assert "secret" not in repr(loaded(tmp_path, SLACK_SIGNING_SECRET="very-secret")).replace("signing_secret", "")
