"""One round: a desk of its own, traffic, kills and bad weather, then calm, then the comparison."""

import asyncio
import random
import shutil
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.sandbox.whatsapp import WhatsAppSandbox
from tests.crashes.desk import UNSETTLED, Desk, new_desk
from tests.crashes.proof.kills import Killer, Step
from tests.crashes.proof.ledger import TOKEN, Ledger
from tests.crashes.proof.outcome import Outcome
from tests.crashes.proof.traffic import Traffic
from tests.crashes.proof.verdict import Fate
from tests.crashes.proof.weather import Weather
from tests.database import Kind

CONFIG = """
[replies]
hold_seconds = 1
[limits]
slack_posts_per_second = 0
pace_customers = false
[alarms]
loss_after = 0
reply_after = 0
"""
RETRIES_S = (0.2, 2.0, 6.0)  #: Slack's retries, so that some events come by them and some only by the threads
STALLED_S = 60  #: if for so long nothing of the rest gets done, it never will
CALM_S = 1.5  #: and so long nobody may call then
FIRST = 3  #: customers whose tickets are taken before the first kill


async def play(seed: str, *, steps: Iterable[Step], kind: Kind, rate: float, keep: Path) -> Outcome:
    """
    Play a round with a kill at each of these steps; what else it decides is drawn from the seed.

    If a promise was broken, the database, the logs and what was sent are left in the folder ``keep``.
    """
    began = time.monotonic()
    async with (
        WhatsAppSandbox() as whatsapp,
        new_desk(CONFIG, retries_s=RETRIES_S, kind=kind, whatsapp=whatsapp) as desk,
    ):
        ledger = Ledger(desk, whatsapp)
        weather = Weather(desk, whatsapp, _chance(seed, "weather"), rate=rate)
        killer = Killer(desk, whatsapp, _chance(seed, "kills"))
        traffic = Traffic(ledger, weather, killer, _chance(seed, "traffic"))
        outcome = Outcome([seed], kills=killer.counts, faults=weather.counts)
        await killer.start()
        await _storm(killer, weather, traffic, steps)
        await _calm(desk, killer, weather, traffic, outcome)
        to_slack, to_phones, others = await ledger.verdicts()
        outcome.judged("customers → Slack", to_slack, files=ledger.files_sent("f"))
        outcome.judged("agents → customers", to_phones, files=ledger.files_sent("g"))
        outcome.broken += [f"`loket failed` lists: {line}" for line in others]
        if TOKEN.search(desk.log):
            outcome.broken.append("the log holds what people wrote")
        outcome.acts = traffic.counts
        outcome.internal = sum(one.fate is Fate.NEVER for one in ledger.sent.values())
        outcome.seconds = time.monotonic() - began
        if outcome.broken:
            _keep(desk, ledger, keep)
            outcome.broken = [f"seed {seed}: {line}" for line in outcome.broken] + [f"kept: {keep}"]
        return outcome


def deck(seed: str, kills: int) -> Sequence[Step]:
    """So many steps: each as often as any other, in turns that chance decides."""
    chance, steps = _chance(seed, "steps"), list[Step]()
    while len(steps) < kills:
        turn = list(Step)
        chance.shuffle(turn)
        steps += turn
    return steps[:kills]


def _chance(seed: str, name: str) -> random.Random:
    return random.Random(f"{seed} {name}")  # noqa: S311 - repeatable, not secret


async def _storm(killer: Killer, weather: Weather, traffic: Traffic, steps: Iterable[Step]) -> None:
    await traffic.begins(FIRST)
    weather.turn_bad()
    writing = asyncio.create_task(traffic.goes_on())
    breaking = asyncio.create_task(weather.breaks_connections())
    try:
        for step in steps:
            await killer.die_at(step)
            if writing.done() or breaking.done():
                await asyncio.gather(writing, breaking)  # raises what ended it
    finally:
        for task in (writing, breaking):
            task.cancel()
        await asyncio.gather(writing, breaking, return_exceptions=True)


async def _calm(desk: Desk, killer: Killer, weather: Weather, traffic: Traffic, outcome: Outcome) -> None:
    """All is well from now on: the service starts once more, and everything comes to rest."""
    weather.clear_up()
    await traffic.ends()
    await killer.start()
    try:
        await _settles(desk)
        await _nobody_calls(desk)
        await _settles(desk)
    except TimeoutError:
        outcome.broken.append(f"it does not come to rest: {desk.count(UNSETTLED)} rows are not settled")


async def _settles(desk: Desk) -> None:
    """Return when everything has reached its end, however long a busy machine needs."""
    rows, since = -1, time.monotonic()
    while not desk.is_at_rest():
        await asyncio.sleep(CALM_S / 10)
        if desk.count(UNSETTLED) != rows:
            rows, since = desk.count(UNSETTLED), time.monotonic()
        if time.monotonic() - since > STALLED_S:
            raise TimeoutError


async def _nobody_calls(desk: Desk) -> None:
    """Return when the service has left Slack alone for a while: it reads the threads after a start."""
    calls, since = len(desk.slack.calls), time.monotonic()
    while time.monotonic() - since < CALM_S:
        await asyncio.sleep(CALM_S / 10)
        if len(desk.slack.calls) != calls:
            calls, since = len(desk.slack.calls), time.monotonic()


def _keep(desk: Desk, ledger: Ledger, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    desk.books.keep(folder)
    for number, life in enumerate(desk.lives):
        (folder / f"life-{number:03}.log").write_text(life.errors)
    (folder / "sent.txt").write_text("".join(f"{one}\n" for one in ledger.sent.values()))
    threads, _ = ledger.threads()
    stands = {**threads, **ledger.phones()}
    (folder / "stands.txt").write_text("".join(f"{lane}: {' '.join(tokens)}\n" for lane, tokens in stands.items()))
