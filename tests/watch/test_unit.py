"""The systemd unit, as systemd reads it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netinv.config import place
from netinv.inventory.place import default_path
from netinv.watch.unit import barrier, unit


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_has_nothing_to_say_against_the_unit(tmp_path: Path) -> None:
    path = tmp_path / "netinv-watch.service"
    path.write_text(unit(), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_may_open_raw_sockets_and_nothing_else() -> None:
    lines = unit().splitlines()
    assert "AmbientCapabilities=CAP_NET_RAW" in lines
    assert "CapabilityBoundingSet=CAP_NET_RAW" in lines
    assert not any(line.startswith("User=") for line in lines)
    (program,) = (line.split()[0].removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart="))
    assert Path(program.strip('"')).is_absolute()


def test_it_goes_by_the_settings_in_etc_and_keeps_the_inventory_where_its_state_is() -> None:
    (line,) = (line for line in unit().splitlines() if line.startswith("Environment="))
    environ = dict(word.split("=") for word in line.removeprefix("Environment=").split())
    assert place(environ) == Path("/etc/netinv/config.toml")
    assert default_path(environ) == Path("/var/lib/netinv/inventory.db")
    assert "StateDirectory=netinv" in unit().splitlines()


def test_a_netinv_in_a_home_that_others_may_not_enter_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setattr(sys, "executable", str(home / "netinv" / "bin" / "python"))
    assert barrier() in (home, *home.parents)
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    assert barrier() is None
