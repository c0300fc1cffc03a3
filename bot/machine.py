"""What the checks must know of this computer; facts, so that they can be others in a test."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: Kinds of file systems whose files are on another machine, or behind a layer that does not pass locks and shared
#: memory on. SQLite needs both. Source: sqlite.org/wal.html, "Disadvantages"; sqlite.org/faq.html, question 5.
ELSEWHERE = re.compile(
    r"9p|afs|beegfs|ceph|cifs|davfs|drvfs|glusterfs|lustre|ncpfs|nfs4?|prl_fs|smb3|smbfs|vboxsf"
    r"|fuse\.(ceph|davfs2|gcsfuse|glusterfs|juicefs|rclone|s3fs|sshfs|vmhgfs-fuse)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A computer."""

    mounts: str  #: /proc/self/mountinfo; empty where there is none
    free_bytes: Callable[[Path], int]  #: of the disk on which a folder is, for ordinary users
    sqlite: tuple[int, int, int]  #: the version of the library in use

    def network_kind(self, path: Path) -> str | None:
        """The kind of network or shared file system that *path* is on; None: it is on a disk of this computer."""
        kind = max(((len(point.parts), kind) for point, kind in self._mounted(path)), default=(0, ""))[1]
        return kind if ELSEWHERE.fullmatch(kind) else None

    def _mounted(self, path: Path) -> list[tuple[Path, str]]:
        """Where something is mounted on the way to *path*, and of which kind it is."""
        real, found = path.resolve(), []
        for line in self.mounts.splitlines():
            place, _, source = line.partition(" - ")
            fields, kinds = place.split(" "), source.split(" ")
            if len(fields) > 4 and real.is_relative_to(point := Path(_plain(fields[4]))):
                found.append((point, kinds[0]))
        return found


def this_machine(sqlite: tuple[int, int, int]) -> Machine:
    """The computer that we run on."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # not Linux
        mounts = ""
    return Machine(mounts=mounts, free_bytes=lambda folder: shutil.disk_usage(folder).free, sqlite=sqlite)


def _plain(field: str) -> str:
    """As it is: the table writes space, tab, line end and backslash as octal numbers."""
    for number, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(number, char)
    return field
