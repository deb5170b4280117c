"""Who is measured: netinv and the scanners beside it, by command line, and how each one's output is read."""

import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmark.lans import Pairs

_IP = r"\d{1,3}(?:\.\d{1,3}){3}"
_MAC = r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}"
_LINE = re.compile(rf"(?<![\d.])({_IP})(?![\d.]).*?({_MAC})")
_ALONE = re.compile(rf"^({_IP})$", re.MULTILINE)
_REPORT = re.compile(rf"^Nmap scan report for (?:\S+ \()?({_IP})\)?$|^MAC Address: ({_MAC})", re.MULTILINE)


def read_lines(output: str) -> Pairs:
    """An address and its MAC in one line, as arp-scan, netdiscover -P and masscan write."""
    lines = (line for line in output.splitlines() if not line.startswith("Interface:"))
    return frozenset((found[1], found[2].lower()) for line in lines if (found := _LINE.search(line)))


def read_addresses(output: str) -> Pairs:
    """An address a line, as fping -a writes."""
    return frozenset((address, None) for address in _ALONE.findall(output))


def read_nmap(output: str) -> Pairs:
    """A report for each host, and its MAC some lines below, if there is one."""
    found: dict[str, str | None] = {}
    last = ""
    for address, mac in _REPORT.findall(output):
        if address:
            last = address
            found[last] = None
        elif last:
            found[last] = mac.lower()
    return frozenset(found.items())


def read_netinv(output: str) -> Pairs:
    """The JSON of a scan; nothing if it is cut short."""
    try:
        devices = json.loads(output)["devices"]
    except ValueError:
        return frozenset()
    return frozenset(
        (address, mac) for d in devices for address in d["addresses"] if ":" not in address for mac in d["macs"] or [None]
    )


@dataclass(frozen=True)
class Scanner:
    """A command line to measure; `@IF`, `@NET` and `@SELF` in it are filled in."""

    name: str
    command: tuple[str, ...]
    read: Callable[[str], Pairs]
    privileged: bool = True
    fine: tuple[int, ...] = (0,)
    """Exit codes that are no failure."""

    @property
    def is_installed(self) -> bool:
        return shutil.which(self.command[0]) is not None


def _netinv(name: str, *options: str, privileged: bool = True) -> Scanner:
    command = (sys.executable, "-m", "netinv", "scan", "@NET", "-i", "@IF", "--json", "--no-save", "-q", "--large", *options)
    return Scanner(name, command, read_netinv, privileged)


_NMAP = ("nmap", "-sn", "-n", "-e", "@IF", "--send-eth")

SCANNERS = {
    scanner.name: scanner
    for scanner in (
        _netinv("netinv --presence", "--presence"),
        _netinv("netinv --presence, no root", "--presence", privileged=False),
        _netinv("netinv"),
        _netinv("netinv, no root", privileged=False),
        _netinv("netinv --gentle --presence", "--gentle", "--presence"),
        _netinv("netinv --fast", "--fast"),
        _netinv("netinv --fast, no root", "--fast", privileged=False),
        Scanner("arp-scan", ("arp-scan", "-I", "@IF", "@NET"), read_lines),
        Scanner("arp-scan -r 6", ("arp-scan", "-I", "@IF", "-r", "6", "@NET"), read_lines),
        Scanner("arp-scan -r 1 -t 100 -i 5u", ("arp-scan", "-I", "@IF", "-r", "1", "-t", "100", "-i", "5u", "@NET"), read_lines),
        Scanner("nmap -sn", (*_NMAP, "@NET"), read_nmap),
        Scanner("nmap -sn, no root", ("nmap", "-sn", "-n", "--unprivileged", "@NET"), read_nmap, privileged=False),
        Scanner(
            "nmap -sn -T5 --min-rate 100000",
            (*_NMAP, "-T5", "--max-retries", "1", "--min-rate", "100000", "--min-hostgroup", "65536", "@NET"),
            read_nmap,
        ),
        Scanner("fping -a -g", ("fping", "-a", "-q", "-g", "@NET"), read_addresses, fine=(0, 1)),
        Scanner("netdiscover", ("netdiscover", "-P", "-N", "-i", "@IF", "-r", "@NET"), read_lines),
        Scanner("masscan --arp", ("masscan", "--arp", "-e", "@IF", "@NET"), read_lines),
        Scanner(
            "masscan --arp --rate 100000 --wait 0",
            ("masscan", "--arp", "-e", "@IF", "--rate", "100000", "--wait", "0", "@NET"),
            read_lines,
        ),
    )
}
