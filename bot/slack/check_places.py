"""Whether the desks' Slack channels and the supervisors are there."""

from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from typing import Any, Protocol, cast

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.config import Desk
from bot.findings import Finding, good, warning, wrong
from bot.slack.errors import FAILURES, code_of
from bot.slack.people import PAGE

DESK = good("Desk {desk}: the bot is in #{channel}")
DESK_UNKNOWN = wrong(
    "Desk {desk}: the app sees no Slack channel {channel} in the workspace {team}",
    "check how it is written; a private one is seen only after `/invite @{bot}` in it",
)
DESK_HIDDEN = wrong(
    "Desk {desk}: the app sees no Slack channel {channel}, and no private ones at all (it lacks groups:read)",
    "if it is private, give the app the missing permissions, then write `/invite @{bot}` in it",
)
DESK_OUTSIDE = wrong("Desk {desk}: the bot is not in #{channel}", "write `/invite @{bot}` there")
DESK_ARCHIVED = wrong(
    "Desk {desk}: #{channel} is archived", "unarchive it: open it → its name → “Settings”; or name another one"
)
DESK_DIRECT = wrong(
    "Desk {desk}: {channel} is a group conversation, not a Slack channel",
    "convert it into a private channel (its name → “Settings”), or name another one",
)
DESK_EMPTY = warning("Desk {desk}: nobody but the bot is in #{channel}", "invite the agents")
DESK_SHARED = warning(
    "Desk {desk}: #{channel} is shared with another organisation",
    "its people read what customers write, but are not heard; name another Slack channel if that is not meant",
)
DESK_TWINS = wrong("Desk {desk}: its Slack channel is that of the desk {other}", "give each desk one of its own")

SUPERVISORS = good("supervisors: Slack knows all {count}")
SUPERVISOR_UNKNOWN = wrong(
    "supervisors: there is nobody with the id {who} in the workspace {team}",
    "open the person's profile → “⋮” → “Copy member ID”",
)
SUPERVISOR_GONE = wrong("supervisors: the account of {who} is deactivated", "name somebody else")
SUPERVISOR_BOT = wrong("supervisors: {who} is an app, not a person", "name a person")
SUPERVISOR_GUEST = warning(
    "supervisors: {who} is a guest or belongs to another organisation", "name a full member; guests are not heard"
)
GROUP_UNKNOWN = wrong("supervisors: there is no user group {who}", "name one that Slack has ({known})")
GROUP_OFF = wrong(
    "supervisors: the user group {who} is disabled", "enable it in “People & user groups”, or name another"
)
GROUPS_HIDDEN = warning(
    "supervisors: Slack does not show user groups ({code}), so {who} can't be checked",
    "user groups need a paid plan and the permission usergroups:read; else name people by their ids",
)


CONVERSATIONS = {"mpim:read", "im:read"}  #: what Slack asks of an app that looks at a conversation without a name
MANY = 8  #: so many user groups are named, at most
_Json = Mapping[str, Any]


