import os
import pwd
import stat
from pathlib import Path

import pytest

from netinv.errors import StoreError
from netinv.inventory.place import default_path, make_private

ME = pwd.getpwuid(os.geteuid())
NOBODY = pwd.getpwnam("nobody")
NO_SUCH_USER = 4_000_000_000


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_lies_in_the_xdg_data_directory() -> None:
    assert default_path({"XDG_DATA_HOME": "/data", "HOME": "/home/me"}) == Path("/data/netinv/inventory.db")


def test_a_user_without_a_home_is_told_what_to_do() -> None:
    with pytest.raises(StoreError) as caught:
        default_path({}, uid=NO_SUCH_USER)
    assert "--store" in (caught.value.hint or "")


def test_the_file_and_new_directories_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_private(tmp_path / "share" / "netinv" / "inventory.db")
    finally:
        os.umask(before)
    assert mode(tmp_path / "share") == mode(tmp_path / "share" / "netinv") == 0o700
    assert mode(tmp_path / "share" / "netinv" / "inventory.db") == 0o600


def test_what_is_there_keeps_its_mode_and_content(tmp_path: Path) -> None:
    (tmp_path / "netinv").mkdir()
    (tmp_path / "netinv").chmod(0o750)
    file = tmp_path / "netinv" / "inventory.db"
    file.write_bytes(b"kept")
    file.chmod(0o640)
    make_private(file)
    assert (mode(file.parent), mode(file), file.read_bytes()) == (0o750, 0o640, b"kept")


def test_root_called_by_sudo_gives_what_it_makes_to_the_caller(tmp_path: Path) -> None:
    try:
        (tmp_path / "probe").touch()
        os.chown(tmp_path / "probe", NOBODY.pw_uid, NOBODY.pw_gid)
    except OSError:
        pytest.skip("not root, or root of a namespace with no other user")
    file = tmp_path / "netinv" / "inventory.db"
    make_private(file, {"SUDO_UID": str(NOBODY.pw_uid)})
    assert file.stat().st_uid == file.parent.stat().st_uid == NOBODY.pw_uid
    assert file.stat().st_gid == NOBODY.pw_gid
    assert tmp_path.stat().st_uid == ME.pw_uid


def test_what_cannot_be_given_away_is_kept_and_private(tmp_path: Path) -> None:
    """In a user namespace that maps root alone, and for anybody who only claims to be root."""
    make_private(tmp_path / "inventory.db", {"SUDO_UID": str(NOBODY.pw_uid)}, uid=0)
    assert mode(tmp_path / "inventory.db") == 0o600


def test_without_sudo_who_makes_it_keeps_it(tmp_path: Path) -> None:
    make_private(tmp_path / "inventory.db", {})
    assert (tmp_path / "inventory.db").stat().st_uid == ME.pw_uid


def test_a_link_into_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "inventory.db").symlink_to(tmp_path / "elsewhere")
    make_private(tmp_path / "inventory.db")
    assert not (tmp_path / "elsewhere").exists()
