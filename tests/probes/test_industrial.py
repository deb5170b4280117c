"""Controllers: what they say of themselves, and that nobody asks them unasked."""

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.household import household
from netinv.lab.memory import MemoryNetwork
from netinv.model import Answer, Host
from netinv.net import bacnet, industry, s7
from netinv.plan import select_probes
from netinv.probes.industrial import BACNET, ENIP, MODBUS, PROBE, S7, parse_enip, parse_modbus
from tests.probes.peers import bears, says, told

industry.load()  # not at the cost of the first who reads an answer
IDENTIFICATION = (
    b"\0\x01\0\0\0\x2a\xff\x2b\x0e\x01\x01\0\0\x02"
    b"\0\x12Schneider Electric"
    b"\x01\x0cBMX P34 2020"
)  # fmt: skip
IDENTITY = (
    b"\x63\0\x33\0" + bytes(20) + b"\x01\0"
    b"\x0c\0\x2d\0\x01\0" + bytes(16) + b"\x01\0\x0e\0\x3a\0\x05\x02\x30\0\x78\x56\x34\x12\x0b1756-ENBT/A\x03"
)  # fmt: skip
I_AM = b"\x81\x0a\0\x14\x01\0\x10\0\xc4\x02\x3f\xff\xfe\x22\x04\x00\x91\x00\x21\x08"


def test_a_controller_says_who_made_it() -> None:
    facts = [("modbus.vendor", "Schneider Electric"), ("modbus.product", "BMX P34 2020")]
    assert told(PROBE, says(IDENTIFICATION), port=MODBUS) == facts


def test_an_adapter_says_what_it_is() -> None:
    facts = [("enip.vendor", "1"), ("enip.device-type", "14"), ("enip.product", "1756-ENBT/A")]
    facts += [("enip.firmware", "5.2"), ("enip.serial", "12345678")]
    assert told(PROBE, says(IDENTITY), port=ENIP) == facts


def test_a_revision_is_firmware() -> None:
    assert ("modbus.firmware", "v2.70") in parse_modbus(IDENTIFICATION[:13] + b"\x01\x02\x05v2.70")


def answered(number: int, value: bytes, invoke: int = 1, network: bytes = b"\x01\0") -> bytes:
    """A ReadProperty acknowledged (ASHRAE 135, 15.5.1.2), as of the device 4194302."""
    body = network + bytes((0x30, invoke, 0x0C, 0x0C)) + b"\x02\x3f\xff\xfe" + bytes((0x19, number)) + b"\x3e" + value + b"\x3f"
    return b"\x81\x0a" + struct.pack("!H", 4 + len(body)) + body


class Building(MemoryNetwork):
    """A device that answers Who-Is and ReadProperty."""

    def __init__(self, *, says_i_am: bool = True) -> None:
        super().__init__()
        self._says_i_am = says_i_am

    async def udp(self, address: str, port: int, payload: bytes, limit: int = 1500) -> bytes | None:
        await super().udp(address, port, payload, limit)
        if payload == bacnet.WHO_IS:
            return I_AM if self._says_i_am else None
        invoke, number = payload[8], payload[16]
        assert payload[10:15] == b"\x0c\x02\x3f\xff" + (b"\xfe" if self._says_i_am else b"\xff")
        said = {121: "Delta Controls", 70: "DSC-1616E", 44: "571848"}.get(number)
        if said is None:
            return b"\x81\x0a\0\x0d\x01\0\x50" + bytes((invoke, 0x0C)) + b"\x91\x02\x91\x20"  # no such property
        return answered(number, b"\x75" + bytes((len(said) + 1, 0)) + said.encode(), invoke)


@pytest.mark.parametrize("says_i_am", [True, False])
def test_a_building_says_who_made_it_even_where_it_says_i_am_to_others_only(says_i_am: bool) -> None:
    network = Building(says_i_am=says_i_am)

    async def ask() -> list[tuple[str, str]]:
        return [(a.key, a.value) async for a in PROBE.ask(network, Host(household().gateway)) if isinstance(a, Answer)]

    told_of = [("bacnet.vendor", "Delta Controls"), ("bacnet.model", "DSC-1616E"), ("bacnet.firmware", "571848")]
    assert asyncio.run(ask()) == [*([("bacnet.device", "4194302")] if says_i_am else []), *told_of]
    sent = [q.sent for q in network.questions if q.verb == "udp"]
    assert sent[0] == bacnet.WHO_IS
    assert all(each[4:8] == b"\x01\x04\x00\x05" and each[9] == 0x0C for each in sent[1:]), "ReadProperty"


def test_who_does_not_speak_bacnet_is_asked_but_twice() -> None:
    network = MemoryNetwork()

    async def ask() -> None:
        assert [a async for a in PROBE.ask(network, Host(household().gateway))] == []

    asyncio.run(ask())
    assert len([q for q in network.questions if q.port == BACNET]) == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"\x73\0AB", "AB"),
        (b"\x75\x03\x05K\xfc", "Kü"),
        (b"\x75\x05\x04\0A\0B", "AB"),
        (b"\x75\xfe\0\x03\0AB", "AB"),
        (b"\x75\x03\0  ", None),
        (b"\x22\x01\x02", None),
        (b"\x75", None),
        (b"", None),
    ],
)
def test_texts_of_bacnet_are_read_in_each_of_their_forms(value: bytes, text: str | None) -> None:
    assert bacnet.read_property(answered(70, value), 70, 1) == text
    routed = answered(70, value, network=b"\x01\x28\0\x05\x01\x07\0\x06\x02\x01\x02\xff")
    assert bacnet.read_property(routed, 70, 1) == text, "through a router of BACnet's"
    assert bacnet.read_property(answered(70, value), 44, 1) is None
    assert bacnet.read_property(answered(70, value), 70, 2) is None


