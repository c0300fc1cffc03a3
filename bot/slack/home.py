"""
The Home tab as blocks. Pure.

Whatever customers and agents wrote is shown `literal`, as on the card. However much there is to show, the view stays
within Slack's limits: lists are cut by who reads them, and texts here.
Source of the limits: Slack, "Views" and "Block Kit" references: 100 blocks, 3000 characters in a section.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.ticket import Status
from bot.slack.blocks import (
    REASON,
    SECTION,
    Json,
    Say,
    button,
    date,
    mrkdwn,
    person,
    plain,
    preview,
    section,
    state_sign,
)
from bot.slack.mrkdwn import literal

SUBJECT = 60  #: characters of a subject
PEOPLE = 15  #: that the board names
CLAIM, UNDO = "home.claim", "home.undo"  #: of the buttons; the value is the ticket's number, or the change


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An open ticket. Instants are aware UTC."""

    number: int
    address: str | None  #: of its card; None: there is none yet
    status: Status
    level: int
    customer: str
    channel: str  #: where the customer is, as people call it
    subject: str
    desk: str = ""  #: empty where the reader knows of one only
    owner: str = ""  #: a mention in mrkdwn; empty: not to be said
    waiting_since: datetime | None  #: the customer's first message without an answer; None: we are not to act
    answered_at: datetime | None
    due: str  #: ``first_response`` or ``resolution``
    due_at: datetime
    is_stuck: bool = False
    is_undecided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The first tickets of a list, and how many there are in all."""

    shown: Sequence[Line] = ()
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What came of the reader's last press, in mrkdwn; ``undo`` is the change that they may take back."""

    text: str
    undo: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """A platform that can't be reached, or the disk that takes no files."""

    name: str
    since: datetime | None
    problem: str
    is_disk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What went wrong; ``name`` is that of a text ``home.trouble.<name>``."""

    name: str
    number: int | None = None
    address: str | None = None
    id: str = ""  #: for `loket failed`
    what: str = ""
    who: str = ""  #: a mention in mrkdwn
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """How many open tickets somebody has; ``who`` is a mention in mrkdwn."""

    who: str
    total: int
    waiting: int  #: of them, for us


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What supervisors see of all desks."""

    states: Mapping[Status, int]
    loads: Sequence[Load]
    oldest: Lines
    today: Sequence[str]  #: sentences in mrkdwn
    zone: str  #: whose day it is
    troubles: Sequence[Trouble]
    troubles_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What an agent sees."""

    mine: Lines
    escalated: Lines
    unclaimed: Lines
    channels: Sequence[str]  #: of their desks in Slack, by id


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """All of it. Without queue and board it is somebody who may see nothing of customers."""

    now: datetime
    notice: Notice | None = None
    away: Sequence[Away] = field(default_factory=tuple)
    queue: Queue | None = None
    board: Board | None = None
    unseen: str = ""  #: why it could not be asked who belongs to a desk


def home(view: HomeView, say: Say) -> list[Json]:
    """The blocks of the Home tab."""
    unseen = [section("unseen", say("home.unseen", reason=literal(view.unseen)))] if view.unseen else []
    if view.queue is None and view.board is None:
        return unseen or [section("outside", say("home.outside"))]
    return [
        *unseen,
        *_notice(view.notice, say),
        *(section(f"away.{number}", _away(one, say)) for number, one in enumerate(view.away)),
        *(_troubles(view.board, say) if view.board is not None else ()),
        *(_queue(view.queue, say, view.now) if view.queue is not None else ()),
        *(_board(view.board, say, view.now) if view.board is not None else ()),
    ]


def _notice(notice: Notice | None, say: Say) -> Iterator[Json]:
    if notice is None:
        return
    shown = section("notice", notice.text[:SECTION])
    if notice.undo is not None:
        shown["accessory"] = button(UNDO, say("card.undo"), value=notice.undo)
    yield shown
    yield {"type": "divider", "block_id": "after.notice"}


def _away(away: Away, say: Say) -> str:
    since = say("home.away.since", at=date(away.since)) if away.since is not None else ""
    problem = say("home.away.problem", problem=literal(preview(away.problem, REASON))) if away.problem else ""
    name = "home.away.disk" if away.is_disk else "home.away"
    return say(name, name=literal(away.name), since=since, problem=problem)


# --- an agent's queue


def _queue(queue: Queue, say: Say, now: datetime) -> Iterator[Json]:
    yield from _list("mine", queue.mine, say, now)
    if queue.escalated.shown:
        yield from _list("escalated", queue.escalated, say, now)
    yield from _list("unclaimed", queue.unclaimed, say, now)
    yield _small("how", say("home.how", where=", ".join(f"<#{channel}>" for channel in queue.channels[:PEOPLE])))


def _list(name: str, lines: Lines, say: Say, now: datetime) -> Iterator[Json]:
    yield _header(name, say(f"home.{name}", total=lines.total))
    if not lines.shown:
        yield section(f"{name}.none", say(f"home.{name}.none"))
    for line in lines.shown:
        shown = section(f"{name}.{line.number}", _line(line, say, now))
        if name == "unclaimed":
            shown["accessory"] = button(CLAIM, say("card.claim"), value=line.number, style="primary")
        yield shown
    if lines.total > len(lines.shown):
        yield _small(f"{name}.more", say("home.more", count=lines.total - len(lines.shown)))


def _line(line: Line, say: Say, now: datetime) -> str:
    head: tuple[str | None, ...] = (
        f"{state_sign(line.status, line.level)} *{_ticket(line.number, line.address)}*",
        literal(person(line.customer, say)),
        line.channel,
        literal(line.desk),
        literal(preview(line.subject, SUBJECT)),
    )
    state: tuple[str | None, ...] = (
        line.owner,
        _turn(line, say),
        say(f"home.{'late' if line.due_at <= now else 'due'}.{line.due}", at=date(line.due_at)),
        say("home.stuck") if line.is_stuck else None,
        say("home.undecided") if line.is_undecided else None,
    )
    return "\n".join(" · ".join(filter(None, parts)) for parts in (head, state))


def _turn(line: Line, say: Say) -> str:
    """Who waits for whom, and since when."""
    if line.status is Status.ON_HOLD:
        return say("home.on_hold")
    if line.waiting_since is not None:
        return say("home.waits", at=date(line.waiting_since))
    if line.answered_at is not None:
        return say("home.their_turn", at=date(line.answered_at))
    return say("home.their_turn_unanswered")


def _ticket(number: int, address: str | None) -> str:
    return f"#{number}" if address is None else f"<{address}|#{number}>"


# --- the supervisors' board


def _board(board: Board, say: Say, now: datetime) -> Iterator[Json]:
    yield _header("board", say("home.board", total=sum(board.states.values())))
    states = (f"{state_sign(status, 1)} {say(f'status.{status}')}: *{count}*" for status, count in board.states.items())
    yield section("board.states", " · ".join(states))
    if board.loads:
        yield section("board.loads", "\n".join(_loads(board.loads, say)))
    yield section("board.oldest", say("home.board.oldest" if board.oldest.shown else "home.board.oldest.none"))
    for line in board.oldest.shown:
        yield section(f"board.{line.number}", _line(line, say, now))
    today = "\n".join([say("home.board.today", zone=literal(board.zone)), *(f"• {line}" for line in board.today)])
    yield section("board.today", today[:SECTION])


def _loads(loads: Sequence[Load], say: Say) -> Iterator[str]:
    for load in loads[:PEOPLE]:
        yield say("home.board.owner", who=load.who, total=load.total, waiting=load.waiting)
    rest = loads[PEOPLE:]
    if rest:
        yield say("home.board.others", count=len(rest), total=sum(load.total for load in rest))


def _troubles(board: Board, say: Say) -> Iterator[Json]:
    if not board.troubles:
        yield _small("troubles.none", say("home.troubles.none"))
        return
    yield _header("troubles", say("home.troubles", total=board.troubles_total))
    for number, trouble in enumerate(board.troubles):
        yield section(f"troubles.{number}", _trouble(trouble, say))
    if board.troubles_total > len(board.troubles):
        yield _small("troubles.more", say("home.trouble.more", count=board.troubles_total - len(board.troubles)))


def _trouble(trouble: Trouble, say: Say) -> str:
    ticket = say("home.trouble.no_ticket") if trouble.number is None else _ticket(trouble.number, trouble.address)
    return say(
        f"home.trouble.{trouble.name}",
        ticket=ticket,
        id=trouble.id,  # to be copied, so without the spaces of `literal`; it is ours
        what=literal(trouble.what),
        who=trouble.who,
        reason=literal(preview(trouble.reason, REASON)),
    )


# --- the pieces


def _header(name: str, title: str) -> Json:
    return {"type": "header", "block_id": name, "text": plain(title)}


def _small(block_id: str, sentence: str) -> Json:
    return {"type": "context", "block_id": block_id, "elements": [mrkdwn(sentence)]}