class Asking(Protocol):
    """How Slack is asked."""

    async def call(self, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
        """Make a call."""
        ...

    def trouble(self, error: BaseException) -> Finding:
        """What is wrong when it fails."""
        ...


class Places:
    """Looks at what the settings name in a workspace; ``granted`` are the app's permissions."""

    def __init__(self, asking: Asking, client: AsyncWebClient, *, granted: Iterable[str], bot: str, team: str) -> None:
        self._asking = asking
        self._client = client
        self._granted = frozenset(granted)
        self._words = {"bot": bot, "team": team}
        self._listed: dict[str, _Json] | None = None  # by ``#name``, once they were asked for

    async def desks(self, desks: Sequence[Desk]) -> list[Finding]:
        """Whether each has a Slack channel of its own in which the bot may work."""
        findings: list[Finding] = []
        sharing: dict[str, list[str]] = {}
        for desk in desks:
            try:
                found = await self._channel(desk.channel)
            except FAILURES as error:
                findings.append(self._asking.trouble(error))
                continue
            words = {**self._words, "desk": desk.name, "channel": desk.channel}
            if found is None:
                kind = DESK_UNKNOWN if "groups:read" in self._granted else DESK_HIDDEN
                findings.append(kind.found(**words))
            else:
                sharing.setdefault(found["id"], []).append(desk.name)
                findings += _judged(found, words | {"channel": found.get("name") or desk.channel})
                if len(sharing[found["id"]]) > 1:
                    findings.append(DESK_TWINS.found(desk=desk.name, other=sharing[found["id"]][0]))
        return findings

    async def supervisors(self, named: Sequence[str]) -> list[Finding]:
        """Whether Slack knows each person and each user group."""
        findings: list[Finding] = []
        for who in named:
            is_group = who.startswith(("@", "S"))
            try:
                findings += await (self._group(who) if is_group else self._person(who))
            except FAILURES as error:
                if code_of(error) != "missing_scope":  # which permission it is, has been said
                    findings.append(self._asking.trouble(error))
        if named and not findings:
            findings.append(SUPERVISORS.found(count=len(named)))
        return findings

    async def _channel(self, named: str) -> _Json | None:
        """The conversation of this id or ``#name``; None: there is none that the app sees."""
        if named.startswith("#"):
            if self._listed is None:
                self._listed = {f"#{one['name']}": one async for one in self._pages()}
            return self._listed.get(named)
        try:
            answer = await self._asking.call(self._client.conversations_info(channel=named, include_num_members=True))
        except SlackApiError as error:
            if code_of(error) == "missing_scope" and error.response.get("needed") in CONVERSATIONS:
                return {"id": named, "is_mpim": True}
            if code_of(error) in {"channel_not_found", "missing_scope"}:
                return None
            raise
        return cast("_Json", answer["channel"])

    async def _pages(self) -> AsyncIterator[_Json]:
        kinds = {"channels:read": "public_channel", "groups:read": "private_channel"}
        types, cursor = ",".join(kind for scope, kind in kinds.items() if scope in self._granted), ""
        while types:
            page = await self._asking.call(
                self._client.conversations_list(types=types, limit=PAGE, cursor=cursor or None, exclude_archived=False)
            )
            for channel in page["channels"]:
                yield channel
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def _person(self, who: str) -> list[Finding]:
        try:
            person = (await self._asking.call(self._client.users_info(user=who)))["user"]
        except SlackApiError as error:
            if code_of(error) not in {"user_not_found", "user_not_visible"}:
                raise
            return [SUPERVISOR_UNKNOWN.found(who=who, **self._words)]
        is_guest = person.get("is_restricted") or person.get("is_ultra_restricted") or person.get("is_stranger")
        signs = ((person.get("deleted"), SUPERVISOR_GONE), (person.get("is_bot"), SUPERVISOR_BOT),
                 (is_guest, SUPERVISOR_GUEST))  # fmt: skip
        return [next(kind for is_so, kind in signs if is_so).found(who=who)] if any(one for one, _ in signs) else []

    async def _group(self, who: str) -> list[Finding]:
        try:
            answer = await self._asking.call(self._client.usergroups_list(include_disabled=True))
        except SlackApiError as error:
            if code_of(error) in {"", "ratelimited"}:
                raise
            return [GROUPS_HIDDEN.found(who=who, code=code_of(error))]
        groups = {key: group for group in answer["usergroups"] for key in (group["id"], f"@{group['handle']}")}
        if who not in groups:
            known = ", ".join(sorted(key for key in groups if key.startswith("@"))[:MANY]) or "there is none yet"
            return [GROUP_UNKNOWN.found(who=who, known=known)]
        return [GROUP_OFF.found(who=who)] if groups[who].get("date_delete") else []


def _judged(channel: _Json, words: Mapping[str, str]) -> list[Finding]:
    """What is to be said of a conversation that was found."""
    if channel.get("is_mpim") or channel.get("is_im"):
        return [DESK_DIRECT.found(**words)]
    if channel.get("is_archived"):
        return [DESK_ARCHIVED.found(**words)]
    if not channel.get("is_member"):
        return [DESK_OUTSIDE.found(**words)]
    members = channel.get("num_members") or 0
    found = [DESK_EMPTY.found(**words)] if members == 1 else [DESK.found(**words)]
    return [*found, DESK_SHARED.found(**words)] if channel.get("is_ext_shared") else found
