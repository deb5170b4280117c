"""ARP as a sweep's medium: requests as raw frames, replies read by their bytes (RFC 826)."""

import struct
from collections.abc import Container, Iterable
from ipaddress import IPv4Interface
from typing import Any

from netinv.model import MAC, Interface
from netinv.net import wire
from netinv.net.medium import READ_AT_ONCE, Heard
from netinv.net.ranges import block as ends_of

# Ethernet: destination, source, EtherType; ARP: hardware, protocol, lengths, operation, sender MAC and IP, target MAC and IP.
_REPLY = struct.Struct("!6s6sHHHBBH6s4s6s4s")
_FIXED = (0x0806, 1, 0x0800, 6, 4, 2)


def parse(frame: bytes, mac: bytes, addresses: Container[bytes]) -> Heard | None:
    """The sender of an ARP reply to one of our `addresses` at our `mac`; None for any other frame."""
    if len(frame) < _REPLY.size:
        return None
    destination, _, *fixed, sender_mac, sender, _, target = _REPLY.unpack_from(frame)
    if tuple(fixed) != _FIXED or destination != mac or target not in addresses:
        return None
    heard = MAC.parse(sender_mac)
    if heard.is_group or not any(sender_mac):  # no device has such an address; a forged or broken reply
        return None
    return Heard(int.from_bytes(sender, "big"), heard)


class ArpMedium:
    """Needs the privilege to send raw frames; PermissionError without it."""

    rounds: int | None = None
    repeats = 0
    most: float | None = None
    share = 0.85
    lasting_share = 0.85
    trailing = 0
    patience = 0.0
    grace = 0.15
    block: int | None = None

    def __init__(self, interface: Interface) -> None:
        if interface.mac is None or interface.address is None:
            raise OSError(f"{interface.name} has no MAC or no IPv4 address, so it cannot ask by ARP")
        self._link: Any = wire.open_link(interface)
        # Hosts mind who asks: one that knows no way back to the asker's network may not answer (arp_filter, rp_filter).
        sources = {a.network: str(a.ip) for a in reversed(interface.addresses) if isinstance(a, IPv4Interface)}
        self._frames = [(*ends_of(network), bytearray(wire.arp_request(interface, ip))) for network, ip in sources.items()]
        self._frames.sort(key=lambda each: each[1] - each[0])
        self._near = self._frames[0]
        """The network asked last, and its template."""
        self._send = self._link.outs.send
        self._mac = bytes(self._near[2][6:12])
        self._addresses = frozenset(bytes(frame[28:32]) for _, _, frame in self._frames)
        self._dropped = 0

    def fileno(self) -> int:
        return int(self._link.fileno())

    def cost(self, number: int, attempt: int) -> int:
        return 1

    def ask(self, number: int, attempt: int, mac: MAC | None = None) -> None:
        first, last, frame = self._near
        if not first <= number <= last:
            self._near = next((each for each in self._frames if each[0] <= number <= each[1]), self._frames[-1])
            frame = self._near[2]
        frame[38:42] = number.to_bytes(4, "big")
        # A request to one alone is RFC 1122's unicast poll (2.3.2.1).
        self._send(bytes.fromhex(mac.replace(":", "")) + frame[6:] if mac else frame)

    def hear(self) -> Iterable[Heard]:
        receive = self._link.ins.recv
        for _ in range(READ_AT_ONCE):
            try:
                frame = receive(128)
            except OSError:  # nothing more to read; a dead interface is noticed when it is next sent through
                return
            if heard := parse(frame, self._mac, self._addresses):
                yield heard

    def waited(self) -> float:
        return wire.waited(self._link.ins)

    def dropped(self) -> int:
        """Replies lost because the socket's buffer was full."""
        self._dropped += wire.dropped(self._link.ins)
        return self._dropped

    def close(self) -> None:
        self._link.close()
