"""NetBIOS node status: which names a machine has registered, read by scapy's layers (RFC 1002, 4.2.17 and 4.2.18)."""

from typing import NamedTuple

from netinv.model import MAC
from netinv.net import wire
from netinv.net.announcements import never_raises

NAMES = 32
"""Names taken of one machine."""
_GROUP = 0x80
"""G, the first bit of a name's flags."""
_HEADER = 12
_RESPONSE = 0x80


class RegisteredName(NamedTuple):
    """A name in the table of a machine."""

    name: str
    suffix: int
    """What it is registered for: 0x00 workstation, 0x20 file server, 0x1c domain controllers."""
    is_group: bool


class NodeStatus(NamedTuple):
    """What a machine says of itself."""

    names: tuple[RegisteredName, ...]
    mac: MAC | None
    """Of its adapter; None where it says zeros, as Samba does."""


@never_raises
def read_node_status(payload: bytes, transaction: int) -> NodeStatus | None:
    """The answer to the question of this transaction; None if it is no such thing."""
    layers = wire.announcement_layers().netbios
    if len(payload) < _HEADER or not payload[2] & _RESPONSE:
        return None
    header = layers.NBNSHeader(payload)
    if int(header.NAME_TRN_ID) != transaction or not header.ANCOUNT:
        return None
    status = layers.NBNSNodeStatusResponse(payload[_HEADER:])
    if status.RR_TYPE != 0x21 or not status.NODE_NAME:
        return None
    names = tuple(
        RegisteredName(name, int(each.SUFFIX), bool(each.NAME_FLAGS & _GROUP))
        for each in status.NODE_NAME[:NAMES]
        if (name := bytes(each.NETBIOS_NAME).decode("utf-8", "replace").strip("\0 "))
    )
    mac = MAC.parse(str(status.MAC_ADDRESS))
    return NodeStatus(names, None if mac.is_group or mac == "00:00:00:00:00:00" else mac) if names else None


def question(transaction: int) -> bytes:
    """Asks for all names of whoever gets it: its name is `*` (RFC 1002, 4.2.17)."""
    layers = wire.announcement_layers().netbios
    header = layers.NBNSHeader(NAME_TRN_ID=transaction, OPCODE=0, NM_FLAGS=0, QDCOUNT=1)
    return bytes(header / layers.NBNSNodeStatusRequest())


def load() -> None:
    """Load the layers."""
    wire.announcement_layers()
