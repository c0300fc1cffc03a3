"""
The verbs: one definition each, three forms (a slash command, ``!verb`` or ``@Loket verb`` in a thread, a button with
its modal). A `Verb` is about one ticket, a `Listing` about many.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tortoise.expressions import Q

from bot.domain.enclosures import Enclosed
from bot.domain.ids import AgentId, Cause, SlackChannel, SlackTs, TicketNumber
from bot.domain.text import RichText
from bot.errors import NotAssignable, WrongUse
from bot.services import tickets
from bot.services.replies import Explicit
from bot.services.services import Services
from bot.services.tickets import Listed
from bot.slack import modals
from bot.slack.modals import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Somebody asks for a verb."""

    verb: str
    number: TicketNumber
    agent: AgentId
    agent_name: str
    words: RichText  #: what follows the number; mentions still opaque
    names: Mapping[str, str]  #: plain names for the mentions in the words
    is_agent: Callable[[AgentId], Awaitable[bool]]  #: whether somebody may have this ticket
    files: tuple[Enclosed, ...] = ()  #: that came with the words
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
    done: str | None  #: the text that answers it; None: how the ticket stands
    act: Act
    fields: Fields = modals.nothing  #: what its modal asks for
    needs_words: bool = False  #: the modal is shown where they are missing
    only_one: Callable[[AgentId], Awaitable[TicketNumber | None]] = tickets.only_open_one  #: meant without a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A verb that shows tickets, and those it finds for the words behind its name."""

    name: str
    usage: str
    find: Callable[[str, AgentId, Q], Awaitable[Listed]]  #: the `Q` says which tickets the agent may see


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
    return await services.decisions.undo(asked.number, agent=asked.agent, cause=asked.cause, now=asked.now)


async def _unclaim(services: Services, asked: Asked) -> object:
    return await services.lifecycle.unclaim(asked.number, agent=asked.agent, cause=asked.cause, now=asked.now)


async def _assign(services: Services, asked: Asked) -> object:
    to = _person(asked.words)
    if not await asked.is_agent(to):
        raise NotAssignable(number=asked.number, agent=to)
    return await services.lifecycle.assign(asked.number, agent=asked.agent, to=to, cause=asked.cause, now=asked.now)


async def _show(_: Services, __: Asked) -> object:
    """Nothing is done: the answer shows how the ticket stands."""


async def _list(words: str, _: AgentId, among: Q) -> Listed:
    match words.lower():
        case "":
            return await tickets.open_ones(among)
        case "closed":
            return await tickets.done_ones(among)
        case _:
            raise WrongUse(verb="list", problem="list_unknown")


async def _mine(words: str, agent: AgentId, among: Q) -> Listed:
    if words:
        raise WrongUse(verb="mine", problem="list_unknown")
    return await tickets.open_ones_of(agent, among)


VERBS: Mapping[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb(name="claim", usage="[#n]", done="done.claimed", act=_claim),
        Verb(name="reply", usage="#n text", done="done.replied", act=_reply, fields=modals.reply, needs_words=True),
        Verb(name="note", usage="#n text", done="done.noted", act=_note, fields=modals.note, needs_words=True),
        Verb(
            name="escalate", usage="#n [@who] reason", done="done.escalated", act=_escalate, fields=modals.escalate,
            needs_words=True,
        ),
        Verb(name="close", usage="#n [resolution]", done="done.closed", act=_close, fields=modals.close),
        Verb(name="reopen", usage="#n", done="done.reopened", act=_reopen, only_one=tickets.only_solved_one),
        Verb(name="unclaim", usage="[#n]", done="done.unclaimed", act=_unclaim),
        Verb(
            name="assign", usage="#n @who", done="done.assigned", act=_assign, fields=modals.assign, needs_words=True,
        ),
        Verb(name="show", usage="[#n]", done=None, act=_show),
        Verb(name="undo", usage="[#n]", done="done.undone", act=_undo),
    )
}  # fmt: skip
LISTINGS: Mapping[str, Listing] = {
    "list": Listing(name="list", usage="[closed]", find=_list),
    "mine": Listing(name="mine", usage="", find=_mine),
}


def _explicit(asked: Asked) -> Explicit:
    return Explicit(
        number=asked.number, agent=asked.agent, agent_name=asked.agent_name, text=asked.said, files=asked.files,
        ts=asked.ts,
    )  # fmt: skip


def _target(asked: Asked) -> tuple[tuple[str, ...], str]:
    """Whom an escalation names first, if anybody, and its reason."""
    words = asked.words.stripped()
    first = words.spans[0] if words.spans else None
    if first is None or first.mention is None or not first.mention.startswith(("user:", "group:")):
        return (), asked.said.plain
    rest = words.without_prefix(len(first.text))
    return (first.mention,), replace(asked, words=rest).said.plain


def _person(words: RichText) -> AgentId:
    """The one person who is named, and nobody and nothing else."""
    words = words.stripped()
    first = words.spans[0] if words.spans else None
    if first is None:
        raise WrongUse(verb="assign", problem="person_missing")
    if not (first.mention or "").startswith("user:") or words.without_prefix(len(first.text)).stripped():
        raise WrongUse(verb="assign", problem="only_a_person")
    return AgentId((first.mention or "").removeprefix("user:"))


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
