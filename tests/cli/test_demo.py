"""`netinv demo`: the very same scan, on the virtual LAN."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from netinv.lab import household
from tests.conftest import Netinv

pytestmark = pytest.mark.slow

HOME = household()


def addresses(document: str) -> set[str]:
    return {device["ip"] for device in json.loads(document)["devices"]}


@pytest.mark.parametrize("privileged", [True, False], ids=["root", "ordinary user"])
def test_everybody_sees_every_device_and_nothing_is_left_behind(netinv: Netinv, privileged: bool) -> None:
    done = netinv(
        "demo", "--json", "--", "--rate", "3000", "--retries", "1", privileged=privileged, env={"TMPDIR": str(netinv.home)}
    )
    assert done.returncode == 0, done.stderr
    assert addresses(done.stdout) == {*HOME.visible, HOME.scanner}
    assert list(netinv.home.rglob("*")) == []


def test_options_for_the_scan_come_after_two_dashes(netinv: Netinv) -> None:
    done = netinv("demo", "--csv", "--", "--probe", "arp", "--retries", "0", "10.77.0.1-12")
    assert done.returncode == 0, done.stderr
    assert [row["ip"] for row in csv.DictReader(io.StringIO(done.stdout))] == [
        a for a in HOME.truth if int(a.rpartition(".")[2]) <= 12
    ]


def test_an_inventory_can_be_kept(netinv: Netinv) -> None:
    netinv("demo", "--store", "kept.db", "--", "--probe", "arp", "--retries", "0", "10.77.0.1")
    listed = netinv("list", "--json", "--store", "kept.db")
    assert addresses(listed.stdout) == {"10.77.0.1"}


def test_a_command_runs_in_there_and_its_exit_code_is_ours(netinv: Netinv) -> None:
    code = 'cat /etc/resolv.conf; ls /sys/class/net; test -n "$NETINV_STORE" && exit 7'
    done = netinv("demo", "--", "sh", "-c", code)
    assert done.returncode == 7
    assert done.stdout.split() == ["nameserver", HOME.gateway, "lan0", "lo"]
    assert netinv("demo", "--", "sh", "-c", "kill -TERM $$").returncode == 128 + signal.SIGTERM


def test_a_command_that_does_not_exist_is_a_wrong_use(netinv: Netinv) -> None:
    done = netinv("demo", "--", "no-such-command")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot run no-such-command: No such file" in done.stderr
    assert "hint: name targets" in done.stderr


@pytest.mark.parametrize(
    "words", [("10.77.0.20",), ("scan", "10.77.0.20"), ("--", "scan", "10.77.0.20"), ("--in-memory", "10.77.0.20", "-q")]
)
def test_targets_and_the_scan_itself_need_no_dashes(netinv: Netinv, words: tuple[str, ...]) -> None:
    done = netinv("demo", "--json", *words)
    assert done.returncode == 0, done.stderr
    assert addresses(done.stdout) == {"10.77.0.20"}


def test_any_command_of_netinv_can_be_run_in_there(netinv: Netinv) -> None:
    shown = netinv("demo", "interfaces", "--json")
    assert json.loads(shown.stdout)["scan_uses"] == "lan0", shown.stderr
    netinv("demo", "--in-memory", "--store", "kept.db", "10.77.0.20")
    assert addresses(netinv("demo", "--in-memory", "--store", "kept.db", "list", "--json").stdout) == {"10.77.0.20"}


@pytest.mark.parametrize(("privileged", "owner"), [(True, "the root you were"), (False, "the user you were")])
def test_a_shell_says_what_is_there_and_how_to_leave(netinv: Netinv, tmp_path: Path, privileged: bool, owner: str) -> None:
    script = tmp_path / "input"
    script.write_text("echo $PATH; exit 3\n")
    with script.open() as typed:
        done = netinv("demo", "--shell", stdin=typed, env={"SHELL": "/bin/sh"}, privileged=privileged)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{Path(sys.executable).parent}:")
    for word in ("lan0", "netinv scan", "nmap -sn 10.77.0.0/24", "exit", f"to them you are {owner}", "NETINV_CONFIG=/dev/null"):
        assert word in done.stderr


MINE = """[[rule]]
id = "ups.mine"
when = { "mac" = '.' }
then = { kind = "ups" }
weight = 6
says = "it has an address"
examples = [{ "mac" = "00:11:32:00:00:07" }]
"""


def test_the_users_own_rules_do_not_hold_in_there(netinv: Netinv) -> None:
    rules = netinv.home / "config" / "netinv" / "rules"
    rules.mkdir(parents=True)
    (rules / "mine.toml").write_text(MINE)
    mine = {"XDG_CONFIG_HOME": str(rules.parent.parent)}
    assert "good:  rule ups.mine" in netinv("rules", "check", env=mine).stdout
    for words in (("10.77.0.20",), ("--in-memory", "10.77.0.20"), ("--", sys.executable, "-m", "netinv", "scan", "--json")):
        done = netinv("demo", *(("--json",) if "--" not in words else ()), *words, env=mine)
        assert done.returncode == 0, done.stderr
        assert "ups.mine" not in done.stdout


@pytest.mark.parametrize(
    "words", [("--shell", "--json"), ("--shell", "--", "ls"), ("--json", "--", "ls"), ("--in-memory", "--", "ls")]
)
def test_what_does_not_go_together_is_refused(netinv: Netinv, words: tuple[str, ...]) -> None:
    done = netinv("demo", *words)
    assert done.returncode == 2
    assert "hint:" in done.stderr


def test_where_namespaces_are_forbidden_the_cause_and_the_fix_are_told(netinv: Netinv) -> None:
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all --inh-caps=-all "$@"'
    done = netinv("demo", "--", "unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh", *netinv.command("demo"))
    assert done.returncode == 1, done.stderr
    assert "user namespaces" in done.stderr
    assert "netinv demo --in-memory" in done.stderr


def test_in_memory_the_same_devices_are_seen(netinv: Netinv) -> None:
    done = netinv("demo", "--in-memory", "--json")
    assert done.returncode == 0, done.stderr
    assert addresses(done.stdout) == {*HOME.visible, HOME.scanner}


def test_killed_at_once_it_takes_everything_with_it(netinv: Netinv) -> None:
    reader, writer = os.pipe()
    process = netinv.start("demo", "--", "sh", "-c", "echo up; exec sleep 60", stdout=writer, env={"TMPDIR": str(netinv.home)})
    os.close(writer)
    with open(reader, "rb", buffering=0) as pipe:  # noqa: PTH123 - a descriptor, not a path
        assert pipe.read(3) == b"up\n"
        process.kill()
        process.wait()
        assert pipe.read(1) == b"", "something still holds the output open"


def test_where_there_are_no_namespaces_at_all_the_demo_runs_from_memory() -> None:
    code = "import sys; sys.platform = 'darwin'; from netinv.cli.app import run; sys.exit(run(['demo', '--json']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["devices"]) > 20
    assert "answered from memory" in done.stderr
