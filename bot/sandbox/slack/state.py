"""What a workspace holds: people, channels, messages, views. Plain data and look-ups; telling anybody is not here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.sandbox.files import File

Json = dict[str, Any]  # Slack's own JSON, as it is on the wire
Role = Literal["member", "guest", "stranger", "bot"]
Kind = Literal["channel", "group", "mpim", "im"]

_COLORS = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "235e5b", "df3dc0")


@dataclass(slots=True)
class User:
    """A person or a bot; strangers belong to another team (Slack Connect)."""

    id: str
    name: str
    real_name: str
    language: str
    role: Role
    color: str
    deleted: bool = False  #: deactivated by an administrator
    title: str = ""  #: what they do here, as their profile says


@dataclass(slots=True)
class Message:
    """
    A message: ``body`` is what its author made of it.

    Reactions and the counts of a thread are added by `Workspace.shown`. ``root`` is the ``ts`` of the thread it
    answers, None for roots.
    """

    channel: str
    ts: str
    body: Json
    root: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def author(self) -> str | None:
        """The user id; None for posts in a customised name."""
        return self.body.get("user")


@dataclass(slots=True)
class Channel:
    """
    A channel, private channel, or conversation of several people or of two.

    ``archived``: nobody can write there. ``shared``: with another organisation (Slack Connect).
    ``messages`` are by rising ``ts``, and ``threads`` has the replies among them once more, by their root.
    """

    id: str
    name: str
    kind: Kind
    members: list[str]
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, dict[str, Message]] = field(default_factory=dict)
    archived: bool = False
    shared: bool = False

    def keep(self, message: Message) -> None:
        """Take in a new message."""
        self.messages[message.ts] = message
        if message.root is not None:
            self.threads.setdefault(message.root, {})[message.ts] = message

    def forget(self, message: Message) -> None:
        """Drop a message."""
        del self.messages[message.ts]
        if message.root is not None:
            del self.threads[message.root][message.ts]

    def replies(self, ts: str) -> list[Message]:
        """The replies to a root, oldest first."""
        return list(self.threads.get(ts, {}).values())


@dataclass(slots=True)
class Ephemeral:
    """What one person alone sees; ``body`` has ``ts``, ``text``, ``blocks`` and perhaps ``thread_ts``."""

    user: str
    channel: str
    body: Json

    def shown(self) -> Json:
        """Slack's JSON of it, with its channel."""
        return {**self.body, "channel": self.channel, "is_ephemeral": True}


@dataclass(slots=True)
class View:
    """An open modal, or a Home tab; ``typed`` is what the person filled in, by (block_id, action_id)."""

    id: str
    user: str
    body: Json
    hash: str
    external_id: str = ""
    root_id: str = ""
    previous_id: str | None = None
    typed: dict[tuple[str, str], Any] = field(default_factory=dict)


@dataclass(slots=True)
class Trigger:
    """A ``trigger_id``: good for three seconds and one use. ``view_id``: the modal it was pressed in."""

    user: str
    made_at: datetime
    view_id: str | None = None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """
    Where an app may answer an interaction, and how often it did.

    ``ts`` names the message it came from; ``threads`` is False for shortcuts, whose answers can't go into a thread.
    """

    user: str
    channel: str
    made_at: datetime
    ts: str | None = None
    ephemeral: bool = False
    threads: bool = True
    uses: int = 0


