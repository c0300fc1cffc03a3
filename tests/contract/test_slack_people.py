"""Who and what is in the workspace, asked through the real SDK."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.domain.replies import Role
from bot.errors import Down, Later
from bot.metrics import untold
from bot.sandbox.faults import PlatformError, Reset
from bot.slack.client import client
from bot.slack.people import KEPT, PAGE, People
from tests.database import Kind
from tests.slack_world import World, in_slack


@pytest.fixture
async def world(tmp_path: Path, kind: Kind) -> AsyncIterator[World]:
    async with in_slack(tmp_path, kind) as world:
        yield world


async def test_roles_are_told_apart(world: World) -> None:
    guest = world.slack.add_user("Gina", real_name="Gina", role="guest")
    stranger = world.slack.add_user("Stan", real_name="Stan", role="stranger")
    robot = world.slack.add_user("Robo", real_name="Robo", role="bot")

    roles = [await world.people.role(one, world.desk) for one in (world.mika, guest, stranger, robot, world.outside)]

    assert roles == [Role.AGENT, Role.GUEST, Role.STRANGER, Role.BOT, Role.STRANGER]
    assert await world.people.role("U0NOBODY", world.desk) is Role.STRANGER
    assert await world.people.role((await world.people.me()).user, world.desk) is Role.BOT


async def test_who_is_deactivated_is_a_stranger_and_a_colleague_needs_no_channel(world: World) -> None:
    guest = world.slack.add_user("Gina", real_name="Gina", role="guest")
    world.slack.deactivate(world.budi)

    assert await world.people.role(world.budi, world.desk) is Role.STRANGER
    colleagues = [await world.people.is_colleague(one) for one in (world.mika, world.outside, guest, world.budi)]
    assert colleagues == [True, True, False, False]


async def test_members_are_looked_up_page_by_page(world: World) -> None:
    many = [world.slack.add_user(f"u{number}", real_name="U") for number in range(PAGE + 1)]
    channel = world.slack.add_channel("many", [world.slack.workspace.bot_user, *many])

    assert await world.people.role(many[-1], channel) is Role.AGENT


async def test_who_joins_is_an_agent_as_soon_as_it_is_told_or_after_a_while(world: World) -> None:
    assert await world.people.role(world.outside, world.desk) is Role.STRANGER
    world.slack.workspace.channels[world.desk].members.append(world.outside)

    assert await world.people.role(world.outside, world.desk) is Role.STRANGER
    world.people.forget(channel=world.desk)
    assert await world.people.role(world.outside, world.desk) is Role.AGENT

    world.slack.workspace.channels[world.desk].members.remove(world.outside)
    world.now += KEPT
    assert await world.people.role(world.outside, world.desk) is Role.STRANGER


async def test_answers_are_kept(world: World) -> None:
    for _ in range(3):
        await world.people.name(world.mika)

    assert [call.method for call in world.slack.calls] == ["users.info"]


async def test_mentions_read_as_names(world: World) -> None:
    user, channel, group = f"user:{world.mika}", f"channel:{world.desk}", f"group:{world.leads}"

    names = await world.people.names([user, channel, group, "special:here", "channel:C0NONE", "group:S0NONE"])

    assert names == {
        user: "@Mika", channel: "#support", group: "@leads", "special:here": "@here", "channel:C0NONE": "#channel",
        "group:S0NONE": "@group",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("opaque", "mentioned"),
    [
        ("agent:U1", "<@U1>"),
        ("user:W1", "<@W1>"),
        ("group:S1", "<!subteam^S1>"),
        ("supervisor:U1", "<@U1>"),
        ("supervisor:S1", "<!subteam^S1>"),
        ("customer", "the customer"),
        ("desk", "Loket"),
        ("user:<!here>", "<!here>"),
    ],
)
async def test_opaque_names_become_mentions(world: World, opaque: str, mentioned: str) -> None:
    found = await world.people.mention(opaque)

    assert found.replace("\u200b", "").replace("&lt;", "<").replace("&gt;", ">") == mentioned
    assert "<!here>" not in found


async def test_somebody_is_among_those_named_by_id_or_by_a_user_group(world: World) -> None:
    async def budi_is_among(*named: str) -> bool:
        return await world.people.is_among(world.budi, named)

    assert await budi_is_among(world.mika, "@leads")
    assert await budi_is_among(world.leads)
    assert await budi_is_among(world.budi)
    assert not await budi_is_among(world.mika, "@nobodys", "S0NE")
    assert not await world.people.is_among(world.mika, ["@leads"])


async def test_a_workspace_without_user_groups_is_no_obstacle(world: World) -> None:
    world.slack.faults.plan("usergroups.list", PlatformError("paid_teams_only"))

    assert (await world.people.mention("supervisor:@leads")).replace("\u200b", "") == "@leads"


async def test_a_channel_is_found_by_its_name_on_a_later_page(world: World) -> None:
    for number in range(PAGE + 1):
        world.slack.add_channel(f"c{number}")
    late = world.slack.add_channel("late", [world.slack.workspace.bot_user])

    assert await world.people.channel_id("#late") == late
    assert await world.people.channel_id("C0AS1T1S") == "C0AS1T1S"
    with pytest.raises(Down, match="#nowhere"):
        await world.people.channel_id("#nowhere")


@pytest.mark.parametrize("ask", [lambda it: it.me(), lambda it: it.role("U1", "C1"), lambda it: it.channel_id("#x")])
async def test_a_look_up_that_fails_can_be_tried_again(world: World, ask: Callable[[People], Any]) -> None:
    world.slack.faults.plan("*", Reset(performed=True), times=9)

    with pytest.raises(Later):
        await ask(world.people)


async def test_a_look_up_that_is_never_answered_is_given_up_and_can_be_tried_again(world: World) -> None:
    gate = world.slack.faults.hold("users.info", performed=True)
    address = {"token": world.slack.bot_token, "api_url": world.slack.api_url}

    async with client(**address, told=untold, answer_s=0.3) as impatient:
        people = People(impatient, now=lambda: world.now)
        with pytest.raises(Later):
            await people.role(world.mika, world.desk)
        gate.release()
        assert await people.role(world.mika, world.desk) is Role.AGENT
