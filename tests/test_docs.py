"""What the reference says is what the code does: nothing undocumented, nothing promised that is not there."""

import re
import tomllib
from pathlib import Path

from bot import config, settings

ROOT = Path(__file__).parents[1]
REFERENCE = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "loket.example.toml").read_text(encoding="utf-8")
WITH_A_DESK = re.sub(r"(?m)^# (?=\[\[desk|\w+ = )", "", EXAMPLE)  # its commented-out desk brought to life


def first_cells() -> set[str]:
    """What the first cells of the tables name, each in its backticks."""
    rows = [line.split("|")[1] for line in REFERENCE.splitlines() if line.startswith("| `")]
    return {name for cell in rows for name in re.findall(r"`([^`]+)`", cell)}


def test_the_reference_names_every_variable_and_key_and_no_other() -> None:
    assert first_cells() == {*settings.VARIABLES, *config.KEYS}


def test_the_example_holds_exactly_the_defaults() -> None:
    loaded = config.parse(EXAMPLE, slack_channel="#support", known_texts={})

    assert loaded == config.parse("", slack_channel="#support", known_texts={})


def test_the_example_shows_every_key() -> None:
    tables = tomllib.loads(WITH_A_DESK)
    tables["desk"] = tables["desk"][0]

    shown = {f"{name}.{key}" for name, table in tables.items() if isinstance(table, dict) for key in table}

    assert shown | {"supervisors"} == set(config.KEYS)


def test_the_desk_of_the_example_is_right_and_shows_its_defaults() -> None:
    (desk,) = config.parse(WITH_A_DESK, slack_channel=None, known_texts={}).desks

    assert desk == config.Desk(name="Support", channel="C0123ABCD")


def test_every_default_stands_in_the_reference() -> None:
    defaults = {name.upper(): field.default for name, field in settings.Environment.model_fields.items()}

    for variable, default in defaults.items():
        if isinstance(default, str | int):
            assert re.search(rf"`{variable}` \| `{re.escape(str(default))}`", REFERENCE), variable
