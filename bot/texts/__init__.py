"""The words that people read, one catalogue per language; operators may override what customers read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from babel.dates import format_timedelta
from babel.numbers import format_decimal

from bot.texts import en
from bot.texts import id as indonesian
from bot.texts.reasons import indonesian as indonesian_reason

CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": en.TEXTS, "id": indonesian.TEXTS}
MENU = "command."  #: names that begin so describe the commands that customers are offered
CUSTOMERS = ("ticket.", "customer.", MENU)  #: names that begin so are read by customers


def overridable() -> dict[str, str]:
    """The texts that customers read, by name, in English."""
    return {name: text for name, text in en.TEXTS.items() if name.startswith(CUSTOMERS)}


def language_of(hint: str | None, *, default: str) -> str:
    """The catalogue for a platform's language hint such as ``id-ID``; without one we know, ``default``."""
    primary = (hint or "").replace("_", "-").split("-")[0].lower()
    return {"in": "id", "ms": "id"}.get(primary, primary) if primary in {*CATALOGUES, "in", "ms"} else default


@dataclass(frozen=True, slots=True)
class Texts:
    """The catalogues with an operator's overrides (language → name → text)."""

    overrides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def say(self, language: str, name: str, /, **values: object) -> str:
        """The text with its blanks filled in; an unknown ``name`` is a mistake of ours and raises `KeyError`."""
        text = self.overrides.get(language, {}).get(name) or CATALOGUES[language][name]
        return text.format(**values)

    def reason(self, language: str, sentence: str) -> str:
        """Why something did not get through, as `bot.errors.DeliveryError` says it in English."""
        return (indonesian_reason(sentence) if language == "id" else None) or sentence

    def menus(self, default: str) -> dict[str, dict[str, str]]:
        """What customers can ask of the desk, per language and (under ``""``) for all others: name and description."""
        menus = {
            language: {name.removeprefix(MENU): self.say(language, name) for name in texts if name.startswith(MENU)}
            for language, texts in CATALOGUES.items()
        }
        return {"": menus[default], **menus}

    def size(self, language: str, size_bytes: int) -> str:
        """A size as people say it, in units of 1024: 240 KB, 1.5 MB, 1,5 MB."""
        for unit, name in ((1 << 20, "MB"), (1 << 10, "KB")):
            if size_bytes >= unit:
                return f"{format_decimal(size_bytes / unit, format='0.#', locale=language)} {name}"
        return f"{size_bytes} B"

    def span(self, language: str, span: timedelta) -> str:
        """A duration as people say it: 30 minutes, 8 jam."""
        return format_timedelta(span, threshold=1.5, locale=language)
