"""Controllers: what they say of themselves, and that nobody asks them unasked."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.household import household
from netinv.lab.memory import MemoryNetwork
from netinv.model import Answer, Host
from netinv.net import industry
from netinv.plan import select_probes
from netinv.probes.industrial import BACNET, ENIP, MODBUS, PROBE, WHO_IS, parse_bacnet, parse_enip, parse_modbus
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
    assert told(PROBE, says(IDENTITY), port=ENIP) == facts


def test_a_building_says_its_number() -> None:
    home = household()

    async def ask() -> list[tuple[str, str]]:
        network = MemoryNetwork(home, garbage={(home.gateway, BACNET): I_AM})
        answers = [(a.key, a.value) async for a in PROBE.ask(network, Host(home.gateway)) if isinstance(a, Answer)]
        assert {q.sent for q in network.questions if q.verb == "udp"} == {WHO_IS}
        return answers

    assert asyncio.run(ask()) == [("bacnet.device", "4194302")]


def test_the_questions_only_read() -> None:
    assert industry.modbus_question()[7:] == b"\x2b\x0e\x01\x00", "function 43/14, basic identification"
    assert industry.enip_question()[:2] == b"\x63\0", "ListIdentity"


def test_nobody_is_asked_unless_a_user_says_so() -> None:
    assert "industrial" not in {p.name for p in select_probes([], [])}
    assert "industrial" in {p.name for p in select_probes([], [], ["industrial"])}


def test_a_hostile_controller_costs_its_own_time_only() -> None:
    bears(PROBE, port=MODBUS, others=[says(IDENTIFICATION[:14] + b"\0\0" * 5000)])


@given(st.binary(max_size=1024))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    for message in (data, IDENTIFICATION[:14] + data, IDENTITY[:26] + data, I_AM[:9] + data):
        for _, value in (*parse_modbus(message), *parse_enip(message), *parse_bacnet(message)):
            assert 0 < len(value) <= industry.TEXT
