"""What the reference says is what the code does: nothing undocumented, nothing promised that is not there."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from itertools import product
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, get_args

import pytest

import bot
from bot import cli, config, findings, settings
from bot.delivery.ports import Outcome
from bot.domain.events import Event, Hint, Offer
from bot.domain.intents import Intent, PostNotice, UpdateCard, intents_for
from bot.domain.markers import is_note
from bot.findings import Kind
from bot.handlers import actions, commands
from bot.handlers.verbs import LISTINGS, VERBS
from bot.metrics import Metrics
from bot.slack.receipts import REACTIONS
from bot.texts import en

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
REFERENCE = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
EVENTS = (ROOT / "docs/reference/events.md").read_text(encoding="utf-8")
METRICS = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "loket.example.toml").read_text(encoding="utf-8")
WITH_A_DESK = re.sub(r"(?m)^# (?=\[\[desk|\w+ = )", "", EXAMPLE)  # its commented-out desk brought to life


def ticked(text: str) -> set[str]:
    """What stands in backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def rows(text: str) -> Iterator[list[str]]:
    """The cells of the tables' rows, without head and rule."""
    lines = [line.replace(r"\|", "/").strip("| ").split("|") for line in text.splitlines() if line.startswith("|")]
    rules = {number for number, cells in enumerate(lines) if set("".join(cells)) <= {"-"}}
    return (cells for number, cells in enumerate(lines) if not {number, number + 1} & rules)


def first_cells(text: str) -> set[str]:
    """What the first cells of the tables name, each in its backticks."""
    return {name for cells in rows(text) for name in ticked(cells[0])}


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    found = re.search(rf"(?ms)^#+ {heading}$(.*?)(?=^#|\Z)", text)
    assert found is not None, heading
    return found[1]


def test_the_reference_names_every_variable_and_key_and_no_other() -> None:
    assert first_cells(REFERENCE) == {*settings.VARIABLES, *config.KEYS}


def test_the_example_holds_exactly_the_defaults() -> None:
    loaded = config.parse(EXAMPLE, slack_channel="#support", known_texts={})

    assert loaded == config.parse("", slack_channel="#support", known_texts={})


def test_the_example_shows_every_key() -> None:
    tables = tomllib.loads(WITH_A_DESK)
    tables["desk"] = tables["desk"][0]

    shown = {f"{name}.{key}" for name, table in tables.items() if isinstance(table, dict) for key in table}

    assert shown | {"supervisors", "timezone"} == set(config.KEYS)


def test_the_desk_of_the_example_is_right_and_shows_its_defaults() -> None:
    (desk,) = config.parse(WITH_A_DESK, slack_channel=None, known_texts={}).desks

    assert desk == config.Desk(name="Support", channel="C0123ABCD")


def test_every_default_stands_in_the_reference() -> None:
    defaults = {name.upper(): field.default for name, field in settings.Environment.model_fields.items()}

    for variable, default in defaults.items():
        if isinstance(default, str | int):
            assert re.search(rf"`{variable}` \| `{re.escape(str(default))}`", REFERENCE), variable


# --- commands.md


def test_every_verb_stands_in_the_reference_in_each_of_its_forms() -> None:
    table = {next(iter(ticked(cells[0]))): cells for cells in rows(section(COMMANDS, "Verbs"))}

    assert set(table) == {*VERBS, *LISTINGS, "help"}
    for name, (_, slash, thread, *_) in table.items():
        assert f"`/loket {name}" in slash
        assert f"`!{name}" in thread
        assert (f"`/{name}" in slash) == (name in commands.SHORT)


def test_every_button_stands_in_the_reference_with_the_label_it_has() -> None:
    buttons = section(COMMANDS, "Buttons")
    of_cards = {actions.MORE, *(f"ticket.{name}" for name in (*actions.AT_ONCE, *actions.ASKING))}

    assert {name for name in ticked(buttons) if name.startswith("ticket.")} == of_cards
    assert set(re.findall(r"\*\*(.+?)\*\*", buttons)) <= {"⋯", *en.TEXTS.values()}


def test_every_receipt_stands_in_the_reference() -> None:
    assert first_cells(section(COMMANDS, "Receipts")) == set(REACTIONS.values())


