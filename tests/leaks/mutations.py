"""
What breaks each guard that keeps internal words inside; the play must notice every one of them.

A mutation is a change of the source, made in a copy. One that no longer fits the source is an error: it says that the
guard has moved, and that this table must follow.
"""

import asyncio
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A guard that is taken away: in ``file``, ``old`` becomes ``new``."""

    name: str
    file: str
    old: str
    new: str
    mode: str = "owner"

    def source(self) -> str:
        """The changed file; raises ValueError when it does not fit any more."""
        text = (HERE / self.file).read_text()
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.file} has {text.count(self.old)} times {self.old!r}")
        return text.replace(self.old, self.new)


_RULES, _MARKS, _WORK, _REST = (
    "bot/domain/replies.py",
    "bot/domain/markers.py",
    "bot/services/replies.py",
    "bot/delivery/decide.py",
)
_INTERNAL = "return said or draft.role is not Role.AGENT or draft.mentions or draft.broadcast"

MUTATIONS = (
    Mutation("markers are not looked for", _RULES, "said = markers.is_note(draft.plain) or ", "said = "),
    Mutation("no mark at the end", _MARKS, " or inner.endswith(_SIGNS)", ""),
    Mutation("no mark at the beginning", _MARKS, "inner.startswith((*_SIGNS, \"!\")) or ", ""),
    Mutation("no prefix", _MARKS, " or _PREFIX.match(inner) is not None", ""),
    Mutation("prefixes only in lower case", _MARKS, ".casefold()\n    return", "\n    return"),
    Mutation("bold and quote marks count", _MARKS,
             r"^[\s{re.escape(_AROUND)}]+|[\s{re.escape(_AROUND)}]+$", r"^[\s]+|[\s]+$"),
    Mutation("wide forms are others", _MARKS, 'unicodedata.normalize("NFKC", inner)', "inner"),
    Mutation("mentions don't count", _RULES, _INTERNAL, _INTERNAL.replace(" or draft.mentions", "")),
    Mutation("broadcasts don't count", _RULES, _INTERNAL, _INTERNAL.replace(" or draft.broadcast", "")),
    Mutation("anybody is an agent", _RULES, _INTERNAL, _INTERNAL.replace(" or draft.role is not Role.AGENT", ""),
             mode="everyone"),
    Mutation("a guest is an agent", "bot/slack/people.py", "return Role.GUEST", "return Role.AGENT", mode="everyone"),
    Mutation("a stranger is an agent", "bot/slack/people.py",
             'person.get("is_stranger") or person.get("team_id", me.team) != me.team', "False", mode="everyone"),
    Mutation("a bot is an agent", "bot/slack/people.py",
             'person.get("is_bot") or user == me.user', "user == me.user", mode="everyone"),
    Mutation("whoever writes is heard", _RULES,
             "mode is ReplyMode.OWNER and ticket.owner not in {None, draft.author}", "False"),
    Mutation("explicit mode relays", _RULES, " or mode is ReplyMode.EXPLICIT", "", mode="explicit"),
    Mutation("a done ticket's thread is heard", _RULES, "if ticket.status.is_done:", "if False:"),
    Mutation("an unowned ticket's thread is heard", _RULES, "if ticket.owner is None:", "if False:"),
    Mutation("an edit into a note is none", _WORK,
             "if said.stays_here:\n            await withdraw(",
             "if not (said.text or said.files):\n            await withdraw("),
    Mutation("an edit of what was sent is carried, whatever it says", _WORK,
             "is_internal=said.stays_here)", "is_internal=not (said.text or said.files))"),
    Mutation("an edit sends a note", _WORK, 'if message.direction == "note":\n            return changed', "pass"),
    Mutation("deletions are not followed", _WORK,
             'if message is None:\n                return\n            if message.direction == "note":',
             'if True:\n                return\n            if message.direction == "note":'),
    Mutation("what was taken back leaves", _REST,
             'row.state, row.error, row.settled_at = "discarded", why, now', "row.error = why"),
    Mutation("a button sends what was decided", "bot/services/decisions.py",
             "if message.receipt != Receipt.HELD:\n                raise AlreadyDecided  # also when",
             "if False:\n                raise AlreadyDecided  # also when"),
    Mutation("anybody may press", "bot/handlers/actions.py",
             "if await front.people.role(agent, _channel(body)) is not Role.AGENT:", "if False:"),
    Mutation("anybody may command", "bot/handlers/front.py",
             "if not await self._is_agent(row, agent):\n            raise NotAnAgent", "pass"),
)  # fmt: skip


async def outcome(mutation: Mutation, folder: Path, *, seed: str) -> str:
    """What the play finds with the guard taken away: its words, empty when it noticed nothing."""
    tree = folder / "tree"
    shutil.copytree(HERE / "bot", tree / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "tests").symlink_to(HERE / "tests")
    (tree / mutation.file).write_text(mutation.source())
    arguments = ("--until-leak", "--seed", seed, "--mode", mutation.mode, "--histories", "400", "--tickets", "10")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.leaks", *arguments,
        cwd=tree, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, errors = await process.communicate()
    if process.returncode not in {0, 1}:
        raise RuntimeError(errors.decode()[-2000:])
    return out.decode() if process.returncode == 1 else ""
