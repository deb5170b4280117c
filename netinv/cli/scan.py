"""`netinv scan`: ask the network, remember the answers, and write them down."""

import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from netinv.cli import options
from netinv.defaults import RATE, RETRIES, TIMEOUT

if TYPE_CHECKING:
    from netinv.model import Device

HELP = """Find every device on the network and say what each one is, and why.

Without TARGETS: the network on the link of the default route's interface.

Examples:

  sudo netinv scan                        everything on the local link

  netinv scan 10.0.0.0/24 10.0.1.1-50     networks, ranges, addresses, host names, @file

  netinv scan --json | jq '.devices[] | select(.category == "printer") | .ip'

  netinv scan -o devices.csv              a file; its suffix names the format
"""
INTERRUPTED = {signal.SIGHUP: 129, signal.SIGINT: 130, signal.SIGTERM: 143}
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
    # The place to write to is opened first of all, so that one that cannot be written to is known before anything is sent.
    with _Interrupts() as interrupts, out.stream() as writer:
        with progress_bar(wanted=not quiet) as show:

            def on_event(event: "Progress | Device") -> None:
                if isinstance(event, Progress):
                    show(event, len(streamed))
                    return
                streamed[event.id] = event.addresses
                if out.streams:
                    writer.write(known.recognise(event))

            try:
                found = ask(
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
                    stop=lambda: bool(interrupts.caught),
                    network=context.obj,
                    isolated=True,
                )
            except KeyboardInterrupt:
                _say("stopped at once: nothing is saved")
                raise typer.Exit(interrupts.exit_code) from None
        interrupts.is_asking = False
        for device in found.devices:
            if out.streams and streamed.get(device.id) != device.addresses:  # not told of yet, or grown since
                writer.write(known.recognise(device))
        found = known.record(found)
        if not quiet:
            for problem in found.problems:
                _say(f"note: {problem.message}" + (f" ({problem.hint})" if problem.hint else ""))
        if not out.streams:
            writer.write(Report(found.devices, found))
    if not quiet and (out.path or not out.format.closes):
        _say(closing_line(Report(found.devices, found)))
    known.close()
    if interrupts.caught:
        return interrupts.exit_code
    if known.error:
        raise known.error
    return PARTIAL if found.is_partial else 0


def _say(line: str) -> None:
    """On stderr, if anybody listens there: the result does not depend on it."""
    with suppress(OSError, AttributeError):
        print(line, file=sys.stderr)


class _Interrupts:
    """Collects the signals that end a scan: the first one is heeded in order, a second one, while it asks, at once."""

    def __init__(self) -> None:
        self.caught: list[signal.Signals] = []
        self.is_asking = True
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._note) for number in INTERRUPTED}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.caught.append(signal.Signals(number))
        if self.is_asking and len(self.caught) > 1:
            raise KeyboardInterrupt
        if len(self.caught) == 1:
            with suppress(OSError, AttributeError):
                print("\nstopping; what was found is kept ...", file=sys.stderr)

    @property
    def exit_code(self) -> int:
        return INTERRUPTED[self.caught[-1]]


scan.__doc__ = HELP
