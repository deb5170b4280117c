"""`netinv read`: the devices in a capture file; nothing is sent."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING, Annotated

import typer

from netinv.cli import options
from netinv.cli.reporting import reporting

if TYPE_CHECKING:
    from netinv.cli.output import Output

_AT_ONCE = 1 << 20
"""Bytes."""
HELP = """Find the devices in CAPTURE, a file of tcpdump or Wireshark (pcap, pcapng), and say what each one is; nothing is sent.

It hears what a passive scan would have heard: ARP, DHCP, mDNS, SSDP, LLDP,
CDP, router advertisements; and what passed between others: ports that
answered, and pings. Times are those of the capture. The inventory stays
as it is without --save.

Examples:

  netinv read lan.pcapng

  netinv read lan.pcap.gz --network 192.168.1.0/24 --json

  sudo timeout 600 tcpdump -w lan.pcap; netinv read lan.pcap --save

  sudo timeout 600 tcpdump -w - | netinv read -
"""


@reporting
def read(
    capture: Annotated[
        str,
        typer.Argument(
            metavar="CAPTURE", help="A pcap or pcapng file, packed or not; - is standard input, to its end.", show_default=False
        ),
    ],
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

    if capture == "-":
        with _spooled() as path:
            found = read_capture(path, network=network or (), name="standard input")
    else:
        found = read_capture(capture, network=network or ())
    return tell(found, out, sensor=sensor, save=save, store=store, quiet=quiet)


@contextmanager
def _spooled() -> Iterator[str]:
    """A file of what comes on standard input, since a capture is read twice; it is gone afterwards."""
    import sys
    import tempfile

    from netinv.errors import TranscriptError

    with ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.NamedTemporaryFile(prefix="netinv-"))
            _copy(sys.stdin.buffer, file)
        except OSError as error:
            raise TranscriptError(
                f"cannot keep what comes on standard input: {error.strerror or error}", hint="TMPDIR names another place for it"
            ) from error
        yield file.name


def _copy(stream: IO[bytes], file: IO[bytes]) -> None:
    """To its end, or as far as a capture may go; what is cut off there, its reader notices."""
    from netinv.net.capture import UNPACKED

    left = UNPACKED
    while left and (some := stream.read(min(left, _AT_ONCE))):
        file.write(some)
        left -= len(some)
    file.flush()


read.__doc__ = HELP
