"""The machine that netinv runs on, as it calls itself."""

import os
from typing import NamedTuple


class System(NamedTuple):
    """The machine that looks at the network."""

    name: str
    os: str


def this_system() -> System:
    """The one we run on."""
    said = os.uname()
    return System(said.nodename, f"{said.sysname} {said.release}")
