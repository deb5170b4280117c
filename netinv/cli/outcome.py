"""What a scan that was not made just now has found: written as `netinv scan` writes it, and saved only if that is wanted."""

from dataclasses import replace

from netinv.cli.naming import sensor_name
from netinv.cli.output import Output
from netinv.cli.streams import say
from netinv.formats import Report
from netinv.model import Scan

PARTIAL = 3


def tell(found: Scan, out: Output, *, sensor: str | None, save: bool, store: str | None, quiet: bool) -> int:
    """Write it, with notes on stderr unless `quiet`; the exit code. Raises StoreError if it cannot be saved, FormatError.

    `sensor` is whose scan it is, if not whose it says.
    """
    from netinv.cli.memory import Memory

    if sensor:
        name = sensor_name(sensor)
        found = replace(found, sensor=name, devices=tuple(replace(device, sensor=name) for device in found.devices))
    with out.stream() as writer:
        known = Memory(store, read_only=False, otherwise="leave --save out") if save else None
        if known:
            found = known.record(found)
            found = replace(found, devices=known.unclaimed(found.devices))
        if not quiet:
            note(found, out, is_blind=known is not None and known.is_blind)
        if out.streams:
            for device in found.devices:
                writer.write(device)
        else:
            writer.write(Report(found.devices, found, known.looks() if known and out.format.shows_presence else ()))
    if not quiet:
        close(found, out)
    if known:
        known.close()
        if known.error:
            raise known.error
    return PARTIAL if found.is_partial else 0


def note(found: Scan, out: Output, *, is_blind: bool) -> None:
    """On stderr, what could not be asked; and the findings, where the format or the place does not show them.

    `is_blind` is a scan of which nobody knows who is new.
    """
    from netinv.formats.summary import finding_lines

    if is_blind:
        say("note: nobody is said to be new, as the inventory cannot be read")
    for problem in found.problems:
        say(f"note: {problem.message}" + (f" ({problem.hint})" if problem.hint else ""))
    if out.path or not out.format.closes:
        for line in finding_lines(found):
            say(line if line.startswith("warning: ") else f"note: {line.removeprefix('info: ')}")


def close(found: Scan, out: Output) -> None:
    """On stderr, the closing line, where the format or the place does not show it."""
    from netinv.formats.summary import closing_line

    if out.path or not out.format.closes:
        say(closing_line(Report(found.devices, found)))
