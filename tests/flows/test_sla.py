"""Figures: for who asks, for the whole channel, as a file, and in a shell beside the service."""

import asyncio
import csv
import io
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.manifest import manifest
from tests.database import Kind
from tests.world import Agent, World, words
from tests.world import world as new_world

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def busy(kind: Kind) -> AsyncIterator[World]:
    """Three tickets of one morning: answered after 4 minutes by Mika, closed by Budi, and waiting for 40 minutes."""
    async with new_world('supervisors = ["@leads"]\ntimezone = "Asia/Jakarta"', kind=kind) as world:
        lead = world.slack.add_user("lena", real_name="Lena")
        world.slack.add_group("leads", [lead])
        world.slack.join(world.channel, lead)
        world.agents["lena"] = Agent(world, lead, "lena")
        for name in ("Ada", "Ben", "Cleo"):
            await world.customer(name).writes("Hello")
        await world.mika.commands("/claim 1")
        await world.budi.commands("/claim 2")
        await world.passes(timedelta(minutes=4))
        await world.mika.commands("/reply 1 Hi Ada")
        await world.budi.commands("/close 2")
        await world.passes(timedelta(minutes=36))
        yield world


async def asks(agent: Agent, text: str) -> str:
    """Run the command; all that is read of its answer."""
    before = len(agent.whispers)
    await agent.commands(text)
    return "\n".join(words(message) for message in agent.world.slack.ephemerals(agent.id)[before:])


def posted(world: World) -> list[str]:
    """What was said in the channel beside the cards."""
    return [text for text in map(words, world.cards()) if "came in" in text]


async def test_the_answer_names_what_came_in_was_answered_was_closed_and_is_open(busy: World) -> None:
    answers = [await asks(busy.mika, text) for text in ("/sla", "/loket sla today", "/sla 7D", "/sla 2026-11-23")]

    for answer in answers:
        assert "3 came in, 1 answered, 1 closed, 2 open now" in answer
        assert "First response: p50 4 min, p90 ≥ 40 min, 50 % within 30 min (n = 2, 1 unfinished)" in answer
        assert "Resolution: p50 ≥ 40 min, p90 ≥ 40 min, 100 % within 8 h (n = 3, 2 unfinished)" in answer
        assert "Asia/Jakarta" in answer
    assert posted(busy) == []


async def test_of_a_day_without_tickets_the_open_ones_are_still_named(busy: World) -> None:
    answer = await asks(busy.mika, "/sla yesterday")

    assert "0 came in, 0 answered, 0 closed, 2 open now" in answer
    assert "First response: no tickets" in answer


async def test_the_button_posts_the_same_days_to_the_channel(busy: World) -> None:
    await busy.mika.commands("/sla by channel")
    shown = busy.slack.ephemerals(busy.mika.id)[-1]["ts"]
    await busy.passes(timedelta(days=1))

    await busy.mika.presses("sla.share", on=shown, ephemeral=True)

    (post,) = posted(busy)
    assert "2026-11-23" in post
    assert "• Telegram: 3 came in" in post
    assert "Post to channel" not in post
    assert shown not in {message["ts"] for message in busy.slack.ephemerals(busy.mika.id)}


async def test_share_posts_at_once(busy: World) -> None:
    await busy.mika.commands("/sla 7d share")

    (post,) = posted(busy)
    assert "3 came in" in post


async def test_supervisors_see_all_agents_and_an_agent_itself(busy: World) -> None:
    of_lena, of_mika = await asks(busy.agents["lena"], "/sla by agent"), await asks(busy.mika, "/sla by agent")

    assert [line[: line.index(":")] for line in of_lena.splitlines() if "•" in line] == ["• mika", "• budi", "• nobody"]
    assert [line[: line.index(":")] for line in of_mika.splitlines() if "•" in line] == ["• mika"]


async def test_a_ticket_that_nobody_owns_counts_for_who_answered_first(busy: World) -> None:
    await busy.mika.commands("/reply 3 Hi Cleo")
    await busy.budi.commands("/reply 3 Hi from me too")

    answer = await asks(busy.agents["lena"], "/sla by agent")

    assert "• mika: 2 came in, 2 answered" in answer
    assert "nobody" not in answer


async def test_a_table_comes_as_a_file_in_the_conversation_with_the_app(busy: World) -> None:
    answer = await asks(busy.mika, "/sla 7d by channel csv")

    direct = busy.slack.workspace.direct(busy.mika.id)
    (message,) = busy.slack.messages(direct.id)
    (file,) = message["files"]
    table = list(csv.DictReader(io.StringIO(file["preview"])))
    assert "3 came in" in answer
    assert file["name"] == "tickets-2026-11-17..2026-11-23.csv"
    assert [(row["by"], row["name"], row["came_in"]) for row in table] == [
        ("all", "", "3"),
        ("channel", "Telegram", "3"),
    ]
    assert "2026-11-17" in message["text"]


async def test_without_the_permission_for_files_the_figures_still_stand(busy: World) -> None:
    app: dict[str, Any] = manifest()
    app["oauth_config"] = {
        "scopes": {"bot": [one for one in app["oauth_config"]["scopes"]["bot"] if one[:5] != "files"]}
    }
    busy.slack.install(app)

    answer = await asks(busy.mika, "/sla csv")

    assert "3 came in" in answer
    assert "lacks a permission" in answer


async def test_a_wrong_word_is_answered_with_what_exists(world: World) -> None:
    wrong = {
        "/sla next week": "“next week”. There are: today, yesterday",
        "/sla 7d by": "split by: agent, channel",
        "/sla by team": "By team does not work yet",
        "/sla xlsx": "there is: csv",
        "/sla by @channel": "split by: agent, channel",
    }

    answers = {text: await asks(world.mika, text) for text in wrong}

    for text, said in wrong.items():
        assert said in answers[text]
        assert "`sla [period] [by agent|channel] [csv] [share]`" in answers[text]


async def test_somebody_outside_the_desk_is_refused(world: World) -> None:
    stranger = world.slack.add_user("otto", real_name="Otto")
    hall = world.slack.add_channel("hall", [stranger])

    await world.slack.command(stranger, hall, "/sla")
    await world.quiet()

    (answer,) = world.slack.ephemerals(stranger)
    assert "full members" in answer["text"]


async def test_the_shell_gives_the_same_while_the_service_runs(busy: World) -> None:
    table, wrong = await asyncio.gather(
        shell(busy, "2026-11-23", "--by", "agent", "--format", "csv", "--out", "report.csv"),
        shell(busy, "next", "week"),
    )

    with (busy.folder / "report.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}
    assert table == (0, "", "")
    assert set(rows) == {"", busy.mika.id, busy.budi.id}
    assert rows[busy.mika.id]["first_response_p50_s"] == "240"
    assert wrong[0] == 2
    assert "2026-10-01..2026-10-31" in wrong[2]
    assert "3 came in" in await asks(busy.mika, "/sla")


async def shell(world: World, *arguments: str) -> tuple[int | None, str, str]:
    """Run ``loket sla`` beside the service: its exit code, output and errors."""
    found = world.settings()
    environment = {
        "PYTHONPATH": str(ROOT), "SLACK_BOT_TOKEN": world.slack.bot_token, "SLACK_APP_TOKEN": world.slack.app_token,
        "SLACK_CHANNEL": world.channel, "TELEGRAM_BOT_TOKEN": world.telegram.token, "DATABASE_URL": found.database_url,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "sla", *arguments, cwd=world.folder, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()
