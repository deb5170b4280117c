"""The closing line: what was found, how it was asked, how long that took, and what could not be asked; and the findings."""

from collections import Counter

from netinv.formats.base import Report
from netinv.formats.words import count
from netinv.model import Scan
from netinv.text import clean

_MEANS = {
    "arp": "ARP",
    "dns": "DNS",
    "icmp": "ICMP echo",
    "icmpv6": "IPv6",
    "neighbours": "the kernel's neighbour table",
    "tcp": "TCP",
    "tcp-ping": "TCP ping",
    "udp": "UDP",
}
_FINDINGS = 10
"""Findings told to people at the end of a scan; where there are more, something is wrong that ten of them show."""
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


def finding_lines(scan: Scan) -> list[str]:
    """The findings of a scan for people, a line each, warnings first: `warning: 2 devices answer for ... (what to do)`."""
    said = [f"{f.severity}: {clean(f.says)}" + (f" ({clean(f.hint)})" if f.hint else "") for f in scan.findings]
    if len(said) > _FINDINGS:
        said[_FINDINGS - 1 :] = [f"and {len(said) - _FINDINGS + 1:,} more findings; --json has them all"]
    return said


def _found(report: Report) -> str:
    if not report.devices:
        return "no devices"
    found = Counter(device.verdict.category for device in report.devices)
    order = [*_PLURALS, *sorted(found.keys() - _PLURALS.keys())]
    counts = ", ".join(count(found[word], clean(word), _PLURALS.get(word)) for word in order if found[word])
    return f"{count(len(report.devices), 'device')}: {counts}"


def _asked(scan: Scan) -> str:
    if scan.method == "listen":
        return f"listened for {_duration((scan.finished - scan.started).total_seconds())} and sent nothing"
    said = f"{'set out to ask' if scan.is_partial else 'asked'} {count(scan.asked, 'address', 'addresses')}"
    if scan.method:
        asked = [_MEANS.get(means, clean(means)) for means in scan.method.split("+") if means != "icmpv6"]
        said += f" by {' and '.join(asked)}" if asked else ""
        said += f"{' and' if asked else ','} all of the link by IPv6" if len(asked) < len(scan.method.split("+")) else ""
    said += f" in {_duration((scan.finished - scan.started).total_seconds())}"
    if scan.traffic.frames:
        peak, mean = scan.traffic.peak_pps, round(scan.traffic.mean_pps)
        said += f", {count(scan.traffic.frames, 'frame')} (peak {peak:,}/s, mean {mean:,}/s)"
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
