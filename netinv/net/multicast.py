"""Multicast: one question to everybody on the link who has joined a group, or to all, and all that comes back to it.

The group is not joined, so nothing is overheard: only what is sent to our own port is read, and that only from whom the scan
concerns.
"""

import asyncio
import errno
import socket
import struct
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import closing
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from netinv.model import Interface, Problem
from netinv.net.addresses import canonical
from netinv.net.binding import bind_to
from netinv.net.conversation import PRINTING_PORTS
from netinv.net.network import EVERYBODY, Datagram
from netinv.net.pace import Pace

GROUPS = (
    IPv4Network("224.0.0.0/24"),  # the local network control block, never routed (RFC 5771, 4)
    IPv4Network("239.0.0.0/8"),  # administratively scoped (RFC 2365); SSDP's is among them
    IPv6Network("ff02::/16"),  # link-local scope (RFC 4291, 2.7)
)
MDNS = 5353
"""The one port to which hop limits are 255, so that nobody beyond the link can answer unnoticed (RFC 6762, 11)."""
SENDINGS = 2
"""A multicast frame is never repeated by the link itself, and sleeping radios miss some (RFC 6762, 5.2; UPnP 2.0, 1.3.2)."""
APART = 1.0
"""Seconds between two sendings at the least (RFC 6762, 5.2)."""
ANSWERS = 4096
"""Datagrams read in answer to one question."""
_READ_AT_ONCE = 64


def check_group(group: str, port: int) -> IPv4Address | IPv6Address:
    """The group as an address; ValueError unless nothing sent to it can leave the link, or come out of a printer."""
    _check_port(port)
    address = ip_address(group)
    if not any(address in network for network in GROUPS if network.version == address.version):
        raise ValueError(f"{group} is no multicast group of the link: {', '.join(map(str, GROUPS))}")
    return address


def _check_port(port: int) -> None:
    if port in PRINTING_PORTS or not 0 < port < 1 << 16:
        raise ValueError(f"port {port} is not for multicast")


class Multicast:
    """Asks groups out of one interface. What the system forbids is kept in `problems`."""

    def __init__(
        self, interface: Interface, *, pace: Pace, timeout: float, sendings: int, concerns: Callable[[str], bool]
    ) -> None:
        self.problems: dict[str, Problem] = {}
        self.replies = 0
        self._interface = interface
        self._pace = pace
        self._timeout = timeout
        self._sendings = max(1, min(sendings, SENDINGS))
        self._concerns = concerns
        """Whether the scan concerns an address; what others say is not heard."""

    async def ask(self, group: str, port: int, payload: bytes, limit: int) -> AsyncGenerator[Datagram, None]:
        """As `multicast` in `Network`."""
        receivers: list[IPv4Address] | list[IPv6Address]
        if group == EVERYBODY:
            _check_port(port)
            receivers = [n.broadcast_address for n in self._interface.networks if n.prefixlen < 31]
        elif isinstance(to := check_group(group, port), IPv4Address):
            receivers = [to] if self._interface.address else []
        else:
            receivers = [to]
        if not receivers:
            return
        try:
            opened = self._open(receivers[0], port)
        except OSError as error:  # no such protocol here, or an interface that is not there for it
            self._note_refusal(error)
            return
        loop = asyncio.get_running_loop()
        with closing(opened):
            # Read by a reader of its own, so that answers are taken in while the next sending waits for its turn.
            heard: asyncio.Queue[Datagram | None] = asyncio.Queue()
            loop.add_reader(opened, self._hear, opened, limit, heard)
            sending = asyncio.create_task(self._send(opened, [(str(to), port) for to in receivers], payload, heard))
            try:
                for _ in range(ANSWERS):
                    if (datagram := await heard.get()) is None:
                        break
                    yield datagram
            finally:
                loop.remove_reader(opened)
                sending.cancel()

    def _open(self, group: IPv4Address | IPv6Address, port: int) -> socket.socket:
        hops = 255 if port == MDNS else 1
        opened = socket.socket(socket.AF_INET if group.version == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
        try:
            opened.setblocking(False)
            bind_to(opened, self._interface)
            if group.version == 4:
                opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(self._interface.address or ""))
                opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, hops)
                opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            else:
                index = struct.pack("=I", socket.if_nametoindex(self._interface.name))
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, hops)
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
        except OSError:
            opened.close()
            raise
        return opened

    async def _send(
        self, opened: socket.socket, to: Iterable[tuple[str, int]], payload: bytes, heard: asyncio.Queue[Datagram | None]
    ) -> None:
        """Send and send again, wait for late answers, and then end the hearing, come what may."""
        try:
            for sending in range(self._sendings):
                if sending:
                    await asyncio.sleep(APART)
                for receiver in to:
                    await self._pace.ahead()
                    opened.sendto(payload, receiver)
            await asyncio.sleep(self._timeout)
        except OSError as error:
            self._note_refusal(error)
        finally:
            heard.put_nowait(None)

    def _hear(self, opened: socket.socket, limit: int, heard: asyncio.Queue[Datagram | None]) -> None:
        for _ in range(_READ_AT_ONCE):
            try:
                payload, sender = opened.recvfrom(limit + 1)
            except OSError:  # nothing more, or an ICMP error about what we sent
                return
            address = canonical(sender[0])
            if len(payload) <= limit and self._concerns(address) and heard.qsize() < ANSWERS:
                self.replies += 1
                heard.put_nowait(Datagram(address, sender[1], payload))

    def _note_refusal(self, error: OSError) -> None:
        """A firewall on this machine speaks by EPERM or EACCES; a link without the protocol is no problem of the scan."""
        if error.errno in (errno.EPERM, errno.EACCES):
            said = f"this system forbids multicast: {error.strerror}"
            self.problems.setdefault("multicast", Problem("multicast", said, "look at its firewall's output rules"))
