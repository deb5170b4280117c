"""`netinv read`: the devices in a capture file; nothing is sent."""

from typing import Annotated

import typer

from netinv.cli import options

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
    format_name: options.UsualFormat = None,
    as_json: options.AsJson = False,
    as_jsonl: options.AsJsonl = False,
    as_csv: options.AsCsv = False,
    output: options.Output = None,
    why: options.Why = False,
    save: options.Save = False,
    store: options.Store = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes; errors only.")] = False,
) -> int:
    """Read, hear, write."""
    from netinv.cli.outcome import tell
    from netinv.cli.output import Output
    from netinv.reading import read_capture

    out = Output.choose(format_name, as_json=as_json, as_jsonl=as_jsonl, as_csv=as_csv, path=output, why=why)
    return tell(read_capture(capture, network=network or ()), out, save=save, store=store, quiet=quiet)


read.__doc__ = HELP
