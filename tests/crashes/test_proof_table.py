"""The table of a proof: rounds add up, and what was kept is read again as it was."""

import json
from collections import Counter

from tests.crashes.proof.kills import Step
from tests.crashes.proof.outcome import Outcome
from tests.crashes.proof.verdict import Verdict


def round_of(seed: str, *, lost: tuple[str, ...] = ()) -> Outcome:
    outcome = Outcome([seed], kills=Counter({Step.RANDOM: 2}), faults=Counter({"429": 3}), internal=4, seconds=60)
    outcome.judged("agents → customers", Verdict(must=5, lost=lost, uncertain_arrived=["a9"]))
    return outcome


def test_rounds_add_up_and_a_broken_promise_stays_known() -> None:
    whole = Outcome()
    whole.add(round_of("1"))
    whole.add(round_of("2", lost=("a1", "a2")))

    assert whole.kills == {"at random": 4}
    assert whole.found["agents → customers"]["messages"] == 10
    assert whole.broken == ["agents → customers: lost: a1, a2"]
    rows = [" ".join(line.split()) for line in whole.table().splitlines()]
    assert "| lost | 2 |" in rows
    assert "| uncertain, and listed as such | 2 |" in rows
    assert "| **in all** | 4 |" in rows
    assert "Took 2.0 minutes." in rows


def test_what_was_kept_is_read_again_as_it_was() -> None:
    whole = round_of("1", lost=("a1",))

    again = Outcome.of_json(json.loads(json.dumps(whole.as_json())))

    assert again.table() == whole.table()
    assert (again.seeds, again.broken) == (["1"], whole.broken)
