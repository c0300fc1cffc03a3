"""What people read when their request is refused."""

import re

from bot.errors import DomainError, WrongUse
from bot.slack.mrkdwn import literal
from bot.texts import CATALOGUES, Texts


def refusal(error: DomainError, texts: Texts, language: str) -> str:
    """The sentence, as mrkdwn for the person who asked."""
    values = {name: _shown(name, value) for name, value in error.values.items()}
    if not isinstance(error, WrongUse):
        return texts.say(language, error.text, **values)
    verb, problem = error.values.get("verb"), error.values.get("problem")
    sentence = texts.say(language, _known(f"problem.{problem}", "problem.other"), **values)
    usage = texts.say(language, _known(f"verb.{verb}", "verb.help"))
    return texts.say(language, error.text, problem=sentence, usage=usage)


def _known(name: str, fallback: str) -> str:
    return name if name in CATALOGUES["en"] else fallback


def _shown(name: str, value: object) -> str:
    """Agents are mentioned; anything that somebody typed stays literal."""
    text = str(value)
    return f"<@{text}>" if name == "agent" and re.fullmatch("[A-Z0-9]+", text) else literal(text)
