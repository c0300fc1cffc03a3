"""The Home tab: what waits for an agent, and the supervisors' board."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.channels.base import Raw
from bot.sandbox.faults import PlatformError, Reset
from bot.sandbox.files import File
from bot.sandbox.slack.state import Role
from tests.database import Kind
from tests.home import opens, presses, section, shown
from tests.world import Agent, World, words
from tests.world import world as new_world

LOOK = timedelta(seconds=6)  #: in which the service notices that something has changed
MINUTE = timedelta(minutes=1)
HOSTILE = "<!here> *bold* @channel https://evil.org"


@pytest.fixture
async def led(kind: Kind) -> AsyncIterator[World]:
    """A desk with a supervisor who is in its channel."""
    async with new_world('supervisors = ["@leads"]\ntimezone = "Asia/Jakarta"', kind=kind) as world:
        lena = world.slack.add_user("lena", real_name="Lena")
        world.slack.add_group("leads", [lena])
        world.slack.join(world.channel, lena)
        world.agents["lena"] = Agent(world, lena, "lena")
        yield world


# --- an agent's queue


async def test_an_agent_sees_what_is_his_with_what_waits_longest_first(world: World) -> None:
    ada, ben, cem = (world.customer(name) for name in ("Ada", "Ben", "Cem"))
    for customer in (ada, ben, cem):
        await customer.writes(f"Question of {customer.id}")
        await world.passes(MINUTE)
    for number in (1, 2, 3):
        await world.mika.commands(f"/claim {number}")
    await world.mika.commands("/reply 1 Here you are")
    await world.passes(timedelta(minutes=5))
    await ada.writes("And another thing")
    await world.mika.commands("/reply 2 Here you are")

    await opens(world.mika)

    mine = section(world.mika, "mine")
    assert "Your tickets: 3" in mine
    assert mine.index("|#3>") < mine.index("|#1>") < mine.index("|#2>")
    first, second, third = mine.split("|#")[1:]
    assert "waits for us" in first
    assert "waits for us" in second
    assert "we wait for the customer" in third
    assert f"/archives/{world.channel}/p" in mine


async def test_who_writes_again_and_again_does_not_move_down(world: World) -> None:
    ada, ben = world.customer("Ada"), world.customer("Ben")
    for customer in (ada, ben):
        await customer.writes("Hello")
        await world.mika.commands(f"/claim {1 if customer is ada else 2}")
        await world.mika.commands(f"/reply {1 if customer is ada else 2} Hi")
    await world.passes(MINUTE)
    await ada.writes("Still broken")
    await world.passes(MINUTE)
    await ben.writes("Still broken, too")
    await world.passes(MINUTE)
    await ada.writes("Hello??")

    await opens(world.mika)

    mine = section(world.mika, "mine")
    assert mine.index("|#1>") < mine.index("|#2>")


async def test_an_unclaimed_ticket_that_somebody_answered_does_not_wait_until_the_customer_is_not_content(
    led: World,
) -> None:
    ada = led.customer()
    await ada.writes("Hello")
    await led.passes(MINUTE)
    await led.budi.commands("/reply 1 Try turning it off and on")
    await led.passes(MINUTE)

    lena = led.agents["lena"]
    answered = await opens(lena)
    assert "we wait for the customer, who was answered" in section(lena, "unclaimed")
    assert "No customer waits for us" in answered

    await led.budi.commands("/close 1")
    await led.passes(MINUTE)
    await ada.presses("Not yet")
    await led.passes(LOOK)
    assert "waits for us" in section(lena, "unclaimed") + section(lena, "mine")
    assert "No customer waits for us" not in shown(lena)


async def test_due_and_late_are_marked_as_time_passes_though_nothing_happens(world: World) -> None:
    await world.customer().writes("Hello")
    await world.mika.commands("/claim 1")

    before = await opens(world.mika)
    await world.passes(timedelta(minutes=29))
    assert "first reply due" in before
    assert "late" not in before

    await world.passes(timedelta(minutes=2))
    assert "*late:* the first reply was due" in shown(world.mika)

    await world.mika.commands("/reply 1 Sorry")
    await world.passes(LOOK)
    assert "to be solved by" in shown(world.mika)
    assert "late" not in shown(world.mika)


async def test_an_unclaimed_ticket_is_claimed_on_the_tab_and_the_claim_taken_back(world: World) -> None:
    await world.customer("Ada").writes("Where is my order?")
    await opens(world.mika)
    assert "Unclaimed: 1" in section(world.mika, "unclaimed")

    after = await presses(world.mika, "home.claim", "1")

    assert "Ticket #1 (Ada) is yours." in after
    assert "Your tickets: 1" in after
    assert "Every open ticket has an owner" in section(world.mika, "unclaimed")
    assert f"<@{world.mika.id}>" in words(world.cards()[0])

    after = await presses(world.mika, "home.undo")

    assert "Taken back: ticket #1 (Ada)" in after
    assert "Unclaimed: 1" in after


async def test_of_two_who_press_at_once_one_gets_it_and_the_other_reads_who(world: World) -> None:
    await world.customer("Ada").writes("Hello")
    await opens(world.mika)
    await opens(world.budi)

    await presses(world.budi, "home.claim", "1")
    late = await presses(world.mika, "home.claim", "1")

    assert f"already belongs to <@{world.budi.id}>" in late
    assert "Every open ticket has an owner" in late


async def test_what_a_press_came_to_is_read_for_a_while_and_not_for_ever(world: World) -> None:
    await world.customer("Ada").writes("Hello")
    await opens(world.mika)
    await presses(world.mika, "home.claim", "1")

    await world.passes(MINUTE + LOOK)

    assert "is yours" not in shown(world.mika)


async def test_without_any_tickets_it_is_friendly_and_says_how_they_come(world: World) -> None:
    text = await opens(world.mika)

    assert "Nothing is yours just now" in text
    assert "Every open ticket has an owner" in text
    assert f"<#{world.channel}>" in text


async def test_what_was_escalated_to_somebody_is_shown_to_them(led: World) -> None:
    await led.customer().writes("Hello")
    await led.customer("Ben").writes("Hello")
    await led.mika.commands("/claim 1")
    await led.mika.commands("/escalate 1 @budi needs a decision")
    await led.mika.commands("/claim 2")
    await led.mika.commands("/escalate 2 this one, too")

    await opens(led.budi)
    await opens(led.agents["lena"])
    await opens(led.mika)

    assert "|#1>" in section(led.budi, "escalated")
    assert f"<@{led.mika.id}>" in section(led.budi, "escalated")
    assert "|#2>" in section(led.agents["lena"], "escalated")
    assert "Escalated to you" not in shown(led.mika)


async def test_customers_words_stay_literal(world: World) -> None:
    await world.customer("<!channel>").writes(HOSTILE)

    text = await opens(world.mika)

    assert "<!" not in text.replace("<!date^", "")
    assert "*bold*" not in text
    assert "https://evil" not in text


async def test_an_agent_sees_only_the_tickets_of_his_desks_and_in_his_desks_language(kind: Kind) -> None:
    async with new_world(kind=kind) as world:
        await world.stop()
        other = world.slack.add_channel("sales", [world.budi.id, world.slack.workspace.bot_user])
        world.config = (
            f'[[desk]]\nname = "Support"\nchannel = "{world.channel}"\ncustomers = ["telegram"]\n'
            f'[[desk]]\nname = "Penjualan"\nchannel = "{other}"\nlanguage = "id"\ncustomers = ["whatsapp"]\n'
            "[limits]\nslack_posts_per_second = 0\n"
        )
        world.slack.leave(world.channel, world.budi.id)
        await world.start()
        await world.customer("Ada").writes("A secret")

        await opens(world.budi)
        await opens(world.mika)

        assert "Ada" not in shown(world.budi)
        assert "A secret" not in shown(world.budi)
        assert "Setiap tiket yang terbuka punya pemilik" in shown(world.budi)
        assert "A secret" in shown(world.mika)


async def test_a_desk_that_we_cannot_see_is_said_and_hides_no_other(kind: Kind) -> None:
    async with new_world(kind=kind) as world:
        await world.stop()
        world.config = (
            f'[[desk]]\nname = "Support"\nchannel = "{world.channel}"\n'
            '[[desk]]\nname = "Sales"\nchannel = "#nowhere"\n[limits]\nslack_posts_per_second = 0\n'
        )
        await world.start()
        await world.customer("Ada").writes("Hello")

        text = await opens(world.mika)

        assert "There is no Slack channel #nowhere" in text.replace("\u200b", "")
        assert "Unclaimed: 1" in text


# --- who may see nothing


@pytest.mark.parametrize("role", ["guest", "member", "stranger"])
async def test_who_does_not_belong_to_a_desk_reads_one_friendly_sentence(led: World, role: Role) -> None:
    otto = Agent(led, led.slack.add_user("otto", real_name="Otto", role=role), "otto")
    if role != "member":  # in the channel, and named as supervisors: guests and strangers see nothing all the same
        led.slack.join(led.channel, otto.id)
        next(iter(led.slack.workspace.groups.values())).members.append(otto.id)
    await led.customer("Ada").writes("A secret")

    text = await opens(otto)

    assert "Hello" in text
    assert "Ada" not in text
    assert "secret" not in text
    assert "#1" not in text


async def test_who_leaves_the_desk_sees_nothing_more_and_his_old_button_does_nothing(world: World) -> None:
    await world.customer("Ada").writes("A secret")
    await opens(world.mika)

    world.slack.leave(world.channel, world.mika.id)
    await world.quiet()
    text = await presses(world.mika, "home.claim", "1")

    assert "secret" not in text
    assert "Ada" not in text
    assert "nobody owns it" in words(world.cards()[0])


# --- the board


async def test_a_supervisor_sees_who_has_what_and_todays_figures(led: World) -> None:
    for name in ("Ada", "Ben", "Cem"):
        await led.customer(name).writes("Hello")
        await led.passes(MINUTE)
    await led.mika.commands("/claim 1")
    await led.mika.commands("/reply 1 Hi")
    await led.mika.commands("/claim 2")

    await opens(led.agents["lena"])
    await opens(led.mika)

    board = section(led.agents["lena"], "board")
    assert "The board: 3 open" in board
    assert "New: *1*" in board
    assert "In progress: *1*" in board
    assert "Waiting for the customer: *1*" in board
    assert f"• <@{led.mika.id}>: 2, waiting for us: 1" in board
    assert "nobody owns it: 1, waiting for us: 1" in board
    assert board.index("|#2>") < board.index("|#3>")
    assert "3 came in, 1 answered, 0 closed, 3 open now" in board
    assert "Asia/Jakarta" in board
    assert "The board" not in shown(led.mika)


async def test_a_supervisor_reads_what_has_gone_wrong_and_what_to_do(led: World) -> None:
    assert "Nothing has gone wrong" in await opens(led.agents["lena"])
    await led.customer("Ada").writes("Hello")
    await led.mika.commands("/claim 1")
    led.telegram.faults.plan("sendMessage", Reset(performed=True))
    await led.mika.commands("/reply 1 perhaps")
    led.telegram.faults.plan("sendMessage", PlatformError("400 Bad Request: message is too long"))
    await led.mika.commands("/reply 1 never")
    await led.customer("Ben").writes("Hello")
    await led.budi.writes("held", under=led.cards()[-1]["ts"])
    assert led.app is not None
    await led.app.inbox.put("telegram", [Raw(key="broken", lane="1", position=0, body='{"update_id": 0, "new": 1}')])
    await led.passes(LOOK)
    await led.passes(MINUTE)

    troubles = section(led.agents["lena"], "troubles")
    assert "What has gone wrong: 4" in troubles
    assert "Telegram could not be read" in troubles
    assert "`loket failed --retry in-" in troubles
    assert "nobody knows whether a text reached the customer" in troubles
    assert "was *not delivered*" in troubles
    assert f"a text of <@{led.budi.id}> is held" in troubles
    await opens(led.mika)
    assert "something did not arrive" in section(led.mika, "mine")
    assert "a text is held" in section(led.mika, "unclaimed")


async def test_a_supervisor_reads_of_customers_files_that_did_not_come(led: World) -> None:
    ada = led.customer("Ada").id
    led.telegram.sends(ada, "video", file=File("film.mp4", "video/mp4", bytes((20 << 20) + 1)))
    led.slack.faults.plan("files.getUploadURLExternal", PlatformError("blocked_file_type"))
    led.telegram.sends(ada, "document")
    await led.quiet()

    await opens(led.agents["lena"])

    troubles = section(led.agents["lena"], "troubles")
    assert "a file of the customer *could not be fetched*. The file is larger than 20 MB" in troubles
    assert "Slack *does not take* a file of the customer. This workspace does not allow files of this" in troubles


async def test_a_platform_that_is_away_is_said_once_and_no_more_when_it_is_back(led: World) -> None:
    await opens(led.mika)
    assert led.app is not None

    led.app.health["telegram"].problem = "It does not answer."
    await led.passes(LOOK)
    assert shown(led.mika).count("*Telegram* can't be reached") == 1
    assert "It does not answer." in shown(led.mika)

    led.app.health["telegram"].problem = None
    led.app.health["files"].problem = "The disk of the machine that Loket runs on is full."
    await led.passes(LOOK)
    assert "can't be reached" not in shown(led.mika)
    assert "Files can't be stored" in shown(led.mika)
    assert "is full" in shown(led.mika)
