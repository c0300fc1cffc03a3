"""Reading what Slack sends: raw bodies in, our own values out. Total: what it can't read becomes `Nothing`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.channels.base import Raw
from bot.domain.enclosures import Enclosed
from bot.domain.ids import AgentId, SlackChannel, SlackTs
from bot.domain.text import RichText, Span
from bot.slack import errors, modals, mrkdwn

# Tuples, since what is looked for in them may be anything that JSON has.
#: kinds of message that are somebody's words; all others are Slack's own remarks (joined, renamed the channel, …)
WORDS = (None, "file_share", "thread_broadcast", "me_message", "bot_message")
MICROSECONDS = 1_000_000
GONE = ("tombstone",)  #: modes of a file that was deleted
_TS = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,6}))?")  # all of them are instants that Python knows
HANDED_OVER = ("hosted", "snippet", "email")  #: modes of a file whose bytes can be had


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Somebody's words in a thread."""

    channel: SlackChannel
    thread: SlackTs
    ts: SlackTs
    user: AgentId | None  #: None: a bot without a user
    is_bot: bool
    text: RichText  #: mentions still opaque
    broadcast: bool
    files: tuple[Enclosed, ...] = ()  #: without those that were deleted
    reactions: Sequence[Mapping[str, Any]] = ()  #: as they stood when a thread was read; an event does not tell

    @property
    def sent_at(self) -> datetime:
        """Slack's own time of it."""
        return datetime.fromtimestamp(float(self.ts), UTC)

    @property
    def key(self) -> str:
        """What identifies the message, however often and in whatever event it comes."""
        return f"{self.channel}:{self.ts}"

    @property
    def deletion_key(self) -> str:
        """What identifies its deletion."""
        return f"{self.key}:deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """New words in the place of old ones."""

    before: Posted
    after: Posted


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """Words that are gone from the thread."""

    was: Posted


@dataclass(frozen=True, slots=True)
class FileDeleted:
    """A file is no longer in Slack; who deleted it, and where it stood, is not said."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipChanged:
    """Somebody came into a channel or left it."""

    channel: SlackChannel
    user: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeOpened:
    """Somebody looks at our Home tab; ``hash`` is that of what stands there, None: nothing yet."""

    user: AgentId
    hash: str | None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Of no concern to the desk, for this reason."""

    reason: str


Happened = Posted | Edited | Deleted | FileDeleted | MembershipChanged | HomeOpened | Nothing


def raw(body: Mapping[str, Any], *, text: str) -> Raw:
    """
    The row of the inbox for an event; ``text`` is the body as JSON.

    A message has the same key in every event that tells of it (``message``, ``app_mention``, a redelivery, our own
    catch-up); edits and deletions have keys of their own.
    """
    event = _mapping(body.get("event"))
    channel, message = event.get("channel"), _mapping(event.get("message"))
    before = _mapping(event.get("previous_message"))
    at = _micros(event.get("event_ts") or event.get("ts"))
    match event.get("type"), event.get("subtype"):
        case "message", "message_changed":
            version = _mapping(message.get("edited")).get("ts") or event.get("event_ts")
            key, about = f"{channel}:{message.get('ts')}:edit:{version}", message
        case "message", "message_deleted":
            key, about = f"{channel}:{event.get('deleted_ts')}:deleted", before
        case (("message" | "app_mention"), _):
            key, about, at = f"{channel}:{event.get('ts')}", event, _micros(event.get("ts"))
        case "file_deleted", _:
            return Raw(key=f"{event.get('file_id')}:deleted", lane="workspace", position=at, body=text)
        case "app_home_opened", _:
            lane = f"home:{event.get('user')}" if event.get("tab") == "home" else "workspace"
            return Raw(key=str(body.get("event_id")), lane=lane, position=at, body=text)
        case _:
            return Raw(key=str(body.get("event_id")), lane="workspace", position=at, body=text)
    lane = lane_of(channel, about.get("thread_ts") or about.get("ts"))
    return Raw(key=key, lane=lane, position=at, body=text)


def lane_of(channel: object, thread: object) -> str:
    """What stays in order: all that happens in one thread."""
    return f"{channel}:{thread}"[:200]


def place_of(lane: str) -> tuple[str, str]:
    """The Slack channel and the thread of a lane; of one that is no thread's, what is neither."""
    channel, _, thread = lane.partition(":")
    return channel, thread


def happened(body: Mapping[str, Any]) -> Happened:  # noqa: C901 - a table, one row for each kind of event
    """Say what an event means."""
    event = _mapping(body.get("event"))
    channel = event.get("channel")
    if event.get("type") == "file_deleted":
        return FileDeleted(str(event.get("file_id")))
    if not isinstance(channel, str):
        return Nothing("no channel")
    match event.get("type"), event.get("subtype"):
        case (("member_joined_channel" | "member_left_channel"), _):
            return MembershipChanged(channel=SlackChannel(channel), user=AgentId(str(event.get("user"))))
        case "app_home_opened", _:
            return _home_opened(event)
        case "message", "message_changed":
            before = posted(_mapping(event.get("previous_message")), channel=channel)
            after = posted(_mapping(event.get("message")), channel=channel)
            if not (isinstance(before, Posted) and isinstance(after, Posted)):
                return Nothing("not somebody's words")
            return Nothing("a preview") if _is_preview(event) else Edited(before=before, after=after)
        case "message", "message_deleted":
            was = posted(_mapping(event.get("previous_message")), channel=channel)
            return Deleted(was=was) if isinstance(was, Posted) else was
        case (("message" | "app_mention"), _):
            return posted(event, channel=channel)
        case _:
            return Nothing("a kind of no concern")


