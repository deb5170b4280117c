"""What a packet costs: the first one to a host on the link makes the kernel ask for its MAC address, one frame more."""

from netinv.model import Interface
from netinv.net.ranges import block


class Reach:
    """Remembers whom the kernel has had to resolve for us, so that the pace and the counts are those of the wire."""

    def __init__(self, interface: Interface) -> None:
        self._links = [block(network) for network in interface.networks]
        self._resolved: set[int] = set()

    def frames(self, number: int) -> int:
        """How many frames leave for one packet to the address `number`, if it left now.

        For IPv6 it is one: what the kernel adds there is counted by itself (`Solicitations`).
        """
        if number in self._resolved or not any(first <= number <= last for first, last in self._links):
            return 1
        return 2

    def resolve(self, number: int) -> None:
        """The kernel knows the MAC address, or has been made to ask for it."""
        self._resolved.add(number)
