"""What a proof found: rounds add up, and are told in one table."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.crashes.proof.kills import Step
from tests.crashes.proof.verdict import Verdict

PROMISES = ("lost", "doubled", "disordered", "leaked")
LABELS = {"disordered": "out of order", "uncertain_arrived": "of these arrived", "uncertain_missing": "did not arrive"}


@dataclass(slots=True)
class Outcome:
    """
    Of one round, or of several.

    Attributes:
        found: By direction and then by promise, how many.
        broken: What broke a promise, in words that help to look into it.
    """

    seeds: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    found: dict[str, Counter[str]] = field(default_factory=dict)
    internal: int = 0  #: texts that no customer may read
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)

    def judged(self, direction: str, verdict: Verdict, *, files: int = 0) -> None:
        """Take in what became of one direction's messages, so many of which are files."""
        names = (*PROMISES, "uncertain_arrived", "uncertain_missing")
        counts = Counter({name: len(getattr(verdict, name)) for name in names})
        counts["messages"], counts["files"] = verdict.must, files
        self.found[direction] = counts
        self.broken += [
            f"{direction}: {LABELS.get(name, name)}: {', '.join(tokens)}"
            for name in PROMISES
            if (tokens := getattr(verdict, name))
        ]

    def add(self, other: "Outcome") -> None:
        """Another round's."""
        self.seeds += other.seeds
        self.kills += other.kills
        self.faults += other.faults
        self.acts += other.acts
        for direction, counts in other.found.items():
            self.found.setdefault(direction, Counter()).update(counts)
        self.internal += other.internal
        self.seconds += other.seconds
        self.broken += other.broken

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "seeds": self.seeds, "kills": dict(self.kills), "faults": dict(self.faults), "acts": dict(self.acts),
            "found": {direction: dict(counts) for direction, counts in self.found.items()},
            "internal": self.internal, "seconds": round(self.seconds), "broken": self.broken,
        }  # fmt: skip

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> "Outcome":
        """As `as_json` made it."""
        return cls(
            kept["seeds"], Counter(kept["kills"]), Counter(kept["faults"]), Counter(kept["acts"]),
            {direction: Counter(counts) for direction, counts in kept["found"].items()},
            kept["internal"], kept["seconds"], kept["broken"],
        )  # fmt: skip

    def table(self) -> str:
        """For people, in Markdown."""
        directions = list(self.found)
        rows: list[Sequence[object]] = [("messages", *(self.found[one]["messages"] for one in directions))]
        rows.append(("– of these files, compared byte by byte", *(self.found[one]["files"] for one in directions)))
        rows += [(LABELS.get(name, name), *(self.found[one][name] for one in directions)) for name in PROMISES]
        rows.append(("uncertain, and listed as such", *(_uncertain(self.found[one]) for one in directions)))
        rows += [
            (f"– {LABELS[name]}", *(self.found[one][name] for one in directions))
            for name in ("uncertain_arrived", "uncertain_missing")
        ]
        steps = [(step.value, self.kills[step.value]) for step in Step if self.kills[step.value]]
        return "\n\n".join(
            (
                _table(("", *directions), rows),
                _table(("killed", "times"), [*steps, ("**in all**", self.kills.total())]),
                _table(("fault", "times"), [*sorted(self.faults.items()), ("**in all**", self.faults.total())]),
                _table(("people", "times"), [*sorted(self.acts.items()), ("internal texts", self.internal)]),
                f"Took {self.seconds / 60:.1f} minutes.",
            )
        )


def _uncertain(counts: Counter[str]) -> int:
    return counts["uncertain_arrived"] + counts["uncertain_missing"]


def _table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    lines = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(text)