def test_the_note_markers_of_the_reference_make_notes() -> None:
    markers = ticked(section(COMMANDS, "Note markers"))

    assert len(markers) == 6
    assert all(is_note(f"{marker} he is rude") for marker in markers)


def test_every_subcommand_and_option_stands_in_the_reference(capsys: pytest.CaptureFixture[str]) -> None:
    table = {next(iter(ticked(cells[0]))): cells[1] for cells in rows(section(COMMANDS, "In the shell"))}

    assert set(table) == set(re.findall(r"(?m)^ {4}(\w+)(?= |$)", usage(capsys)))
    for name, options in table.items():
        assert set(re.findall(r"--[\w-]+", options)) == set(re.findall(r"--[\w-]+", usage(capsys, name))) - {"--help"}


def usage(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What ``loket … --help`` prints."""
    with pytest.raises(SystemExit):
        cli.main([*words, "--help"])
    return capsys.readouterr().out


# --- events.md


@pytest.mark.parametrize("kind", get_args(Event))
def test_every_event_stands_in_the_reference_with_all_that_follows(kind: type[Any]) -> None:
    (row,) = (cells for cells in rows(EVENTS) if ticked(cells[0]) == {kind.__name__})

    follows = {type(intent).__name__ for event in examples(kind) for intent in intents_for(event)}

    assert ticked("".join(row[2:])) == follows


def test_the_reference_names_no_other_event_and_every_intent() -> None:
    assert first_cells(EVENTS) == {kind.__name__ for kind in get_args(Event)}
    assert {intent.__name__ for intent in get_args(Intent)} <= ticked(EVENTS)
    assert UpdateCard.__name__ in EVENTS.split("|")[0]


def test_there_is_a_text_for_every_notice_that_an_event_brings_about() -> None:
    kinds = [kind for kind in get_args(Event) if "what" not in kind.__dataclass_fields__]
    follows = [intent for kind in kinds for event in examples(kind) for intent in intents_for(event)]
    names = {f"notice.{intent.name}" for intent in follows if isinstance(intent, PostNotice)}

    assert len(names) > 10
    assert {name for name in names if not any(text.startswith(name) for text in en.TEXTS)} == set()


def examples(kind: type[Any]) -> Iterator[Any]:
    """Events of a kind with all choices that they leave open."""
    some: dict[str, Any] = {
        "at": datetime(2026, 11, 21, tzinfo=UTC), "due_at": datetime(2026, 11, 21, tzinfo=UTC), "to": (),
        "offer": Offer.CLAIM, "rating": 5,
    }  # fmt: skip
    choices: dict[str, tuple[Any, ...]] = {
        **dict.fromkeys(("post", "as_emoji", "was_emoji", "on_card"), (False, True)),
        "limit_mb": (None, 20), "hint": (None, *Hint), "what": ("edit", "close"),
    }  # fmt: skip
    required = {field.name: some.get(field.name, "1") for field in fields(kind) if field.default is MISSING}
    names = [field.name for field in fields(kind) if field.name in choices]
    for values in product(*(choices[name] for name in names)):
        yield kind(**required | dict(zip(names, values, strict=True)))


# --- metrics.md


def test_the_reference_names_every_metric_with_its_kind_and_its_labels() -> None:
    table = {next(iter(ticked(cells[0]))): (cells[1].strip(), ticked(cells[2])) for cells in rows(METRICS)}

    ours = [found for found in Metrics().registry.collect() if found.name.startswith("loket_")]
    assert table == {found.name: (found.type, labels_of(found.name)) for found in ours}


def labels_of(name: str) -> set[str]:
    """The labels of one of our metrics."""
    if name == "loket_build":
        return {"version", "python", "database"}
    metrics = Metrics()
    (found,) = (one for one in vars(metrics).values() if getattr(one, "_name", None) == name)
    return set(found._labelnames)


# --- check.md


def kinds() -> dict[str, Kind]:
    """All that `loket check` can find, by the name of its constant."""
    names = [name for _, name, _ in walk_packages(bot.__path__, "bot.") if name.rpartition(".")[2].startswith("check")]
    modules = [findings, *map(import_module, names)]
    return {f"{module.__name__}.{name}": value for module in modules for name, value in vars(module).items()
            if isinstance(value, Kind)}  # fmt: skip


def test_every_finding_stands_in_the_reference_with_its_mend_and_no_other() -> None:
    page = (ROOT / "docs/reference/check.md").read_text(encoding="utf-8")

    assert {tuple(map(str.strip, cells)) for cells in rows(page)} == {
        (f"{kind.mark} {kind.says}", kind.mend or "–") for kind in kinds().values()
    }


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_finding_is_found_by_a_test(name: str) -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/test_check_*.py"))

    assert re.search(rf"\b{name.rpartition('.')[2]}\b", tests)


# --- follow-a-message.md


def test_the_lines_of_the_log_that_are_shown_and_explained_are_written() -> None:
    page = (ROOT / "docs/howto/follow-a-message.md").read_text(encoding="utf-8")
    code = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("bot/**/*.py"))
    written = set(re.findall(r'(?:\.(?:info|warning|error)|say)\(\s*f?"(\w+\.\w+|outbox\.\{)', code))
    outcomes = {f"outbox.{kind.__name__.lower()}" for kind in get_args(Outcome)}

    shown = {json.loads(line)["event"] for line in page.splitlines() if line.startswith("{")}
    explained = first_cells(section(page, "The steps"))

    assert len(shown) >= 3
    assert shown <= explained <= written | outcomes


# --- faults.md


def test_every_fault_has_at_every_step_a_test_or_a_reason() -> None:
    page = (ROOT / "docs/reference/faults.md").read_text(encoding="utf-8")
    head = next(line for line in page.splitlines() if line.startswith("| fault | "))
    steps = [step.strip() for step in head.strip("| ").split("|")][1:]
    overview = {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in rows(section(page, "Faults"))}

    assert len(steps) == 10
    assert len(overview) == 14
    for number, step in enumerate(steps):
        shown = {cells[0].strip(): cells[1].strip() for cells in rows(section(page, step))}
        assert {fault: marks[number] for fault, marks in overview.items()} == {
            fault: mark(cell) for fault, cell in shown.items()
        }, step


def mark(cell: str) -> str:
    """What the overview shows of a cell: every test that is named exists, as of all pages."""
    if cell.startswith("– "):
        return "–"
    assert all(re.fullmatch(r"tests/[\w/]+\.py:test_\w+", name) for name in ticked(cell)), cell
    assert ticked(cell), cell
    return "✓"


# --- all pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")) if "://" not in link]

    for file, _, heading in (link.partition("#") for link in links):
        target = page.parent / file if file else page
        assert target.exists(), file
        assert not heading or heading in headings(target), f"{file}#{heading}"


def headings(page: Path) -> set[str]:
    """The headings as links name them."""
    found = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_and_function_that_is_named_exists(page: Path) -> None:
    named = ticked(page.read_text(encoding="utf-8"))

    for name in (name for name in named if re.match(r"(bot|deploy|tests|docs)/[\w./:-]*$", name)):
        path, _, function = name.partition(":")
        assert (ROOT / path).exists(), name
        assert not function or function in defined(ROOT / path), name


@cache
def defined(path: Path) -> set[str]:
    """The functions, classes and tables of a module, methods as ``Class.method``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
            inner = node.body if isinstance(node, ast.ClassDef) else []
            methods = [one for one in inner if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
            found |= {f"{node.name}.{one.name}" for one in methods}
    return found


def test_the_architecture_has_a_place_for_every_file_and_folder() -> None:
    there = {f"bot/{path.name}{'/' if path.is_dir() else ''}" for path in (ROOT / "bot").glob("[a-z]*")}

    named = first_cells((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
    assert there - named == {"bot/py.typed"}


def test_the_architecture_walks_through_functions() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")

    assert len(re.findall(r"`bot/[\w/]+\.py:[\w.]+`", page)) > 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))

    assert set(re.findall(r"(?m)(?:^|`)make ([a-z]+)", page.read_text(encoding="utf-8"))) <= targets


def test_contributing_names_every_make_target() -> None:
    targets = re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"))

    assert {f"make {target}" for target in targets} <= ticked((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
