"""Who called, where they keep things, and giving up root; in children, since it is given up for good."""

import os
import pwd
from collections.abc import Callable
from pathlib import Path

import pytest

from netinv import privileges
from netinv.errors import NetinvError, PrivilegeError
from netinv.lab import system
from netinv.privileges import User, become, caller, config_home, data_home, may_read, nobody

ME = pwd.getpwuid(os.geteuid())
NOBODY = pwd.getpwnam("nobody")
NO_SUCH_USER = 4_000_000_000
SOMEBODY = 12345
CALLED = {"HOME": "/root", "SUDO_UID": str(NOBODY.pw_uid)}


def in_a_child(body: Callable[[], bool]) -> None:
    """Whether `body` is true, asked in a process of its own."""
    if not (child := os.fork()):
        code = 1
        try:
            code = 0 if body() else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def real_root() -> bool:
    """Root who may become others."""
    return os.geteuid() == 0 and Path("/proc/self/uid_map").read_text().split()[:1] == ["0"] and _knows_others()


def _knows_others() -> bool:
    return int(Path("/proc/self/uid_map").read_text().split()[2]) > NOBODY.pw_uid


needs_root = pytest.mark.skipif(not real_root(), reason="only real root can become somebody else")


# -- who called


@pytest.mark.parametrize("uid", [0, NOBODY.pw_uid])
def test_the_caller_is_known_before_and_after_root_is_given_up(uid: int) -> None:
    assert caller(CALLED, uid) == User(NOBODY.pw_uid, NOBODY.pw_gid, NOBODY.pw_dir)


def test_sudo_to_another_user_is_that_users_business() -> None:
    assert caller(CALLED, uid=SOMEBODY) is None


def test_root_who_calls_sudo_stays_root() -> None:
    assert caller({"SUDO_UID": "0"}, uid=0) is None


@pytest.mark.parametrize("called", ["", "-1", "me", "99999999999999999999", "9" * 5000, str(NO_SUCH_USER)])
def test_a_senseless_caller_is_nobody(called: str) -> None:
    assert caller({"SUDO_UID": called}, uid=0) is None


# -- where they keep things


@pytest.mark.parametrize("data", ["", "relative/data"])
def test_an_empty_or_relative_xdg_data_directory_is_ignored(data: str) -> None:
    assert data_home({"XDG_DATA_HOME": data, "HOME": "/home/me"}) == Path("/home/me/.local/share")


def test_the_xdg_data_directory_is_used_under_sudo_too() -> None:
    assert data_home({**CALLED, "XDG_DATA_HOME": "/data"}, uid=0) == Path("/data")


def test_the_configuration_lies_beside_in_a_directory_of_its_own() -> None:
    assert config_home({"HOME": "/home/me"}) == Path("/home/me/.config")
    assert config_home({**CALLED, "XDG_CONFIG_HOME": "relative"}, uid=0) == Path(NOBODY.pw_dir) / ".config"
    assert config_home({**CALLED, "XDG_CONFIG_HOME": "/settings"}, uid=0) == Path("/settings")


@pytest.mark.parametrize("uid", [0, NOBODY.pw_uid])
def test_under_sudo_the_home_is_that_of_the_caller_before_and_after_root_is_given_up(uid: int) -> None:
    assert data_home(CALLED, uid) == Path(NOBODY.pw_dir) / ".local/share"


def test_called_by_sudo_another_user_has_a_home_of_their_own() -> None:
    assert data_home({**CALLED, "HOME": "/home/bob"}, uid=SOMEBODY) == Path("/home/bob/.local/share")


@pytest.mark.parametrize("home", [{}, {"HOME": ""}, {"HOME": "relative"}])
def test_without_home_the_user_database_is_asked(home: dict[str, str]) -> None:
    assert data_home(home) == Path(ME.pw_dir) / ".local/share"


def test_a_user_without_a_home_is_told_what_to_do() -> None:
    with pytest.raises(NetinvError) as caught:
        data_home({}, uid=NO_SUCH_USER)
    assert "XDG_DATA_HOME" in (caught.value.hint or "")


# -- giving up root


@needs_root
def test_root_is_given_up_for_good() -> None:
    def body() -> bool:
        with pytest.raises(PermissionError):
            os.seteuid(0) if become(nobody()) else None
        return os.getresuid() == (NOBODY.pw_uid,) * 3 and os.getresgid() == (NOBODY.pw_gid,) * 3 and os.getgroups() == []

    in_a_child(body)


@needs_root
def test_root_in_effect_only_is_given_up_for_good_too() -> None:
    def body() -> bool:
        os.setresuid(NOBODY.pw_uid, 0, 0)
        return become(nobody()) and os.getresuid() == (NOBODY.pw_uid,) * 3

    in_a_child(body)


def test_root_that_cannot_be_given_up_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """As without CAP_SETUID: a scan must not go on as root."""

    def refuse(*_: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(privileges, "is_root", lambda: True)
    for name in ("setgroups", "setregid", "setreuid"):
        monkeypatch.setattr(os, name, refuse)
    with pytest.raises(PrivilegeError) as caught:
        become(User(os.getuid(), os.getgid(), "/"))
    assert "CAP_SETUID" in (caught.value.hint or "")


def test_in_a_user_namespace_of_root_alone_there_is_nobody_to_become() -> None:
    def body() -> bool:
        try:
            system.new_user_namespace()
        except OSError:
            return True  # forbidden here
        before = os.getresgid()
        return not become(User(SOMEBODY, SOMEBODY, "/")) and os.getresuid() == (0, 0, 0) and os.getresgid() == before

    in_a_child(body)


def test_who_is_not_root_has_nothing_to_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privileges, "is_root", lambda: False)
    assert become(nobody())


@needs_root
def test_what_another_user_could_read_is_known_and_root_stays_root(tmp_path: Path) -> None:
    assert may_read(nobody(), "/proc/version")
    (tmp_path / "secret").touch(0o600)
    assert not may_read(nobody(), str(tmp_path / "secret"))
    assert os.geteuid() == os.getegid() == 0
