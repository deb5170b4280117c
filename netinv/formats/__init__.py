"""Every way of writing devices down; a module here that defines `FORMAT` is on offer, and nothing else need be edited."""

import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from types import MappingProxyType

from netinv.errors import FormatError
from netinv.formats.base import Format, Look, Report, Style
from netinv.formats.files import replacing
from netinv.model import Device, Scan

__all__ = ["Format", "Look", "Report", "Style", "by_name", "by_suffix", "export", "formats"]


@cache
def formats() -> Mapping[str, Format]:
    """All formats by name, in alphabetical order."""
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return MappingProxyType({module.FORMAT.name: module.FORMAT for module in modules if hasattr(module, "FORMAT")})


def by_name(name: str) -> Format:
    """The format called `name`; FormatError names those there are."""
    module = f"{__name__}.{name.lower().replace('-', '_')}"
    if module.rpartition(".")[2].isidentifier() and find_spec(module):  # to load one takes a tenth of the time of all
        found = getattr(import_module(module), "FORMAT", None)
        if isinstance(found, Format) and found.name == name.lower():
            return found
    if other := formats().get(name.lower()):
        return other
    raise FormatError(f"no format is called {name!r}", hint=f"choose from {', '.join(formats())}")


def by_suffix(path: str | PathLike[str]) -> Format:
    """The format that a file's name asks for by its suffix, the longest that fits; FormatError lists those there are.

    `devices.json` is JSON, `devices.prometheus.json` what Prometheus reads.
    """
    name, suffix = Path(path).name.lower(), Path(path).suffix.lower()
    fitting = [f for f in formats().values() if name.endswith(f.suffix) and name != f.suffix]
    if fitting:
        return max(fitting, key=lambda found: len(found.suffix))
    said = f"no format ends in {suffix!r}" if suffix else "the file name has no suffix that says the format"
    offers = ", ".join(f"{f.suffix} ({f.name})" for f in formats().values())
    raise FormatError(f"{said}: {str(path)!r}", hint=f"end it in {offers}; or name the format with --format")


def export(
    devices: Iterable[Device],
    path: str | PathLike[str],
    *,
    format: str | None = None,
    scan: Scan | None = None,
    excel: bool = False,
) -> None:
    """Write `devices` to the file `path`, whole or not at all, as `format` or else as its suffix says.

    `scan` is the one they were seen in, for the formats that tell; `excel` puts a byte-order mark before CSV.
    Raises FormatError.
    """
    chosen = by_name(format) if format else by_suffix(path)
    with replacing(path) as stream:
        chosen.write(Report(tuple(devices), scan), stream, Style(excel=excel))
