"""The simulated devices' TCP, spoken to segment by segment."""

import random

from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.household import ANSWER_LIMIT, SimulatedDevice
from netinv.lab.packets import ACK, FIN, PSH, RST, SYN, Segment
from netinv.lab.tcp import CONNECTION_LIMIT, SEGMENT, Connections

DEVICE = SimulatedDevice(
    "10.0.0.1", tcp={22: "SSH-2.0-x\r\n", 80: "HTTP/1.0 200 OK\r\n\r\n", 7: "", 99: "HTTP/1.0 " + "x" * 50_000}
)
CLIENT = b"\x0a\0\0\2"


class Client:
    """One connection, from the client's side."""

    def __init__(self, port: int, connections: Connections | None = None, source_port: int = 40_000) -> None:
        self.connections = connections or Connections(random.Random(1))
        self.ports = (source_port, port)
        self.seq, self.ack = 1000, 0

    def say(self, flags: int, data: bytes = b"") -> list[Segment]:
        heard = self.connections.hear(CLIENT, DEVICE, Segment(*self.ports, self.seq, self.ack, flags, data))
        self.seq += len(data) + bool(flags & SYN) + bool(flags & FIN)
        for segment in heard:
            assert (segment.source_port, segment.port) == self.ports[::-1]
            if segment.flags & SYN:
                self.ack = segment.seq
            if not segment.flags & RST:
                assert segment.seq == self.ack, "a gap, or something said twice"
                assert segment.ack == self.seq
            self.ack = (segment.seq + len(segment.data) + bool(segment.flags & (SYN | FIN))) & 0xFFFFFFFF
        return heard


def test_ssh_greets_and_parts_when_the_client_does() -> None:
    client = Client(22)
    assert [s.flags for s in client.say(SYN)] == [SYN | ACK]
    assert [(s.flags, s.data) for s in client.say(ACK)] == [(PSH | ACK, b"SSH-2.0-x\r\n")]
    assert client.say(ACK) == []
    assert [s.flags for s in client.say(FIN | ACK)] == [FIN | ACK]
    assert client.say(ACK) == []
    assert [s.flags for s in client.say(ACK)] == [RST], "nothing is left of it"


def test_http_waits_answers_and_hangs_up() -> None:
    client = Client(80)
    client.say(SYN)
    assert client.say(ACK) == []
    assert [(s.flags, s.data) for s in client.say(PSH | ACK, b"GET /")] == [
        (PSH | ACK, b"HTTP/1.0 200 OK\r\n\r\n"),
        (FIN | ACK, b""),
    ]
    assert [s.flags for s in client.say(FIN | ACK)] == [ACK]


def test_a_long_answer_comes_in_segments_and_is_bounded() -> None:
    client = Client(99)
    client.say(SYN)
    answer = client.say(ACK, b"GET /")
    assert all(len(s.data) <= SEGMENT for s in answer)
    assert sum(len(s.data) for s in answer) == ANSWER_LIMIT


def test_a_repeated_syn_gets_the_same_answer() -> None:
    connections = Connections(random.Random(1))
    assert Client(22, connections).say(SYN) == Client(22, connections).say(SYN)


def test_what_was_said_already_is_only_acknowledged() -> None:
    client = Client(7)
    client.say(SYN)
    client.say(ACK, b"abc")
    client.seq -= 3
    heard = client.connections.hear(CLIENT, DEVICE, Segment(*client.ports, client.seq, client.ack, ACK, b"abc"))
    assert [(s.flags, s.ack) for s in heard] == [(ACK, client.seq + 3)]


def test_a_reset_ends_it_without_an_answer() -> None:
    client = Client(22)
    client.say(SYN)
    assert client.say(RST) == []
    assert [s.flags for s in client.say(ACK)] == [RST]


def test_a_closed_port_resets_and_a_filtered_one_is_silent() -> None:
    assert [(s.flags, s.ack) for s in Client(23).say(SYN)] == [(RST | ACK, 1001)]
    firewalled = SimulatedDevice("10.0.0.1", filtered=True)
    assert Connections(random.Random(1)).hear(CLIENT, firewalled, Segment(40_000, 23, 1, 0, SYN)) == []


def test_the_oldest_connection_is_forgotten_when_there_are_too_many() -> None:
    connections = Connections(random.Random(1))
    first = Client(22, connections, source_port=1)
    first.say(SYN)
    for port in range(2, CONNECTION_LIMIT + 2):
        Client(22, connections, source_port=port).say(SYN)
    assert [s.flags for s in first.say(ACK)] == [RST]


segments = st.builds(
    Segment,
    st.sampled_from([1, 2]),
    st.sampled_from([7, 22, 23, 80]),
    st.sampled_from([0, 1, 2, 0xFFFFFFFF]),
    st.integers(0, 2**32 - 1),
    st.integers(0, 63),
    st.binary(max_size=3),
)


@given(st.lists(segments, max_size=12))
def test_no_sequence_of_segments_upsets_it(heard: list[Segment]) -> None:
    connections = Connections(random.Random(1))
    for segment in heard:
        for answer in connections.hear(CLIENT, DEVICE, segment):
            assert 0 <= answer.seq <= 0xFFFFFFFF
            assert 0 <= answer.ack <= 0xFFFFFFFF
