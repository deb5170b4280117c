"""Neighbour solicitations: what the kernel sends on its own for what we ask over IPv6, counted by the kernel itself."""

from contextlib import suppress
from pathlib import Path

from netinv.model import Interface
from netinv.net.pace import Pace

_COUNTER = "Icmp6OutNeighborSolicits"
"""RFC 4293's successor of ipv6IfIcmpOutNeighborSolicits (RFC 2466); per interface in /proc/net/dev_snmp6. Linux only."""


class Solicitations:
    """Those that have left since it was made; what others on this machine cause is among them, and is next to nothing."""

    def __init__(self, interface: Interface, pace: Pace) -> None:
        self._file = Path("/proc/net/dev_snmp6", interface.name)
        self._pace = pace
        self._counted = self._read()

    def expect(self, frames: int) -> None:
        """So many are about to leave, and have been counted with the question that causes them."""
        self._counted += frames

    def count(self) -> None:
        """Give the pace what has left beyond that: the kernel's repetitions, and its checks of old neighbours."""
        unexpected = self._read() - self._counted
        if unexpected > 0:
            self._counted += unexpected
            self._pace.sent(unexpected)

    def _read(self) -> int:
        with suppress(OSError, ValueError, IndexError):
            return int(self._file.read_text("ascii").split(_COUNTER, 1)[1].split(None, 1)[0])
        return 0
