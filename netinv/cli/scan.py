"""`netinv scan`: ask the network, remember the answers, and write them down."""

from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options
from netinv.cli.configured import configured
from netinv.cli.naming import sensor_name
from netinv.cli.reporting import reporting
from netinv.cli.signals import INTERRUPTED, Signals
from netinv.cli.streams import say
from netinv.defaults import FAST_RATE, GENTLE_RATE

if TYPE_CHECKING:
    from netinv.cli.output import Output
    from netinv.gathering import Sighting
    from netinv.model import Device
    from netinv.survey import Progress

HELP = """Find every device on the network and say what each one is, and why.

Without TARGETS: the network on the link of the default route's interface.

Examples:

  sudo netinv scan                        everything on the local link

  sudo netinv scan --passive              who gives a sign within a minute; not a packet is sent

  netinv scan 10.0.0.0/24 10.0.1.1-50     networks, ranges, addresses, host names, @file

  netinv scan --json | jq '.devices[] | select(.category == "printer") | .ip'

  netinv scan -o devices.csv              a file; its suffix names the format
"""
PARTIAL = 3

_Many = list[str] | None


@reporting
def scan(
    context: typer.Context,
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TARGETS]...", help="10.0.0.0/24, 10.0.0.1-50, 10.0.0.7, a host name, or @FILE.", show_default=False
        ),
    ] = None,
    interface: Annotated[_Many, configured("scan.interface")] = None,
    exclude: Annotated[_Many, configured("scan.exclude")] = None,
    *,
    out: "Output",
    pace: Annotated[str | None, configured("scan.pace")] = None,
    gentle: Annotated[bool, typer.Option("--gentle", help=f"At most {GENTLE_RATE:.0f} packets a second.")] = False,
    fast: Annotated[
        bool,
        typer.Option("--fast", help=f"Only who is there, as fast as the link answers: {FAST_RATE:,.0f} a second at the most."),
    ] = False,
    presence: Annotated[bool, typer.Option("--presence", help="Only who is there: nothing is identified.")] = False,
    rate: Annotated[float | None, configured("scan.rate")] = None,
    retries: Annotated[int | None, configured("scan.retries")] = None,
    timeout: Annotated[float | None, configured("scan.timeout")] = None,
    probe: Annotated[_Many, typer.Option(metavar="NAME", help="Ask with this probe only; repeatable.")] = None,
    skip: Annotated[_Many, configured("scan.skip")] = None,
    also: Annotated[_Many, configured("scan.also")] = None,
    community: Annotated[_Many, configured("snmp.communities")] = None,
    listen: Annotated[float | None, configured("scan.listen")] = None,
    passive: Annotated[bool, typer.Option("--passive", help="Send nothing at all: only listen; needs root.")] = False,
    large: Annotated[bool, typer.Option("--large", help="Allow more than 1,024 addresses (a /22).")] = False,
    huge: Annotated[bool, typer.Option("--huge", help="Allow more than 65,536 addresses (a /16).")] = False,
    public: Annotated[bool, typer.Option("--public", help="Allow the public Internet: only with its owner's leave.")] = False,
    no_save: Annotated[bool, typer.Option("--no-save", help="Leave the inventory as it is.")] = False,
    record: Annotated[
        str | None,
        typer.Option(
            "--record",
            metavar="FILE",
            show_default=False,
            help="Keep what was asked and answered in FILE, for netinv replay; packed if it ends in .gz.",
        ),
    ] = None,
    anonymise: options.Anonymise = False,
    sensor: options.Sensor = None,
    store: options.Store = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes; errors only.")] = False,
) -> int:
    """Ask, remember, write."""
    from netinv.cli.memory import Memory
    from netinv.cli.outcome import close, note
    from netinv.cli.progress import progress_bar
    from netinv.cli.recording import Recording
    from netinv.errors import UsageError
    from netinv.formats import Report
    from netinv.model import Device
    from netinv.scanner import scan as ask

    paces = {name for name, is_asked in (("fast", fast), ("gentle", gentle), (pace, pace)) if is_asked and name}
    if len(paces) > 1:
        raise UsageError(f"the paces {' and '.join(sorted(paces))} contradict each other", hint="leave one of them out")
    recording = Recording.choose(record, anonymise=anonymise)
    known = Memory(store, read_only=no_save)
    streamed: dict[str, tuple[object, ...]] = {}
    # The place to write to is opened first of all, so that one that cannot be written to is known before anything is sent.
    with _Interrupts() as interrupts, out.stream() as writer:
        with progress_bar(wanted=not quiet) as show:

            def on_event(event: "Progress | Sighting | Device") -> None:
                if not isinstance(event, Device):
                    if show:
                        show(event)
                    return
                streamed[event.id] = _known_of(event)
                if out.streams:
                    for part in known.unclaimed(known.recognise_all((event,))):
                        writer.write(part)

            try:
                found = ask(
                    targets or (),
                    interface=interface or (),
                    exclude=exclude or (),
                    pace=next(iter(paces), "default"),
                    presence=presence,
                    timeout=timeout,
                    rate=rate,
                    retries=retries,
                    probe=probe or (),
                    skip=skip or (),
                    also=also or (),
                    communities=community or (),
                    listen=listen,
                    passive=passive,
                    sensor=sensor_name(sensor),
                    expected=() if passive or fast else known.expected(),
                    allow_large=large,
                    allow_huge=huge,
                    allow_public=public,
                    on_event=on_event if show or out.streams else None,
                    stop=lambda: bool(interrupts.caught),
                    network=context.obj,
                    record=recording.write if recording else None,
                    isolated=True,
                )
            except KeyboardInterrupt:
                say("stopped at once: nothing is saved")
                raise typer.Exit(interrupts.exit_code) from None
        interrupts.is_asking = False
        for device in found.devices:
            if out.streams and streamed.get(device.id) != _known_of(device):  # not told of yet, or grown since
                for part in known.unclaimed(known.recognise_all((device,))):
                    writer.write(part)
        found = known.record(found)
        found = replace(found, devices=known.unclaimed(found.devices))
        if not quiet:
            note(found, out, is_blind=known.is_blind)
        if not out.streams:
            writer.write(Report(found.devices, found, known.looks() if out.format.shows_presence else ()))
    if not quiet:
        close(found, out)
    known.close()
    if recording and (missing := recording.close()):
        say(f"note: {missing}")
    if anonymise and not quiet:
        say("note: only the recording is masked: what is shown, and the inventory, are not")
    if interrupts.caught:
        return interrupts.exit_code
    if known.error:
        raise known.error
    return PARTIAL if found.is_partial else 0


def _known_of(device: "Device") -> tuple[object, ...]:
    """What a device is told of again for, if it has changed since it was streamed."""
    return device.addresses, device.names, device.verdict


class _Interrupts(Signals):
    """The first signal is heeded in order, a second one, while the network is asked, at once."""

    is_asking = True

    def note(self, number: int, frame: FrameType | None) -> None:
        super().note(number, frame)
        if self.is_asking and len(self.caught) > 1:
            raise KeyboardInterrupt
        if len(self.caught) == 1:
            say("\nstopping; what was found is kept ...")

    @property
    def exit_code(self) -> int:
        return INTERRUPTED[self.caught[-1]]


scan.__doc__ = HELP
