"""Talking to the kernel by rtnetlink (rtnetlink(7)): pyroute2, of which no more is loaded than is used. Linux only."""

import importlib.util
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def spared() -> Iterator[None]:
    """Import modules of pyroute2 without its front page, which loads all of it: 130 ms, of which 50 are of use."""
    name = "pyroute2"
    spec = importlib.util.find_spec(name) if name not in sys.modules else None
    if spec is None or spec.submodule_search_locations is None:
        yield
        return
    front = types.ModuleType(name)
    front.__path__ = list(spec.submodule_search_locations)
    sys.modules[name] = front
    try:
        yield
    finally:
        del sys.modules[name]  # whoever wants the whole of it can still have it


def iproute() -> Any:
    """An open `IPRoute`, to be closed. Not inside a running event loop."""
    with spared():
        from pyroute2.iproute.linux import IPRoute
    return IPRoute()
