"""What happens in the workspace, whoever causes it: it changes the state, tells the app (events) and the open pages."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.live import Live
from bot.sandbox.slack.socket import Hub
from bot.sandbox.slack.state import Channel, Json, Message, Workspace

_MESSAGE_EVENTS = {"channel": "message.channels", "group": "message.groups", "mpim": "message.mpim", "im": "message.im"}


@dataclass(slots=True)
class Installed:
    """What the app's manifest grants; None means that no manifest was installed and everything is allowed."""

    commands: dict[str, Json] = field(default_factory=dict)
    shortcuts: dict[str, Json] = field(default_factory=dict)
    scopes: frozenset[str] | None = None
    events: frozenset[str] | None = None
    has_home: bool = True
    socket_mode: bool = True

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> "Installed":
        """Read an app manifest as Slack does when the app is installed."""
        features = manifest.get("features", {})
        home = manifest.get("features", {}).get("app_home", {})
        subscribed = manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", [])
        return cls(
            commands={one["command"]: one for one in features.get("slash_commands", [])},
            shortcuts={one["callback_id"]: one for one in features.get("shortcuts", [])},
            scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
            events=frozenset(subscribed),
            has_home=bool(home.get("home_tab_enabled", False)),
            socket_mode=bool(manifest.get("settings", {}).get("socket_mode_enabled", False)),
        )

    def grants(self, scope: str) -> bool:
        """Whether the app may."""
        return self.scopes is None or scope in self.scopes


