"""Many customers on both channels, and several agents, all at the same time."""

import asyncio
import random
from collections import Counter

from tests.crashes.desk import UNSETTLED
from tests.crashes.proof.agents import Agents
from tests.crashes.proof.customers import Customers
from tests.crashes.proof.kills import Killer
from tests.crashes.proof.ledger import Ledger
from tests.crashes.proof.weather import Weather

PAUSE_S = (0.03, 0.3)
MOST_TALKS = 14
MOST_UNSETTLED = 80  #: rows


class Traffic:
    """What people do at one desk, drawn from a seed."""

    def __init__(self, ledger: Ledger, weather: Weather, killer: Killer, chance: random.Random) -> None:
        self._ledger = ledger
        self._weather = weather
        self._chance = chance
        self._customers = Customers(ledger, weather, chance)
        self._agents = Agents(ledger, killer, chance)

    @property
    def counts(self) -> Counter[str]:
        """What was done how often."""
        return self._customers.counts + self._agents.counts

    async def goes_on(self) -> None:
        """Until cancelled; a service that is far behind is given time."""
        while True:
            if self._ledger.desk.count(UNSETTLED) < MOST_UNSETTLED:
                self.something_happens()
            await asyncio.sleep(self._chance.uniform(*PAUSE_S))

    async def begins(self, customers: int) -> None:
        """So many customers write, and agents take their tickets."""
        for _ in range(customers):
            self._customers.somebody_new()
        for talk in self._ledger.talks:
            await self._agents.take(talk)

    def something_happens(self) -> None:
        """One person does one thing."""
        talks = self._ledger.talks
        if not talks or (len(talks) < MOST_TALKS and self._chance.random() < 0.08):
            self._customers.somebody_new()
            return
        talk = self._chance.choice(talks)
        with self._weather.telling():
            if self._chance.random() < 0.4:
                self._customers.acts(talk)
            else:
                self._agents.act(talk)

    async def ends(self) -> None:
        """Return when everybody has done what they had begun."""
        await self._agents.ends()
