"""Webhooks: how many a second are durable before they are answered, and how long an answer takes at half of that."""

import hashlib
import hmac
import json
import statistics
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from benchmarks import load
from benchmarks.plan import Plan
from benchmarks.results import Measured, Row
from benchmarks.stage import BARE, PATIENCE_S, killed, ours
from bot.manifest import manifest
from bot.sandbox.slack.server import SlackSandbox
from bot.sandbox.telegram.server import TelegramSandbox
from bot.sandbox.whatsapp import WhatsAppSandbox
from tests.crashes.process import Process
from tests.database import Kind, empty_url, fresh_url

CONNECTIONS = 32
WARM_UP_S = 0.5

_numbers = count(1)


def requests(port: int, whatsapp: WhatsAppSandbox, amount: int) -> Iterator[bytes]:
    """Signed webhooks, each a first message of another customer, ready to be written to the wire."""
    for number in [next(_numbers) for _ in range(amount)]:
        phone = str(628_000_000_000 + number)
        message = {
            "from": phone, "id": f"wamid.HBgN{number:024d}", "timestamp": "1795000000", "type": "text",
            "text": {"body": f"Hello, order {number} has not arrived yet. Could you please look where it is?"},
        }  # fmt: skip
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550783881", "phone_number_id": whatsapp.phone_number_id},
            "contacts": [{"profile": {"name": f"Customer {number}"}, "wa_id": phone}],
            "messages": [message],
        }
        changes = [{"value": value, "field": "messages"}]
        body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}).encode()
        signature = hmac.new(whatsapp.app_secret.encode(), body, hashlib.sha256).hexdigest()
        head = (
            f"POST /webhooks/whatsapp HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


@asynccontextmanager
async def _serving(subject: str, kind: Kind, folder: Path) -> AsyncIterator[tuple[int, WhatsAppSandbox]]:
    """The port of the one or the other, each with an empty database of its own."""
    slack, telegram, whatsapp = SlackSandbox(), TelegramSandbox(), WhatsAppSandbox()
    channel = slack.add_channel("support", [slack.workspace.bot_user])
    slack.install(manifest())
    path = folder / f"{subject}-{next(_numbers)}.db"
    fresh = fresh_url if subject == "ours" else empty_url
    async with slack, telegram, whatsapp, fresh(path, kind) as url:
        if subject == "ours":
            process = await ours(slack, telegram, whatsapp, channel=channel, url=url, folder=folder)
        else:
            given = {"url": url, "path": str(path), "secret": whatsapp.app_secret}
            process = await Process.start("webhook", json.dumps(given), module=BARE, environment={}, folder=folder)
        async with killed(process):
            await process.listens(within_s=PATIENCE_S)
            assert process.port is not None
            yield process.port, whatsapp


async def _per_second(subject: str, kind: Kind, folder: Path, plan: Plan) -> float:
    async with _serving(subject, kind, folder) as (port, whatsapp):
        made = iter(list(requests(port, whatsapp, int(plan.intake_s * 15_000) + 10_000)))
        await load.as_fast_as_possible(port, made, connections=CONNECTIONS, for_s=WARM_UP_S)
        return await load.as_fast_as_possible(port, made, connections=CONNECTIONS, for_s=plan.intake_s)


async def _p99_ms(subject: str, kind: Kind, folder: Path, plan: Plan, *, per_second: float) -> float:
    async with _serving(subject, kind, folder) as (port, whatsapp):
        made = list(requests(port, whatsapp, int(per_second * plan.intake_s)))
        warm_up = iter(list(requests(port, whatsapp, 10_000)))
        await load.as_fast_as_possible(port, warm_up, connections=4, for_s=WARM_UP_S / 5)
        taken_ms = await load.at_rate(port, made, per_second=per_second, connections=CONNECTIONS * 4)
        return statistics.quantiles(taken_ms, n=100)[98]


async def measure(kind: Kind, folder: Path, plan: Plan) -> list[Row]:
    """Loket and the bare server in turns; while Loket takes what comes, it also works on it, as it always does."""
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(plan.rounds):
        for subject, found in rates.items():
            found.append(await _per_second(subject, kind, folder, plan))
    half = statistics.median(rates["ours"]) / 2
    p99s: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(plan.rounds):
        for subject, found in p99s.items():
            found.append(await _p99_ms(subject, kind, folder, plan, per_second=half))
    rate, p99 = Measured.of(rates["ours"]), Measured.of(p99s["ours"])
    bare_rate, bare_p99 = Measured.of(rates["bare"]), Measured.of(p99s["bare"])
    return [
        Row(what="webhooks durable before 200", database=kind, tickets=0, unit="/s", ours=rate, baseline=bare_rate,
            least=0.5),
        Row(what="acknowledgement p99 at half of that", database=kind, tickets=0, unit="ms", ours=p99,
            baseline=bare_p99, most=2),
    ]  # fmt: skip