@dataclass(slots=True)
class Core:
    """The workspace with the app and the pages that are told. ``base`` is our address, prefix included."""

    workspace: Workspace
    hub: Hub
    live: Live
    installed: Installed = field(default_factory=Installed)
    base: str = ""
    drops: bool = False  #: events, as too many happen

    # --- events

    def event(self, kind: str, event: Json) -> None:
        """Hand an event to the app if it subscribed to this kind."""
        if self.drops or (self.installed.events is not None and kind not in self.installed.events):
            return
        workspace = self.workspace
        installation = {"enterprise_id": None, "team_id": workspace.team_id, "user_id": workspace.bot_user}
        envelope = {
            "token": "sandbox-verification",
            "team_id": workspace.team_id,
            "api_app_id": workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(workspace.clock().timestamp()),
            "authorizations": [{**installation, "is_bot": True, "is_enterprise_install": False}],
            "is_ext_shared_channel": False,
            "event_context": f"4-{secrets.token_hex(8)}",
        }
        self.hub.send_event(envelope)

    def rate_limited(self) -> None:
        """Tell the app that it is not told everything in this minute. Source: Slack's reference, "app_rate_limited"."""
        workspace = self.workspace
        minute = int(workspace.clock().timestamp()) // 60 * 60
        envelope = {
            "token": "sandbox-verification",
            "type": "app_rate_limited",
            "team_id": workspace.team_id,
            "minute_rate_limited": minute,
            "api_app_id": workspace.app_id,
        }
        self.hub.send_event(envelope)

    def _message_event(self, channel: Channel, event: Json) -> None:
        if self.workspace.bot_user in channel.members:
            where = {"channel": channel.id, "channel_type": channel.kind}
            self.event(_MESSAGE_EVENTS[channel.kind], {"type": "message", **event, **where})

    # --- messages

    def post(self, channel: Channel, body: Json, *, root: str | None = None) -> Message:
        """Put a new message into a channel, or under a root."""
        workspace = self.workspace
        before = workspace.shown(channel.messages[root]) if root else {}
        message = Message(channel.id, workspace.next_ts(), {"type": "message", **body}, root)
        if message.body.get("subtype") == "thread_broadcast":
            message.body["root"] = before
        channel.keep(message)
        shown = workspace.shown(message)
        self.live.tell(channel.members, {"type": "message", "channel": channel.id, "message": shown})
        self._message_event(channel, {**shown, "event_ts": message.ts})
        self._mention_event(channel, shown)
        if root:
            self.tell_change(channel.messages[root], before)
        return message

    def _mention_event(self, channel: Channel, shown: Json) -> None:
        bot = self.workspace.bot_user
        mentioned = f"<@{bot}>" in shown.get("text", "") and bot in channel.members and channel.kind != "im"
        if mentioned and shown.get("user") != bot:
            kept = {name: value for name, value in shown.items() if name not in {"subtype", "root", "metadata"}}
            self.event("app_mention", {**kept, "type": "app_mention", "channel": channel.id, "event_ts": shown["ts"]})

    def change(self, message: Message, body: Json) -> None:
        """Give a message a new body."""
        before = self.workspace.shown(message)
        message.body = body
        self.tell_change(message, before)

    def tell_change(self, message: Message, before: Json) -> None:
        """Say that a message (or, for a root, the count of its replies) is not what it was."""
        channel, shown = self.workspace.channels[message.channel], self.workspace.shown(message)
        frame = {"type": "message_changed", "channel": channel.id, "ts": message.ts, "message": shown}
        self.live.tell(channel.members, frame)
        ts = self.workspace.next_ts()
        event = {"subtype": "message_changed", "hidden": True, "ts": ts, "event_ts": ts}
        self._message_event(channel, {**event, "message": shown, "previous_message": before})

    def delete(self, message: Message) -> None:
        """Delete a message; a root with replies stays as a tombstone."""
        channel = self.workspace.channels[message.channel]
        if channel.replies(message.ts):
            gone = {"subtype": "tombstone", "user": "USLACKBOT", "hidden": True, "text": "This message was deleted."}
            return self.change(message, {"type": "message", **gone})
        shown = self.workspace.shown(message)
        root = channel.messages.get(message.root or "")
        root_before = self.workspace.shown(root) if root else {}
        channel.forget(message)
        self.live.tell(channel.members, {"type": "message_deleted", "channel": channel.id, "ts": message.ts})
        ts = self.workspace.next_ts()
        event = {"subtype": "message_deleted", "hidden": True, "ts": ts, "event_ts": ts}
        self._message_event(channel, {**event, "deleted_ts": message.ts, "previous_message": shown})
        if root:
            self.tell_change(root, root_before)
        return None

    # --- reactions and members

    def react(self, message: Message, user: str, name: str) -> bool:
        """Add a reaction; False when it is there already."""
        people = message.reactions.setdefault(name, [])
        if user in people:
            return False
        people.append(user)
        self._reacted("reaction_added", message, user, name)
        return True

    def unreact(self, message: Message, user: str, name: str) -> bool:
        """Take a reaction back; False when there is none."""
        people = message.reactions.get(name, [])
        if user not in people:
            return False
        people.remove(user)
        if not people:
            del message.reactions[name]
        self._reacted("reaction_removed", message, user, name)
        return True

    def _reacted(self, kind: str, message: Message, user: str, name: str) -> None:
        channel = self.workspace.channels[message.channel]
        frame = {"type": "reactions", "channel": channel.id, "ts": message.ts, "message": self.workspace.shown(message)}
        self.live.tell(channel.members, frame)
        item = {"type": "message", "channel": channel.id, "ts": message.ts}
        event = {"type": kind, "user": user, "reaction": name, "item": item, "event_ts": self.workspace.next_ts()}
        if message.author:
            event["item_user"] = message.author
        if self.workspace.bot_user in channel.members:
            self.event(kind, event)

    def join(self, channel: Channel, user: str) -> None:
        """Let a person or the bot in; being in already changes nothing."""
        if user not in channel.members:
            channel.members.append(user)
            self._membership(channel, user, kind="member_joined_channel")
            self.post(channel, {"subtype": "channel_join", "user": user, "text": f"<@{user}> has joined the channel"})

    def leave(self, channel: Channel, user: str) -> None:
        """Let a person or the bot go."""
        if user in channel.members:
            self._membership(channel, user, kind="member_left_channel")
            channel.members.remove(user)
            self.post(channel, {"subtype": "channel_leave", "user": user, "text": f"<@{user}> has left the channel"})

    def _membership(self, channel: Channel, user: str, *, kind: str) -> None:
        if self.workspace.bot_user in channel.members:
            event = {"type": kind, "user": user, "channel": channel.id, "team": self.workspace.team_id}
            self.event(kind, {**event, "channel_type": "C", "event_ts": self.workspace.next_ts()})

    # --- what one person sees

    def notice(self, user: str, text: str) -> None:
        """What Slack itself tells a person."""
        self.workspace.notices.append((user, text))
        self.live.tell([user], {"type": "notice", "text": text})

    def show_views(self, user: str) -> None:
        """Put a person's stack of modals on their page."""
        stack = self.workspace.stacks.get(user, [])
        self.live.tell([user], {"type": "views", "views": [view.body for view in stack]})
