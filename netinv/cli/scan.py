"""`netinv scan`: ask the network, remember the answers, and write them down."""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options
from netinv.defaults import RATE, RETRIES, TIMEOUT

if TYPE_CHECKING:
    from netinv.model import Device, Problem

HELP = """Find every device on the network and say what each one is, and why.

Without TARGETS: the network on the link of the default route's interface.

Examples:

  sudo netinv scan                        everything on the local link

  netinv scan 10.0.0.0/24 10.0.1.1-50     networks, ranges, addresses, host names, @file

  netinv scan --json | jq '.devices[] | select(.category == "printer") | .ip'

  netinv scan -o devices.csv              a file; its suffix names the format
"""
INTERRUPTED = {signal.SIGINT: 130, signal.SIGTERM: 143}
PARTIAL = 3

_Many = list[str] | None


def scan(
    context: typer.Context,
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TARGETS]...", help="10.0.0.0/24, 10.0.0.1-50, 10.0.0.7, a host name, or @FILE.", show_default=False
        ),
    ] = None,
    interface: Annotated[
        _Many, typer.Option("--interface", "-i", metavar="NAME", help="Scan from this interface; repeatable.")
    ] = None,
    exclude: Annotated[_Many, typer.Option("--exclude", "-x", metavar="TARGET", help="Leave these out; repeatable.")] = None,
    format_name: options.FormatName = None,
    as_json: options.AsJson = False,
    as_jsonl: options.AsJsonl = False,
    as_csv: options.AsCsv = False,
    output: options.Output = None,
    why: options.Why = False,
    rate: Annotated[
        float, typer.Option(min=1, max=100_000, metavar="PPS", help="Packets a second, in any tenth of a second.")
    ] = RATE,
    retries: Annotated[
        int, typer.Option(min=0, max=15, metavar="N", help="Ask a silent address N times more, a second apart.")
    ] = RETRIES,
    timeout: Annotated[
        float, typer.Option(min=0.05, max=60, metavar="S", help="Wait S seconds after the last question.")
    ] = TIMEOUT,
    probe: Annotated[_Many, typer.Option(metavar="NAME", help="Ask with this probe only; repeatable.")] = None,
    skip: Annotated[_Many, typer.Option(metavar="NAME", help="Do not ask with this probe; repeatable.")] = None,
    large: Annotated[bool, typer.Option("--large", help="Allow more than 1,024 addresses (a /22).")] = False,
    huge: Annotated[bool, typer.Option("--huge", help="Allow more than 65,536 addresses (a /16).")] = False,
    public: Annotated[bool, typer.Option("--public", help="Allow the public Internet: only with its owner's leave.")] = False,
    no_save: Annotated[bool, typer.Option("--no-save", help="Leave the inventory as it is.")] = False,
    store: options.Store = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes; errors only.")] = False,
) -> int:
    """Ask, remember, write."""
    from netinv.cli.memory import Memory
    from netinv.cli.output import Output
    from netinv.cli.progress import progress_bar
    from netinv.formats import Report
    from netinv.formats.summary import closing_line
    from netinv.scanner import scan as ask
    from netinv.survey import Progress

    out = Output.choose(format_name, as_json=as_json, as_jsonl=as_jsonl, as_csv=as_csv, path=output, why=why)
    known = Memory(store, read_only=no_save)
    streamed: dict[str, tuple[str, ...]] = {}
    with out.stream() as writer:  # first of all, so that a place that cannot be written to is known before anything is sent
        with _interrupts() as caught, progress_bar(wanted=not quiet) as show:

            def on_event(event: "Progress | Device") -> None:
                if isinstance(event, Progress):
                    show(event, len(streamed))
                    return
                streamed[event.id] = event.addresses
                if out.streams:
                    writer.write(known.recognise(event))

            ask_all = partial(
                ask,
                targets or (),
                interface=interface or (),
                exclude=exclude or (),
                timeout=timeout,
                rate=rate,
                retries=retries,
                probe=probe or (),
                skip=skip or (),
                allow_large=large,
                allow_huge=huge,
                allow_public=public,
                on_event=on_event,
                stop=lambda: bool(caught),
                network=context.obj,
                isolated=True,
            )
            try:
                found = ask_all()
            except KeyboardInterrupt:
                print("stopped at once: nothing is saved", file=sys.stderr)
                return INTERRUPTED[caught[-1]] if caught else 130
        for device in found.devices:
            if out.streams and streamed.get(device.id) != device.addresses:  # not told of yet, or grown since
                writer.write(known.recognise(device))
        found = known.record(found)
        if not quiet:
            _tell(found.problems)
        if not out.streams:
            writer.write(Report(found.devices, found))
    if not quiet and (out.path or not out.format.closes):
        print(closing_line(Report(found.devices, found)), file=sys.stderr)
    known.close()
    if known.error and not caught:
        raise known.error
    if caught:
        return INTERRUPTED[caught[0]]
    return PARTIAL if found.is_partial else 0


def _tell(problems: Sequence["Problem"]) -> None:
    """What could not be asked, and how to have it asked."""
    for problem in problems:
        hint = f" ({problem.hint})" if problem.hint else ""
        print(f"note: {problem.message}{hint}", file=sys.stderr)


@contextmanager
def _interrupts() -> Iterator[list[signal.Signals]]:
    """Collect SIGINT and SIGTERM instead of dying by the first; the second one is obeyed at once."""
    caught: list[signal.Signals] = []

    def note(number: int, frame: FrameType | None) -> None:
        caught.append(signal.Signals(number))
        if len(caught) > 1:
            raise KeyboardInterrupt
        print("\nstopping; what was found is kept ...", file=sys.stderr)

    before = {number: signal.signal(number, note) for number in INTERRUPTED}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


scan.__doc__ = HELP