def _home_opened(event: Mapping[str, Any]) -> HomeOpened | Nothing:
    user, shown = event.get("user"), _mapping(event.get("view")).get("hash")
    if event.get("tab") != "home" or not isinstance(user, str):
        return Nothing("another tab")
    return HomeOpened(user=AgentId(user), hash=shown if isinstance(shown, str) else None)


def _is_preview(event: Mapping[str, Any]) -> bool:
    """Whether Slack added something, such as what a link leads to, and nobody changed words or files."""
    after, before = _mapping(event.get("message")), _mapping(event.get("previous_message"))
    if {one.id for one in files(after.get("files"))} != {one.id for one in files(before.get("files"))}:
        return False
    return all(after.get(name) == before.get(name) for name in ("edited", "subtype", "text", "blocks"))


def posted(message: Mapping[str, Any], *, channel: str) -> Posted | Nothing:
    """Somebody's words in a thread, from an event or from a thread's history."""
    ts, thread, user = message.get("ts"), message.get("thread_ts"), message.get("user")
    if message.get("subtype") not in WORDS:
        return Nothing("not somebody's words")
    if not (isinstance(ts, str) and isinstance(thread, str)) or ts == thread or not _micros(ts):
        return Nothing("not in a thread")
    reactions = message.get("reactions")
    return Posted(
        channel=SlackChannel(channel),
        thread=SlackTs(thread),
        ts=SlackTs(ts),
        user=AgentId(user) if isinstance(user, str) else None,
        is_bot=bool(message.get("bot_id")) or not isinstance(user, str),
        text=mrkdwn.read(message).stripped(),
        broadcast=message.get("subtype") == "thread_broadcast",
        files=files(message.get("files")),
        reactions=reactions if isinstance(reactions, list) else (),
    )


def files(found: object) -> tuple[Enclosed, ...]:
    """The files of a message, without those that were deleted."""
    given = map(_mapping, found if isinstance(found, list) else ())
    return tuple(enclosed(one) for one in given if one.get("mode") not in GONE and isinstance(one.get("id"), str))


def enclosed(file: Mapping[str, Any]) -> Enclosed:
    """What Slack says of a file; without an address in `Enclosed.source` it must be asked for more."""
    size = file.get("size")
    address = file.get("url_private_download") or file.get("url_private")
    return Enclosed(
        id=str(file.get("id"))[:32],
        name=str(file.get("name") or file.get("title") or "file")[:255],
        mime=str(file.get("mimetype") or "")[:100],
        size_bytes=size if isinstance(size, int) and size > 0 else None,
        source={"url": address} if isinstance(address, str) else {},
        problem=_problem(file),
    )


def _problem(file: Mapping[str, Any]) -> str:
    """Why the file can't be had. Source: Slack, "File object", modes and access."""
    mode, access = file.get("mode"), file.get("file_access")
    if file.get("is_external") is True or mode == "external":
        return errors.FILE_OUTSIDE
    if mode == "hidden_by_limit":
        return errors.FILE_OVER_LIMIT
    if access in ("access_denied", "file_not_found"):
        return errors.FILE_FORBIDDEN
    if access == "check_file_info" or mode in HANDED_OVER:
        return ""
    return errors.FILE_NOT_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What somebody filled into one of our modals."""

    number: int | None
    words: RichText  #: as they would stand behind the verb
    first_block: str  #: where a refusal is shown


def filled(view: Mapping[str, Any]) -> Filled:
    """Read the state of a submitted modal."""
    values = _mapping(_mapping(view.get("state")).get("values"))
    fields = {block: _mapping(_mapping(actions).get(modals.VALUE)) for block, actions in values.items()}
    typed = [str(field.get("value") or "") for block, field in fields.items() if block != modals.NUMBER]
    target = _mapping(fields.get(modals.TARGET)).get("selected_user")
    words = mrkdwn.read({"text": mrkdwn.escape("\n".join(text for text in typed if text))})
    if isinstance(target, str) and target.isascii() and target.isalnum():  # as all of Slack's ids are
        words = RichText((Span(f"@{target} ", mention=f"user:{target}"), *words.spans))
    number = modals.about_of(str(view.get("private_metadata")))
    return Filled(
        number=number or _number(_mapping(fields.get(modals.NUMBER)).get("value")),
        words=words,
        first_block=next(reversed(fields), modals.NUMBER),
    )


def _number(value: object) -> int | None:
    text = str(value or "").strip().removeprefix("#")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _micros(ts: object) -> int:
    """Slack's time of a message in microseconds; 0 for what is none."""
    found = _TS.fullmatch(ts) if isinstance(ts, str) else None
    return 0 if found is None else int(found[1]) * MICROSECONDS + int((found[2] or "0").ljust(6, "0"))
