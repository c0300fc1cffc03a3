"""The outbox at work before a far side that does as it is told: what its tests share."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from bot.delivery.entries import Entry, put
from bot.delivery.limits import Limits
from bot.delivery.outbox import Outbox
from bot.delivery.ports import Delivered, Outcome, Part
from bot.models.rows import DeliveryRow, SeenRow
from bot.rates import Rate
from tests.clock import ManualClock

SECOND = timedelta(seconds=1)
Answer = Delivered | Exception | None


@dataclass
class FarSide:
    """Takes parts as it is told to (else gladly), can be asked for them, and hears how they ended."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    finds: dict[str, list[Answer]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    ended: list[tuple[str, Outcome]] = field(default_factory=list)
    refuses_to_settle: Exception | None = None

    async def send(self, part: Part) -> Delivered:
        name = part.payload["name"]
        self.sent.append(name)
        answer = _next(self.answers, name)
        assert answer is not None
        return answer

    async def find(self, part: Part) -> Delivered | None:
        name = part.payload["name"]
        self.asked.append(name)
        return _next(self.finds, name)

    async def settle(self, part: Part, outcome: Outcome, *, now: datetime) -> None:
        await SeenRow.create(key=f"ended:{part.id}", at=now)
        if self.refuses_to_settle is not None:
            raise self.refuses_to_settle
        self.ended.append((part.payload["name"], outcome))


def _next(answers: dict[str, list[Answer]], name: str) -> Delivered | None:
    answer = answers[name].pop(0) if answers.get(name) else Delivered(key=f"far-{name}")
    if isinstance(answer, Exception):
        raise answer
    return answer


@dataclass
class Holding:
    """Says of each held part, by its name, whether it may leave; none does for ``still``."""

    longer: set[str] = field(default_factory=set)
    still: timedelta = timedelta(0)

    async def are_over(self, row: DeliveryRow) -> bool:
        return row.payload["name"] not in self.longer

    def left(self, _: DeliveryRow) -> timedelta:
        return self.still

    def next_look(self) -> timedelta:
        return self.still


@dataclass
class Joining:
    """Lets up to ``most`` texts of a lane that wait together leave as one; the far side is told their names, joined."""

    far: FarSide
    most: int = 1

    async def behind(self, head: DeliveryRow, *, now: datetime) -> Sequence[DeliveryRow]:  # noqa: ARG002 - as asked
        states = ("uncertain",) if head.state in {"sending", "uncertain"} else ("queued", "later")
        rows = await DeliveryRow.filter(lane=head.lane, state__in=states, id__gt=head.id, kind=head.kind).order_by("id")
        return rows[: self.most - 1]

    async def send(self, parts: Sequence[Part]) -> Delivered:
        return await self.far.send(replace(parts[0], payload={"name": named(parts)}))

    async def find(self, parts: Sequence[Part]) -> Sequence[Delivered | None]:
        return [await self.far.find(part) for part in parts]


def named(parts: Sequence[Part]) -> str:
    return "+".join(part.payload["name"] for part in parts)


class Desk:
    """An outbox at work: what is put into it, and rounds of sending."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.far = FarSide()
        self.holds = Holding()
        self.joining = Joining(self.far)
        self._causes = 0
        self.restart()

    def restart(self) -> None:
        """Another process begins with what the database knows."""
        rates = {"slow": Rate(per_second=1, burst=1), "far:": Rate(per_second=1, burst=2)}
        limits = Limits(rates.get, lambda budget: "far:" if budget.startswith("far:") else None)
        self.outbox = Outbox(
            senders={"post": self.far}, settle=self.far.settle, limits=limits, holds=self.holds,
            together=self.joining, clock=self.clock, jitter=lambda: 1.0,
        )  # fmt: skip

    async def put(self, *entries: Entry, cause: str | None = None, seq: int | None = None) -> None:
        self._causes += 1
        async with in_transaction():
            await put(entries, cause=cause or f"cause-{self._causes}", now=self.clock.now(), seq=seq)

    async def take(self, limit: int = 10) -> list[Part]:
        return list(await self.outbox.take(now=self.clock.now(), limit=limit))

    async def round(self, limit: int = 10) -> list[str]:
        """Take and work on what is ready, and say what that was."""
        parts = await self.take(limit)
        for part in parts:
            await self.outbox.work(part)
        return [named(part.each) for part in parts]

    async def next_due(self) -> datetime | None:
        return await self.outbox.next_due(now=self.clock.now())


def part(
    name: str, *, lane: str = "ada", budget: str = "", rank: int = 0, due_at: datetime | None = None, kind: str = "post"
) -> Entry:
    return Entry(lane=lane, kind=kind, budget=budget, rank=rank, due_at=due_at, payload={"name": name})


def truth(name: str, *, lane: str = "card") -> Entry:
    return Entry(lane=lane, kind="post", payload={"name": name}, only_one_waits=True)


async def row(name: str) -> DeliveryRow:
    (found,) = [row for row in await DeliveryRow.all() if row.payload["name"] == name]
    return found


async def states() -> dict[str, str]:
    return {row.payload["name"]: row.state for row in await DeliveryRow.all().order_by("id")}
