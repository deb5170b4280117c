"""The TCP of a simulated device: enough of RFC 9293 for a client to connect, hear a banner or an answer, and part in peace."""

import random
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from netinv.lab.household import SimulatedDevice
from netinv.lab.packets import ACK, FIN, PSH, RST, SYN, Segment

if TYPE_CHECKING:
    from netinv.lab.tls import Session

SEGMENT = 1460
CONNECTION_LIMIT = 4096
"""Remembered at once; the oldest is forgotten first."""
_SEQUENCES = 0xFFFFFFFF


class _Key(NamedTuple):
    """What tells connections apart."""

    client: bytes
    client_port: int
    device: str
    port: int


@dataclass(slots=True)
class _Connection:
    next_out: int
    next_in: int
    spoke: bool = False
    tls: "Session | None" = None
    hung_up: bool = False
    left: bool = False


class Connections:
    """All TCP connections to all simulated devices.

    Nothing is sent twice: the lab loses questions for a connection, but no segment of one.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._open: dict[_Key, _Connection] = {}

    def hear(self, client: bytes, device: SimulatedDevice, heard: Segment) -> list[Segment]:
        """What the device sends back to the client's segment."""
        key = _Key(client, heard.source_port, device.address, heard.port)
        connection = self._open.get(key)
        if heard.flags & RST:
            self._open.pop(key, None)
            return []
        if heard.flags & (SYN | ACK) == SYN and heard.port in device.tcp:
            return [self._accept(key, connection, heard, device)]
        if connection is None or heard.flags & SYN:
            return [] if device.filtered else [_refusal(heard)]
        return self._continue(key, connection, heard, device)

    def _accept(self, key: _Key, connection: _Connection | None, heard: Segment, device: SimulatedDevice) -> Segment:
        after = (heard.seq + 1) & _SEQUENCES
        if connection is None or connection.next_in != after:  # else it did not hear our answer, and asks again
            while len(self._open) >= CONNECTION_LIMIT:
                del self._open[next(iter(self._open))]
            connection = self._open[key] = _Connection(self._rng.getrandbits(32), after)
            if heard.port in device.certificates:
                from netinv.lab.tls import Session  # OpenSSL takes 20 ms that only who speaks TLS should wait for

                connection.tls = Session(device.certificates[heard.port], partial(device.says, heard.port))
        return _reply(heard, connection, SYN | ACK)

    def _continue(self, key: _Key, connection: _Connection, heard: Segment, device: SimulatedDevice) -> list[Segment]:
        if heard.ack == (connection.next_out + 1) & _SEQUENCES and not connection.spoke:
            connection.next_out = heard.ack  # our SYN has been heard: the connection is established
        if heard.seq != connection.next_in:
            return [_reply(heard, connection, ACK)] if heard.data or heard.flags & FIN else []
        finished = bool(heard.flags & FIN)
        connection.next_in = (heard.seq + len(heard.data) + finished) & _SEQUENCES
        out = []
        said, is_over = _say(connection, heard, device)
        for start in range(0, len(said), SEGMENT):
            piece = said[start : start + SEGMENT]
            out.append(_reply(heard, connection, PSH | ACK, piece))
            connection.next_out = (connection.next_out + len(piece)) & _SEQUENCES
            connection.spoke = True
        if (finished or is_over) and not connection.hung_up:
            out.append(_reply(heard, connection, FIN | ACK))
            connection.next_out = (connection.next_out + 1) & _SEQUENCES
            connection.hung_up = True
        elif heard.data or finished:
            out.append(_reply(heard, connection, ACK))
        connection.left |= finished
        if connection.left and connection.hung_up and heard.ack == connection.next_out:
            del self._open[key]  # both have said FIN and heard the other's
        return out


def _say(connection: _Connection, heard: Segment, device: SimulatedDevice) -> tuple[bytes, bool]:
    """What the device has to say, and whether it hangs up then."""
    if connection.tls:
        return (connection.tls.hear(heard.data), connection.tls.is_over) if heard.data else (b"", False)
    if connection.spoke:  # it has said all it has to say
        return b"", bool(heard.data)
    said = device.says(heard.port, heard.data)
    return said, said.startswith(b"HTTP/")


def _reply(heard: Segment, connection: _Connection, flags: int, data: bytes = b"") -> Segment:
    return Segment(heard.port, heard.source_port, connection.next_out, connection.next_in, flags, data)


def _refusal(heard: Segment) -> Segment:
    """A reset for a connection that does not exist (RFC 9293, 3.10.7.1)."""
    if heard.flags & ACK:
        return Segment(heard.port, heard.source_port, heard.ack, 0, RST)
    length = len(heard.data) + bool(heard.flags & SYN) + bool(heard.flags & FIN)
    return Segment(heard.port, heard.source_port, 0, (heard.seq + length) & _SEQUENCES, RST | ACK)
