"""What customers and agents have in common: chance, files, and what they have begun."""

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from typing import Any

from bot.sandbox.files import File, sample
from bot.sandbox.slack.writing import Refused
from tests.crashes.proof.ledger import Ledger
from tests.crashes.proof.verdict import Fate

LARGEST_BYTES = 200_000


class Crowd:
    """People at one desk, who do what is drawn from a seed."""

    def __init__(self, ledger: Ledger, chance: random.Random) -> None:
        self.ledger = ledger
        self.desk = ledger.desk
        self.chance = chance
        self.counts = Counter[str]()
        self._under_way = set[asyncio.Task[None]]()

    async def ends(self) -> None:
        """Return when everybody has done what they had begun."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    def does(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Somebody begins something that takes a while."""

        async def done() -> None:
            with suppress(Refused):  # what it was to be done with is gone
                await work

        self.counts[name] += 1
        task = asyncio.create_task(done())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def file(
        self, letter: str, lane: str, kinds: Sequence[str], *, fate: Fate = Fate.MUST, after: Iterable[str] = ()
    ) -> tuple[str, File]:
        """A file of one of these kinds that is noted as being sent now, with its token; no two have the same bytes."""
        token = self.ledger.write(letter, lane, fate=fate, after=after)
        made = sample(self.chance.choice(kinds), number=len(self.ledger.sent))
        noise = self.chance.randbytes(self.chance.randrange(LARGEST_BYTES))
        file = File(made.name, made.mime, made.content + token.encode() + noise)
        self.ledger.is_file(token, file)
        return token, file
