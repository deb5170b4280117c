"""What this machine is called among the sensors of an inventory."""

import os

from netinv.text import clean

LONGEST = 64


def sensor_name(given: str | None) -> str:
    """The name that was given, else the host's."""
    return clean(given or os.uname().nodename, LONGEST) or "local"
