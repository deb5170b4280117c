"""The simulated household at frame level: frames in, frames out; it has no socket and no clock of its own."""

import random
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address

from netinv.lab import datagrams, packets
from netinv.lab.attention import Attention
from netinv.lab.counters import Tally
from netinv.lab.household import Household, SimulatedDevice
from netinv.lab.impairments import Impairments, StormControl
from netinv.lab.ipv6 import Nodes
from netinv.lab.packets import Packet
from netinv.lab.tcp import Connections
from netinv.model import MAC

Frames = list[tuple[float, bytes]]
"""Frames to send, each with the time it is due."""

_BROADCAST = b"\xff" * 6
_REQUEST = packets.ARP_FRAME.pack(b"", b"", packets.ARP, 1, packets.IPV4, 6, 4, 1, b"", b"", b"", b"")[12:22]
"""Bytes 12 to 21 of an ARP request for an IPv4 address on Ethernet."""
_DNS_PORT, _MDNS_PORT = 53, 5353
_MDNS_GROUP = bytes((224, 0, 0, 251))
# ICMP types and the codes of "unreachable" (RFC 792).
_ECHO_REQUEST, _UNREACHABLE, _TIME_EXCEEDED = 8, 3, 11
_NO_NETWORK, _NO_HOST, _NO_PORT = 0, 1, 3


