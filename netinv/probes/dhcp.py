"""DHCP as it passes by: what a device asks for when it joins the network says much of what it is (RFC 2131, RFC 2132)."""

from collections.abc import Iterator

from netinv.model import MAC, Answer, Notice
from netinv.net.announcements import DhcpMessage, read_dhcp
from netinv.net.network import Network
from netinv.net.overheard import Overheard
from netinv.net.targets import Targets
from netinv.probes.base import Answers, LinkProbe, heed

LEASES = 256
"""Requests remembered until they are granted."""


class Leases:
    """Which device asked for which address, so that an address is believed only where the device and a server agree."""

    def __init__(self) -> None:
        self._requests: dict[tuple[int, MAC], str] = {}

    def read(self, heard: Overheard) -> Iterator[Answer | Notice]:
        """What one message tells."""
        message = read_dhcp(heard.payload)
        if message is None or heard.mac is None or message.is_relayed:  # what a relay passes on is of another link
            return
        if message.is_from_client:
            # Who speaks for another's MAC address may make up the rest, too.
            if message.client == heard.mac:
                yield from self._from_client(message)
        else:
            yield from self._from_server(message, heard)

    def _from_client(self, message: DhcpMessage) -> Iterator[Answer]:
        if message.kind == "request" and (wanted := message.requested or message.address):
            while len(self._requests) >= LEASES:
                del self._requests[next(iter(self._requests))]
            self._requests[message.transaction, message.client] = wanted
        told = {
            "dhcp.hostname": message.hostname,
            "dhcp.vendor-class": message.vendor_class,
            "dhcp.user-class": message.user_class,
            "dhcp.options": ",".join(map(str, message.options)),
            "dhcp.client-id": message.client_id,
        }
        for key, value in told.items():
            if value:
                yield Answer(message.client, key, value)

    def _from_server(self, message: DhcpMessage, heard: Overheard) -> Iterator[Answer | Notice]:
        if message.kind in ("offer", "ack") and heard.source:
            ways = [f"router {message.routers[0]}"] if message.routers else []
            ways += [f"DNS {message.resolvers[0]}"] if message.resolvers else []
            yield Notice("dhcp.server", heard.source, heard.mac, ", ".join(ways))
        key = (message.transaction, message.client)
        if message.kind == "ack" and message.address and self._requests.get(key) == message.address:
            yield Answer(message.address, "mac", message.client)


async def ask(network: Network, targets: Targets) -> Answers:
    leases = Leases()
    async for heard in network.listen("dhcp"):
        for told in heed(heard.source or heard.mac, leases.read, heard):
            yield told


PROBE = LinkProbe(
    "dhcp",
    "hears what devices say when they ask for an address: name, system, options; sends nothing",
    tells=("dhcp.hostname", "dhcp.vendor-class", "dhcp.user-class", "dhcp.options", "dhcp.client-id", "mac"),
    ask=ask,
    needs=frozenset({"listen"}),
    proves=frozenset({"mac"}),
    notices=("dhcp.server",),
)
