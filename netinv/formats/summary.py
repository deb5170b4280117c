"""The closing line: what was found, how it was asked, how long that took, and what could not be asked."""

from collections import Counter

from netinv.formats.base import Report
from netinv.formats.words import count
from netinv.model import Scan
from netinv.text import clean

_MEANS = {
    "arp": "ARP",
    "dns": "DNS",
    "icmp": "ICMP echo",
    "neighbours": "the kernel's neighbour table",
    "tcp": "TCP",
    "udp": "UDP",
}
_PLURALS = {"router": "routers", "printer": "printers", "computer": "computers", "other": "other", "unknown": "unknown"}


def closing_line(report: Report) -> str:
    """`report` in one line: `3 devices: 1 router, 2 unknown · asked 254 addresses by ARP in 3.9 s, ... · 1 new`."""
    return " · ".join(closing_parts(report))


def closing_parts(report: Report) -> list[str]:
    """What the closing line says, one statement each, the devices first."""
    parts = [_found(report)]
    if (scan := report.scan) is None:
        return parts
    new = sum(device.is_new for device in report.devices)
    if new:
        parts.append("all new" if new == len(report.devices) > 1 else f"{new:,} new")
    parts.append(_asked(scan))
    if scan.traffic.dropped:
        parts.append(f"the kernel dropped {count(scan.traffic.dropped, 'reply', 'replies')}")
    if unasked := _unasked(scan):
        parts.append(f"could not ask: {', '.join(unasked)}")
    if scan.is_partial:
        parts.append("partial: what is missing may not have been asked")
    return parts


def _found(report: Report) -> str:
    if not report.devices:
        return "no devices"
    found = Counter(device.verdict.category for device in report.devices)
    order = [*_PLURALS, *sorted(found.keys() - _PLURALS.keys())]
    counts = ", ".join(count(found[word], clean(word), _PLURALS.get(word)) for word in order if found[word])
    return f"{count(len(report.devices), 'device')}: {counts}"


def _asked(scan: Scan) -> str:
    said = f"asked {count(scan.asked, 'address', 'addresses')}"
    if scan.method:
        said += " by " + " and ".join(_MEANS.get(means, clean(means)) for means in scan.method.split("+"))
    said += f" in {_duration((scan.finished - scan.started).total_seconds())}"
    if scan.traffic.frames:
        said += f", {count(scan.traffic.frames, 'frame')} (peak {scan.traffic.peak_pps:,}/s)"
    return said


def _unasked(scan: Scan) -> list[str]:
    """What the problems are about, without that which was asked after all or is no way of asking."""
    asked = {*scan.method.split("+"), "scan", "door"}
    sources = dict.fromkeys(problem.source for problem in scan.problems if problem.source not in asked)
    return [_MEANS.get(source, clean(source)) for source in sources]


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"
