"""What `loket check` finds at Slack: the workspace really is set up so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.findings import BUSY, ILL, NOT_THEM
from bot.manifest import SCOPES
from bot.sandbox.faults import PlatformError, ServerError, Throttled
from bot.slack import check, check_places
from tests.checking import SetUp, set_up

A_SECRET = "0123456789abcdef" * 2
WORKSPACE = {"team": "Sandbox", "bot": "sandbox_bot"}


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[SetUp]:
    async with set_up(tmp_path) as it:
        yield it


async def test_nothing_is_wrong_with_a_right_set_up(it: SetUp) -> None:
    it.toml = f'supervisors = ["{it.agents[0]}", "@leads"]\n'
    it.slack.add_group("leads", it.agents)

    found = await it.finds()

    assert [one for one in found if one.mark != "✓"] == []
    for one in (
        check.BOT_TOKEN.found(**WORKSPACE),
        check.SCOPES_GRANTED.found(),
        check.APP_TOKEN.found(),
        check_places.DESK.found(desk="Support", channel="support"),
        check_places.SUPERVISORS.found(count=2),
    ):
        assert one in found


async def test_looking_changes_nothing_in_slack(it: SetUp) -> None:
    await it.finds()

    asked = {call.method for call in it.slack.calls}
    assert asked == {"auth.test", "apps.connections.open", "bots.info", "conversations.list"}
    assert it.slack.messages(it.desk) == []


# --- tokens


async def test_a_token_that_slack_does_not_know(it: SetUp) -> None:
    found = await it.troubles(SLACK_BOT_TOKEN="xoxb-1-2-wrong")

    assert found == [check.BOT_TOKEN_UNKNOWN.found(code="invalid_auth")]


async def test_a_token_of_another_workspace_sees_none_of_our_channels(it: SetUp, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    async with set_up(tmp_path / "other") as other:
        other.slack.workspace.channels.clear()

        found = await it.troubles(SLACK_BOT_TOKEN=other.slack.bot_token, SLACK_API_URL=other.slack.api_url)

    assert check.APP_TOKEN_UNKNOWN.found(code="invalid_auth") in found
    assert check_places.DESK_UNKNOWN.found(desk="Support", channel="#support", **WORKSPACE) in found


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_a_token_that_was_revoked(it: SetUp, code: str) -> None:
    it.slack.refuse_tokens(code)

    assert check.BOT_TOKEN_REVOKED.found(code=code) in await it.troubles()


async def test_a_workspace_that_does_not_let_the_app_in(it: SetUp) -> None:
    it.slack.refuse_tokens("team_access_not_granted")

    assert check.BOT_TOKEN_BARRED.found(code="team_access_not_granted") in await it.troubles()


@pytest.mark.parametrize("scope", SCOPES)
async def test_each_permission_that_is_missing_is_named(it: SetUp, scope: str) -> None:
    it.grant(without=[scope])

    assert check.SCOPES_MISSING.found(scopes=scope) in await it.troubles()


async def test_all_missing_permissions_are_named_at_once(it: SetUp) -> None:
    it.grant(without=["files:write", "im:write"])

    assert await it.troubles() == [check.SCOPES_MISSING.found(scopes="files:write, im:write")]


async def test_an_app_level_token_that_slack_does_not_know(it: SetUp) -> None:
    assert await it.troubles(SLACK_APP_TOKEN="xapp-1-A1-2-wrong") == [
        check.APP_TOKEN_UNKNOWN.found(code="invalid_auth")
    ]


async def test_an_app_level_token_without_its_permission(it: SetUp) -> None:
    it.slack.grant_app_token("authorizations:read")

    assert await it.troubles() == [check.APP_TOKEN_SCOPE.found()]


async def test_socket_mode_that_is_off(it: SetUp) -> None:
    it.grant(http="https://desk.example.org")

    assert await it.troubles() == [check.SOCKET_MODE_OFF.found()]


async def test_two_tokens_of_different_apps(it: SetUp) -> None:
    it.slack.workspace.app_id = "A0OTHER"  # of the bot; the app-level token still names the first

    assert await it.troubles() == [check.APP_TOKEN_OTHER.found(theirs="A0SANDBOXAPP", ours="A0OTHER")]


async def test_over_http_the_secret_has_its_form_and_no_app_token_is_needed(it: SetUp) -> None:
    it.grant(http="https://desk.example.org")

    assert await it.troubles(SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET=A_SECRET) == []
    assert it.sees(SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="abc") == [check.SIGNING_SECRET_FORM.found()]
    assert it.sees(SLACK_SIGNING_SECRET=A_SECRET) == [check.SIGNING_SECRET_UNUSED.found()]


# --- the desks


async def test_a_channel_that_is_not_there(it: SetUp) -> None:
    by_name, by_id = await it.troubles(SLACK_CHANNEL="#suport"), await it.troubles(SLACK_CHANNEL="C0NOWHERE")

    assert by_name == [check_places.DESK_UNKNOWN.found(desk="Support", channel="#suport", **WORKSPACE)]
    assert by_id == [check_places.DESK_UNKNOWN.found(desk="Support", channel="C0NOWHERE", **WORKSPACE)]


@pytest.mark.parametrize("by_id", [False, True])
async def test_a_private_channel_of_an_app_that_may_not_see_private_ones(it: SetUp, *, by_id: bool) -> None:
    channel = it.slack.add_channel("inner", [*it.agents, it.slack.workspace.bot_user], kind="group")
    it.grant(without=["groups:read", "groups:history"])

    _, found = await it.troubles(SLACK_CHANNEL=channel if by_id else "#inner")

    named = channel if by_id else "#inner"
    assert found == check_places.DESK_HIDDEN.found(desk="Support", channel=named, **WORKSPACE)


async def test_a_private_channel_is_as_good_as_another(it: SetUp) -> None:
    it.slack.add_channel("inner", [*it.agents, it.slack.workspace.bot_user], kind="group")

    assert await it.troubles(SLACK_CHANNEL="#inner") == []


@pytest.mark.parametrize("by_id", [False, True])
async def test_a_channel_that_the_bot_is_not_in(it: SetUp, *, by_id: bool) -> None:
    channel = it.slack.add_channel("billing", it.agents)

    found = await it.troubles(SLACK_CHANNEL=channel if by_id else "#billing")

    assert found == [check_places.DESK_OUTSIDE.found(desk="Support", channel="billing", bot="sandbox_bot")]


async def test_a_channel_that_is_archived(it: SetUp) -> None:
    it.slack.archive(it.desk)

    assert await it.troubles() == [check_places.DESK_ARCHIVED.found(desk="Support", channel="support")]


async def test_a_group_conversation_is_no_channel(it: SetUp) -> None:
    talk = it.slack.add_channel("mpdm-mika--budi-1", [*it.agents, it.slack.workspace.bot_user], kind="mpim")

    assert await it.troubles(SLACK_CHANNEL=talk) == [check_places.DESK_DIRECT.found(desk="Support", channel=talk)]


async def test_a_channel_with_nobody_in_it_or_with_another_organisation(it: SetUp) -> None:
    channel = it.slack.workspace.channels[it.desk]
    channel.shared = True
    shared = await it.troubles()

    channel.members[:] = [it.slack.workspace.bot_user]
    channel.shared = False

    assert shared == [check_places.DESK_SHARED.found(desk="Support", channel="support")]
    assert await it.troubles() == [check_places.DESK_EMPTY.found(desk="Support", channel="support")]


async def test_two_desks_in_one_channel(it: SetUp) -> None:
    it.toml = f'[[desk]]\nname = "A"\nchannel = "#support"\n[[desk]]\nname = "B"\nchannel = "{it.desk}"\n'

    assert await it.troubles() == [check_places.DESK_TWINS.found(desk="B", other="A")]


async def test_channels_beyond_the_first_page_are_found(it: SetUp) -> None:
    for number in range(250):
        it.slack.add_channel(f"other-{number}")
    it.slack.add_channel("last", [*it.agents, it.slack.workspace.bot_user])

    assert await it.troubles(SLACK_CHANNEL="#last") == []


# --- the supervisors


async def test_people_who_can_be_no_supervisors(it: SetUp) -> None:
    guest = it.slack.add_user("gita", real_name="Gita", role="guest")
    stranger = it.slack.add_user("sari", real_name="Sari", role="stranger")
    gone = it.slack.add_user("gone", real_name="Gone")
    it.slack.deactivate(gone)
    it.toml = f'supervisors = ["U0NOBODY", "{gone}", "{it.slack.workspace.bot_user}", "{guest}", "{stranger}"]\n'

    assert await it.troubles() == [
        check_places.SUPERVISOR_UNKNOWN.found(who="U0NOBODY", **WORKSPACE),
        check_places.SUPERVISOR_GONE.found(who=gone),
        check_places.SUPERVISOR_BOT.found(who=it.slack.workspace.bot_user),
        check_places.SUPERVISOR_GUEST.found(who=guest),
        check_places.SUPERVISOR_GUEST.found(who=stranger),
    ]


async def test_user_groups_that_are_not_there_or_disabled(it: SetUp) -> None:
    it.toml = 'supervisors = ["@leads"]\n'
    none = await it.troubles()
    it.slack.workspace.add_group("lead", it.agents)
    misspelt = await it.troubles()

    leads = it.slack.workspace.add_group("leads", it.agents)
    leads.disabled = True
    disabled = await it.troubles()
    it.toml = f'supervisors = ["{leads.id}"]\n'

    assert none == [check_places.GROUP_UNKNOWN.found(who="@leads", known="there is none yet")]
    assert misspelt == [check_places.GROUP_UNKNOWN.found(who="@leads", known="@lead")]
    assert disabled == [check_places.GROUP_OFF.found(who="@leads")]
    assert await it.troubles() == [check_places.GROUP_OFF.found(who=leads.id)]


async def test_user_groups_that_the_app_may_not_see(it: SetUp) -> None:
    it.toml = f'supervisors = ["@leads", "{it.agents[0]}"]\n'
    it.grant(without=["usergroups:read", "users:read"])

    found = await it.troubles()

    assert found == [
        check.SCOPES_MISSING.found(scopes="usergroups:read, users:read"),
        check_places.GROUPS_HIDDEN.found(who="@leads", code="missing_scope"),
    ]


# --- Slack itself


async def test_slack_that_asks_to_wait_is_ill_or_is_not_slack(it: SetUp) -> None:
    for fault in (Throttled(), PlatformError("internal_error"), ServerError(502)):
        it.slack.faults.plan("auth.test", fault)

    where = {"platform": "Slack", "host": "127.0.0.1", "setting": "SLACK_API_URL"}
    assert [await it.troubles() for _ in range(3)] == [
        [BUSY.found(platform="Slack")],
        [ILL.found(platform="Slack", code="internal_error")],
        [NOT_THEM.found(**where, status=502)],
    ]


@pytest.mark.parametrize("method", ["apps.connections.open", "conversations.list", "usergroups.list", "bots.info"])
async def test_a_later_call_that_fails_is_told_and_hides_nothing(it: SetUp, method: str) -> None:
    it.toml = 'supervisors = ["U0NOBODY", "@leads"]\n'
    it.slack.faults.plan(method, ServerError(503), times=9)

    found = await it.troubles()

    assert check_places.SUPERVISOR_UNKNOWN.found(who="U0NOBODY", **WORKSPACE) in found
    assert len(found) == (2 if method in {"usergroups.list", "bots.info"} else 3)
