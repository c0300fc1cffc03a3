"""What people write, edit, delete and react to, and where they come and go."""

import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from bot.sandbox.files import File
from bot.sandbox.slack import emoji
from bot.sandbox.slack.compose import compose
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.state import Channel, Json, Message, User

_COMMAND = re.compile(r"/\w\S*")


class Refused(Exception):
    """Slack's client does not let a person do this; the message is what it tells them."""


@dataclass(slots=True)
class Writing:
    """People's side of messages. ``as_`` is the id of the person who acts."""

    core: Core

    def post(
        self,
        as_: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        files: Sequence[str | File | Mapping[str, Any]] = (),
    ) -> str:
        """
        Write a message as typed into Slack's composer; returns its ``ts``.

        A file that is only a name, or a file object of Slack's, has nothing in it that could be fetched.
        """
        person, where = self._person(as_), self._channel(as_, channel)
        if where.archived:
            raise Refused("This channel is archived.")
        if command := _COMMAND.match(text):
            raise Refused(_not_a_message(command.group(), in_thread=thread_ts is not None))
        if not text.strip() and not files:
            raise Refused("A message needs a text or a file.")
        if thread_ts is not None:
            self._root(where, thread_ts)
        body: Json = self._typed(person, text) | {"client_msg_id": str(uuid4())}
        if files:
            body |= {"subtype": "file_share", "files": [self._file(as_, file) for file in files]}
        if thread_ts is not None and broadcast:
            body["subtype"] = "thread_broadcast"
        return self.core.post(where, body, root=thread_ts).ts

    def edit(self, as_: str, channel: str, ts: str, text: str, *, more: Sequence[File] = ()) -> None:
        """Edit an own message; by an app that acts for the person, files may be added (chat.update, ``file_ids``)."""
        message = self._own(as_, channel, ts)
        if not text.strip() and not message.body.get("files"):
            raise Refused("A message needs a text.")
        edited = {"edited": {"user": as_, "ts": self.core.workspace.next_ts()}}
        files = [*message.body.get("files", ()), *(self._file(as_, file) for file in more)]
        added = {"files": files} if more else {}
        self.core.change(message, {**message.body, **self._typed(self._person(as_), text), **edited, **added})

    def take_file_away(self, as_: str, channel: str, ts: str, file: str) -> None:
        """Delete a file of an own message, by its id; the message stays."""
        message = self._own(as_, channel, ts)
        files = [one if one["id"] != file else {"id": file, "mode": "tombstone"} for one in message.body["files"]]
        self.core.workspace.files.pop(file, None)
        self.core.change(message, {**message.body, "files": files})
        at = self.core.workspace.next_ts()
        self.core.event("file_deleted", {"type": "file_deleted", "file_id": file, "event_ts": at})

    def delete(self, as_: str, channel: str, ts: str) -> None:
        """Delete an own message."""
        self.core.delete(self._own(as_, channel, ts))

    def react(self, as_: str, channel: str, ts: str, name: str) -> None:
        """Add a reaction; a second time changes nothing."""
        message, known = self._message(as_, channel, ts), emoji.canonical(name)
        if known is None:
            raise Refused(f"There is no emoji :{name}:.")
        self.core.react(message, as_, known)

    def unreact(self, as_: str, channel: str, ts: str, name: str) -> None:
        """Take an own reaction back; without one nothing changes."""
        self.core.unreact(self._message(as_, channel, ts), as_, emoji.canonical(name) or name)

    def join(self, channel: str, user: str) -> None:
        """Come into a channel (or bring the bot in)."""
        self.core.join(self._any_channel(channel), self._person(user).id)

    def leave(self, channel: str, user: str) -> None:
        """Leave a channel (or take the bot out)."""
        self.core.leave(self._any_channel(channel), self._person(user).id)

    def deactivate(self, user: str) -> None:
        """Take a person's account away, as an administrator does: they are in no channel and no group any more."""
        self._person(user).deleted = True
        for channel in self.core.workspace.channels.values():
            if channel.kind != "im":
                self.core.leave(channel, user)
        for group in self.core.workspace.groups.values():
            group.members[:] = [one for one in group.members if one != user]

    def archive(self, channel: str) -> None:
        """Archive a channel: it can be read, and nobody can write there."""
        where = self._any_channel(channel)
        where.archived = True
        kind = "channel_archive" if where.kind == "channel" else "group_archive"
        self.core.event(kind, {"type": kind, "channel": channel, "event_ts": self.core.workspace.next_ts()})

    def open_home(self, as_: str, *, tab: str = "home") -> None:
        """Open the app, at its Home tab or (``messages``) at the conversation with it."""
        self._person(as_)
        if tab == "home" and not self.core.installed.has_home:
            raise Refused("This app has no Home tab.")
        event: Json = {"type": "app_home_opened", "user": as_, "tab": tab, "event_ts": self.core.workspace.next_ts()}
        view = self.core.workspace.homes.get(as_)
        if view is not None and tab == "home":
            event["view"] = view.body
        self.core.event("app_home_opened", {**event, "channel": self.core.workspace.direct(as_).id})

    # --- who, where, which

    def _person(self, user: str) -> User:
        person = self.core.workspace.users.get(user)
        if person is None or person.deleted:
            raise Refused(f"There is no person {user}.")
        return person

    def _any_channel(self, channel: str) -> Channel:
        if channel not in self.core.workspace.channels:
            raise Refused(f"There is no channel {channel}.")
        return self.core.workspace.channels[channel]

    def _channel(self, as_: str, channel: str) -> Channel:
        self._person(as_)
        where = self._any_channel(channel)
        if as_ not in where.members:
            raise Refused("You are not in this channel. Join it first.")
        return where

    def _message(self, as_: str, channel: str, ts: str) -> Message:
        message = self._channel(as_, channel).messages.get(ts)
        if message is None or message.body.get("subtype") == "tombstone":
            raise Refused("This message does not exist any more.")
        return message

    def _own(self, as_: str, channel: str, ts: str) -> Message:
        message = self._message(as_, channel, ts)
        if message.author != as_:
            raise Refused("You can only change your own messages.")
        return message

    def _root(self, where: Channel, ts: str) -> None:
        root = where.messages.get(ts)
        if root is None or root.root is not None:
            raise Refused("This thread does not exist any more.")

    def _typed(self, person: User, text: str) -> Json:
        mrkdwn, blocks = compose(text, self.core.workspace)
        team = "T0ELSEWHERE" if person.role == "stranger" else self.core.workspace.team_id
        body: Json = {"user": person.id, "text": mrkdwn, "team": team}
        body |= {"blocks": blocks} if text.strip() else {}
        return body | ({"user_team": team, "source_team": team} if person.role == "stranger" else {})

    def _file(self, as_: str, file: str | File | Mapping[str, Any]) -> Json:
        file_id = self.core.workspace.next_id("F")
        if isinstance(file, File):
            self.core.workspace.files[file_id] = file
            given: Json = {"name": file.name, "mimetype": file.mime, "size": file.size}
        else:
            given = {"name": file} if isinstance(file, str) else dict(file)
        name = given["name"]
        address = f"{self.core.base}/files/{file_id}/{quote(name)}"
        made: Json = {"id": file_id, "title": name, "user": as_, "mode": "hosted", "size": 1024, "url_private": address}
        made |= {"mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream", "file_access": "visible"}
        made |= {"filetype": name.rpartition(".")[2], "url_private_download": address, "is_external": False}
        return {**made, **given}


def _not_a_message(command: str, *, in_thread: bool) -> str:
    if in_thread:
        return f"{command} is not supported in threads. Sorry!"
    return (
        f'{command} is not a valid command. In Slack, all messages that start with the "/" character are interpreted '
        "as commands. If you are trying to send a message and not run a command, try preceding the “/” with an empty "
        "space."
    )
