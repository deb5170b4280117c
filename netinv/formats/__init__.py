"""Every way of writing devices down; a module here that defines `FORMAT` is on offer, and nothing else need be edited."""

import pkgutil
from collections.abc import Iterable, Mapping
from importlib import import_module
from os import PathLike
from pathlib import Path
from types import MappingProxyType

from netinv.errors import FormatError
from netinv.formats.base import Format, Report, Style
from netinv.formats.files import replacing
from netinv.model import Device, Scan

__all__ = ["FORMATS", "Format", "Report", "Style", "by_name", "by_suffix", "export"]


def _collect() -> dict[str, Format]:
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return {module.FORMAT.name: module.FORMAT for module in modules if hasattr(module, "FORMAT")}


FORMATS: Mapping[str, Format] = MappingProxyType(_collect())
"""By name, in alphabetical order."""


def by_name(name: str) -> Format:
    """The format called `name`; FormatError names those there are."""
    if found := FORMATS.get(name.lower()):
        return found
    raise FormatError(f"no format is called {name!r}", hint=f"choose from {', '.join(FORMATS)}")


def by_suffix(path: str | PathLike[str]) -> Format:
    """The format that a file's name asks for by its suffix; FormatError lists those there are."""
    suffix = Path(path).suffix.lower()
    if found := next((f for f in FORMATS.values() if f.suffix == suffix), None):
        return found
    said = f"no format ends in {suffix!r}" if suffix else "the file name has no suffix that says the format"
    offers = ", ".join(f"{f.suffix} ({f.name})" for f in FORMATS.values())
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
