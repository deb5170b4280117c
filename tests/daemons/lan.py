"""The LAN up and down: a switch in a namespace of its own, a cable to each machine, and one to whoever scans."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from netinv.lab import namespace, ordinary
from netinv.lab.household import SCANNER_MAC
from tests.daemons.machine import PATH, PREFIX, Machine

NETWORK = f"{PREFIX}.0/24"
ROUTER = f"{PREFIX}.1"
SCANNER = f"{PREFIX}.250"
INTERFACE = "lan0"
READY = 30.0
"""Seconds within which every daemon must have opened its ports."""
SETTLES = 2.5
"""Seconds more: who speaks mDNS asks three times whether its names are taken, and announces them twice (RFC 6762, 8)."""
_LOOK = 0.05
_EVERYTHING = range(1 << 32)
_SCRIPT = Path(__file__).with_name("machine.sh")


class NotReadyError(Exception):
    """A daemon did not come up; what it said is the message."""


@dataclass(frozen=True)
class Lan:
    """The LAN, up."""

    machines: tuple[Machine, ...]
    processes: tuple[subprocess.Popen[bytes], ...]
    """One for each: it ends with it."""

    def arrive(self) -> None:
        """The scan begins: whoever joins the network in the middle of it sets out."""
        for machine, process in zip(self.machines, self.processes, strict=True):
            if machine.joins is not None:
                _go(process)


def impossible() -> str | None:
    """Why daemons cannot be run here; None where they can."""
    if not all(map(shutil.which, ("ip", "unshare", "sh"))):
        return "iproute2 and util-linux are not installed"
    mapped = Path("/proc/self/uid_map").read_text().split()
    if os.geteuid() or int(mapped[2]) < len(_EVERYTHING) - 1:
        return "daemons change to users of their own, which only root can let them"
    return None


@contextmanager
def lan(machines: Sequence[Machine], home: Path) -> Iterator[Lan]:
    """All these machines on one switch, and this namespace beside them; everything ends with it, whatever happens.

    `home` takes their files and what they say. NotReadyError if one does not come up.
    """
    namespace.verify()
    with ExitStack() as stack:
        switch = _start(stack, ["unshare", "--net", "sh", "-c", _SWITCH], home / "switch.log")
        _heed(switch, home / "switch.log")
        running = [_boot(stack, machine, home / machine.name) for machine in machines]
        for number, (machine, process) in enumerate(zip(machines, running, strict=True), 1):
            _heed(process, home / machine.name / "log")
            _connect(f"eth0 index {1000 + number} address {machine.mac} netns {process.pid}", switch, number)
            _go(process)
        stack.callback(_ip, "link", "del", INTERFACE, check=False)
        _connect(f"{INTERFACE} index 999 address {SCANNER_MAC}", switch, 0)
        _configure()
        _await(machines, running, home)
        namespace.use_resolvers([ROUTER])
        stack.callback(namespace.use_resolvers, [])
        yield Lan(tuple(machines), tuple(running))


_SWITCH = """
echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6 # it has no addresses
ip link add sw type bridge mcast_snooping 0 forward_delay 0 group_fwd_mask 0x4000 # an unmanaged switch passes LLDP on
ip link set sw up; echo here
while read -r port; do ip link set "$port" master sw up; done
"""


def _boot(stack: ExitStack, machine: Machine, box: Path) -> subprocess.Popen[bytes]:
    """The machine in namespaces of its own, waiting for its cable."""
    box.mkdir()
    box.chmod(0o755)  # some run as users of their own
    for path, text in machine.files.items():
        (box / path).parent.mkdir(exist_ok=True)
        (box / path).write_text(text)
    script = "\n".join((_SCRIPT.read_text(), machine.run, "wait"))
    words = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "sh", "-c", script]
    leases = machine.joins is not None
    told = {"NAME": machine.name, "ADDRESS": "" if leases else machine.address, "ROUTER": ROUTER, "BOX": str(box)}
    return _start(stack, words, box / "log", {**told, "AFTER": str(machine.joins or 0), "PATH": PATH, "LC_ALL": "C"})


def _start(stack: ExitStack, words: list[str], log: Path, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    said = stack.enter_context(log.open("wb"))
    pipe = subprocess.PIPE
    process = ordinary.popen(words, stdin=pipe, stdout=pipe, stderr=said, env=env or {"PATH": PATH}, bufsize=0)
    for end in (process.wait, process.kill, process.stdout.close, process.stdin.close):  # in the end the other way round
        stack.callback(end)
    return process


def _heed(process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until it has made its namespaces."""
    assert process.stdout
    if process.stdout.readline() != b"here\n":
        raise NotReadyError(log.read_text(errors="replace"))


def _go(process: subprocess.Popen[bytes], word: str = "go") -> None:
    assert process.stdin
    process.stdin.write(f"{word}\n".encode())


def _connect(near: str, switch: subprocess.Popen[bytes], port: int) -> None:
    _ip("link", "add", *near.split(), "type", "veth", "peer", "name", f"port{port}", "netns", str(switch.pid))
    _go(switch, f"port{port}")


def _configure() -> None:
    """The scanning machine's own end."""
    Path(f"/proc/sys/net/ipv6/conf/{INTERFACE}/accept_dad").write_text("0")
    _ip("link", "set", INTERFACE, "up")
    _ip("addr", "add", f"{SCANNER}/24", "brd", "+", "dev", INTERFACE)
    _ip("route", "add", "default", "via", ROUTER)


def _await(machines: Sequence[Machine], running: Sequence[subprocess.Popen[bytes]], home: Path) -> None:
    """Wait until every daemon has opened its ports, and has had the time to announce itself."""
    deadline = time.monotonic() + READY
    lacking = {m.name: (set(m.opens), process.pid) for m, process in zip(machines, running, strict=True) if m.joins is None}
    processes = {m.name: process for m, process in zip(machines, running, strict=True)}
    while lacking and time.monotonic() < deadline and all(processes[name].poll() is None for name in lacking):
        lacking = {name: (ports, pid) for name, (ports, pid) in lacking.items() if not ports <= _open_ports(pid)}
        time.sleep(_LOOK)
    if lacking:
        said = [f"{name}: not open: {', '.join(sorted(ports - _open_ports(pid)))}" for name, (ports, pid) in lacking.items()]
        said += [(home / name / "log").read_text(errors="replace") for name in lacking]
        raise NotReadyError("\n".join(said))
    time.sleep(SETTLES)


def _open_ports(pid: int) -> set[str]:
    """What is listened to in the network namespace of a process: `tcp 80`, `udp 53` (proc_pid_net(5))."""
    found = set()
    for table, protocol, state in (("tcp", "tcp", "0A"), ("tcp6", "tcp", "0A"), ("udp", "udp", "07"), ("udp6", "udp", "07")):
        try:
            lines = Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
        except OSError:  # it has ended
            continue
        found |= {f"{protocol} {int(w[1].rpartition(':')[2], 16)}" for w in map(str.split, lines) if w[3] == state}
    return found


def _ip(*words: str, check: bool = True) -> None:
    subprocess.run(["ip", *words], check=check, capture_output=True)
