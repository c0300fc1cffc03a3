"""Who and what is in the workspace: roles, names, mentions, channels. Answers are kept for a few minutes."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.events import CUSTOMER, DESK
from bot.domain.replies import Role
from bot.errors import Down, Rejected
from bot.slack.errors import reading
from bot.slack.mrkdwn import SOME_CHANNEL, SOME_GROUP, SOMEONE, literal

KEPT = timedelta(minutes=5)  #: how long an answer of Slack's counts
PAGE = 200  #: what Slack advises

_ID = re.compile(r"[A-Z][A-Z0-9]+")
_Value = TypeVar("_Value")
_Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """What our app is called in Slack's messages."""

    user: str
    bot: str
    team: str
    url: str  #: of the workspace, ends in a slash


class People:
    """
    Looks people up in Slack.

    Every look-up raises `bot.errors.Later` or `bot.errors.Down` when Slack can't be asked.
    """

    def __init__(self, client: AsyncWebClient, *, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._kept: dict[tuple[str, str], tuple[datetime, object]] = {}

    async def me(self) -> Me:
        """Our own ids."""

        async def load() -> Me:
            found = await reading(self._client.auth_test())
            return Me(user=found["user_id"], bot=found["bot_id"], team=found["team_id"], url=found["url"])

        return await self._known(("me", ""), load)

    async def address(self, channel: str, ts: str) -> str:
        """Where a message is read in Slack, as `chat.getPermalink` writes it."""
        return f"{(await self.me()).url}archives/{channel}/p{ts.replace('.', '')}"

    async def role(self, user: str, channel: str) -> Role:
        """Who this is, as far as the Slack channel is concerned; in doubt a stranger."""
        role = await self._role(user)
        return Role.STRANGER if role is Role.AGENT and user not in await self._members(channel) else role

    async def is_colleague(self, user: str) -> bool:
        """Whether this is a full member of the workspace, whatever channels they are in."""
        return await self._role(user) is Role.AGENT

    async def _role(self, user: str) -> Role:
        """As for somebody who is in every channel."""
        person, me = await self._user(user), await self.me()
        if person is None or person.get("deleted"):
            return Role.STRANGER
        if person.get("is_bot") or user == me.user:
            return Role.BOT
        if person.get("is_stranger") or person.get("team_id", me.team) != me.team:
            return Role.STRANGER
        if person.get("is_restricted") or person.get("is_ultra_restricted"):
            return Role.GUEST
        return Role.AGENT

    async def name(self, user: str) -> str:
        """How the person is called in Slack."""
        person = await self._user(user) or {}
        names = (person.get("profile", {}).get("display_name"), person.get("real_name"), person.get("name"))
        return next((name for name in names if name), SOMEONE.removeprefix("@"))

    async def names(self, mentions: Iterable[str]) -> dict[str, str]:
        """What to read for each mention that `bot.slack.mrkdwn.read` found: ``user:U1`` is "@Mika"."""
        return {mention: await self._mentioned(mention) for mention in mentions}

    async def mention(self, opaque: str, *, customer: str = "the customer") -> str:
        """
        The mrkdwn that mentions whom an opaque name means.

        ``agent:U1``, ``user:U1``, ``group:S1`` and ``supervisor:`` with an id or a group's ``@handle`` ping;
        ``customer`` is the word given, ``desk`` is Loket. Anything else stays literal.
        """
        kind, _, key = opaque.partition(":")
        if opaque in {CUSTOMER, DESK}:
            return customer if opaque == CUSTOMER else "Loket"
        if key.startswith("@"):
            key = await self._group_of(key)
        if kind not in {"agent", "user", "group", "supervisor"} or not _ID.fullmatch(key):
            return literal(key or opaque)
        return f"<!subteam^{key}>" if key.startswith("S") else f"<@{key}>"

    async def is_among(self, user: str, named: Iterable[str]) -> bool:
        """Whether somebody is one of those named by user id, by a user group's id or by its ``@handle``."""
        for one in named:
            key = await self._group_of(one) if one.startswith("@") else one
            if key == user or (key.startswith("S") and user in await self._group_members(key)):
                return True
        return False

    async def channel_id(self, name_or_id: str) -> str:
        """The id of a channel that is named by its id or, after a ``#``, by its name."""
        if not name_or_id.startswith("#"):
            return name_or_id

        async def load() -> str:
            kinds = "public_channel,private_channel"
            pages = self._pages(self._client.conversations_list, types=kinds, exclude_archived=True)
            async for page in pages:
                for channel in page["channels"]:
                    if channel["name"] == name_or_id.removeprefix("#"):
                        return str(channel["id"])
            raise Down(f"There is no Slack channel {name_or_id} that the bot can see: invite it, or mend the settings.")

        return await self._known(("channel_id", name_or_id), load)

    def forget(self, *, channel: str | None = None, user: str | None = None) -> None:
        """Ask Slack again: who is in the channel, who the person is."""
        self._kept.pop(("members", channel or ""), None)
        self._kept.pop(("user", user or ""), None)

    # --- look-ups

    async def _known(self, key: tuple[str, str], load: Callable[[], Awaitable[_Value]]) -> _Value:
        loaded_at, value = self._kept.get(key, (None, None))
        if loaded_at is None or abs(self._now() - loaded_at) >= KEPT:  # also when the clock was set back
            value = await load()
            self._kept[key] = (self._now(), value)
        return cast("_Value", value)

    async def _user(self, user: str) -> _Json | None:
        async def load() -> _Json | None:
            try:
                found = await reading(self._client.users_info(user=user))
            except Rejected:  # not found, not visible
                return None
            return cast("_Json", found["user"])

        return await self._known(("user", user), load)

    async def _members(self, channel: str) -> frozenset[str]:
        async def load() -> frozenset[str]:
            pages = self._pages(self._client.conversations_members, channel=channel)
            return frozenset([member async for page in pages for member in page["members"]])

        return await self._known(("members", channel), load)

    async def _groups(self) -> Mapping[str, str]:
        """Handles of user groups by id; without any where the plan or the app's permissions do not include them."""

        async def load() -> Mapping[str, str]:
            found = await reading(self._client.usergroups_list())
            return {group["id"]: group["handle"] for group in found["usergroups"]}

        try:
            return await self._known(("groups", ""), load)
        except (Rejected, Down):
            return {}

    async def _group_of(self, handle: str) -> str:
        """The id of the user group that is called ``@handle``; without any the handle."""
        found = (key for key, name in (await self._groups()).items() if name == handle.removeprefix("@"))
        return next(found, handle)

    async def _group_members(self, group: str) -> frozenset[str]:
        async def load() -> frozenset[str]:
            return frozenset((await reading(self._client.usergroups_users_list(usergroup=group)))["users"])

        try:
            return await self._known(("group", group), load)
        except (Rejected, Down):  # no such group, or none that the app may see: nobody is in it
            return frozenset()

    async def _channel_name(self, channel: str) -> str:
        async def load() -> str:
            try:
                found = await reading(self._client.conversations_info(channel=channel))
            except (Rejected, Down):  # a channel that the bot can't see
                return SOME_CHANNEL
            return f"#{found['channel']['name']}"

        return await self._known(("channel", channel), load)

    async def _mentioned(self, mention: str) -> str:
        kind, _, key = mention.partition(":")
        match kind:
            case "user":
                return f"@{await self.name(key)}"
            case "channel":
                return await self._channel_name(key)
            case "group":
                handle = (await self._groups()).get(key)
                return f"@{handle}" if handle else SOME_GROUP
            case _:
                return f"@{key}"

    async def _pages(
        self, call: Callable[..., Awaitable[AsyncSlackResponse]], **arguments: object
    ) -> AsyncIterator[AsyncSlackResponse]:
        cursor = ""
        while True:
            page = await reading(call(limit=PAGE, cursor=cursor or None, **arguments))
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
