"""Why something did not get through is said in the desk's language, whichever sentence was stored with it."""

import ast
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bot import errors
from bot.texts import Texts
from bot.texts.reasons import REASONS, indonesian

BOT = Path(errors.__file__).parent
SAYING = {
    "Later",
    "Down",
    "Rejected",
    "Unreachable",
    "Closed",
    "Unconfirmed",
    "Refused",
    "Unknown",
    "DiskRefuses",
    "LaterOrNever",
}
#: sentences that several modules say
NAMED = {
    name.id: node.value
    for path in BOT.rglob("*.py")
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.Assign) and isinstance(name := node.targets[0], ast.Name)
}


def sentences(path: Path) -> Iterator[str]:
    """What the module can say: what it calls an error with, in a module of errors all, and what it calls a problem."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
            yield from map(spoken, node.args[:1])
        elif isinstance(node, ast.Assign) and getattr(node.targets[-1], "attr", "") == "problem":
            yield spoken(node.value)
        elif path.name == "errors.py" and isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in docs:
            yield spoken(node)


def spoken(node: ast.expr) -> str:
    """A literal text, or one that has a name, with something in its blanks; empty for anything else."""
    match NAMED.get(node.id, node) if isinstance(node, ast.Name) else node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "Some" for part in values)
        case _:
            return ""


FOLDERS = ("channels", "delivery", "services", "slack")
SAID = sorted(
    {
        said
        for folder in FOLDERS
        for path in (BOT / folder).rglob("*.py")
        for said in sentences(path)
        if said[:1].isupper() and " " in said and not said.endswith((": ", "("))  # the beginnings of others
    }
)


def test_many_sentences_were_found() -> None:
    assert len(SAID) > 50


@pytest.mark.parametrize("said", SAID)
def test_every_reason_is_said_in_indonesian(said: str) -> None:
    assert indonesian(said)


def test_every_translation_is_of_a_sentence_that_somebody_says() -> None:
    assert {english for english in REASONS if "{" not in english} <= set(SAID)


def test_what_stands_in_the_blanks_is_taken_over() -> None:
    say = partial(Texts().reason, "id")

    assert say("Telegram refuses it: message can't be edited") == "Telegram menolaknya: message can't be edited"
    assert say("WhatsApp asks to wait.") == "WhatsApp meminta kita menunggu."


def test_a_sentence_that_nobody_has_translated_stays_as_it_is() -> None:
    assert Texts().reason("id", "Of a new kind.") == "Of a new kind."
    assert Texts().reason("en", "WhatsApp asks to wait.") == "WhatsApp asks to wait."
