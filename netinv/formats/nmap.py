"""The XML that nmap writes (its nmap.dtd, xmloutputversion 1.05), for the many tools that read it."""

from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import TextIO

from netinv.formats.base import Format, Report, Style, in_order
from netinv.formats.words import some, spoken
from netinv.model import Device
from netinv.text import clean

_STATES = {"open": ("open", "syn-ack"), "closed": ("closed", "conn-refused")}
"""What `tcp.PORT` says, as nmap says it."""


def write(report: Report, stream: TextIO, style: Style) -> None:
    """The hosts, each with addresses, names, ports, what it is (as an OS match), and the reasons (as a script's output)."""
    stream.writelines(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    devices = [device for device in in_order(report.devices) if has_place(device)]
    started = report.scan.started if report.scan else min((d.first_seen for d in devices), default=None)
    finished = report.scan.finished if report.scan else max((d.last_seen for d in devices), default=None)
    asked = report.scan.asked if report.scan else len(devices)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<!DOCTYPE nmaprun>"
    yield _tag(
        "nmaprun", scanner="nmap", args=f"netinv scan {report.scan.targets}" if report.scan else "netinv export",
        start=_seconds(started), startstr=_said(started), version="netinv", xmloutputversion="1.05",
    ) + ">"  # fmt: skip
    yield '<verbose level="0"/>'
    yield '<debugging level="0"/>'
    for device in devices:
        yield from _host(device)
    lasted = (finished - started).total_seconds() if started and finished else 0
    yield "<runstats>"
    yield _tag("finished", time=_seconds(finished), timestr=_said(finished), elapsed=f"{lasted:.2f}", exit="success") + "/>"
    yield _tag("hosts", up=len(devices), down=max(asked - len(devices), 0), total=max(asked, len(devices))) + "/>"
    yield "</runstats>"
    yield "</nmaprun>"


def has_place(device: Device) -> bool:
    """A host of nmap's has an address."""
    return bool(device.addresses or device.macs)


def _host(device: Device) -> Iterator[str]:
    yield _tag("host", starttime=_seconds(device.first_seen), endtime=_seconds(device.last_seen)) + ">"
    yield _tag("status", state="up", reason=_reason(device), reason_ttl=_ttl(device)) + "/>"
    for address in device.addresses:
        plain = address.partition("%")[0]
        yield _tag("address", addr=plain, addrtype=_family(plain)) + "/>"
    for mac in device.macs:
        yield _tag("address", addr=mac.upper(), addrtype="mac", vendor=device.vendor) + "/>"
    yield "<hostnames>"
    for name, source in device.names:
        yield _tag("hostname", name=name, type="PTR" if source == "dns.ptr" else "user") + "/>"
    yield "</hostnames>"
    yield "<ports>"
    for port, (state, reason) in sorted(_ports(device).items()):
        yield (
            _tag("port", protocol="tcp", portid=port)
            + ">"
            + _tag("state", state=state, reason=reason, reason_ttl=0)
            + "/></port>"
        )
    yield "</ports>"
    yield from _verdict(device)
    if device.rtt_ms is not None:
        microseconds = round(device.rtt_ms * 1000)
        yield _tag("times", srtt=microseconds, rttvar=microseconds, to=max(4 * microseconds, 100_000)) + "/>"
    yield "</host>"


def _verdict(device: Device) -> Iterator[str]:
    verdict = device.verdict
    if verdict.category == "unknown":
        return
    sure = min(int(verdict.confidence * 100), 99)
    kind = some(verdict.category) if verdict.kind == "unknown" else spoken(verdict.kind)
    name = " ".join(filter(None, (device.vendor, verdict.model, verdict.os, f"({kind})")))
    yield "<os>" + _tag("osmatch", name=name, accuracy=sure, line=0) + ">"
    yield _tag("osclass", type=kind, vendor=device.vendor or "", osfamily=verdict.os or "", accuracy=sure) + "/>"
    yield "</osmatch></os>"
    if verdict.because:
        says = " ".join(reason.says for reason in verdict.because)
        yield "<hostscript>" + _tag("script", id="netinv", output=says) + "/></hostscript>"


def _ports(device: Device) -> dict[int, tuple[str, str]]:
    """By number; open at one address is open."""
    found: dict[int, tuple[str, str]] = {}
    for fact in device.evidence:
        port = fact.key.removeprefix("tcp.")
        if (
            fact.key.startswith("tcp.")
            and port.isdecimal()
            and fact.value in _STATES
            and found.get(int(port), ("",))[0] != "open"
        ):
            found[int(port)] = _STATES[fact.value]
    return found


def _reason(device: Device) -> str:
    """By what it was noticed, in nmap's words."""
    keys = {fact.key for fact in device.evidence}
    if "local.self" in keys:
        return "localhost-response"
    return "arp-response" if device.macs else "echo-reply" if keys & {"icmp.rtt", "icmp.ttl"} else "user-set"


def _ttl(device: Device) -> str:
    heard = next((fact.value for fact in device.evidence if fact.key == "icmp.ttl"), "0")
    return heard if heard.isdecimal() else "0"


def _family(address: str) -> str:
    try:
        return f"ipv{ip_address(address).version}"
    except ValueError:
        return "ipv6" if ":" in address else "ipv4"


def _tag(element: str, /, **attributes: object) -> str:
    """The beginning of an element, without its `>`; what is None is left out."""
    from html import escape

    told = (f' {key}="{escape(clean(str(value), 4096))}"' for key, value in attributes.items() if value is not None)
    return f"<{element}{''.join(told)}"


def _seconds(at: datetime | None) -> int:
    return int(at.timestamp()) if at else 0


def _said(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%a %b} {at.day:2d} {at:%H:%M:%S %Y}"


FORMAT = Format("nmap", suffix=".xml", summary="XML as nmap writes it", write=write, takes=has_place)
