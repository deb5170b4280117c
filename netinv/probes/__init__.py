"""Every way of learning something about the network, one file each; a file is found by its `PROBE`."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from netinv.probes.base import Probe


@cache
def probes() -> tuple[Probe, ...]:
    """All probes, by name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return tuple(sorted((m.PROBE for m in modules if hasattr(m, "PROBE")), key=lambda probe: probe.name))
