"""
The verbs: one definition each, three forms (a slash command, ``!verb`` or ``@Loket verb`` in a thread, a button with
its modal). A verb's function gets what was asked and returns what to answer.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.ids import AgentId, Cause, SlackChannel, SlackTs, TicketNumber
from bot.domain.text import RichText
from bot.errors import WrongUse
from bot.services.replies import Explicit
from bot.services.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Somebody asks for a verb."""

    verb: str
    number: TicketNumber
    agent: AgentId
    agent_name: str
    words: RichText  #: what follows the number; mentions still opaque
    names: Mapping[str, str]  #: plain names for the mentions in the words
    ts: SlackTs | None = None  #: the message in the ticket's thread that says it
    cause: Cause
    now: datetime

    @property
    def said(self) -> RichText:
        """The words with plain names, as a customer may read them."""
        return self.words.named(self.names).stripped()


Act = Callable[[Services, Asked], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A verb: how it is written after its name, and what it does."""

    name: str
    usage: str
    done: str  #: the text that answers it
    act: Act
    needs_words: bool = False  #: a modal asks for them where they are missing


async def _claim(services: Services, asked: Asked) -> object:
    return await services.lifecycle.claim(asked.number, agent=asked.agent, cause=asked.cause, now=asked.now)


async def _reply(services: Services, asked: Asked) -> object:
    return await services.replies.reply(_explicit(asked), cause=asked.cause, now=asked.now)


async def _note(services: Services, asked: Asked) -> object:
    return await services.replies.note(_explicit(asked), cause=asked.cause, now=asked.now)


async def _escalate(services: Services, asked: Asked) -> object:
    to, reason = _target(asked)
    if not reason:
        raise WrongUse(verb="escalate", problem="reason_missing")
    return await services.lifecycle.escalate(
        asked.number, agent=asked.agent, to=to, reason=reason, cause=asked.cause, now=asked.now
    )


async def _close(services: Services, asked: Asked) -> object:
    resolution = asked.said.plain or None
    return await services.lifecycle.solve(
        asked.number, agent=asked.agent, resolution=resolution, cause=asked.cause, now=asked.now
    )


async def _reopen(services: Services, asked: Asked) -> object:
    return await services.lifecycle.reopen(asked.number, agent=asked.agent, cause=asked.cause, now=asked.now)


async def _undo(services: Services, asked: Asked) -> object:
    return await services.replies.undo(asked.number, agent=asked.agent, cause=asked.cause, now=asked.now)


VERBS: Mapping[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb(name="claim", usage="[#n]", done="done.claimed", act=_claim),
        Verb(name="reply", usage="#n text", done="done.replied", act=_reply, needs_words=True),
        Verb(name="note", usage="#n text", done="done.noted", act=_note, needs_words=True),
        Verb(name="escalate", usage="#n [@who] reason", done="done.escalated", act=_escalate, needs_words=True),
        Verb(name="close", usage="#n [resolution]", done="done.closed", act=_close),
        Verb(name="reopen", usage="#n", done="done.reopened", act=_reopen),
        Verb(name="undo", usage="[#n]", done="done.undone", act=_undo),
    )
}  # fmt: skip


def _explicit(asked: Asked) -> Explicit:
    return Explicit(number=asked.number, agent=asked.agent, agent_name=asked.agent_name, text=asked.said, ts=asked.ts)


def _target(asked: Asked) -> tuple[tuple[str, ...], str]:
    """Whom an escalation names first, if anybody, and its reason."""
    words = asked.words.stripped()
    first = words.spans[0] if words.spans else None
    if first is None or first.mention is None or not first.mention.startswith(("user:", "group:")):
        return (), asked.said.plain
    rest = words.without_prefix(len(first.text))
    return (first.mention,), replace(asked, words=rest).said.plain


@dataclass(frozen=True, slots=True)
class Permalink:
    """A ticket named by the address of its thread."""

    channel: SlackChannel
    ts: SlackTs


_NUMBER = re.compile(r"\s*#(\d{1,9})(?![\w#])[\s:,]*")
_BARE_NUMBER = re.compile(r"\s*#?(\d{1,9})(?:\s+|$)")
_ADDRESS = re.compile(r"\s*<?https://[^/\s]+/archives/([CG][A-Z0-9]+)/p(\d{10})(\d{6})(?:\?\S*)?>?(?:\s+|$)")
_THREAD = re.compile(r"[?&]thread_ts=(\d{10}\.\d{6})")


def named_ticket(words: RichText, *, bare: bool) -> tuple[TicketNumber | Permalink | None, RichText]:
    """
    The ticket that stands first in the words, and what follows.

    ``#42`` and a permalink always name one; a ``bare`` 42 only where nothing else could be meant.
    """
    plain = words.plain
    found = (_BARE_NUMBER if bare else _NUMBER).match(plain) or _NUMBER.match(plain)
    if found is not None:
        return TicketNumber(int(found[1])), words.without_prefix(found.end())
    address = _ADDRESS.match(plain)
    if address is not None:
        thread = _THREAD.search(address[0])
        ts = SlackTs(thread[1] if thread else f"{address[2]}.{address[3]}")
        return Permalink(SlackChannel(address[1]), ts), words.without_prefix(address.end())
    return None, words
