"""What `loket check` finds: one line each, with what mends it in plain words."""

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from typing_extensions import override

from bot.logs import masked


class Mark(StrEnum):
    """How good or bad it is."""

    GOOD = "✓"
    WARNING = "!"  #: Loket works, but not as well as it could, or not for long
    WRONG = "✗"  #: Loket does not work


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; its words hold no secret."""

    mark: Mark
    says: str
    mend: str = ""

    @property
    def words(self) -> str:
        """What it is, and what mends it."""
        return "; ".join(filter(None, (self.says, self.mend)))

    @override
    def __str__(self) -> str:
        return f"{self.mark} {self.words}"


@dataclass(frozen=True, slots=True)
class Kind:
    """A finding with blanks. Each constant of this kind is a row of docs/reference/check.md."""

    mark: Mark
    says: str
    mend: str = ""

    def found(self, **blanks: object) -> Finding:
        """It, with the blanks filled; what others have written there is put on one line, and a token masked."""
        filled = {name: masked(" ".join(str(value).split())) for name, value in blanks.items()}
        return Finding(self.mark, self.says.format(**filled), self.mend.format(**filled))


def good(says: str) -> Kind:
    """As it should be."""
    return Kind(Mark.GOOD, says)


def warning(says: str, mend: str) -> Kind:
    """Not as good as it could be."""
    return Kind(Mark.WARNING, says, mend)


def wrong(says: str, mend: str) -> Kind:
    """It does not work."""
    return Kind(Mark.WRONG, says, mend)


@dataclass(slots=True)
class Inquiry:
    """
    One run of the checks that ask somebody.

    Attributes:
        now: reads the clock.
        is_running: a Loket runs on our database; what it does on the platforms is not a stranger's doing.
        patience: how long to wait for what only shows after a while.
        skews: how far our clock was ahead of each server that answered.
    """

    now: Callable[[], datetime]
    is_running: bool = False
    patience: timedelta = timedelta(0)
    skews: list[timedelta] = field(default_factory=list)

    def heard(self, date: str | None) -> None:
        """Take note of the ``Date`` header of an answer, which tells whole seconds."""
        try:
            theirs = parsedate_to_datetime(date or "")
        except ValueError:
            return
        if theirs.tzinfo is not None:
            self.skews.append(self.now() - theirs)


# --- a platform that can't be asked

NO_NAME = wrong(
    "{platform}: nothing on the network is called {host}",
    "check {setting}, the network of this machine and its name server (DNS)",
)
NO_TRUST = wrong(
    "{platform}: the encrypted connection to {host} fails ({reason})",
    "where a proxy opens encrypted traffic, let SSL_CERT_FILE name its certificate; else check {setting} and the clock",
)
NO_ANSWER = wrong(
    "{platform}: {host} can't be reached",
    "let the firewall pass connections to it; where a proxy is needed, set HTTPS_PROXY; check {setting}",
)
NOT_THEM = wrong(
    "{platform}: what answers at {host} is not {platform} (HTTP status {status})",
    "a proxy or firewall stands in between, or {setting} is another address",
)
BUSY = warning("{platform}: it asks us to wait", "run the check again in a minute")
ILL = warning("{platform}: it has a problem of its own ({code})", "run the check again later")


def unreachable(error: BaseException, *, platform: str, host: str, setting: str) -> Finding:
    """Why a call had no answer; ``setting`` names the variable that holds the address."""
    where = {"platform": platform, "host": host, "setting": setting}
    causes = tuple(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return NO_NAME.found(**where)
    if refused := [cause for cause in causes if isinstance(cause, ssl.SSLError)]:
        first = refused[-1]  # what aiohttp makes of it has no reason
        reason = getattr(first, "verify_message", "") or getattr(first, "reason", "") or "TLS"
        return NO_TRUST.found(**where, reason=reason.lower().replace("_", " "))
    return NO_ANSWER.found(**where)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that led to it, also where aiohttp keeps it in an attribute."""
    while error is not None:
        yield error
        inner = [getattr(error, name, None) for name in ("os_error", "certificate_error")]
        error = next((one for one in inner if isinstance(one, BaseException)), error.__cause__ or error.__context__)
