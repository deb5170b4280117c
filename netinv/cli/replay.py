"""`netinv replay`: a scan that was recorded, once more; nothing is sent."""

from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options
from netinv.cli.reporting import reporting

if TYPE_CHECKING:
    from netinv.cli.output import Output

HELP = """Make a recorded scan again from FILE, by today's probes and rules; nothing is sent.

The result has the id and the times of the scan it was, and the inventory
stays as it is. --record writes the recording once more, with --anonymise
as one to be shown to others: MAC addresses keep their vendor, names their
form, and equal things stay equal; addresses and times are kept.

Examples:

  sudo netinv scan --record lan.jsonl.gz              keep what was asked and answered

  netinv replay lan.jsonl.gz --why                    the same devices, with the reason for each

  netinv replay lan.jsonl.gz --anonymise --record shown.jsonl
"""


@reporting
def replay(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file of netinv scan --record.", show_default=False)],
    *,
    out: "Output",
    record: Annotated[
        str | None,
        typer.Option("--record", metavar="FILE", show_default=False, help="Write the recording to another file."),
    ] = None,
    anonymise: Annotated[
        bool, typer.Option("--anonymise", help="Mask names, serial numbers, and MAC addresses but for their vendors.")
    ] = False,
    save: options.Save = False,
    sensor: Annotated[
        str | None,
        typer.Option("--sensor", metavar="NAME", show_default="who recorded it", help="Save it as a scan of this sensor."),
    ] = None,
    store: options.Store = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes; errors only.")] = False,
) -> int:
    """Read, ask the file, write."""
    from netinv.cli.outcome import tell
    from netinv.net.transcript_reader import read_transcript
    from netinv.net.transcript_writer import Writer, write_transcript
    from netinv.replayer import replay as play

    transcript = read_transcript(file)
    if anonymise:
        from netinv.masking import anonymised

        transcript = anonymised(transcript)
    if record:
        writer = Writer(record)
        write_transcript(transcript, writer)
        writer.close()
        if writer.problem:
            raise writer.problem
    return tell(play(transcript), out, sensor=sensor, save=save, store=store, quiet=quiet)


replay.__doc__ = HELP
