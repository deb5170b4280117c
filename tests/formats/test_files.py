"""Files appear whole or not at all."""

import os
import pwd
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from netinv.errors import FormatError
from netinv.formats.files import replacing


def _write(path: Path, text: str = "new") -> None:
    with replacing(path) as stream:
        stream.write(text)


def _names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def test_a_file_appears_when_it_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "devices.csv"
    with replacing(path) as stream:
        stream.write("a\r\nb\n")
        assert not path.exists()
    assert path.read_bytes() == b"a\r\nb\n"
    assert _names(tmp_path) == ["devices.csv"]


def _fail(_: int, end: type[BaseException]) -> None:
    raise end


@pytest.mark.parametrize("end", [RuntimeError, KeyboardInterrupt, OSError])
def test_what_was_there_stays_if_the_work_fails(tmp_path: Path, end: type[BaseException]) -> None:
    path = tmp_path / "devices.csv"
    path.write_text("old")
    with pytest.raises(end), replacing(path) as stream:
        _fail(stream.write("half"), end)
    assert path.read_text() == "old"
    assert _names(tmp_path) == ["devices.csv"]


def test_a_new_file_has_the_mode_others_have_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    plain, private = tmp_path / "plain", tmp_path / "private"
    private.touch(0o600)
    before = os.umask(0o027)
    try:
        _write(plain)
        _write(private)
    finally:
        os.umask(before)
    assert stat.S_IMODE(plain.stat().st_mode) == 0o640
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert private.read_text() == "new"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    link, real = tmp_path / "latest.csv", tmp_path / "real.csv"
    real.write_text("old")
    link.symlink_to(real)
    _write(link)
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_what_is_no_ordinary_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        _write(pipe)
        assert os.read(reader, 10) == b"new"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert _names(tmp_path) == ["pipe"]


def test_a_place_that_cannot_be_written_is_known_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, hint in (
        (tmp_path / "no" / "x.csv", "create its directory"),
        (tmp_path, "inside"),
        (tmp_path / "file" / "x", "not a directory"),
    ):
        with pytest.raises(FormatError, match="cannot write") as error, replacing(path):
            pytest.fail("the work began")
        assert hint in (error.value.hint or "")


def test_a_reader_that_has_left_a_pipe_is_told_apart_from_a_failure() -> None:
    reader, writing = os.pipe()
    os.close(reader)
    with pytest.raises(BrokenPipeError):
        _write(Path(f"/dev/fd/{writing}"))
    os.close(writing)


def test_a_full_disk_is_an_error_with_a_message() -> None:
    with pytest.raises(FormatError, match="No space left"):
        _write(Path("/dev/full"))


def test_text_that_is_not_unicode_is_written_all_the_same(tmp_path: Path) -> None:
    _write(tmp_path / "x", "a\udcffb")
    assert (tmp_path / "x").read_text() == "a?b"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is called by sudo")
def test_called_by_sudo_the_file_is_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    user = pwd.getpwnam("nobody")
    monkeypatch.setenv("SUDO_UID", str(user.pw_uid))
    with TemporaryDirectory() as name:  # not tmp_path: the caller has no way into that
        place = Path(name)
        place.chmod(0o755)
        (place / "home").mkdir()
        os.chown(place / "home", user.pw_uid, user.pw_gid)
        _write(place / "home" / "x.csv")
        assert (place / "home" / "x.csv").stat().st_uid == user.pw_uid
        with pytest.raises(FormatError) as error:
            _write(place / "roots.csv")
        assert "not as root" in (error.value.hint or "")
        assert os.geteuid() == 0