class Simulation:
    """Every device of a household, and its router, which passes on what is for beyond. All chance is drawn from `seed`."""

    def __init__(self, household: Household, *, seed: int = 1, impairments: Impairments = Impairments()) -> None:  # noqa: B008 - frozen
        self.tally = Tally()
        rng = random.Random(seed)
        self._household = household
        self._attention = Attention(rng, impairments, self.tally.counts)
        self._storm_control = StormControl(impairments) if impairments.ceiling else None
        self._connections = Connections(rng)
        self._devices = {IPv4Address(d.address).packed: d for d in household.devices if ":" not in d.address}
        self._nodes = Nodes(household.devices, self.tally, self._say)
        self._macs = {_raw(mac): d for d in household.devices for mac in (d.mac, d.also_mac) if mac}
        self._router = household.truth[household.gateway]
        self._first, self._last = household.network[0].packed, household.network[-1].packed
        self._resolve: Callable[[bytes], bytes | None] | None = None
        self._announce: Callable[[SimulatedDevice, bytes], bytes | None] | None = None

    def warm_up(self) -> None:
        """Load what the first question for a name, or the first in cipher, would have to wait for."""
        from netinv.lab import mdns, tls  # noqa: F401 - dnspython takes 50 ms: the responder's, not every importer's
        from netinv.lab.names import Resolver

        self._resolve = Resolver(self._household).answer
        self._announce = mdns.answer

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
        if kind == packets.IPV6 and (packet := packets.read_ipv6(frame[14:])):
            return self._hear_ipv6(frame, packet, at)
        broken = len(frame) < 14 or kind in (packets.ARP, packets.IPV4)
        self.tally.kinds["malformed" if broken else "ipv6" if kind == packets.IPV6 else "other"] += 1
        return []

    def _hear_arp(self, frame: bytes, at: float) -> Frames:
        """ARP (RFC 826): whoever has the address asked for says so, to whoever asks.

        The hot path: a sweep is nearly nothing else, and nearly all of it asks for who is not there.
        """
        is_broadcast = frame[:6] == _BROADCAST
        if frame[12:22] != _REQUEST:
            self.tally.frame("arp", at)
            self.tally.kinds["arp_broadcast"] += is_broadcast
            return []
        asked = frame[38:42]
        self.tally.request(asked, at, is_broadcast=is_broadcast)
        if self._storm_control and self._is_held_back(frame, at):
            return []
        if (device := self._devices.get(asked) or self._proxy(asked)) is None or not self._first <= asked <= self._last:
            self.tally.counts["strays"] += not self._first <= asked <= self._last
            return []
        return self._answer_arp(device, frame, at, is_broadcast=is_broadcast)

    def _answer_arp(self, device: SimulatedDevice, frame: bytes, at: float, *, is_broadcast: bool) -> Frames:
        if (due := self._attention.due(device, at, is_to_group=is_broadcast)) is None:
            return []
        receiver, _, *_, sha, spa, _, tpa = packets.ARP_FRAME.unpack_from(frame)
        out = []
        for own in (_raw(mac) for mac in (device.mac, device.also_mac) if mac):
            if receiver in (_BROADCAST, own) and not self._attention.is_answer_lost():
                answer = packets.ARP_FRAME.pack(sha, own, packets.ARP, 1, packets.IPV4, 6, 4, 2, own, tpa, sha, spa)
                out.append((due, answer))
                self.tally.reply(str(IPv4Address(tpa)))
        return out

    def _proxy(self, asked: bytes) -> SimulatedDevice | None:
        """The router, if it answers for this address."""
        if not self._household.proxy:
            return None
        return self._router if any(IPv4Address(asked) in network for network in self._household.proxy) else None

    def _is_held_back(self, frame: bytes, at: float) -> bool:
        """Whether a switch on the way lets the frame not pass."""
        if self._storm_control is None or self._storm_control.passes(frame, at):
            return False
        self.tally.counts["held_back"] += 1
        return True

    def _hear_ipv4(self, frame: bytes, packet: Packet, at: float) -> Frames:
        """IPv4: for the device whose hardware address it bears, or for the router to pass on."""
        address = IPv4Address(packet.destination)
        self.tally.packet(packet, at)
        if self._is_held_back(frame, at):
            return []
        network = self._household.network
        if address.is_multicast or address == network.broadcast_address or packet.destination == b"\xff" * 4:
            self.tally.kinds["group"] += 1
            return self._hear_group(frame, packet, at)
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

    def _hear_group(self, frame: bytes, packet: Packet, at: float) -> Frames:
        """A question to a group over IPv4, or to everybody: each device that has something to say answers the asker alone."""
        datagram = packets.read_udp(packet.payload) if packet.protocol == packets.UDP else None
        if datagram is None:
            return []
        to = IPv4Address(packet.destination)
        group = str(to) if to.is_multicast else ""
        is_mdns = packet.destination == _MDNS_GROUP and datagram.port == _MDNS_PORT
        out = []
        for address, device in self._household.truth.items():
            if device.mac and (device.mdns if is_mdns else datagrams.hears(device, group, datagram.port)):
                asked = packet._replace(destination=IPv4Address(address).packed)
                out += self._from(device, _raw(device.mac) + frame[6:], asked, at, is_to_group=True)
        return out

    def _hear_ipv6(self, frame: bytes, packet: Packet, at: float) -> Frames:
        """IPv6, on the link alone."""
        due: dict[str, float | None] = {}
        out = []
        for device, answer, is_to_group in self._nodes.hear(frame, packet, at):
            if device.address not in due:
                is_question = packet.protocol != packets.TCP or packets.is_syn(packet)
                due[device.address] = self._attention.due(device, at, may_be_lost=is_question, is_to_group=is_to_group)
            when = due[device.address]
            if when is not None and not self._attention.is_answer_lost():
                self.tally.reply(device.address)
                out.append((when, answer))
        return out

    def _from(
        self, device: SimulatedDevice, frame: bytes, packet: Packet, at: float, hops: int = 0, *, is_to_group: bool = False
    ) -> Frames:
        """All that `device` has to say to a packet."""
        is_question = packet.protocol != packets.TCP or packets.is_syn(packet)
        due = self._attention.due(device, at, may_be_lost=is_question, is_to_group=is_to_group)
        if due is None:
            return []
        return [
            reply
            for protocol, payload in self._say(device, packet)
            for reply in self._send(frame, packet, device, protocol, payload, due, hops)
            if not (is_question and self._attention.is_answer_lost())
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
            elif datagram.port == _MDNS_PORT and device.mdns:
                if answer := self._answer_mdns(device, datagram.data):
                    yield packets.UDP, packets.udp(own, client, packets.Datagram(_MDNS_PORT, datagram.source_port, answer))
            elif datagrams.listens(device, datagram.port):
                for each in datagrams.answers(device, datagram.port, datagram.data):
                    yield packets.UDP, packets.udp(own, client, packets.Datagram(datagram.port, datagram.source_port, each))
            elif device.unreachable and len(own) == 4:
                yield packets.ICMP, packets.icmp_error(_UNREACHABLE, _NO_PORT, packet)

    def _answer_mdns(self, device: SimulatedDevice, question: bytes) -> bytes | None:
        if self._announce is None:
            self.warm_up()
        return self._announce(device, question) if self._announce else None

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
