"""Every way of learning something about the network, one file each; a file is found by its `PROBE`."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from netinv.probes.base import Probe


@cache
def probes() -> tuple[Probe, ...]:
    """All probes, by name."""
    return named(module.name for module in iter_modules(__path__))


def named(modules: Iterable[str]) -> tuple[Probe, ...]:
    """The probes of these modules, by name; no others are loaded, nor what they need."""
    loaded = [import_module(f"{__name__}.{module}") for module in modules]
    return tuple(sorted((m.PROBE for m in loaded if hasattr(m, "PROBE")), key=lambda probe: probe.name))
