"""Reading `/metrics` as Prometheus does."""

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.world import World


class Measured(dict[tuple[str, frozenset[tuple[str, str]]], float]):
    """The samples of one look, by name and labels."""

    def __call__(self, name: str, **labels: str) -> float:
        """The only sample of this name with these labels; 0 if there is none."""
        found = [value for (one, has), value in self.items() if one == name and labels.items() <= set(has)]
        assert len(found) < 2, f"{name} needs more labels"
        return found[0] if found else 0.0

    @property
    def labels(self) -> set[tuple[str, str]]:
        """Every label that our own metrics have, with its value."""
        return {label for (name, has) in self for label in has if name.startswith("loket_") and label[0] != "le"}


async def look(world: World) -> Measured:
    """What `/metrics` shows now."""
    async with aiohttp.ClientSession() as session, session.get(f"{world.address}/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text = await answer.text()
    return Measured(
        {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
    )
