"""Which TCP ports are asked: a few of everybody, and of the others those that may tell something yet."""

from ipaddress import IPv4Network

from netinv.lab.household import Household, SimulatedDevice
from netinv.lab.memory import MemoryNetwork
from netinv.probes.tcp import FIRST, PORTS, PROBE
from tests.probes.asked import of_host

ADDRESS = "10.0.0.1"


def asked(*open_ports: int, filtered: bool = False, near: bool = True) -> tuple[set[int], set[tuple[str, str]]]:
    """The ports a host with these open is asked for, and what is told of them."""
    one = SimulatedDevice(ADDRESS, tcp=dict.fromkeys(open_ports, ""), filtered=filtered)
    network = MemoryNetwork(Household((one,), IPv4Network("10.0.0.0/24"), "10.0.0.2", "10.0.0.3"))
    told = of_host(PROBE, ADDRESS, network, [("mac", "00:1b:a9:00:00:01")] if near else [])
    ports = [question.port for question in network.questions if question.verb == "tcp"]
    assert len(ports) == len(set(ports)), "each is asked once"
    assert ports[: len(FIRST)] == list(FIRST), "and these before all others"
    return set(ports), told


def test_who_refuses_the_first_ones_is_asked_for_what_some_serve_alone() -> None:
    ports, told = asked(1883)
    assert ports < set(PORTS)
    assert {21, 554, 631, 1883, 3389, 5900, 8009, 8080, 62078} <= ports
    assert ("tcp.1883", "open") in told
    assert ("tcp.80", "closed") in told


def test_what_announces_itself_is_asked_for_where_no_announcement_comes_from() -> None:
    assert 1400 not in asked(1400)[0]
    assert ("tcp.1400", "open") in asked(1400, near=False)[1]


def test_who_drops_everything_is_asked_for_what_computers_and_telephones_serve_and_no_more() -> None:
    ports, told = asked(3389, filtered=True)
    assert ports < set(PORTS)
    assert {3389, 5900, 62078} <= ports
    assert told == {("tcp.3389", "open")}


def test_a_page_in_its_usual_place_is_not_sought_elsewhere_too() -> None:
    assert {8080, 8443}.isdisjoint(asked(80, 443)[0])
    assert 8080 in asked(443)[0]
    assert 8443 in asked(80)[0]


def test_what_only_one_kind_of_thing_has_is_not_asked_of_another() -> None:
    camera, server = asked(80)[0], asked(22)[0]
    assert {554, 631, 21, 23} <= camera
    assert {25, 3389, 5900}.isdisjoint(camera), "what has a page and nothing else is no computer"
    assert {25, 53, 3389, 5900} <= server
    assert {554, 1400, 62078}.isdisjoint(server)


def test_no_port_that_prints_what_it_hears_is_among_them() -> None:
    assert {515, *range(9100, 9108)}.isdisjoint(PORTS)