def status_list(number: int, records: list[bytes]) -> bytes:
    """A list as an S7-300 gives it: to user data, 12 bytes of parameters."""
    data = (
        b"\xff\x09"
        + struct.pack("!HHHHH", 8 + sum(map(len, records)), number, 0, len(records[0]), len(records))
        + b"".join(records)
    )
    body = (
        b"\x02\xf0\x80\x32\x07\0\0\0\x02" + struct.pack("!HH", 12, len(data)) + b"\0\x01\x12\x08\x12\x84\x01\x01\0\0\0\0" + data
    )
    return b"\x03\0" + struct.pack("!H", 4 + len(body)) + body


def module(index: int, order: bytes, version: bytes = b"\0\x01\0\0") -> bytes:
    return struct.pack("!H", index) + order.ljust(20) + b"\0\xc0" + version


def component(index: int, text: bytes) -> bytes:
    return struct.pack("!H", index) + text.ljust(32, b"\0")


MODULES = status_list(
    s7.MODULE, [module(1, b"6ES7 315-2EH14-0AB0"), module(6, b"6ES7 315-2EH14-0AB0"), module(7, b"", b"V\x03\x02\x06")]
)
COMPONENTS = status_list(
    s7.COMPONENT,
    [component(1, b"Line 3"), component(2, b"PLC_1"), component(5, b"S C-C2UR28922012"), component(7, b"CPU 315-2 PN/DP")],
)
TAKEN, AGREED = (
    bytes.fromhex("0300001611d00001000300c0010ac1020100c2020102"),
    bytes.fromhex("0300001b02f080320300000001000800000000f0000001000101e0"),
)
S7_FACTS = [
    ("s7.module", "6ES7 315-2EH14-0AB0"),
    ("s7.firmware", "V 3.2.6"),
    ("s7.name", "Line 3"),
    ("s7.serial", "S C-C2UR28922012"),
    ("s7.model", "CPU 315-2 PN/DP"),
]


def test_an_s7_says_which_one_it_is() -> None:
    assert told(PROBE, says(TAKEN, AGREED, MODULES, COMPONENTS), port=S7) == S7_FACTS


def test_an_s7_of_the_newer_kind_is_reached_in_another_slot() -> None:
    slots = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        slots.append((await reader.read(64))[-1])
        for answer in (TAKEN, AGREED, MODULES, COMPONENTS) if slots[-1] == 0 else ():
            writer.write(answer)
            await writer.drain()
            await reader.read(64)
        writer.close()

    assert told(PROBE, serve, port=S7) == S7_FACTS
    assert slots == [2, 0]


@pytest.mark.parametrize(
    "message", [b"", MODULES[:20], MODULES[:8] + b"\x03" + MODULES[9:], MODULES[:29] + b"\x0a" + MODULES[30:]]
)
def test_another_message_is_no_list(message: bytes) -> None:
    assert s7.read(message) == ()


def test_the_questions_only_read() -> None:
    assert industry.modbus_question()[7:] == b"\x2b\x0e\x01\x00", "function 43/14, basic identification"
    assert industry.enip_question()[:2] == b"\x63\0", "ListIdentity"
    # as python-snap7 3.3 writes them, behind TPKT and X.224
    assert s7.setup()[7:] == bytes.fromhex("32010000000100080000f0000001000101e0")
    assert s7.question(s7.MODULE)[7:] == bytes.fromhex("320700000002000800080001120411440100ff09000400110000")
    assert s7.connection(0x0102) == bytes.fromhex("0300001611e00000000100c0010ac1020100c2020102")


def test_nobody_is_asked_unless_a_user_says_so() -> None:
    assert "industrial" not in {p.name for p in select_probes([], [])}
    assert "industrial" in {p.name for p in select_probes([], [], ["industrial"])}


def test_a_hostile_controller_costs_its_own_time_only() -> None:
    bears(PROBE, port=S7, others=[says(TAKEN, AGREED, b"\x03\0\xff\xff" + b"x" * 100_000)])
    bears(PROBE, port=MODBUS, others=[says(IDENTIFICATION[:14] + b"\0\0" * 5000)])


@given(st.binary(max_size=1024))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    for message in (data, IDENTIFICATION[:14] + data, IDENTITY[:26] + data, MODULES[:29] + data, COMPONENTS[:38] + data):
        for _, value in (*parse_modbus(message), *parse_enip(message), *s7.read(message)):
            assert 0 < len(value) <= industry.TEXT
        s7.is_whole(message), s7.is_confirmed(message), s7.is_set_up(message)
    for message in (data, I_AM[:9] + data, answered(70, data), b"\x81\x0a\0\0\x01" + data):
        bacnet.read_device(message)
        assert len(bacnet.read_property(message, 70, 1) or "") <= bacnet.TEXT
