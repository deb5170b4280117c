"""LLDP and CDP: what a switch says of itself, and to which MAC address it is put down."""

from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import chatter
from netinv.model import MAC, Answer, Notice
from netinv.net.overheard import Overheard, Topic
from netinv.net.overheard import read as read_frame
from netinv.probes.lldp import read

PORT, BASE = MAC("00:1b:54:aa:bb:01"), MAC("00:1b:54:aa:bb:00")
LLDP = chatter.introduces_itself(PORT, "sw-core-1", "gi0/1", describes="Cisco IOS Software", manage="10.9.0.2")
CDP = chatter.introduces_itself_to_cisco(PORT, "sw-core-1", "Gi0/1", "cisco WS-C2960", "Cisco IOS Software")


def told(frame: bytes) -> list[Answer | Notice]:
    heard = read_frame(frame)
    return list(read(heard)) if heard else []


def test_a_switch_tells_name_system_and_what_it_can() -> None:
    assert told(LLDP) == [
        Answer(PORT, "lldp.system-name", "sw-core-1"),
        Answer(PORT, "lldp.system-description", "Cisco IOS Software"),
        Answer(PORT, "lldp.capability", "bridge"),
        Notice("lldp.neighbour", "10.9.0.2", PORT, "sw-core-1, port gi0/1"),
    ]


def test_cdp_tells_as_much() -> None:
    assert told(CDP) == [
        Answer(PORT, "cdp.device", "sw-core-1"),
        Answer(PORT, "cdp.platform", "cisco WS-C2960"),
        Answer(PORT, "cdp.version", "Cisco IOS Software"),
        Answer(PORT, "cdp.capability", "switch"),
        Answer(PORT, "cdp.capability", "igmp"),
        Notice("cdp.neighbour", None, PORT, "sw-core-1, port Gi0/1"),
    ]


def chassis(mac: str) -> bytes:
    """The LLDP frame with this chassis id."""
    return LLDP[:17] + bytes.fromhex(mac.replace(":", "")) + LLDP[23:]


def test_a_port_speaks_for_the_switch_whose_addresses_it_is_counted_from_and_for_nobody_else() -> None:
    assert {t.address for t in told(chassis(BASE)) if isinstance(t, Answer)} == {PORT, BASE}
    assert {t.address for t in told(chassis("3c:a6:2f:00:00:01")) if isinstance(t, Answer)} == {PORT}


def test_what_is_taken_back_is_not_told() -> None:
    at = LLDP.index(bytes([6, 2, 0, 120]))
    assert told(LLDP[: at + 2] + b"\0\0" + LLDP[at + 4 :]) == []


@given(st.binary(max_size=1500), st.sampled_from(["lldp", "cdp"]))
def test_any_bytes_are_read_without_raising(payload: bytes, topic: Topic) -> None:
    list(read(Overheard(topic, PORT, None, payload)))
    list(read(Overheard(topic, PORT, None, LLDP[14:34] + payload)))
    list(read(Overheard(topic, PORT, None, CDP[22:26] + payload)))


@given(st.data())
def test_a_damaged_message_is_read_without_raising(data: st.DataObject) -> None:
    frame = bytearray(data.draw(st.sampled_from([LLDP, CDP])))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(14, len(frame) - 1))] = data.draw(st.integers(0, 255))
    told(bytes(frame[: data.draw(st.integers(14, len(frame)))]))
