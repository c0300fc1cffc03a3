"""`loket.toml`: what it may hold, and what an operator reads when it holds something else."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.config import Config, Desk, ReplyMode, Signature, load, parse
from bot.errors import ConfigError

TEXTS = {"ticket.received": "It is #{number}; wait {hours} hours.", "ticket.closed": "Closed."}


def parsed(toml_text: str, *, slack_channel: str | None = "#support") -> Config:
    return parse(toml_text, slack_channel=slack_channel, known_texts=TEXTS)


def problems(toml_text: str, *, slack_channel: str | None = "#support") -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parsed(toml_text, slack_channel=slack_channel)
    return caught.value.problems


def test_an_empty_file_means_the_defaults_and_one_desk() -> None:
    config = parsed("")

    assert config.desks == (Desk(name="Support", channel="#support"),)
    assert config.replies == Config().replies
    assert (config.replies.mode, config.replies.signature) == (ReplyMode.OWNER, Signature.NONE)
    assert config.replies.hold == timedelta(seconds=5)
    assert config.tickets.reopen_within == timedelta(days=3)
    assert config.targets.first_response == timedelta(minutes=30)
    assert config.targets.resolution == timedelta(hours=8)
    assert (config.limits.slack_posts_per_second, config.limits.pace_customers) == (1.0, True)
    assert (config.alarms.loss_after, config.alarms.reply_after) == (timedelta(minutes=10), timedelta(minutes=2))


def test_every_key_is_read() -> None:
    config = parsed(
        """
        supervisors = ["U0123ABCD", "@support-leads"]
        timezone = "Asia/Jakarta"
        [[desk]]
        name = "Support"
        channel = "C0123ABCD"
        language = "id"
        customers = ["telegram"]
        [[desk]]
        name = "Billing"
        channel = "#billing"
        [replies]
        mode = "explicit"
        hold_seconds = 60
        signature = "name"
        [tickets]
        reopen_hours = 1.5
        [targets]
        first_response = "90s"
        resolution = "2d"
        [limits]
        slack_posts_per_second = 0
        pace_customers = false
        [alarms]
        loss_after = 0
        reply_after = "90s"
        [texts.id]
        "ticket.received" = "Diterima: #{number} {{ya}}"
        """
    )

    assert config.supervisors == ("U0123ABCD", "@support-leads")
    assert config.zone == ZoneInfo("Asia/Jakarta")
    assert [desk.channel for desk in config.desks] == ["C0123ABCD", "#billing"]
    assert [desk.language for desk in config.desks] == ["id", "en"]
    assert [desk.customers for desk in config.desks] == [("telegram",), ("telegram", "whatsapp")]
    assert (config.replies.mode, config.replies.signature) == (ReplyMode.EXPLICIT, Signature.NAME)
    assert config.tickets.reopen_within == timedelta(minutes=90)
    assert (config.targets.first_response, config.targets.resolution) == (timedelta(seconds=90), timedelta(days=2))
    assert (config.limits.slack_posts_per_second, config.limits.pace_customers) == (0, False)
    assert (config.alarms.loss_after, config.alarms.reply_after) == (timedelta(0), timedelta(seconds=90))
    assert config.texts.id == {"ticket.received": "Diterima: #{number} {{ya}}"}
    assert config.texts.en == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('supervisors = ["bob"]', 'supervisors[1]: "bob" is wrong; it must be Slack user ids'),
        ('supervisors = "U1"', 'supervisors: "U1" is wrong'),
        ('timezone = "Mars"', 'timezone: "Mars" is wrong; it must be an IANA time zone such as "Asia/Jakarta"'),
        ('timezone = "Asia"', 'timezone: "Asia" is wrong'),
        ('timezone = "../UTC"', 'timezone: "../UTC" is wrong'),
        ('timezone = ""', 'timezone: "" is wrong'),
        ("timezone = 7", "timezone: 7 is wrong"),
        ('replies.mode = "ownr"', 'replies.mode: "ownr" is wrong; it must be "owner", "everyone" or "explicit"'),
        ("replies.hold_seconds = 61", "replies.hold_seconds: 61 is wrong; it must be a whole number from 0 to 60"),
        ("replies.hold_seconds = -1", "replies.hold_seconds: -1 is wrong"),
        ("replies.hold_seconds = true", "replies.hold_seconds: true is wrong"),
        ('replies.hold_seconds = "5"', 'replies.hold_seconds: "5" is wrong'),
        ("replies.hold = 5", "replies.hold: no such key; here stand: mode, hold_seconds, signature"),
        ("replies = 5", "replies: 5 is wrong; it must be a table: [replies]"),
        ("tickets.reopen_hours = -1", "tickets.reopen_hours: -1 is wrong"),
        ("tickets.reopen_hours = nan", "tickets.reopen_hours: NaN is wrong"),
        ("targets.resolution = 30", "targets.resolution: 30 is wrong; it must be a duration"),
        ('targets.resolution = "0m"', 'targets.resolution: "0m" is wrong'),
        ('targets.resolution = "1h30m"', 'targets.resolution: "1h30m" is wrong'),
        ("alarms.loss_after = 10", "alarms.loss_after: 10 is wrong; it must be a duration such as"),
        ("alarms.loss_after = false", "alarms.loss_after: false is wrong"),
        ("limits.slack_posts_per_second = inf", "limits.slack_posts_per_second: Infinity is wrong"),
        ("mode = 1", "mode: no such key; here stand: supervisors, timezone, desk"),
        ('desk = [{name = "A"}]', "desk[1].channel: missing; set it to a Slack channel: its id"),
        ('desk = {name = "A", channel = "C1"}', "it must be a table under [[desk]], with double brackets"),
        ('desk = [{name = "A", channel = "support"}]', 'desk[1].channel: "support" is wrong'),
        ('desk = [{name = "A", channel = "C1", language = "fr"}]', 'desk[1].language: "fr" is wrong'),
        ('desk = [{name = "A", channel = "C1", customers = ["sms"]}]', 'desk[1].customers[1]: "sms" is wrong'),
        ('texts.fr."ticket.closed" = "Fini"', "texts.fr: no such key; here stand: en, id"),
        ('texts.en.ticket.closed = "Done"', 'its name stands in quotes: "ticket.received" = "…"'),
        ('texts.en."ticket.closed" = ""', "texts.en.ticket.closed: "),
        ('texts.en."ticket.receved" = "x"', "there is no text of this name; did you mean ticket.received?"),
        ('texts.en."ticket.received" = "{nr}"', "{nr} is not filled in here; these are: {hours}, {number}"),
        ('texts.en."ticket.closed" = "{}"', "{} is not filled in here; these are: none"),
        ('texts.en."ticket.received" = "{number.real}"', "{number.real} is not filled in here"),
        ('texts.en."ticket.received" = "{number:{hours}}"', "texts.en.ticket.received: {number:"),
        ('texts.en."ticket.received" = "{number!x}"', "texts.en.ticket.received: {number!x"),
        ('texts.en."ticket.closed" = "}"', "write {{ and }} for a brace that customers should see"),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_its_mend(line: str, said: str) -> None:
    (problem,) = problems(line)

    assert problem.startswith("loket.toml: ")
    assert said in problem


def test_all_problems_are_said_at_once() -> None:
    said = problems('replies.mode = "x"\nfoo = 1\ntexts.id."no.such" = "y"', slack_channel=None)

    places = [": ".join(problem.split(": ")[:2]) for problem in said]
    assert places[:3] == ["loket.toml: replies.mode", "loket.toml: foo", "loket.toml: texts.id.no.such"]
    assert [problem.partition(";")[0] for problem in said[3:]] == ["SLACK_CHANNEL: missing"]


def test_two_desks_are_never_taken_for_one_another() -> None:
    said = problems(
        'desk = [{name = "Help", channel = "C1"}, {name = "help", channel = "C2"}, {name = "Other", channel = "C1"}]'
    )

    assert said == (
        "loket.toml: desk[2].name: another desk has the same name; change one of them",
        "loket.toml: desk[3].channel: another desk has the same channel; change one of them",
    )


def test_without_a_desk_and_without_a_channel_there_is_nowhere_to_work() -> None:
    (problem,) = problems("desk = []", slack_channel=None)

    assert problem.startswith("SLACK_CHANNEL: missing; set it to ")


def test_a_long_value_is_cut_and_a_token_is_masked() -> None:
    (long,) = problems(f'replies.mode = "{"x" * 500}"')
    (token,) = problems('replies.mode = "xoxb-123-hush"')

    assert len(long) < 200
    assert "hush" not in token


def test_what_is_not_toml_is_refused_with_its_line() -> None:
    (problem,) = problems("[replies]\nmode = owner", slack_channel=None)

    assert problem.startswith("loket.toml: this is not TOML: ")
    assert "line 2" in problem


def test_a_file_is_read_whatever_editor_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "loket.toml"
    path.write_bytes(b"\xef\xbb\xbf[replies]\r\nhold_seconds = 7\r\n")

    config = load(path, slack_channel="#support", known_texts={})

    assert config.replies.hold_seconds == 7


@pytest.mark.parametrize("content", [b"\xff\xfe", None], ids=["not UTF-8", "a folder"])
def test_a_file_that_cant_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "loket.toml"
    path.mkdir() if content is None else path.write_bytes(content)

    with pytest.raises(ConfigError, match="can't be read") as caught:
        load(path, slack_channel="#support", known_texts={})

    assert str(path) in caught.value.problems[0]
