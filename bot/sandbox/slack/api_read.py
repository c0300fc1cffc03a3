"""The ``conversations.*``, ``users.*``, ``usergroups.*``, ``team.*`` and ``auth.*`` methods."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from bot.sandbox.slack.arguments import ApiError, Args, channel_of, need_scope, readable_channel
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.state import Channel, Json, Message, User

_READ = {"channel": "channels:read", "group": "groups:read", "mpim": "mpim:read", "im": "im:read"}
_HISTORY = {"channel": "channels:history", "group": "groups:history", "mpim": "mpim:history", "im": "im:history"}
_KINDS = {"public_channel": "channel", "private_channel": "group", "mpim": "mpim", "im": "im"}
MOST_PER_PAGE = 1000
Item = TypeVar("Item")


def auth_test(core: Core, _args: Args) -> Json:
    """auth.test"""
    workspace = core.workspace
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.team_name,
        "user": workspace.users[workspace.bot_user].name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def team_info(core: Core, _args: Args) -> Json:
    """team.info"""
    need_scope(core, "team:read")
    workspace = core.workspace
    return {"team": {"id": workspace.team_id, "name": workspace.team_name, "domain": workspace.domain}}


# --- conversations


def channel_json(core: Core, channel: Channel) -> Json:
    """A conversation object, as the bot sees it."""
    bot = core.workspace.bot_user
    common: Json = {"id": channel.id, "created": 0, "is_archived": channel.archived}
    common |= {"is_im": channel.kind == "im", "is_mpim": channel.kind == "mpim"}
    if channel.kind == "im":
        return {**common, "user": next(one for one in channel.members if one != bot), "is_open": True}
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_private": channel.kind != "channel",
        "is_general": False,
        "is_shared": channel.shared,
        "is_ext_shared": channel.shared,
        "is_member": bot in channel.members,
        "context_team_id": core.workspace.team_id,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def info(core: Core, args: Args) -> Json:
    """conversations.info"""
    channel = channel_of(core, args)
    need_scope(core, _READ[channel.kind])
    return {"channel": channel_json(core, channel)}


def join(core: Core, args: Args) -> Json:
    """conversations.join: public channels only"""
    need_scope(core, "channels:join")
    channel = channel_of(core, args)
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if core.workspace.bot_user in channel.members:
        return {"channel": channel_json(core, channel), "warning": "already_in_channel"}
    core.join(channel, core.workspace.bot_user)
    return {"channel": channel_json(core, channel)}


def open_direct(core: Core, args: Args) -> Json:
    """conversations.open, with one person"""
    need_scope(core, "im:write")
    user = args.need("users")
    if user not in core.workspace.users:
        raise ApiError("user_not_found")
    return {"channel": {"id": core.workspace.direct(user).id}}


def members(core: Core, args: Args) -> Json:
    """conversations.members"""
    channel = channel_of(core, args)
    need_scope(core, _READ[channel.kind])
    page, more = _page(channel.members, args)
    return {"members": page, **_cursor(more)}


def list_all(core: Core, args: Args) -> Json:
    """conversations.list"""
    return _listed(core, args, core.workspace.visible(core.workspace.bot_user))


def list_own(core: Core, args: Args) -> Json:
    """users.conversations: those the bot (or ``user``) is in"""
    user = args.text("user", core.workspace.bot_user)
    return _listed(core, args, [one for one in core.workspace.channels.values() if user in one.members])


def _listed(core: Core, args: Args, found: Sequence[Channel]) -> Json:
    kinds = [_KINDS.get(word.strip(), "") for word in args.text("types", "public_channel").split(",")]
    for kind in kinds:
        need_scope(core, _READ.get(kind, "mpim:read"))
    left_out = args.flag("exclude_archived")
    page, more = _page([one for one in found if one.kind in kinds and not (left_out and one.archived)], args)
    return {"channels": [channel_json(core, channel) for channel in page], **_cursor(more)}


def history(core: Core, args: Args) -> Json:
    """conversations.history: newest first, without replies that were not also sent to the channel"""
    channel = _historic(core, args)
    top = [one for one in channel.messages.values() if one.root is None or _is_broadcast(one)]
    page, more = _page(list(reversed(_between(top, args))), args)
    shown = [_shown(core, one, args) for one in page]
    return {"messages": shown, "has_more": bool(more), "pin_count": 0, **_cursor(more)}


def replies(core: Core, args: Args) -> Json:
    """conversations.replies: the root, on every page, and then the replies, oldest first"""
    channel = _historic(core, args)
    root = channel.messages.get(args.need("ts"))
    if root is None:
        raise ApiError("thread_not_found")
    page, more = _page(_between(channel.replies(root.ts), args), args)
    shown = [_shown(core, one, args) for one in [root, *page]]
    return {"messages": shown, "has_more": bool(more), **_cursor(more)}


def _historic(core: Core, args: Args) -> Channel:
    channel = readable_channel(core, args)
    need_scope(core, _HISTORY[channel.kind])
    return channel


def _is_broadcast(message: Message) -> bool:
    return message.body.get("subtype") == "thread_broadcast"


def _moment(args: Args, name: str) -> tuple[int, int] | None:
    """A ``ts`` in whole seconds and millionths: comparing digits as text or as floats would go wrong."""
    if not args.text(name):
        return None
    seconds, _, fraction = args.text(name).partition(".")
    try:
        return int(seconds), int(fraction.ljust(6, "0")[:6] or 0)
    except ValueError:
        raise ApiError(f"invalid_ts_{name}") from None


def _between(messages: Sequence[Message], args: Args) -> list[Message]:
    oldest, latest = _moment(args, "oldest"), _moment(args, "latest")
    inclusive = args.flag("inclusive")

    def fits(message: Message) -> bool:
        seconds, _, fraction = message.ts.partition(".")
        at = (int(seconds), int(fraction))
        if at in {oldest, latest}:
            return inclusive
        return (oldest is None or at > oldest) and (latest is None or at < latest)

    return [message for message in messages if fits(message)]


def _shown(core: Core, message: Message, args: Args) -> Json:
    shown = core.workspace.shown(message)
    if "metadata" in shown and not args.flag("include_all_metadata"):
        shown["metadata"] = {"event_type": shown["metadata"]["event_type"]}
    return shown


def _page(items: Sequence[Item], args: Args) -> tuple[list[Item], str]:
    """One page, and the cursor of the next one (empty at the end)."""
    limit = args.number("limit", 100)
    if not 0 < limit <= MOST_PER_PAGE:
        raise ApiError("invalid_limit")
    cursor = args.text("cursor", "next:0")
    if not cursor.removeprefix("next:").isdigit():
        raise ApiError("invalid_cursor")
    start = int(cursor.removeprefix("next:"))
    end = start + limit
    return list(items[start:end]), f"next:{end}" if end < len(items) else ""


def _cursor(following: str) -> Json:
    return {"response_metadata": {"next_cursor": following}}


# --- people


def user_json(core: Core, user: User, *, locale: str | None = None) -> Json:
    """A user object."""
    workspace = core.workspace
    guest, stranger = user.role == "guest", user.role == "stranger"
    found = {
        "id": user.id,
        "team_id": "T0ELSEWHERE" if stranger else workspace.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": user.color,
        "real_name": user.real_name,
        "tz": "Asia/Jakarta" if user.language == "id" else "Europe/London",
        "profile": {"real_name": user.real_name, "display_name": user.name, "title": user.title, "image_48": ""},
        "is_admin": False,
        "is_bot": user.role == "bot",
        "is_restricted": guest,
        "is_ultra_restricted": False,
        "is_stranger": stranger,
        "is_app_user": False,
        "updated": 0,
    }
    return found if locale is None else {**found, "locale": locale}


def user_info(core: Core, args: Args) -> Json:
    """users.info"""
    need_scope(core, "users:read")
    user = core.workspace.users.get(args.need("user"))
    if user is None:
        raise ApiError("user_not_found")
    locale = {"id": "id-ID", "en": "en-US"}.get(user.language, user.language)
    return {"user": user_json(core, user, locale=locale if args.flag("include_locale") else None)}


def bot_info(core: Core, args: Args) -> Json:
    """bots.info"""
    need_scope(core, "users:read")
    workspace = core.workspace
    if args.need("bot") != workspace.bot_id:
        raise ApiError("bot_not_found")
    name = workspace.users[workspace.bot_user].name
    ids = {"id": workspace.bot_id, "app_id": workspace.app_id, "user_id": workspace.bot_user}
    return {"bot": {**ids, "name": name, "deleted": False, "updated": 0, "icons": {}}}


def list_groups(core: Core, args: Args) -> Json:
    """usergroups.list"""
    need_scope(core, "usergroups:read")
    found = []
    for group in core.workspace.groups.values():
        if group.disabled and not args.flag("include_disabled"):
            continue
        one: Json = {"id": group.id, "team_id": core.workspace.team_id, "name": group.handle, "handle": group.handle}
        one |= {"is_usergroup": True, "user_count": len(group.members), "date_delete": int(group.disabled)}
        found.append(one | ({"users": list(group.members)} if args.flag("include_users") else {}))
    return {"usergroups": found}


def list_group_members(core: Core, args: Args) -> Json:
    """usergroups.users.list"""
    need_scope(core, "usergroups:read")
    group = core.workspace.groups.get(args.need("usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": list(group.members)}


METHODS: Mapping[str, Any] = {
    "auth.test": auth_test,
    "bots.info": bot_info,
    "team.info": team_info,
    "conversations.info": info,
    "conversations.join": join,
    "conversations.open": open_direct,
    "conversations.members": members,
    "conversations.list": list_all,
    "conversations.history": history,
    "conversations.replies": replies,
    "users.info": user_info,
    "users.conversations": list_own,
    "usergroups.list": list_groups,
    "usergroups.users.list": list_group_members,
}
