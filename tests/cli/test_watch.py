"""`netinv watch` on the virtual LAN: real sweeps a few seconds apart, and devices that come and go."""

import json
import os
import pty
import queue
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pyroute2 import IPRoute

from netinv.cli.telling import secret
from netinv.cli.watch import duration
from netinv.errors import UsageError
from netinv.formats.json import schema_text
from netinv.lab import Lan, SimulatedDevice
from netinv.lab.guests import Guests
from netinv.model import MAC
from tests.wiretap import ears, until_it_listens

pytestmark = pytest.mark.slow

PHONE = SimulatedDevice("10.9.0.20", MAC("b2:5a:d7:0e:63:90"), "phone", "other", "a phone")
OTHER = SimulatedDevice("10.9.0.21", MAC("3c:52:82:0e:63:91"), "printer", "printer", "a printer")
_VALIDATOR = Draft202012Validator(json.loads(schema_text("event")), format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.fixture
def home(crowd: Callable[..., Lan]) -> Lan:
    """Few addresses, so that a sweep takes a few seconds."""
    return crowd(hosts=6, network="10.9.0.16/28")


@pytest.fixture
def small(crowd: Callable[..., Lan]) -> Iterator[tuple[Lan, Guests]]:
    """The same, with guests."""
    one = crowd(hosts=1, network="10.9.0.16/28")
    with Guests(one, (PHONE, OTHER)) as guests:
        yield one, guests


class Watch:
    """A watch that goes on, and what it tells."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        self.notes: list[str] = []
        assert process.stdout
        assert process.stderr
        self._stdout, self._stderr = process.stdout, process.stderr
        self._threads = [threading.Thread(target=self._read), threading.Thread(target=self._listen)]
        for thread in self._threads:
            thread.start()

    def event(self, seconds: float = 30.0) -> dict[str, Any]:
        """The next one, which has the shape it should have."""
        event = self.events.get(timeout=seconds)
        _VALIDATOR.validate(event)
        return event

    def wait_for(self, words: str, seconds: float = 30.0) -> None:
        """Until it says so."""
        deadline = time.monotonic() + seconds
        while not any(words in note for note in self.notes):
            assert time.monotonic() < deadline, self.notes
            assert self.process.poll() is None, self.notes
            time.sleep(0.05)

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(15)
        for thread, pipe in zip(self._threads, (self._stdout, self._stderr), strict=True):
            thread.join(5)
            pipe.close()
        return code

    def _read(self) -> None:
        for line in self._stdout:
            self.events.put(json.loads(line))

    def _listen(self) -> None:
        for line in self._stderr:
            self.notes.append(line.rstrip())


@contextmanager
def watching(netinv: Any, *words: str, **options: Any) -> Iterator[Watch]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "encoding": "utf-8"}
    one = Watch(netinv.start("watch", "--pace", "default", *words, **pipes, **options))
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


def test_a_new_phone_is_told_of_within_seconds_and_a_command_is_run_for_it(
    small: tuple[Lan, Guests], netinv: Any, tmp_path: Path
) -> None:
    script = tmp_path / "told.sh"
    script.write_text(f'#!/bin/sh\ncat > {tmp_path}/event.json; echo "$NETINV_EVENT_IP $1" > {tmp_path}/done\n')
    script.chmod(0o755)
    with watching(netinv, "--every", "1h", "--on", "new", "--exec", f"{script} '{{says}}'") as one:
        one.wait_for("devices are here")
        small[1].arrive(PHONE.address, name="Pixel-8")
        begin = time.monotonic()
        event = one.event(15)
        assert time.monotonic() - begin < 15
        assert event["event"] == "device.new"
        assert event["device"]["ip"] == PHONE.address
        assert event["device"]["kind"] == "phone"
        assert any("dhcp" in why for why in event["why"])
        deadline = time.monotonic() + 5
        while not (tmp_path / "done").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert one.end() == 143
    assert (tmp_path / "done").read_text().startswith(f"{PHONE.address} new: Pixel-8")
    assert json.loads((tmp_path / "event.json").read_text()) == event
    with netinv_store(netinv) as inventory:
        assert {d.ip for d in inventory.devices()} >= {PHONE.address}
        assert {s.method for s in inventory.scans()} >= {"listen"}


def test_the_words_after_the_dashes_are_the_command_as_they_are(small: tuple[Lan, Guests], netinv: Any, tmp_path: Path) -> None:
    script = tmp_path / "told.sh"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$#" "$@" > {tmp_path}/.done; mv {tmp_path}/.done {tmp_path}/done\n')
    script.chmod(0o755)
    with watching(netinv, "--every", "1h", "--on", "new", "--", str(script), "a b; $(id)", "{event}", "--json") as one:
        one.wait_for("devices are here")
        small[1].arrive(PHONE.address, name="Pixel-8")
        one.event(15)
        deadline = time.monotonic() + 5
        while not (tmp_path / "done").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert one.end() == 143
    assert (tmp_path / "done").read_text().splitlines() == ["3", "a b; $(id)", "new", "--json"]


def test_a_passive_watch_sends_nothing_and_tells_of_who_gives_a_sign(small: tuple[Lan, Guests], netinv: Any) -> None:
    home, guests = small
    others = ears()
    with watching(netinv, "--every", "1h", "--passive") as one:
        until_it_listens(others)
        time.sleep(3)
        before = home.counters().frames
        guests.arrive(PHONE.address, name="Pixel-8")
        event = next(e for e in iter(one.event, None) if e["device"]["ip"] == PHONE.address)
        assert event["event"] == "device.new"
        assert event["device"]["name"] == "Pixel-8"
        assert home.counters().frames == before == 0
        assert one.end() == 143


def test_a_passive_watch_needs_a_privilege_and_says_so(small: tuple[Lan, Guests], netinv: Any) -> None:
    done = netinv("watch", "--passive", privileged=False)
    assert done.returncode == 4
    assert "cannot listen" in done.stderr


def test_who_arrives_in_silence_is_found_by_the_next_sweep_and_told_of_once(small: tuple[Lan, Guests], netinv: Any) -> None:
    with watching(netinv, "--every", "5s") as one:
        one.wait_for("devices are here")
        small[1].arrive(OTHER.address, quietly=True)
        event = one.event(30)
        assert (event["event"], event["device"]["ip"]) == ("device.new", OTHER.address)
        with pytest.raises(queue.Empty):
            one.event(12)
        assert one.end(signal.SIGINT) == 130


def test_without_root_the_sweeps_alone_tell_and_why_is_said(small: tuple[Lan, Guests], netinv: Any) -> None:
    with watching(netinv, "--every", "5s", privileged=False) as one:
        one.wait_for("only mDNS and SSDP are heard")
        one.wait_for("devices are here")
        small[1].arrive(PHONE.address, name="Pixel-8")
        assert one.event(30)["device"]["ip"] == PHONE.address
        assert one.end() == 143


def test_an_interface_that_goes_away_and_comes_back_is_told_and_survived(home: Lan, netinv: Any) -> None:
    with watching(netinv, "--every", "1h", "--interface", home.interface) as one:
        one.wait_for("devices are here")
        with IPRoute() as kernel:
            kernel.link("set", index=socket.if_nametoindex(home.interface), state="down")
        one.wait_for("trying again", 20)
        with IPRoute() as kernel:
            kernel.link("set", index=socket.if_nametoindex(home.interface), state="up")
        one.wait_for("can be looked at again", 60)
        assert one.process.poll() is None
        assert one.events.empty(), "nobody is gone"
        assert one.end() == 143


def test_a_watch_that_was_stopped_for_a_while_looks_again_once_and_nobody_is_gone(home: Lan, netinv: Any) -> None:
    with watching(netinv, "--every", "4s") as one:
        one.wait_for("devices are here")
        processes = family(one.process.pid)
        for pid in processes:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(10)  # two sweeps are missed
        for pid in reversed(processes):
            os.kill(pid, signal.SIGCONT)
        resumed = datetime.now(UTC)
        time.sleep(7.5)
        assert one.end() == 143
        assert one.events.empty()
        assert not any("does not end" in note for note in one.notes)
    with netinv_store(netinv) as inventory:
        sweeps = [scan for scan in inventory.scans() if scan.started > resumed]
    assert 1 <= len(sweeps) <= 2, "no burst of all that were missed"


def test_nobody_who_reads_the_network_or_the_inventory_can_open_sockets(home: Lan, netinv: Any) -> None:
    with watching(netinv, "--every", "1h") as one:
        one.wait_for("devices are here")
        watch = one.process.pid
        (keeper,) = children(watch)
        (look,) = children(keeper)
        assert capabilities(watch) == 0
        assert capabilities(look) == 0
        assert capabilities(keeper) & 1 << 13, "CAP_NET_RAW (linux/capability.h)"
        assert one.end() == 143
    assert not any(Path(f"/proc/{pid}").exists() for pid in (keeper, look)), "nobody is left behind"


def test_a_watch_ends_after_as_many_sweeps_as_were_wanted(home: Lan, netinv: Any) -> None:
    done = netinv("watch", "--every", "1h", "--pace", "default", "--count", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert netinv("list", "--json").stdout.count('"ip"') == len(home.truth) + 1


def test_where_no_sweep_can_begin_a_watch_of_so_many_fails_as_a_scan_does(netinv: Any) -> None:
    scanned, watched = netinv("scan"), netinv("watch", "--count", "1")
    assert scanned.returncode == watched.returncode == 1
    assert scanned.stderr.splitlines()[-2:] == watched.stderr.splitlines()
    assert watched.stderr.startswith("error: ")


def test_on_a_terminal_there_is_a_table_of_who_is_here(home: Lan, netinv: Any) -> None:
    ours, theirs = pty.openpty()
    pipes = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    environment = {"TERM": "xterm", "COLUMNS": "80", "LINES": "40"}
    process = netinv.start("watch", "--every", "1h", "--pace", "default", "--count", "1", env=environment, **pipes)
    os.close(theirs)
    shown = b""
    while True:
        try:
            data = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        shown += data
    assert process.wait(10) == 0
    text = shown.decode()
    assert "asking ..." in text
    assert home.gateway in text
    assert "7 here" in text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--every", "0s"], "no time between two sweeps"),
        (["--on", "sunday"], "there is no event"),
        (["--exec", "/no/such/command"], "there is no command"),
        (["--exec", "'"], "cannot be understood"),
        (["--on", "new", "--", "/no/such/command", "{says}"], "there is no command"),
        (["--notify-file", os.devnull], "is empty"),
        (["--pace", "fast"], "no hurry"),
        (["--metrics", "example.org:1"], "no address"),
        (["--webhook-file", "/no/such/file"], "cannot be read"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(home: Lan, netinv: Any, words: list[str], says: str) -> None:
    done = netinv("watch", *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert home.counters().frames == 0


def test_a_webhook_is_never_shown(home: Lan, netinv: Any, tmp_path: Path) -> None:
    (tmp_path / "hook").write_text("ftp://hooks.example.org/t0k3n\n")
    done = netinv("watch", "--webhook-file", str(tmp_path / "hook"))
    assert done.returncode == 2
    assert "t0k3n" not in done.stderr + done.stdout
    assert "example" not in done.stderr


def test_the_unit_runs_this_netinv_without_root(netinv: Any) -> None:
    done = netinv("watch", "--print-unit")
    assert done.returncode == 0
    for line in ("AmbientCapabilities=CAP_NET_RAW", "DynamicUser=yes", "StateDirectory=netinv", "ProtectSystem=strict"):
        assert line in done.stdout.splitlines()
    assert "@NETINV@" not in done.stdout
    assert "@PROTECT" not in done.stdout


@pytest.mark.parametrize(("word", "seconds"), [("30s", 30), ("5m", 300), ("1h", 3600), ("90", 90), ("1d", 86_400), ("1.5m", 90)])
def test_times_are_understood(word: str, seconds: float) -> None:
    assert duration(word) == seconds


@pytest.mark.parametrize("word", ["", "m", "-5m", "nan", "inf", "2d", "5 minutes", "0.5s"])
def test_what_is_no_time_is_refused(word: str) -> None:
    with pytest.raises(UsageError):
        duration(word)


def test_a_secret_is_the_first_line_of_a_file_or_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("https://a.example/x\nmore\n")
    monkeypatch.setenv("NETINV_WEBHOOK", "https://b.example/y")
    assert secret(str(tmp_path / "url"), "NETINV_WEBHOOK") == "https://a.example/x"
    assert secret(None, "NETINV_WEBHOOK") == "https://b.example/y"
    assert secret(None, "NETINV_MQTT") is None


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def family(pid: int) -> list[int]:
    """A process and all that come from it."""
    return [pid, *(one for child in children(pid) for one in family(child))]


def capabilities(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("CapEff:"))


def netinv_store(netinv: Any) -> Any:
    from netinv.inventory.store import open_inventory

    return open_inventory(netinv.store)
