"""The IPv6 of the simulated devices: neighbour discovery and echo (RFC 4861, RFC 4443), and whatever they say over TCP and UDP.

Devices answer on the link alone; how long that takes, and what gets lost, is the simulation's to say.
"""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv6Address

from netinv.lab import packets
from netinv.lab.counters import Tally
from netinv.lab.household import SimulatedDevice
from netinv.lab.packets import Packet

ALL_NODES = bytes.fromhex("ff020000000000000000000000000001")
_SOLICITED = bytes.fromhex("ff0200000000000000000001ff")
_SOLICITATION, _ADVERTISEMENT = 135, 136
_ECHO_REQUEST, _ECHO_REPLY = 128, 129
_ROUTER, _ANSWERS, _OVERRIDES = 0x80, 0x40, 0x20  # RFC 4861, 4.4: the flags R, S and O
_NOBODY = bytes(16)

Say = Callable[[SimulatedDevice, Packet], Iterable[tuple[int, bytes]]]
"""What a device says over TCP and UDP: the protocol and the payload of each reply."""


class Nodes:
    """Who answers which IPv6 packet; frames in, answers out. No sockets and no clock."""

    def __init__(self, devices: Iterable[SimulatedDevice], tally: Tally, say: Say) -> None:
        self._tally = tally
        self._say = say
        self._speakers = [d for d in devices if d.ipv6 and d.mac]
        self._at = {IPv6Address(a).packed: d for d in self._speakers for a in d.ipv6}

    def hear(self, frame: bytes, packet: Packet, at: float) -> Iterator[tuple[SimulatedDevice, bytes, bool]]:
        """Who answers, with the whole frame of the answer, and whether the question was one for a whole group."""
        is_group = packet.destination[0] == 0xFF
        if not self._count(packet, at):
            return
        for device in self._receivers(packet.destination):
            own = _raw(device)
            if not is_group and frame[:6] != own:
                continue
            for source, protocol, payload in self._answers(device, packet):
                hops = 255 if payload[:1] == bytes((_ADVERTISEMENT,)) and protocol == packets.ICMPV6 else device.ttl
                answer = packets.ipv6(source, packet.source, protocol, hops, payload)
                yield device, frame[6:12] + own + frame[12:14] + answer, is_group

    def _count(self, packet: Packet, at: float) -> bool:
        """Whether it was a question, and not what every kernel says unasked: who listens to which group, who is a router."""
        kind = packet.payload[0] if packet.payload else 0
        is_chatter = packet.protocol == packets.ICMPV6 and kind not in (_ECHO_REQUEST, _SOLICITATION)
        if is_chatter or packet.protocol not in (packets.ICMPV6, packets.TCP, packets.UDP):
            self._tally.kinds["ipv6"] += 1
            return False
        self._tally.packet(packet, at)
        return packet.source != _NOBODY  # which asks whether its own address is free (RFC 4862, 5.4)

    def _receivers(self, destination: bytes) -> Iterable[SimulatedDevice]:
        if destination.startswith(_SOLICITED):
            return {id(d): d for a, d in self._at.items() if a[13:] == destination[13:]}.values()
        if destination[0] == 0xFF:
            return self._speakers
        return [self._at[destination]] if destination in self._at else []

    def _answers(self, device: SimulatedDevice, packet: Packet) -> Iterator[tuple[bytes, int, bytes]]:
        """The source, protocol and payload of each reply."""
        client, asked = packet.source, packet.destination
        if packet.protocol != packets.ICMPV6:
            source = self._source(device, client) if asked[0] == 0xFF else asked
            for protocol, payload in self._say(device, packet._replace(destination=source)):
                yield source, protocol, payload
        elif packet.payload[0] == _SOLICITATION and len(packet.payload) >= 24:
            target = packet.payload[8:24]
            if self._at.get(target) is device:
                flags = _ANSWERS | _OVERRIDES | (_ROUTER if device.category == "router" else 0)
                body = bytes((_ADVERTISEMENT, 0, 0, 0, flags, 0, 0, 0)) + target + b"\2\1" + _raw(device)
                yield target, packets.ICMPV6, packets.icmpv6(target, client, body)
        elif packet.payload[0] == _ECHO_REQUEST and device.ping and len(packet.payload) >= 8:
            source = self._source(device, client) if asked[0] == 0xFF else asked
            body = bytes((_ECHO_REPLY, 0, 0, 0)) + packet.payload[4:]
            yield source, packets.ICMPV6, packets.icmpv6(source, client, body)

    def _source(self, device: SimulatedDevice, client: bytes) -> bytes:
        """The address it answers a group from: of the same scope as the asker's, the last given first (RFC 6724, 5, rule 7)."""
        own = [IPv6Address(a).packed for a in reversed(device.ipv6)]
        return next((a for a in own if a[:8] == client[:8]), own[0])


def _raw(device: SimulatedDevice) -> bytes:
    return bytes.fromhex((device.mac or "").replace(":", ""))
