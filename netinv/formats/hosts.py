"""A hosts file (hosts(5)): each address and the host name of its device, for /etc/hosts or a resolver that reads such files."""

from typing import TextIO

from netinv.formats.base import Format, Report, Style, in_order
from netinv.formats.hostnames import addresses, has_address, named, remark


def write(report: Report, stream: TextIO, style: Style) -> None:
    """A line for each address of a device that has a name; the others as comments, since a name nobody gave helps nobody."""
    stream.write("# Devices seen by netinv; names are those the devices were heard under, made fit for host names.\n")
    for device, host, is_heard, aliases in named(in_order(report.devices)):
        for address in addresses(device):
            line = f"{address!s:<15} {' '.join((host, *aliases))}" if is_heard else f"# {address}"
            stream.write(f"{line}  # {remark(device)}\n")


FORMAT = Format("hosts", suffix=".hosts", summary="a hosts file", write=write, takes=has_address, needs_evidence=False)
