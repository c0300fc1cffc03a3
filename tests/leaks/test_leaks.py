"""A short play of the leak fuzz; ``make leaks`` runs the long one, and takes every guard away in turn."""

from pathlib import Path

import pytest

from tests.leaks.mutations import MUTATIONS, Mutation, outcome
from tests.leaks.play import play
from tests.leaks.truth import Mode

SEED = "short"
SHOWN = ("markers are not looked for", "whoever writes is heard")


@pytest.mark.parametrize("mode", [*Mode])
async def test_nothing_internal_reaches_a_customer(mode: Mode) -> None:
    result = await play(SEED, mode=mode, tickets=8, rounds=8)

    assert [(leak.what, *leak.history) for leak in result.leaks] == []
    assert result.arrived > 0


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_every_guard_is_where_the_mutations_look_for_it(mutation: Mutation) -> None:
    assert mutation.source() != (Path(__file__).parents[2] / mutation.file).read_text()


@pytest.mark.timeout(240)  # a process with a workspace of its own; a few seconds where nothing else runs
@pytest.mark.parametrize("mutation", [one for one in MUTATIONS if one.name in SHOWN], ids=lambda one: one.name)
async def test_a_missing_guard_is_noticed(mutation: Mutation, tmp_path: Path) -> None:
    assert "reached the customer of #" in await outcome(mutation, tmp_path, seed=SEED)
