"""Every word exists in every language, with the same blanks, and fits where it is shown."""

import re
from datetime import timedelta
from string import Formatter

import pytest

from bot import errors
from bot.channels.telegram import content as telegram
from bot.channels.whatsapp import content as whatsapp
from bot.config import ReplyMode
from bot.domain.events import Offer
from bot.domain.ticket import Status
from bot.domain.undo import UNDOABLE
from bot.errors import AlreadyClaimed, DomainError, NoSuchTicket, WrongUse
from bot.handlers.verbs import LISTINGS, VERBS
from bot.slack.refusals import refusal
from bot.texts import CATALOGUES, Texts, language_of, overridable
from bot.texts.en import TEXTS as ENGLISH

LANGUAGES = sorted(CATALOGUES)
DONE = (
    *(verb.done for verb in VERBS.values() if verb.done is not None),
    *("done.taken_back", "done.sent", "done.kept", "done.left", "done.again"),
)
REFUSALS = sorted(
    (kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DomainError)),
    key=lambda kind: kind.__name__,
)


def blanks(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_texts_with_the_same_blanks(language: str) -> None:
    texts = CATALOGUES[language]

    assert {name: blanks(text) for name, text in texts.items()} == {
        name: blanks(text) for name, text in ENGLISH.items()
    }
    assert all(text.strip() for text in texts.values())


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_sentence_was_left_untranslated(language: str) -> None:
    same = {name for name, text in CATALOGUES[language].items() if text == ENGLISH[name]}

    same -= {name for name in same if not re.search("[A-Za-z]{2,}", re.sub(r"{.*?}", "", ENGLISH[name]))}
    assert same == {"customer.choice.lang_en", "customer.choice.lang_id"}  # each language is named in its own


def test_customers_texts_have_the_blanks_that_are_filled_for_them() -> None:
    filled = {name: blanks(text) for name, text in overridable().items()}

    assert {name: found for name, found in filled.items() if found} == {
        "ticket.file_too_big": {"limit"},
        "ticket.received": {"name", "number", "target"},
        "ticket.solved": {"number", "reopen"},
        "ticket.rate": {"number"},
        "customer.greeting": {"name"},
        "customer.status_line": {"number", "subject", "status"},
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_and_buttons_of_modals_are_short_enough_for_slack(language: str) -> None:
    short = {name: text for name, text in CATALOGUES[language].items() if name.endswith((".title", ".submit"))}

    assert {name: text for name, text in short.items() if len(text) > 24} == {}


@pytest.mark.parametrize(
    "name",
    [
        *(f"status.{status}" for status in Status),
        *(f"offer.{offer}{suffix}" for offer in Offer for suffix in ("", ".send")),
        *(f"notice.{word}.{mode}" for mode in ReplyMode for word in ("claimed", "assigned")),
        *(f"notice.undone.{verb}" for verb in UNDOABLE.values()),
        *(f"kind.{kind}" for kind in sorted({*telegram.KINDS, *whatsapp.KINDS} - {"text", "unique_gift"})),
        *(f"verb.{verb}" for verb in (*VERBS, *LISTINGS, "help")),
        *(f"modal.{verb}.{part}" for verb in VERBS for part in ("title", "submit")),
        *DONE,
        *(kind.text for kind in REFUSALS),
    ],
)
def test_there_is_a_text_for_whatever_the_domain_may_say(name: str) -> None:
    assert name in ENGLISH


@pytest.mark.parametrize("word", DONE)
def test_the_answer_to_a_command_names_ticket_and_customer(word: str) -> None:
    assert blanks(ENGLISH[word]) == {"number", "customer"}


def test_a_span_reads_as_people_say_it() -> None:
    assert Texts().span("id", timedelta(minutes=30)) == "30 menit"
    assert language_of("in-ID", default="en") == "id"


def test_a_refusal_mentions_who_was_first() -> None:
    said = refusal(AlreadyClaimed(number=42, agent="U1"), Texts(), "en")

    assert said == "Ticket #42 already belongs to <@U1>."


def test_a_refusal_speaks_the_desks_language() -> None:
    assert refusal(NoSuchTicket(number=7), Texts(), "id") == "Tidak ada tiket #7."


def test_a_wrong_command_is_answered_with_the_right_form() -> None:
    said = refusal(WrongUse(verb="reply", problem="text_missing"), Texts(), "en")

    assert said.startswith("The text is missing.")
    assert "`reply #42 text`" in said


def test_an_unknown_verb_is_shown_literally_with_the_way_to_help() -> None:
    said = refusal(WrongUse(verb="<!here>", problem="unknown_verb"), Texts(), "en")

    assert "<!here>" not in said
    assert "`help`" in said


def test_a_problem_without_a_sentence_of_its_own_is_still_answered() -> None:
    assert "`close #42" in refusal(WrongUse(verb="close", problem="of a new kind"), Texts(), "en")


def test_the_menu_of_commands_speaks_each_language_and_to_all_others_the_desks() -> None:
    menus = Texts(overrides={"id": {"command.close": "Beres"}}).menus("id")

    assert menus["en"]["close"] == "My request is solved"
    assert menus["id"]["close"] == "Beres"
    assert menus[""] == menus["id"]
