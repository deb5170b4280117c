"""Whom a scan concerns: its IPv4 targets, and where these cover a whole link, every IPv6 address on it."""

from ipaddress import IPv6Address, IPv6Interface

from netinv.model import Interface
from netinv.net.addresses import LINK_LOCAL
from netinv.net.targets import Targets


class Scope:
    """Of one scan through one interface; it holds addresses in canonical form.

    Nobody can name an IPv6 link address by address, and nobody can tell which of its addresses belongs to which host of an
    IPv4 range. So IPv6 is in scope where a whole on-link network is asked, and not where the user named hosts or left out some.
    """

    def __init__(self, interface: Interface, targets: Targets) -> None:
        self._targets = targets
        asked = targets.networks
        covered = [n for n in interface.networks if n.prefixlen < 31 and any(n.subnet_of(each) for each in asked)]
        self.covers_link = bool(covered)
        """Whether everybody on the link may be asked at once."""
        self.includes_ipv6 = any(not any(n.overlaps(each) for each in targets.excluded) for n in covered)
        """Whether IPv6 addresses on the link are in scope."""
        on_link = {a.network for a in interface.addresses if isinstance(a, IPv6Interface) and a.network.prefixlen < 128}
        self._on_link = (LINK_LOCAL, *on_link)

    def __contains__(self, address: object) -> bool:
        if not isinstance(address, str):
            return False
        if ":" not in address:
            return address in self._targets
        if not self.includes_ipv6:
            return False
        try:
            number = IPv6Address(address)
        except ValueError:
            return False
        return number.scope_id is None and any(number in network for network in self._on_link)
