"""The simulated household at frame level: frames in, frames out; it has no socket and no clock of its own."""

import random
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address

from netinv.lab import packets
from netinv.lab.attention import Attention
from netinv.lab.counters import Tally
from netinv.lab.household import Household, SimulatedDevice
from netinv.lab.packets import Packet
from netinv.lab.tcp import Connections
from netinv.model import MAC

Frames = list[tuple[float, bytes]]
"""Frames to send, each with the time it is due."""

_BROADCAST = b"\xff" * 6
_DNS_PORT = 53
# ICMP types and the codes of "unreachable" (RFC 792).
_ECHO_REQUEST, _UNREACHABLE, _TIME_EXCEEDED = 8, 3, 11
_NO_NETWORK, _NO_HOST, _NO_PORT = 0, 1, 3


class Simulation:
    """Every device of a household, and its router, which passes on what is for beyond. All chance is drawn from `seed`."""

    def __init__(self, household: Household, *, seed: int = 1, loss: float = 0.0) -> None:
        self.tally = Tally()
        rng = random.Random(seed)
        self._household = household
        self._attention = Attention(rng, loss, self.tally.counts)
        self._connections = Connections(rng)
        self._devices = {IPv4Address(d.address).packed: d for d in household.devices}
        self._macs = {_raw(mac): d for d in household.devices for mac in (d.mac, d.also_mac) if mac}
        self._router = household.truth[household.gateway]
        self._resolve: Callable[[bytes], bytes | None] | None = None

    def warm_up(self) -> None:
        """Load what the first question for a name would have to wait for."""
        from netinv.lab.names import Resolver  # dnspython takes 50 ms: the responder's, not every importer's

        self._resolve = Resolver(self._household).answer

    def hear(self, frame: bytes, at: float) -> Frames:
        """Answer one frame that arrived `at`; whatever it is, nothing is raised for it."""
        try:
            return self._hear(frame, at)
        except Exception:  # noqa: BLE001 - a frame nobody thought of must not end the LAN; it is counted, and tests look
            self.tally.counts["errors"] += 1
            return []

    def _hear(self, frame: bytes, at: float) -> Frames:
        kind = int.from_bytes(frame[12:14], "big")
        if kind == packets.ARP and len(frame) >= packets.ARP_FRAME.size:
            return self._hear_arp(frame, at)
        if kind == packets.IPV4 and (packet := packets.read_ipv4(frame[14:])):
            return self._hear_ipv4(frame, packet, at)
        broken = len(frame) < 14 or kind in (packets.ARP, packets.IPV4)
        self.tally.kinds["malformed" if broken else "ipv6" if kind == packets.IPV6 else "other"] += 1
        return []

    def _hear_arp(self, frame: bytes, at: float) -> Frames:
        """ARP (RFC 826): whoever has the address asked for says so, to whoever asks."""
        receiver, _, _, hardware, protocol, hlen, plen, operation, sha, spa, _, tpa = packets.ARP_FRAME.unpack_from(frame)
        self.tally.frame("arp", at)
        if receiver == _BROADCAST:
            self.tally.kinds["arp_broadcast"] += 1
        if (hardware, protocol, hlen, plen, operation) != (1, packets.IPV4, 6, 4, 1):
            return []
        address = IPv4Address(tpa)
        self.tally.question("arp", str(address), at)
        if address not in self._household.network:
            self.tally.counts["strays"] += 1
            return []
        device = self._devices.get(tpa)
        due = self._attention.due(device, at) if device else None
        if device is None or due is None:
            return []
        out = []
        for own in (_raw(mac) for mac in (device.mac, device.also_mac) if mac):
            if receiver in (_BROADCAST, own):
                answer = packets.ARP_FRAME.pack(sha, own, packets.ARP, 1, packets.IPV4, 6, 4, 2, own, tpa, sha, spa)
                out.append((due, answer))
                self.tally.reply(device.address)
        return out

    def _hear_ipv4(self, frame: bytes, packet: Packet, at: float) -> Frames:
        """IPv4: for the device whose hardware address it bears, or for the router to pass on."""
        address = IPv4Address(packet.destination)
        self.tally.packet(packet, str(address), at)
        network = self._household.network
        if address.is_multicast or address == network.broadcast_address or packet.destination == b"\xff" * 4:
            self.tally.kinds["group"] += 1
            return []
        is_beyond = any(address in n for n in self._household.beyond)
        if address not in network and not is_beyond:
            self.tally.counts["strays"] += 1
        receiver, device = self._macs.get(frame[:6]), self._devices.get(packet.destination)
        if receiver is not None and receiver is device:
            return self._from(device, frame, packet, at)
        if receiver is not self._router or address in network:
            return []
        if packet.ttl <= 1:
            return self._send(frame, packet, self._router, packets.ICMP, packets.icmp_error(_TIME_EXCEEDED, 0, packet), at)
        if device is None:
            code = _NO_HOST if is_beyond else _NO_NETWORK
            return self._send(frame, packet, self._router, packets.ICMP, packets.icmp_error(_UNREACHABLE, code, packet), at)
        return self._from(device, frame, packet, at, hops=1)

    def _from(self, device: SimulatedDevice, frame: bytes, packet: Packet, at: float, hops: int = 0) -> Frames:
        """All that `device` has to say to a packet."""
        is_question = packet.protocol != packets.TCP or packets.is_syn(packet)
        due = self._attention.due(device, at, may_be_lost=is_question)
        if due is None:
            return []
        return [
            reply
            for protocol, payload in self._say(device, packet)
            for reply in self._send(frame, packet, device, protocol, payload, due, hops)
        ]

    def _say(self, device: SimulatedDevice, packet: Packet) -> Iterator[tuple[int, bytes]]:
        """The protocol and the payload of each reply."""
        client, own = packet.source, packet.destination
        if packet.protocol == packets.ICMP:
            if device.ping and packet.payload[:2] == bytes((_ECHO_REQUEST, 0)) and len(packet.payload) >= 8:
                yield packets.ICMP, packets.echo_reply(packet.payload)
        elif packet.protocol == packets.TCP:
            if heard := packets.read_tcp(packet.payload):
                for segment in self._connections.hear(client, device, heard):
                    yield packets.TCP, packets.tcp(own, client, segment)
        elif packet.protocol == packets.UDP and (datagram := packets.read_udp(packet.payload)):
            if device is self._router and datagram.port == _DNS_PORT:
                if answer := self._answer_dns(datagram.data):
                    yield packets.UDP, packets.udp(own, client, packets.Datagram(_DNS_PORT, datagram.source_port, answer))
            elif device.unreachable:
                yield packets.ICMP, packets.icmp_error(_UNREACHABLE, _NO_PORT, packet)

    def _answer_dns(self, question: bytes) -> bytes | None:
        if self._resolve is None:
            self.warm_up()
        return self._resolve(question) if self._resolve else None

    def _send(
        self, frame: bytes, packet: Packet, sender: SimulatedDevice, protocol: int, payload: bytes, due: float, hops: int = 0
    ) -> Frames:
        """One packet back the way `packet` came, under the hardware address that was asked."""
        self.tally.reply(sender.address)
        reply = packets.ipv4(IPv4Address(sender.address).packed, packet.source, protocol, sender.ttl - hops, payload)
        return [(due, frame[6:12] + frame[:6] + frame[12:14] + reply)]


def _raw(mac: MAC) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))
