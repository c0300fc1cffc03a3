"""What is known of the computer."""

from pathlib import Path

import pytest

from bot.machine import Machine, this_machine

MOUNTS = r"""
25 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 25 0:41 / /srv rw,relatime shared:7 - nfs4 files.example.org:/srv rw,vers=4.2
41 40 254:2 / /srv/fast rw,relatime - xfs /dev/vdb1 rw
42 25 0:50 / /mnt/our\040share rw,relatime - cifs //files/share rw
43 25 0:51 / /home/me/remote rw,nosuid - fuse.sshfs me@host: rw
44 25 0:52 / /mnt/c rw,noatime - 9p drvfs rw
"""


def machine(mounts: str) -> Machine:
    return Machine(mounts=mounts, free_bytes=lambda _: 0, sqlite=(3, 53, 4))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/loket", None),
        ("/srv", "nfs4"),
        ("/srv/loket/loket.db", "nfs4"),
        ("/srv/fast/loket.db", None),
        ("/srvother/loket.db", None),
        ("/mnt/our share/loket.db", "cifs"),
        ("/home/me/remote/loket.db", "fuse.sshfs"),
        ("/mnt/c/loket.db", "9p"),
    ],
)
def test_a_network_file_system_is_known_by_the_table_of_mounts(path: str, kind: str | None) -> None:
    assert machine(MOUNTS).network_kind(Path(path)) == kind


def test_where_there_is_no_table_nothing_is_said() -> None:
    assert machine("").network_kind(Path("/srv")) is None


def test_this_machine_is_read(tmp_path: Path) -> None:
    here = this_machine((3, 51, 3))

    assert here.free_bytes(tmp_path) > 0
    assert here.network_kind(tmp_path) is None
    assert " / " in here.mounts
