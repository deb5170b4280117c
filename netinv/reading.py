"""Reading a capture file: the corridor once more, with packets somebody else has captured in the place of the network."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2s
from os import PathLike, fspath
from pathlib import Path

from netinv.errors import TranscriptError
from netinv.gathering import Gathering
from netinv.isolation import here
from netinv.model import Problem, Scan
from netinv.net.capture import Captures
from netinv.net.captured import CaptureNetwork, Overview
from netinv.net.loops import ReplayLoop
from netinv.net.targets import parse_targets
from netinv.outline import Outline
from netinv.plan import Plan
from netinv.probes import probes
from netinv.survey import Survey

_PROBES = frozenset({"announced", "answered", "dhcp", "lldp", "local", "overheard", "passing", "ra"})
"""What can be learned by listening; `local` for the gateway of which DHCP has told."""
_SECONDS = 0.5
"""Seconds, of the event loop, after the last packet."""


def read_capture(capture: str | PathLike[str], *, network: Sequence[str] | str = (), name: str = "") -> Scan:
    """The devices that show themselves in a capture file (pcap or pcapng, packed by gzip or not), at the times it tells.

    `network` is what was on the link, as `10.0.0.0/24`; otherwise it is gathered from DHCP and ARP. The same file gives the same
    scan. `name` is what the file is called, if not by its own name. TranscriptError for a file that is no capture or of which no
    network can be told, TargetError for a wrong `network`.
    """
    captures = Captures(Path(fspath(capture)), name)
    overview = Overview(captures)
    if not (overview.first and overview.last):
        raise TranscriptError(f"there is no packet in {captures.name!r}", hint="was it captured at the right interface?")
    words = (network,) if isinstance(network, str) else tuple(network)
    words = words or tuple(map(str, overview.networks))
    if not words:
        raise TranscriptError(
            f"nothing in {captures.name!r} tells which network it is of", hint="name it: --network 192.168.1.0/24"
        )
    targets = parse_targets(words, allow_large=True, allow_huge=True, allow_public=True, resolve=_refuse_names)
    interface = overview.interface(Path(captures.name).name, targets.networks)
    plan = Plan(interface, targets)
    chosen = [p for p in probes() if p.name in _PROBES]

    def open_surveys() -> list[Survey]:
        door = CaptureNetwork(captures, overview, interface)
        return [Survey(door, targets, chosen, now=door.now, listen=overview.packets * 1e-5 + _SECONDS)]

    digest = blake2s(f"{overview.first} {overview.last} {overview.packets} {targets.text}".encode(), digest_size=3)
    outline = Outline(
        id=f"{overview.first:%Y%m%dT%H%M%SZ}-{digest.hexdigest()}",
        started=overview.first,
        plans=(plan,),
        targets=targets.text,
        asked=len(targets),
        sensor="capture",
        pace="default",
    )
    gathering = Gathering()
    gathering.read(here(open_surveys, lambda: False, ReplayLoop))
    found = outline.filled(gathering, finished=overview.last)
    problems = tuple(p for p in found.problems if p.source != "scan")
    if not found.devices:
        said = f"no device of {targets.text} shows itself in {captures.name}"
        problems = (*problems, Problem("capture", said, "is it the right network? name it with --network"))
    return replace(found, problems=problems, is_partial=found.is_partial or captures.is_cut)


def _refuse_names(name: str) -> list[str]:
    raise OSError(0, "reading a file asks no resolver")
