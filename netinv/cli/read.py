"""`netinv read`: the devices in a capture file; nothing is sent."""

from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options
from netinv.cli.reporting import reporting

if TYPE_CHECKING:
    from netinv.cli.output import Output

HELP = """Find the devices in CAPTURE, a file of tcpdump or Wireshark (pcap, pcapng), and say what each one is; nothing is sent.

It hears what a passive scan would have heard: ARP, DHCP, mDNS, SSDP, LLDP,
CDP, router advertisements; and what passed between others: ports that
answered, and pings. Times are those of the capture. The inventory stays
as it is without --save.

Examples:

  netinv read lan.pcapng

  netinv read lan.pcap.gz --network 192.168.1.0/24 --json

  sudo timeout 600 tcpdump -w lan.pcap; netinv read lan.pcap --save
"""


@reporting
def read(
    capture: Annotated[str, typer.Argument(metavar="CAPTURE", help="A pcap or pcapng file, packed or not.", show_default=False)],
    network: Annotated[
        list[str] | None,
        typer.Option(
            "--network",
            metavar="CIDR",
            show_default="what DHCP and ARP in the file tell",
            help="The network that was captured, as 192.168.1.0/24; repeatable.",
        ),
    ] = None,
    *,
    out: "Output",
    save: options.Save = False,
    sensor: Annotated[
        str | None,
        typer.Option("--sensor", metavar="NAME", show_default="capture", help="Save it as a scan of this sensor."),
    ] = None,
    store: options.Store = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes; errors only.")] = False,
) -> int:
    """Read, hear, write."""
    from netinv.cli.outcome import tell
    from netinv.reading import read_capture

    return tell(read_capture(capture, network=network or ()), out, sensor=sensor, save=save, store=store, quiet=quiet)


read.__doc__ = HELP
