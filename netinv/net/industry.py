"""What controllers say of themselves by Modbus and EtherNet/IP, written and read by scapy's layers."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from netinv.net import wire
from netinv.net.announcements import never_raises

OBJECTS = 8
"""Taken of one identification; the basic one has three."""
TEXT = 128


class Product(NamedTuple):
    """What a device on EtherNet/IP is (CIP 1, 5A-2)."""

    vendor: int
    kind: int
    name: str
    revision: str
    serial: int


def load() -> None:
    """Load the layers."""
    wire.industry_layers()


def modbus_question() -> bytes:
    """Read Device Identification, the basic one (Modbus Application Protocol 1.1b3, 6.21); it only reads."""
    modbus = wire.industry_layers().modbus
    body = modbus.ModbusPDU2B0EReadDeviceIdentificationRequest(readCode=1, objectId=0)
    return bytes(modbus.ModbusADURequest(transId=1) / body)


def enip_question() -> bytes:
    """ListIdentity (CIP 2, 2-4.2): the encapsulation's command, and nothing else; scapy has a layer for the answer only."""
    return b"\x63" + bytes(23)


@never_raises
def read_modbus(message: bytes) -> dict[int, str] | None:
    """Objects by number: 0 vendor, 1 product code, 2 revision; None for any other answer, an exception included."""
    modbus = wire.industry_layers().modbus
    answer = modbus.ModbusADUResponse(message)
    if modbus.ModbusPDU2B0EReadDeviceIdentificationResponse not in answer:
        return None
    return dict(_objects(answer, modbus.ModbusObjectId)) or None


@never_raises
def read_enip(message: bytes) -> Product | None:
    """Who answers a ListIdentity; None for what is no answer to it."""
    enip = wire.industry_layers().enip
    if len(message) < _IDENTITY or message[:2] != b"\x63\0":
        return None
    item = enip.ENIPListIdentityItem(message[_HEADER + 2 :])  # after the encapsulation's header, and how many items there are
    revision = f"{item.revisionMajor}.{item.revisionMinor}"
    return Product(item.vendorId, item.deviceType, _text(item.productName), revision, item.serialNumber)


_HEADER = 24
_IDENTITY = _HEADER + 2 + 33


def _objects(answer: Any, kind: Any) -> Iterator[tuple[int, str]]:
    found = answer.getlayer(kind)
    for _ in range(OBJECTS):
        if not isinstance(found, kind):
            return
        yield found.id, _text(found.value)
        found = found.payload


def _text(said: object) -> str:
    return said.decode("utf-8", "replace").strip("\0 ")[:TEXT] if isinstance(said, bytes) else ""