@dataclass(slots=True)
class Upload:
    """A file that the app announced: its bytes may be sent once to the address with the ``secret``."""

    id: str
    name: str
    length: int
    secret: str
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Files of the app on their way into a channel, under a ``root`` if there is one."""

    channel: str
    body: Json
    root: str | None


@dataclass(slots=True)
class Group:
    """A user group."""

    id: str
    handle: str
    members: list[str]
    disabled: bool = False


@dataclass(slots=True)
class Workspace:
    """Everything that the workspace knows; ``clock`` dates it."""

    clock: Callable[[], datetime]
    team_id: str = "T0SANDBOX"
    team_name: str = "Sandbox"
    domain: str = "sandbox"
    app_id: str = "A0SANDBOXAPP"
    bot_user: str = "U0SANDBOXBOT"
    bot_id: str = "B0SANDBOXBOT"
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    ephemerals: list[Ephemeral] = field(default_factory=list)
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)  # by the file's id, until they are shared
    files: dict[str, File] = field(default_factory=dict)  # what is in each file, by its id
    unshared: dict[str, Json] = field(default_factory=dict)  # files of the app that stand nowhere, by their id
    shares: list[Share] = field(default_factory=list)
    shares_later: bool = False  #: files of the app stand in their channel only when somebody lets them
    notices: list[tuple[str, str]] = field(default_factory=list)  # (person, what Slack itself told them)
    _last_us: int = 0
    _last_id: int = 0

    def next_ts(self) -> str:
        """The clock's time as a message id: strictly rising, unique in the workspace."""
        self._last_us = max(int(self.clock().timestamp() * 1_000_000), self._last_us + 1)
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def next_id(self, prefix: str) -> str:
        """A new id such as ``U0SANDBOX7``."""
        self._last_id += 1
        return f"{prefix}0SANDBOX{self._last_id}"

    def add_user(
        self, name: str, *, real_name: str, language: str = "en", role: Role = "member", title: str = ""
    ) -> User:
        """A new person."""
        made = self.keep_user(self.next_id("U"), name, real_name=real_name, language=language, role=role)
        made.title = title
        return made

    def keep_user(self, user_id: str, name: str, *, real_name: str, language: str, role: Role) -> User:
        """A person under an id of the caller's choice."""
        color = _COLORS[len(self.users) % len(_COLORS)]
        self.users[user_id] = User(user_id, name, real_name, language, role, color)
        return self.users[user_id]

    def add_channel(self, name: str, members: Iterable[str], *, kind: Kind = "channel") -> Channel:
        """A new channel; its members are not announced."""
        channel = Channel(self.next_id("D" if kind == "im" else "C"), name, kind, list(members))
        self.channels[channel.id] = channel
        return channel

    def add_group(self, handle: str, members: Iterable[str]) -> Group:
        """A new user group."""
        group = Group(self.next_id("S"), handle, list(members))
        self.groups[group.id] = group
        return group

    def direct(self, user: str) -> Channel:
        """The bot's direct conversation with a person, opened when there is none."""
        pair = {user, self.bot_user}
        found = (one for one in self.channels.values() if one.kind == "im" and set(one.members) == pair)
        return next(found, None) or self.add_channel("", [user, self.bot_user], kind="im")

    def visible(self, user: str) -> Sequence[Channel]:
        """The channels a person sees in the sidebar: public ones, and their own."""
        return [one for one in self.channels.values() if one.kind == "channel" or user in one.members]

    def shown(self, message: Message) -> Json:
        """A message as Slack's API and events give it: with reactions, and on roots the counts of the thread."""
        body = {**message.body, "ts": message.ts}
        if message.reactions:
            body["reactions"] = [{"name": n, "users": list(u), "count": len(u)} for n, u in message.reactions.items()]
        channel = self.channels[message.channel]
        if message.root is not None:
            root = channel.messages.get(message.root)
            return {**body, "thread_ts": message.root, "parent_user_id": root.author if root else None}
        replies = channel.replies(message.ts)
        return {**body, **_thread_counts(message.ts, replies)} if replies else body


def _thread_counts(ts: str, replies: Sequence[Message]) -> Json:
    people = list(dict.fromkeys(str(one.author or one.body.get("bot_id")) for one in replies))
    return {
        "thread_ts": ts,
        "reply_count": len(replies),
        "reply_users": people,
        "reply_users_count": len(people),
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }
