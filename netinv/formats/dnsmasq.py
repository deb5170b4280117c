"""Configuration for dnsmasq: who gets which address by DHCP (`dhcp-host`), and which names it knows (`host-record`)."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import TextIO

from netinv.formats.base import Format, Report, Style, in_order
from netinv.formats.hostnames import Named, addresses, has_address, holders, named, remark

_HEADER = """\
# Devices seen by netinv. dhcp-host keeps for each device the address it has now; host-record gives it its name.
# Put this into /etc/dnsmasq.d/ and check it with `dnsmasq --test`.
"""


def write(report: Report, stream: TextIO, style: Style) -> None:
    """For each device a comment and up to two lines. An address is promised once: dnsmasq refuses to start otherwise."""
    stream.write(_HEADER)
    owners, served = holders(report.devices), set[str]()
    for one in named(in_order(report.devices)):
        if has_address(one.device):
            own = [address for address in addresses(one.device) if owners[address] is one.device]
            stream.writelines(f"{line}\n" for line in ("", f"# {remark(one.device)}", *_lines(one, own, served)))


def _lines(one: Named, known: Sequence[IPv4Address | IPv6Address], served: set[str]) -> Iterator[str]:
    """Of a device and the addresses that are its own; `served` are the MAC addresses that have one."""
    first4 = next((address for address in known if isinstance(address, IPv4Address)), None)
    first6 = next((address for address in known if not isinstance(address, IPv4Address)), None)
    macs = [str(mac) for mac in one.device.macs if mac not in served]
    is_gateway = any(fact.key == "route.gateway" for fact in one.device.evidence)  # which gets its address from nobody
    if not known:
        yield f"# {addresses(one.device)[0]} is another device's now"
    if first4 and macs and not is_gateway:
        served.update(macs)
        yield f"dhcp-host={','.join((*macs, str(first4), *((one.host,) if one.is_heard else ())))}"
    if one.is_heard and known:
        yield f"host-record={','.join((one.host, *one.aliases, *(str(a) for a in (first4, first6) if a)))}"


FORMAT = Format(
    "dnsmasq", suffix=".dnsmasq.conf", summary="dhcp-host and host-record lines for dnsmasq", write=write, takes=has_address
)
