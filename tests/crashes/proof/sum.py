"""``python -m tests.crashes.proof.sum FILE…``: runs that were kept by ``--json`` add up, into `benchmarks/results`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.results import RESULTS, machine
from bot.clock import SystemClock
from tests.crashes.proof.outcome import Outcome


def main(files: Sequence[str]) -> int:
    """Print the table, and keep it."""
    whole, commands = Outcome(), list[str]()
    for name in files:
        kept = json.loads(Path(name).read_text())
        whole.add(Outcome.of_json(kept))
        commands.append(f"{kept['command']}  # {kept['commit']}")
    about = {"commands": commands, "at": f"{SystemClock().now():%Y-%m-%d}", **machine()}
    (RESULTS / "crash.json").write_text(json.dumps({**about, **whole.as_json()}, indent=1) + "\n")
    told = "\n".join(f"- {name}: {value}" for name, value in about.items() if name != "commands")
    listed = "\n".join(("The commands, whose tables are added here, and the commits:\n", "```sh", *commands, "```"))
    page = "\n\n".join(("# Killed and disturbed", told, whole.table(), listed))
    (RESULTS / "crash.md").write_text(f"{page}\n")
    print(whole.table())
    return 1 if whole.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
